/* The tape: its shape, lookups, pointers, equality, excerpts, and many keys. */
#include "json/equal.h"
#include "json/excerpt.h"
#include "json/pointer.h"
#include "support/test.h"

#include <stdio.h>

/* One text on a tape, with all that this needs. */
typedef struct parsed {
    fiat__padded padded;
    fiat__keyspace keys;
    fiat__tape tape;
    fiat_status status;
} parsed;

static void parse(parsed *p, fiat__str text) {
    fiat_error err = FIAT_ERROR_INIT;
    *p = (parsed){0};
    fiat__keyspace_init(&p->keys);
    fiat__tape_init(&p->tape, &p->keys);
    ck_assert_fiat_ok(fiat__scan_load(&p->padded, text, &err), err);
    fiat__tape_reset(&p->tape, fiat__str_of(p->padded.ptr, p->padded.len), 64);
    p->status = fiat__tape_parse(&p->tape, &err);
}

static void parse_ok(parsed *p, const char *text) {
    parse(p, fiat__str_c(text));
    ck_assert_int_eq(p->status, FIAT_OK);
}

static void drop(parsed *p) {
    fiat__tape_deinit(&p->tape);
    fiat__keyspace_deinit(&p->keys);
    fiat__padded_deinit(&p->padded);
}

START_TEST(values_follow_each_other) {
    parsed p;
    parse_ok(&p, " {\"a\":[1,-2.5,true],\"b\\n\":{\"c\":null}, \"\":\"x\\u00e9y\"}");
    const fiat__tape *tape = &p.tape;
    static const struct {
        unsigned kind, len, next;
    } want[] = {
        {FIAT__JSON_OBJECT, 3, 12}, {FIAT__JSON_STRING, 1, 2},  {FIAT__JSON_ARRAY, 3, 6},
        {FIAT__JSON_INTEGER, 1, 4}, {FIAT__JSON_NUMBER, 4, 5},  {FIAT__JSON_BOOL, 4, 6},
        {FIAT__JSON_STRING, 2, 7},  {FIAT__JSON_OBJECT, 1, 10}, {FIAT__JSON_STRING, 1, 9},
        {FIAT__JSON_NULL, 4, 10},   {FIAT__JSON_STRING, 0, 11}, {FIAT__JSON_STRING, 4, 12},
    };
    ck_assert_uint_eq(tape->count, sizeof want / sizeof want[0]);
    for (uint32_t i = 0; i < tape->count; i++) {
        ck_assert_uint_eq(tape->items[i].kind, want[i].kind);
        ck_assert_uint_eq(tape->items[i].len, want[i].len);
        ck_assert_uint_eq(fiat__tape_next(tape, i), want[i].next);
    }
    ck_assert_uint_eq(tape->items[0].at, 1);
    ck_assert(fiat__str_eq_c(fiat__tape_string(tape, 6), "b\n"));
    ck_assert(fiat__str_eq_c(fiat__tape_string(tape, 11), "x\xc3\xa9y"));
    ck_assert(fiat__str_eq_c(fiat__tape_text(tape, 4), "-2.5"));
    ck_assert(fiat__tape_is_true(tape, 5));
    ck_assert_uint_eq(fiat__tape_member(tape, 0, fiat__str_c("b\n")), 7);
    ck_assert_uint_eq(fiat__tape_member(tape, 0, fiat__str_c("c")), 0);
    drop(&p);
}
END_TEST

/* ---- Pointers, there and back. ---- */

static uint32_t find(const fiat__tape *tape, const char *text) {
    fiat__str pointer = fiat__str_c(text), token;
    uint32_t item = 0;
    while (fiat__pointer_token(&pointer, &token)) {
        item = fiat__pointer_step(tape, item, token);
        if (item == 0) return UINT32_MAX;
    }
    return pointer.len ? UINT32_MAX : item;
}

