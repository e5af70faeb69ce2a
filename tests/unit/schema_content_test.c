#include "base/buf.h"
#include "json/recognize.h"
#include <fiat/schema.h>
#include "schema/content.h"
#include "support/test.h"

static const struct {
    const char *encoding, *text;
    bool good;
} encoding_rows[] = {
    {"base64", "", true},
    {"base64", "Zg==", true},
    {"base64", "Zm8=", true},
    {"base64", "Zm9v", true},
    {"Base64", "Zm9vYmFy", true},
    {"base64", "+/+/", true},
    {"base64", "Zg=", false},
    {"base64", "Zg", false},
    {"base64", "Z===", false},
    {"base64", "====", false},
    {"base64", "Zg==Zg==", false},
    {"base64", "Zm9vZ", false},
    {"base64", "Zh==", false}, /* unused bits */
    {"base64", "Zm9=", false},
    {"base64", "Zm 9v", false},
    {"base64", "Zm9v\r\n", false},
    {"base64", "Zm%v", false},
    {"base64", "Zm_v", false},
    {"base64", "Zm\xc3\xa9", false},
    {"base64url", "-_-_", true},
    {"base64url", "Zg==", true},
    {"base64url", "+/+/", false},
    {"base32", "MZXW6YTBOI======", true},
    {"base32", "MZXW6YQ=", true},
    {"base32", "MZXW6YTB", true},
    {"base32", "MZXW6===", true},
    {"base32", "MY======", true},
    {"base32", "mzxw6ytb", false},
    {"base32", "MZXW6Y==", false}, /* six digits are 30 bits: one too many */
    {"base32", "M=======", false},
    {"base32", "MZ======", false},
    {"base32", "MZXW6YT1", false},
    {"base32", "MZXW6YTBOI", false},
    {"base32hex", "CPNMUOJ1", true},
    {"base32hex", "CPNMUOJW", false},
    {"base16", "666f6F", true},
    {"base16", "666", false},
    {"base16", "66=", false},
    {"base16", "6g", false},
    {"7bit", "", true},
    {"7bit", "a\r\nb", true},
    {"7bit", "a\nb", false},
    {"7bit", "a\rb", false},
    {"7bit", "a\r", false},
    {"7bit", "\xc3\xa9", false},
    {"8bit", "\xc3\xa9\r\n", true},
    {"8bit", "\xc3\xa9\n", false},
    {"binary", "\xc3\xa9\n\r", true},
    {"quoted-printable", "", true},
    {"quoted-printable", "a=3Db =C3=A9\r\nc=20", true},
    {"quoted-printable", "soft=\r\nbreak\tx", true},
    {"quoted-printable", "=", false},
    {"quoted-printable", "=3", false},
    {"quoted-printable", "=3d", false},
    {"quoted-printable", "=\n", false},
    {"quoted-printable", "a ", false},
    {"quoted-printable", "a \r\nb", false},
    {"quoted-printable", "a\nb", false},
    {"quoted-printable", "\xc3\xa9", false},
    {"quoted-printable", "\x7f", false},
    {"x-own", "anything \xc3\xa9", true},
};

START_TEST(encodings) {
    fiat__encoding encoding = fiat__encoding_find(fiat__str_c(encoding_rows[_i].encoding));
    size_t len = strlen(encoding_rows[_i].text);
    char *copy = malloc(len > 0 ? len : 1); /* just its size, for sanitizers */
    ck_assert_ptr_nonnull(copy);
    memcpy(copy, encoding_rows[_i].text, len);
    fiat__content_fault fault =
        fiat__content_check(encoding, FIAT__MEDIA_NONE, fiat__str_of(copy, len));
    free(copy);
    ck_assert_msg((fault == FIAT__CONTENT_OK) == encoding_rows[_i].good, "%s: %s",
                  encoding_rows[_i].encoding, encoding_rows[_i].text);
}
END_TEST

