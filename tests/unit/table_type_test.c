#include "table/type.h"
#include "base/buf.h"
#include "support/test.h"

static fiat__arena s_arena;

static void setup(void) {
    fiat__arena_init(&s_arena, 1u << 20);
}

static void teardown(void) {
    fiat__arena_deinit(&s_arena);
}

static const struct {
    const char *text, *message;
} s_bad[] = {
    {"", "ends too early: a type is missing"},
    {"integer", "write \"int\""},
    {"JSON", "write \"string\""},
    {"strin", "unknown type \"strin\""},
    {"int int", "expected the end of the type instead of \"int\" at character 5"},
    {"int>", "expected the end of the type"},
    {"decimal(0,0)", "the precision must be a whole number from 1 to 38"},
    {"decimal(39)", "the precision must be a whole number from 1 to 38"},
    {"decimal(99999999999999999999)", "the precision"},
    {"decimal(4,5)", "the scale must be a whole number from 0 to 4"},
    {"decimal(4,)", "expected the scale instead of \")\""},
    {"decimal(4", "ends too early: ')' is missing"},
    {"char", "ends too early: '(' is missing"},
    {"char(256)", "from 1 to 255"},
    {"varchar(0)", "from 1 to 65535"},
    {"varchar(65536)", "from 1 to 65535"},
    {"varchar(1a)", "the length must be"},
    {"varchar(-1)", "expected the length"},
    {"array", "'<' is missing"},
    {"array<>", "expected a type instead of \">\""},
    {"array<int", "'>' is missing"},
    {"map<string>", "expected ','"},
    {"map<array<int>,int>", "the key of a map must be a simple type, not array"},
    {"struct<>", "expected a member's name"},
    {"struct<a>", "expected ':'"},
    {"struct<a:int,>", "expected a member's name"},
    {"struct<a:int,A:int>", "two members \"a\""},
    {"struct<a-b:int>", "expected ':' instead of \"-b:int>\""},
};

START_TEST(refuses) {
    fiat__type type;
    fiat_error err;
    ck_assert_fiat_status(fiat__type_parse(&type, fiat__str_c(s_bad[_i].text), &s_arena, &err),
                          FIAT_E_TABLE_COLUMN);
    ck_assert_msg(strstr(err.message, s_bad[_i].message), "%s: %s", s_bad[_i].text, err.message);
}
END_TEST

static const char *const s_good[][2] = {
    {"boolean", "boolean"},
    {" BIGINT ", "bigint"},
    {"Decimal", "decimal(10,0)"},
    {"decimal(38,38)", "decimal(38,38)"},
    {"decimal( 5 )", "decimal(5,0)"},
    {"char(255)", "char(255)"},
    {"varchar(65535)", "varchar(65535)"},
    {"array<array<tinyint>>", "array<array<tinyint>>"},
    {"map<string, struct<a:int>>", "map<string,struct<a:int>>"},
    {"struct<a:int, B:array<string>, c:decimal(4,2), d:date, e:timestamp>",
     "struct<a:int,B:array<string>,c:decimal(4,2),d:date,e:timestamp>"},
    {"STRUCT<\n  x: float,\n  y: double\n>", "struct<x:float,y:double>"},
    {"binary", "binary"},
    {"smallint", "smallint"},
};

START_TEST(parses_and_writes) {
    fiat__type type;
    fiat_error err;
    fiat__buf out;
    fiat__buf_init(&out, 1000);
    ck_assert_fiat_ok(fiat__type_parse(&type, fiat__str_c(s_good[_i][0]), &s_arena, &err), err);
    ck_assert(fiat__type_write(&out, &type));
    ck_assert_str_eq(fiat__buf_cstr(&out), s_good[_i][1]);
    fiat__buf_deinit(&out);
}
END_TEST

START_TEST(depth_is_bounded) {
    fiat__type type;
    fiat_error err;
    fiat__buf text;
    fiat__buf_init(&text, 1u << 20);
    for (int i = 0; i < FIAT__TYPE_MAX_DEPTH - 1; i++)
        fiat__buf_append_c(&text, "array<");
    fiat__buf_append_c(&text, "int");
    for (int i = 0; i < FIAT__TYPE_MAX_DEPTH - 1; i++)
        fiat__buf_append_c(&text, ">");
    ck_assert_fiat_ok(fiat__type_parse(&type, fiat__buf_str(&text), &s_arena, &err), err);
    fiat__buf_clear(&text);
    for (int i = 0; i < 100000; i++)
        fiat__buf_append_c(&text, "array<");
    ck_assert_fiat_status(fiat__type_parse(&type, fiat__buf_str(&text), &s_arena, &err),
                          FIAT_E_TABLE_COLUMN);
    ck_assert_msg(strstr(err.message, "more than 32 deep"), "%s", err.message);
    fiat__buf_deinit(&text);
}
END_TEST

/* The text need not end in NUL. */
START_TEST(reads_no_further_than_the_text) {
    fiat__type type;
    fiat_error err;
    char text[] = {'i', 'n', 't', 'o'};
    ck_assert_fiat_ok(fiat__type_parse(&type, fiat__str_of(text, 3), &s_arena, &err), err);
    ck_assert_fiat_status(fiat__type_parse(&type, fiat__str_of(text, 4), &s_arena, &err),
                          FIAT_E_TABLE_COLUMN);
}
END_TEST

START_TEST(column_names) {
    static const struct {
        const char *name;
        bool valid;
    } rows[] = {{"", false},     {"a-b", false}, {"a b", false}, {"\xc3\xa9", false},
                {"a\"b", false}, {"_a", true},   {"A9_z", true}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        ck_assert_msg(fiat__column_name_is_valid(fiat__str_c(rows[i].name)) == rows[i].valid, "%s",
                      rows[i].name);
    char longest[FIAT__NAME_MAX_BYTES + 1];
    memset(longest, 'a', sizeof longest);
    ck_assert(fiat__column_name_is_valid(fiat__str_of(longest, FIAT__NAME_MAX_BYTES)));
    ck_assert(!fiat__column_name_is_valid(fiat__str_of(longest, sizeof longest)));
}
END_TEST

int main(void) {
    Suite *suite = suite_create("table/type");
    TCase *tcase = tcase_create("type");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_loop_test(tcase, refuses, 0, sizeof s_bad / sizeof s_bad[0]);
    tcase_add_loop_test(tcase, parses_and_writes, 0, sizeof s_good / sizeof s_good[0]);
    tcase_add_test(tcase, depth_is_bounded);
    tcase_add_test(tcase, reads_no_further_than_the_text);
    tcase_add_test(tcase, column_names);
    suite_add_tcase(suite, tcase);
    return fiat_test_run(suite);
}
