/* Documents (json/doc.h) and a caller's cJSON trees (json/cjson_bridge.h). */
#include "json/cjson_bridge.h"
#include "json/doc.h"
#include "support/chaos.h"
#include "support/test.h"
#include "support/tmpdir.h"

#include <cjson/cJSON.h>
#include <math.h>

static fiat__buf s_out;

static void setup(void) {
    fiat__buf_init(&s_out, 1 << 20);
}

static void teardown(void) {
    fiat__buf_deinit(&s_out);
}

/* What cJSON alone would take, or cut short, stands among these. */
static const struct {
    const char *text;
    fiat_status status;
    size_t offset;
} s_refused[] = {
    {"", FIAT_E_JSON_SYNTAX, 0},
    {"  ", FIAT_E_JSON_SYNTAX, 2},
    {"{} {}", FIAT_E_JSON_SYNTAX, 3},
    {"{\"a\":1,}", FIAT_E_JSON_SYNTAX, 7},
    {"[1 2]", FIAT_E_JSON_SYNTAX, 3},
    {"[01]", FIAT_E_JSON_SYNTAX, 1},
    {"[1.]", FIAT_E_JSON_SYNTAX, 3},
    {"[+1]", FIAT_E_JSON_SYNTAX, 1},
    {"[nul]", FIAT_E_JSON_SYNTAX, 1},
    {"\"a\tb\"", FIAT_E_JSON_SYNTAX, 2},
    {"[1,\f2]", FIAT_E_JSON_SYNTAX, 3},
    {"\"\\ud800\"", FIAT_E_JSON_SYNTAX, 1},
    {"\xEF\xBB\xBF{}", FIAT_E_JSON_SYNTAX, 0},
    {"\"\xFF\"", FIAT_E_JSON_UTF8, 1},
    {"{\"a\":1,\"a\":2}", FIAT_E_JSON_DUPLICATE_KEY, 7},
    {"[\"a\\u0000b\"]", FIAT_E_UNSUPPORTED, 1},
    {"{\"a\\u0000b\":1}", FIAT_E_UNSUPPORTED, 1},
    {"[1111111111222222222233333333334444444444555555555566666666667777]", FIAT_E_LIMIT, 1},
};

START_TEST(parse_refuses) {
    fiat__doc *doc = (fiat__doc *)&s_out;
    fiat_error err = FIAT_ERROR_INIT;
    fiat_status status = fiat__doc_parse(&doc, fiat__str_c(s_refused[_i].text), &err);
    ck_assert_msg(status == s_refused[_i].status, "%s: %s %s", s_refused[_i].text,
                  fiat_status_name(status), err.message);
    ck_assert_msg(err.offset == s_refused[_i].offset, "%s: offset %d", s_refused[_i].text,
                  (int)err.offset);
    ck_assert_ptr_null(doc);
    ck_assert_int_eq(fiat__doc_parse(&doc, fiat__str_c(s_refused[_i].text), NULL), status);
}
END_TEST

START_TEST(parse_refuses_a_nul_byte_and_too_deep) {
    fiat__doc *doc;
    char deep[2002];
    ck_assert_fiat_status(fiat__doc_parse(&doc, fiat__str_of("[1]\0", 4), NULL),
                          FIAT_E_JSON_SYNTAX);
    ck_assert_fiat_status(fiat__doc_parse(&doc, fiat__str_of("\"\0\"", 3), NULL),
                          FIAT_E_JSON_SYNTAX);
    memset(deep, '[', 1001);
    memset(deep + 1001, ']', 1001);
    ck_assert_fiat_status(fiat__doc_parse(&doc, fiat__str_of(deep, 2002), NULL), FIAT_E_JSON_DEPTH);
    ck_assert_fiat_status(fiat__doc_parse(&doc, fiat__str_of(deep + 1, 2000), NULL), FIAT_OK);
    fiat__doc_free(doc);
}
END_TEST

static fiat__doc *parse(const char *text) {
    fiat__doc *doc;
    fiat_error err;
    ck_assert_fiat_ok(fiat__doc_parse(&doc, fiat__str_c(text), &err), err);
    return doc;
}