static const struct {
    const char *text;
    bool good;
} json_rows[] = {
    {"0", true},
    {" -0 ", true},
    {"-", false},
    {"01", false},
    {"-01", false},
    {"10", true},
    {"1.5", true},
    {"1.", false},
    {".5", false},
    {"1.5.5", false},
    {"1e5", true},
    {"0E-05", true},
    {"1.25e+10", true},
    {"1e", false},
    {"1e+", false},
    {"1e5.5", false},
    {"1-", false},
    {"+1", false},
    {"true", true},
    {"false", true},
    {"null", true},
    {"tru", false},
    {"truex", false},
    {"nul1", false},
    {"True", false},
    {"", false},
    {" ", false},
    {"\"\"", true},
    {"\"a", false},
    {"\"\\\"\"", true},
    {"\"\\/\\b\\f\\n\\r\\t\\\\\\u00e9\\uD800\"", true},
    {"\"\\x\"", false},
    {"\"\\u12g4\"", false},
    {"\"\t\"", false},
    {"\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x90\xb2\"", true},
    {"\"\xc3\"", false},
    {"\"\xe2\x82\"", false},
    {"\"\xed\xa0\x80\"", false},
    {"\"\xc0\xaf\"", false},
    {"\"\xf5\x80\x80\x80\"", false},
    {"\xc3\xa9", false},
    {"\xef\xbb\xbf{}", false},
    {"[]", true},
    {"[ ]", true},
    {"[1 , 2]", true},
    {"[1,]", false},
    {"[,1]", false},
    {"[1 2]", false},
    {"[", false},
    {"]", false},
    {"[}", false},
    {"[[],{}]", true},
    {"{}", true},
    {"{ }", true},
    {"{\"a\" : 1 , \"b\":[{\"c\":null}]}", true},
    {"{\"a\":1,\"a\":2}", true},
    {"{\"a\"}", false},
    {"{\"a\":}", false},
    {"{\"a\":1,}", false},
    {"{,\"a\":1}", false},
    {"{a:1}", false},
    {"{1:1}", false},
    {"{\"a\":1]", false},
    {"{:}", false},
    {"1 2", false},
    {"{} x", false},
    {"[1]\n\t\r ", true},
    {"/**/1", false},
};

START_TEST(json_texts) {
    fiat__str text = fiat__str_c(json_rows[_i].text);
    fiat__content_fault fault = fiat__content_check(FIAT__ENCODING_NONE, FIAT__MEDIA_JSON, text);
    ck_assert_msg((fault == FIAT__CONTENT_OK) == json_rows[_i].good, "%s", text.ptr);
    ck_assert(fault != FIAT__CONTENT_ENCODING);
}
END_TEST

static fiat__content_fault nested(unsigned depth) {
    fiat__buf text;
    fiat__buf_init(&text, 4 * FIAT__RECOGNIZE_DEPTH);
    for (unsigned i = 0; i < depth; i++)
        fiat__buf_append_c(&text, i % 2 ? "[" : "[[");
    ck_assert(!text.failed);
    size_t opened = text.len;
    for (size_t i = 0; i < opened; i++)
        fiat__buf_append_c(&text, "]");
    ck_assert(!text.failed);
    fiat__content_fault fault =
        fiat__content_check(FIAT__ENCODING_NONE, FIAT__MEDIA_JSON, fiat__buf_str(&text));
    fiat__buf_deinit(&text);
    return fault;
}

START_TEST(depth_is_bounded) {
    ck_assert_int_eq(nested(FIAT__RECOGNIZE_DEPTH / 3 * 2), FIAT__CONTENT_OK);
    ck_assert_int_eq(nested(FIAT__RECOGNIZE_DEPTH), FIAT__CONTENT_MEDIA);
}
END_TEST

static fiat__content_fault check(const char *encoding, const char *media, const char *text) {
    return fiat__content_check(encoding ? fiat__encoding_find(fiat__str_c(encoding))
                                        : FIAT__ENCODING_NONE,
                               fiat__media_find(fiat__str_c(media)), fiat__str_c(text));
}