START_TEST(pointers_lead_there_and_back) {
    static const char *const good[] = {"",      "/foo",  "/foo/0",   "/foo/1",   "/",
                                       "/a~1b", "/m~0n", "/foo/1/x", "/\xc3\xa9"};
    static const char *const none[] = {
        "foo", "/foo/2", "/foo/00",    "/foo/01", "/foo/-", "/foo/0/a", "/foo/9999999999",
        "/b",  "/a/b",   "/foo/1/x/0", "/m~n"};
    parsed p;
    parse_ok(&p, "{\"foo\":[1,{\"x\":2}],\"\":0,\"a/b\":1,\"m~n\":8,\"\\u00e9\":9}");
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        uint32_t item = find(&p.tape, good[i]);
        ck_assert_msg(item != UINT32_MAX, "%s", good[i]);
        fiat__buf path;
        fiat__buf_init(&path, 100);
        ck_assert(fiat__pointer_write(&path, &p.tape, item));
        ck_assert_str_eq(fiat__buf_cstr(&path), good[i]);
        fiat__buf_deinit(&path);
    }
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++)
        ck_assert_msg(find(&p.tape, none[i]) == UINT32_MAX, "%s", none[i]);
    drop(&p);
}
END_TEST

/* ---- Equality. ---- */

static const struct {
    const char *a, *b;
    bool equal;
} pairs[] = {
    {"1", "1.0", true},
    {"1", "\"1\"", false},
    {"0", "false", false},
    {"0", "-0.0", true},
    {"100", "1e2", true},
    {"9007199254740993", "9007199254740992", false},
    {"null", "null", true},
    {"true", "false", false},
    {"\"a\"", "\"\\u0061\"", true},
    {"\"a\"", "\"b\"", false},
    {"[]", "{}", false},
    {"[1,2]", "[2,1]", false},
    {"[1,[2]]", "[1.0,[2]]", true},
    {"[1]", "[1,1]", false},
    {"{\"a\":1,\"b\":2}", "{\"b\":2,\"a\":1}", true},
    {"{\"a\":1,\"b\":2}", "{\"a\":2,\"b\":1}", false},
    {"{\"a\":1}", "{\"b\":1}", false},
    {"{\"a\":1}", "{\"a\":1,\"b\":1}", false},
    {"{\"a\":{\"x\":[],\"y\":0}}", "{\"a\":{\"y\":0,\"x\":[]}}", true},
    {"\"a string of more than sixteen bytes\"", "\"a string of more THAN sixteen bytes\"", false},
};

START_TEST(equal_values_are_equal_and_hash_alike) {
    parsed a, b;
    uint64_t steps = 1000, none = 0;
    parse_ok(&a, pairs[_i].a);
    parse_ok(&b, pairs[_i].b);
    ck_assert_int_eq(fiat__tape_equal(&a.tape, 0, &b.tape, 0, &steps), pairs[_i].equal);
    ck_assert_int_eq(fiat__tape_equal(&b.tape, 0, &a.tape, 0, &steps), pairs[_i].equal);
    ck_assert_int_eq(fiat__tape_equal(&b.tape, 0, &a.tape, 0, &none), -1);
    bool alike = fiat__tape_hash(&a.tape, 0, 7) == fiat__tape_hash(&b.tape, 0, 7);
    ck_assert_int_eq(alike, pairs[_i].equal);
    drop(&a);
    drop(&b);
}
END_TEST

START_TEST(comparison_of_hostile_objects_is_bounded) {
    enum { COUNT = 3000 };
    fiat__buf text[2];
    for (int side = 0; side < 2; side++) { /* the same members in opposite orders */
        fiat__buf_init(&text[side], 1 << 20);
        for (int i = 0; i < COUNT; i++)
            fiat__buf_printf(&text[side], "%c\"%d\":0", i ? ',' : '{', side ? COUNT - i : i + 1);
        fiat__buf_append_char(&text[side], '}');
    }
    parsed a, b;
    parse_ok(&a, fiat__buf_cstr(&text[0]));
    parse_ok(&b, fiat__buf_cstr(&text[1]));
    uint64_t few = 100000, many = UINT64_C(100000000);
    ck_assert_int_eq(fiat__tape_equal(&a.tape, 0, &b.tape, 0, &few), -1);
    ck_assert_uint_eq(few, 0);
    ck_assert_int_eq(fiat__tape_equal(&a.tape, 0, &b.tape, 0, &many), 1);
    drop(&a);
    drop(&b);
    fiat__buf_deinit(&text[0]);
    fiat__buf_deinit(&text[1]);
}
END_TEST

/* ---- Keys. ---- */