START_TEST(lookups_of_another_kind_find_nothing) {
    fiat__doc *doc = parse("[null, true, 1.5, \"s\", [], {}]");
    static const char *const names[] = {"null", "boolean", "number", "string", "array", "object"};
    int index = 0;
    for (const fiat__doc *node = fiat__doc_first(doc); node; node = fiat__doc_next(node)) {
        const char *text = "kept";
        int64_t integer = 42;
        double real = 42;
        bool boolean = false;
        ck_assert_int_eq((int)fiat__doc_kind_of(node), index);
        ck_assert_str_eq(fiat__doc_kind_name(node), names[index]);
        ck_assert_int_eq(fiat__doc_bool(node, &boolean), index == 1);
        ck_assert_int_eq(fiat__doc_double(node, &real), index == 2);
        ck_assert(!fiat__doc_integer(node, &integer) && integer == 42);
        ck_assert_int_eq(fiat__doc_string(node, &text), index == 3);
        ck_assert_str_eq(text, index == 3 ? "s" : "kept");
        ck_assert_ptr_null(fiat__doc_get(node, "x"));
        ck_assert_ptr_null(fiat__doc_name(node));
        ck_assert_uint_eq(fiat__doc_count(node), 0);
        index++;
    }
    ck_assert_uint_eq(fiat__doc_count(doc), 6);
    ck_assert_ptr_null(fiat__doc_get(NULL, "x"));
    ck_assert_ptr_null(fiat__doc_first(NULL));
    ck_assert_ptr_null(fiat__doc_next(NULL));
    ck_assert_ptr_null(fiat__doc_name(NULL));
    ck_assert_int_eq(fiat__doc_kind_of(NULL), FIAT__DOC_NULL);
    fiat__doc_free(doc);
    fiat__doc_free(NULL);
}
END_TEST

START_TEST(members_are_found_by_exact_name) {
    fiat__doc *doc = parse("{\"Name\": 1, \"name\": 2, \"\": 3}");
    int64_t value = 0;
    ck_assert(fiat__doc_integer(fiat__doc_get(doc, "name"), &value) && value == 2);
    ck_assert(fiat__doc_integer(fiat__doc_get(doc, ""), &value) && value == 3);
    ck_assert_ptr_null(fiat__doc_get(doc, "NAME"));
    ck_assert_str_eq(fiat__doc_name(fiat__doc_first(doc)), "Name");
    fiat__doc_free(doc);
}
END_TEST

/* 2^53 + 1 reads as 2^53: from there on a double does not say which integer was meant. */
START_TEST(integers_are_exact_or_none) {
    static const struct {
        const char *text;
        bool whole;
        int64_t value;
    } rows[] = {{"0", true, 0},
                {"-0", true, 0},
                {"1e3", true, 1000},
                {"9007199254740991", true, INT64_C(9007199254740991)},
                {"-9007199254740991", true, INT64_C(-9007199254740991)},
                {"9007199254740992", false, 0},
                {"9007199254740993", false, 0},
                {"1e400", false, 0},
                {"0.5", false, 0}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        fiat__doc *doc = parse(rows[i].text);
        int64_t value = 0;
        ck_assert_msg(fiat__doc_integer(doc, &value) == rows[i].whole, "%s", rows[i].text);
        ck_assert_int_eq(value, rows[i].value);
        fiat__doc_free(doc);
    }
}
END_TEST

START_TEST(writing_gives_the_document_back) {
    static const char *const texts[] = {
        "{\"a\":[1,2.5,-3,true,false,null,\"x\\ny\"],\"b\":{},\"c\":[]}",
        "\"\xC3\xA9\"",
        "9007199254740991",
        "1e+300",
        "0.1",
        "-0",
        "[[[[]]]]",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        fiat__doc *doc = parse(texts[i]);
        fiat__buf_clear(&s_out);
        ck_assert(fiat__doc_write(&s_out, doc));
        ck_assert_str_eq(fiat__buf_cstr(&s_out), texts[i]);
        fiat__doc_free(doc);
    }
}
END_TEST

START_TEST(read_names_the_file) {
    char *dir = tmpdir_make();
    char *path = fiat__path_join(dir, "x.json");
    fiat__doc *doc;
    fiat_error err;
    ck_assert_fiat_status(fiat__doc_read(&doc, path, 100, &err), FIAT_E_NOT_FOUND);
    ck_assert_fiat_ok(fiat__file_replace(path, fiat__str_c("{\"a\":tru}"), false, &err), err);
    ck_assert_fiat_status(fiat__doc_read(&doc, path, 100, &err), FIAT_E_JSON_SYNTAX);
    ck_assert_msg(strncmp(err.message, path, strlen(path)) == 0, "%s", err.message);
    ck_assert_uint_eq(err.offset, 5);
    ck_assert_fiat_status(fiat__doc_read(&doc, path, 3, &err), FIAT_E_LIMIT);
    ck_assert_fiat_ok(fiat__file_replace(path, fiat__str_c("{\"a\":true}\n"), false, &err), err);
    ck_assert_fiat_ok(fiat__doc_read(&doc, path, 100, &err), err);
    fiat__doc_free(doc);
    fiat__free(path);
    tmpdir_remove(dir);
}
END_TEST

static fiat_status write_tree(const cJSON *tree, unsigned depth) {
    fiat_error err;
    fiat__buf_clear(&s_out);
    return fiat__cjson_write(&s_out, tree, depth, &err);
}