START_TEST(both) {
    ck_assert_int_eq(check("base64", "application/json", "eyJmb28iOiAiYmFyIn0K"), FIAT__CONTENT_OK);
    ck_assert_int_eq(check("base64", "application/json", "ezp9Cg=="), FIAT__CONTENT_MEDIA);
    ck_assert_int_eq(check("base64", "application/json", "{}"), FIAT__CONTENT_ENCODING);
    ck_assert_int_eq(check("base64", "image/png", "ezp9Cg=="), FIAT__CONTENT_OK);
    ck_assert_int_eq(check("base32", "application/json", "PN6Q===="), FIAT__CONTENT_OK);
    ck_assert_int_eq(check("base16", "application/json", "7B7D"), FIAT__CONTENT_OK);
    ck_assert_int_eq(check("base16", "application/json", "7B"), FIAT__CONTENT_MEDIA);
    ck_assert_int_eq(check("base16", "application/json", ""), FIAT__CONTENT_MEDIA);
    ck_assert_int_eq(check("quoted-printable", "application/json", "{=\r\n}"), FIAT__CONTENT_OK);
    ck_assert_int_eq(check("quoted-printable", "application/json", "=7B}"), FIAT__CONTENT_OK);
    ck_assert_int_eq(check("quoted-printable", "application/json", "=7B"), FIAT__CONTENT_MEDIA);
    ck_assert_int_eq(check("8bit", "application/json", "[1,\r\n2]"), FIAT__CONTENT_OK);
    ck_assert_int_eq(check("binary", "application/json", "[1,\n2"), FIAT__CONTENT_MEDIA);
    ck_assert_int_eq(check("x-own", "application/json", "{"), FIAT__CONTENT_OK);
}
END_TEST

START_TEST(media_types) {
    static const char *const json[] = {
        "application/json",      "Application/JSON",    "application/json; charset=utf-8",
        "application/json ;a=b", "application/ld+json", "image/x+JSON"};
    static const char *const others[] = {"",
                                         "json",
                                         "+json",
                                         "application/jsonx",
                                         "text/html",
                                         "application/json-seq",
                                         ";application/json"};
    for (size_t i = 0; i < sizeof json / sizeof json[0]; i++)
        ck_assert_msg(fiat__media_find(fiat__str_c(json[i])) == FIAT__MEDIA_JSON, "%s", json[i]);
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        ck_assert_msg(fiat__media_find(fiat__str_c(others[i])) == FIAT__MEDIA_NONE, "%s",
                      others[i]);
}
END_TEST

START_TEST(long_lines) {
    char line[1000];
    memset(line, 'a', sizeof line);
    ck_assert_int_eq(
        fiat__content_check(FIAT__ENCODING_7BIT, FIAT__MEDIA_NONE, fiat__str_of(line, 998)),
        FIAT__CONTENT_OK);
    ck_assert_int_eq(
        fiat__content_check(FIAT__ENCODING_7BIT, FIAT__MEDIA_NONE, fiat__str_of(line, 999)),
        FIAT__CONTENT_ENCODING);
    ck_assert_int_eq(fiat__content_check(FIAT__ENCODING_QUOTED_PRINTABLE, FIAT__MEDIA_NONE,
                                         fiat__str_of(line, 76)),
                     FIAT__CONTENT_OK);
    ck_assert_int_eq(fiat__content_check(FIAT__ENCODING_QUOTED_PRINTABLE, FIAT__MEDIA_NONE,
                                         fiat__str_of(line, 77)),
                     FIAT__CONTENT_ENCODING);
    /* 75 characters and the '=' of a soft break are a line; one more is too many. */
    memcpy(line + 75, "=\r\n", 3);
    ck_assert_int_eq(fiat__content_check(FIAT__ENCODING_QUOTED_PRINTABLE, FIAT__MEDIA_NONE,
                                         fiat__str_of(line, 78 + 76)),
                     FIAT__CONTENT_OK);
    memcpy(line + 75, "a=\r\n", 4);
    ck_assert_int_eq(fiat__content_check(FIAT__ENCODING_QUOTED_PRINTABLE, FIAT__MEDIA_NONE,
                                         fiat__str_of(line, 80)),
                     FIAT__CONTENT_ENCODING);
}
END_TEST

START_TEST(words_for_messages) {
    ck_assert_ptr_nonnull(strstr(fiat__encoding_wanted(FIAT__ENCODING_BASE64), "RFC 4648"));
    ck_assert_str_eq(fiat__media_wanted(FIAT__MEDIA_JSON), "JSON");
}
END_TEST

