/* Indexed steps of pointers find what steps without an index find. */
#include "json/lookup.h"
#include "json/pointer.h"
#include "support/chaos.h"
#include "support/test.h"

static fiat__padded s_text;
static fiat__keyspace s_keys;
static fiat__tape s_tape;

static void parse(const fiat__buf *text) {
    fiat_error err = FIAT_ERROR_INIT;
    ck_assert_fiat_ok(fiat__scan_load(&s_text, fiat__buf_str(text), &err), err);
    fiat__keyspace_init(&s_keys);
    fiat__tape_init(&s_tape, &s_keys);
    fiat__tape_reset(&s_tape, fiat__str_of(s_text.ptr, s_text.len), 16);
    ck_assert_fiat_ok(fiat__tape_parse(&s_tape, &err), err);
}

static void drop(void) {
    fiat__tape_deinit(&s_tape);
    fiat__keyspace_deinit(&s_keys);
    fiat__padded_deinit(&s_text);
}

/* An object of names that need escapes in a pointer, an array, and both in small. */
static void write_text(fiat__buf *text) {
    fiat__buf_append_c(text, "{\"large\":{");
    for (int i = 0; i < 300; i++)
        fiat__buf_printf(text, "\"a/%d\":0,\"b~%d\":[],\"c%d\":{},", i, i, i);
    fiat__buf_append_c(text, "\"~1\":1,\"/\":2,\"\":3,\"\\u00e9\":4},\"array\":[");
    for (int i = 0; i < 300; i++)
        fiat__buf_printf(text, "[%d],{\"x\":%d},", i, i);
    fiat__buf_append_c(text, "null],\"small\":{\"a\":1},\"few\":[1,2]}");
}

static const char *const s_tokens[] = {
    "a~10", "a~1299", "a~1300", "a/0",  "b~00", "b~0299",   "b~299", "b~", "c0",        "c299",
    "c",    "~01",    "~1",     "~1~1", "",     "\xc3\xa9", "0",     "1",  "600",       "601",
    "00",   "-",      "-1",     "1e1",  "a",    "x",        "~",     "~2", "999999999",
};

START_TEST(finds_the_same) {
    fiat__buf text;
    fiat__lookup lookup;
    fiat__buf_init(&text, 1 << 20);
    write_text(&text);
    parse(&text);
    fiat__lookup_init(&lookup);
    unsigned found = 0;
    for (uint32_t item = 0; item < s_tape.count; item++)
        for (size_t i = 0; i < sizeof s_tokens / sizeof s_tokens[0]; i++) {
            fiat__str token = fiat__str_c(s_tokens[i]);
            uint32_t want = fiat__pointer_step(&s_tape, item, token);
            ck_assert_uint_eq(fiat__lookup_step(&lookup, &s_tape, item, token), want);
            found += want != 0;
        }
    ck_assert_uint_gt(found, 500);
    fiat__lookup_deinit(&lookup);
    drop();
    fiat__buf_deinit(&text);
}
END_TEST

START_TEST(works_without_memory) {
    fiat__buf text;
    fiat__lookup lookup;
    chaos_install();
    fiat__buf_init(&text, 1 << 20);
    write_text(&text);
    parse(&text);
    fiat__lookup_init(&lookup);
    uint32_t large = fiat__lookup_step(&lookup, &s_tape, 0, fiat__str_c("large"));
    chaos_fail_at(1, CHAOS_PERSISTENT);
    uint32_t without = fiat__lookup_step(&lookup, &s_tape, large, fiat__str_c("c299"));
    ck_assert(chaos_has_failed());
    chaos_fail_at(0, CHAOS_TRANSIENT);
    ck_assert_uint_ne(without, 0);
    ck_assert_uint_eq(fiat__lookup_step(&lookup, &s_tape, large, fiat__str_c("c299")), without);
    fiat__lookup_deinit(&lookup);
    drop();
    fiat__buf_deinit(&text);
    ck_assert_uint_eq(chaos_live_blocks(), 0);
    chaos_remove();
}
END_TEST

int main(void) {
    Suite *suite = suite_create("json/lookup");
    TCase *tcase = tcase_create("lookup");
    tcase_add_test(tcase, finds_the_same);
    tcase_add_test(tcase, works_without_memory);
    suite_add_tcase(suite, tcase);
    return fiat_test_run(suite);
}