/* An object of `count` keys of about `len` bytes; the last is the same as number `twice`. */
static void write_keys(fiat__buf *text, int count, int len, int twice) {
    fiat__buf_init(text, 64 << 20);
    for (int i = 0; i < count; i++)
        fiat__buf_printf(text, "%c\"%0*d%s\":{\"a\":%d}", i ? ',' : '{', len,
                         twice >= 0 && i == count - 1 ? twice : i, len > 4 ? "tail" : "", i);
    fiat__buf_append_char(text, '}');
}

START_TEST(duplicates_are_found_among_any_number_of_keys) {
    static const int counts[] = {2, 3, 15, 16, 17, 18, 31, 33, 64, 65, 300, 5000};
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        for (int len = 4; len <= 24; len += 5) {
            int count = counts[i], twice[] = {-1, 0, (count - 1) / 2, count - 2};
            for (size_t t = 0; t < 4; t++) {
                fiat__buf text;
                parsed p;
                write_keys(&text, count, len, twice[t]);
                parse(&p, fiat__buf_str(&text));
                ck_assert_int_eq(p.status, t ? FIAT_E_JSON_DUPLICATE_KEY : FIAT_OK);
                drop(&p);
                fiat__buf_deinit(&text);
            }
        }
    }
}
END_TEST

/* Objects inside objects, each with more keys than fit into a frame: the tables nest. */
START_TEST(tables_of_keys_nest) {
    fiat__buf text;
    fiat__buf_init(&text, 1 << 20);
    for (int level = 0; level < 20; level++) {
        for (int i = 0; i < 40; i++)
            fiat__buf_printf(&text, "%c\"k%d\":0", i ? ',' : '{', i);
        fiat__buf_append_c(&text, ",\"in\":");
    }
    fiat__buf_append_c(&text, "1");
    for (int level = 0; level < 20; level++)
        fiat__buf_printf(&text, ",\"%s\":2}", level == 19 ? "k39" : "last");
    parsed p;
    parse(&p, fiat__buf_str(&text));
    ck_assert_int_eq(p.status, FIAT_E_JSON_DUPLICATE_KEY);
    ck_assert(fiat__str_eq_c(fiat__tape_string(&p.tape, p.tape.count - 1), "k39"));
    drop(&p);
    fiat__buf_deinit(&text);
}
END_TEST

/* ---- Excerpts. ---- */

START_TEST(excerpts_are_short_and_on_one_line) {
    static const struct {
        const char *text, *shown;
    } rows[] = {
        {"\"abc\"", "\"abc\""},
        {"\"a\\nb\\u007f\"", "\"a\\u000ab\\u007f\""},
        {"\"0123456789012345678901234567890123456789\"", "\"01234567890123456789012345...\""},
        {"\"\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9"
         "\\u00e9\\u00e9\\u00e9\\u00e9\"",
         "\"\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3"
         "\xa9\xc3\xa9\xc3\xa9...\""},
        {"-1.5", "-1.5"},
        {"null", "null"},
        {"{\"a\":[1, \"}\"]}", "{\"a\":[1, \"}\"]}"},
        {"[1,\n2]", "an array of 2 items"},
        {"{\"a\":\n1}", "an object of 1 member"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        parsed p;
        char out[32];
        parse_ok(&p, rows[i].text);
        ck_assert_str_eq(fiat__tape_excerpt(out, sizeof out, &p.tape, 0), rows[i].shown);
        drop(&p);
    }
}
END_TEST

int main(void) {
    Suite *suite = suite_create("json/tape");
    TCase *tcase = tcase_create("tape");
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, duplicates_are_found_among_any_number_of_keys);
    tcase_add_test(tcase, tables_of_keys_nest);
    tcase_add_test(tcase, comparison_of_hostile_objects_is_bounded);
    tcase_add_loop_test(tcase, equal_values_are_equal_and_hash_alike, 0,
                        sizeof pairs / sizeof pairs[0]);
    tcase_add_test(tcase, values_follow_each_other);
    tcase_add_test(tcase, pointers_lead_there_and_back);
    tcase_add_test(tcase, excerpts_are_short_and_on_one_line);
    suite_add_tcase(suite, tcase);
    return fiat_test_run(suite);
}