static fiat_status validate(const char *schema_text, uint32_t flags, const char *instance,
                            fiat_error *err) {
    fiat_schema_options options = FIAT_SCHEMA_OPTIONS_INIT;
    fiat_schema *schema;
    fiat_validator *validator;
    options.flags = flags;
    fiat_status status =
        fiat_schema_compile(&schema, schema_text, strlen(schema_text), &options, err);
    if (status != FIAT_OK) return status;
    ck_assert_fiat_ok(fiat_validator_new(&validator, err), *err);
    status = fiat_schema_validate(schema, validator, instance, strlen(instance), err);
    fiat_validator_free(validator);
    fiat_schema_free(schema);
    return status;
}

#define DRAFT_7 "\"$schema\":\"http://json-schema.org/draft-07/schema#\","
#define DRAFT_6 "\"$schema\":\"http://json-schema.org/draft-06/schema#\","
#define CONTENT "\"contentEncoding\":\"base64\",\"contentMediaType\":\"application/json\""

START_TEST(keywords) {
    static const struct {
        const char *schema;
        uint32_t flags;
        const char *instance;
        fiat_status want;
        const char *message;
    } keyword_rows[] = {
        {"{" DRAFT_7 CONTENT "}", FIAT_SCHEMA_ASSERT_CONTENT, "\"e30=\"", FIAT_OK, NULL},
        {"{" DRAFT_7 CONTENT "}", FIAT_SCHEMA_ASSERT_CONTENT, "5", FIAT_OK, NULL},
        {"{" DRAFT_7 CONTENT "}", FIAT_SCHEMA_ASSERT_CONTENT, "\"e30\"", FIAT_E_SCHEMA_MISMATCH,
         "is not base64"},
        {"{" DRAFT_7 CONTENT "}", FIAT_SCHEMA_ASSERT_CONTENT, "\"e3==\"", FIAT_E_SCHEMA_MISMATCH,
         "is not base64"},
        {"{" DRAFT_7 CONTENT "}", FIAT_SCHEMA_ASSERT_CONTENT, "\"ew==\"", FIAT_E_SCHEMA_MISMATCH,
         "does not hold JSON"},
        {"{" CONTENT "}", FIAT_SCHEMA_ASSERT_CONTENT, "\"ew==\"", FIAT_E_SCHEMA_MISMATCH,
         "does not hold JSON"},
        {"{" DRAFT_7 CONTENT "}", 0, "\"e30\"", FIAT_OK, NULL},
        {"{" DRAFT_6 CONTENT "}", FIAT_SCHEMA_ASSERT_CONTENT, "\"e30\"", FIAT_OK, NULL},
        {"{" DRAFT_7 "\"contentEncoding\":64}", 0, "5", FIAT_E_SCHEMA_INVALID, "encoding"},
        {"{\"contentMediaType\":[]}", 0, "5", FIAT_E_SCHEMA_INVALID, "media type"},
        {"{}", UINT32_C(1) << 31, "5", FIAT_E_ARG, "flags"},
    };
    for (size_t i = 0; i < sizeof keyword_rows / sizeof keyword_rows[0]; i++) {
        fiat_error err;
        fiat_status got =
            validate(keyword_rows[i].schema, keyword_rows[i].flags, keyword_rows[i].instance, &err);
        ck_assert_msg(got == keyword_rows[i].want, "row %zu: %d", i, (int)got);
        if (keyword_rows[i].message)
            ck_assert_msg(strstr(err.message, keyword_rows[i].message) != NULL, "%s", err.message);
    }
}
END_TEST

int main(void) {
    Suite *suite = suite_create("schema/content");
    TCase *tcase = tcase_create("content");
    tcase_add_loop_test(tcase, encodings, 0, sizeof encoding_rows / sizeof encoding_rows[0]);
    tcase_add_loop_test(tcase, json_texts, 0, sizeof json_rows / sizeof json_rows[0]);
    tcase_add_test(tcase, depth_is_bounded);
    tcase_add_test(tcase, both);
    tcase_add_test(tcase, media_types);
    tcase_add_test(tcase, long_lines);
    tcase_add_test(tcase, words_for_messages);
    tcase_add_test(tcase, keywords);
    suite_add_tcase(suite, tcase);
    return fiat_test_run(suite);
}