START_TEST(trees_that_json_cannot_hold) {
    cJSON *array = cJSON_CreateArray(), *object = cJSON_CreateObject();
    cJSON *number = cJSON_CreateNumber(NAN);
    ck_assert_fiat_status(write_tree(NULL, 10), FIAT_E_ARG);
    ck_assert_fiat_status(write_tree(number, 10), FIAT_E_ARG);
    cJSON_SetNumberValue(number, INFINITY);
    ck_assert_fiat_status(write_tree(number, 10), FIAT_E_ARG);
    cJSON_AddItemToArray(array, number);
    ck_assert_fiat_status(write_tree(array, 10), FIAT_E_ARG);
    cJSON_AddItemToObject(object, "a", cJSON_CreateTrue());
    char *name = object->child->string;
    object->child->string = NULL;
    ck_assert_fiat_status(write_tree(object, 10), FIAT_E_ARG);
    object->child->string = name;
    object->child->type = cJSON_Invalid;
    ck_assert_fiat_status(write_tree(object, 10), FIAT_E_ARG);
    cJSON_Delete(array);
    cJSON_Delete(object);
}
END_TEST

START_TEST(trees_end_at_the_depth_and_at_the_buffer) {
    cJSON *outer = cJSON_CreateArray(), *inner = cJSON_CreateArray();
    cJSON_AddItemToArray(outer, inner);
    ck_assert_fiat_status(write_tree(outer, 2), FIAT_OK);
    ck_assert_str_eq(fiat__buf_cstr(&s_out), "[[]]");
    ck_assert_fiat_status(write_tree(outer, 1), FIAT_E_JSON_DEPTH);
    inner->next = inner; /* a ring: only the buffer's maximum ends it */
    ck_assert_fiat_status(write_tree(outer, 10), FIAT_E_LIMIT);
    inner->next = NULL;
    inner->child = outer;
    ck_assert_fiat_status(write_tree(outer, 1000), FIAT_E_JSON_DEPTH);
    inner->child = NULL;
    cJSON_Delete(outer);
}
END_TEST

START_TEST(trees_are_written_with_every_kind) {
    cJSON *tree = cJSON_CreateObject();
    cJSON_AddNumberToObject(tree, "n", -0.25);
    cJSON_AddNumberToObject(tree, "i", 9007199254740991.0);
    cJSON_AddStringToObject(tree, "s\"", "\x01");
    cJSON_AddRawToObject(tree, "r", "{\"raw\":1}");
    cJSON_AddNullToObject(tree, "z");
    cJSON_AddBoolToObject(tree, "b", false);
    ck_assert_fiat_status(write_tree(tree, 10), FIAT_OK);
    ck_assert_str_eq(fiat__buf_cstr(&s_out),
                     "{\"n\":-0.25,\"i\":9007199254740991,\"s\\\"\":"
                     "\"\\u0001\",\"r\":{\"raw\":1},\"z\":null,\"b\":false}");
    cJSON_Delete(tree);
}
END_TEST

static fiat_status parse_and_write(void *ctx) {
    fiat__doc *doc;
    fiat__buf out;
    fiat_error err;
    fiat_status status = fiat__doc_parse(&doc, fiat__str_c(ctx), &err);
    if (status != FIAT_OK) return status;
    fiat__buf_init(&out, 1 << 20);
    status = fiat__doc_write(&out, doc) ? FIAT_OK : FIAT_E_NOMEM;
    fiat__buf_deinit(&out);
    fiat__doc_free(doc);
    return status;
}

START_TEST(out_of_memory_anywhere) {
    chaos_loop(parse_and_write, (char[]){"{\"a\":[1,2,{\"b\\n\":\"c\\u00e9\"}],\"d\":null}"});
}
END_TEST

int main(void) {
    Suite *suite = suite_create("json/doc");
    TCase *tcase = tcase_create("doc");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_loop_test(tcase, parse_refuses, 0, sizeof s_refused / sizeof *s_refused);
    tcase_add_test(tcase, parse_refuses_a_nul_byte_and_too_deep);
    tcase_add_test(tcase, lookups_of_another_kind_find_nothing);
    tcase_add_test(tcase, members_are_found_by_exact_name);
    tcase_add_test(tcase, integers_are_exact_or_none);
    tcase_add_test(tcase, writing_gives_the_document_back);
    tcase_add_test(tcase, read_names_the_file);
    tcase_add_test(tcase, trees_that_json_cannot_hold);
    tcase_add_test(tcase, trees_end_at_the_depth_and_at_the_buffer);
    tcase_add_test(tcase, trees_are_written_with_every_kind);
    tcase_add_test(tcase, out_of_memory_anywhere);
    suite_add_tcase(suite, tcase);
    return fiat_test_run(suite);
}
