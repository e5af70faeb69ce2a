#include "duckdb/internal.h"
#include "support/test.h"

static const struct {
    const char *sql, *trimmed;
} s_trims[] = {
    {"", ""},
    {" ;; ", ""},
    {"-- nothing", ""},
    {"select 1", "select 1"},
    {"select 1 ; \n", "select 1"},
    {"select 1; -- it's done", "select 1"},
    {"select 1 /* a /* nested */ ; */ ;", "select 1"},
    {"select ';' ;", "select ';'"},
    {"select 'it''s; --' -- x", "select 'it''s; --'"},
    {"select \"a;\"\"--\" ;", "select \"a;\"\"--\""},
    {"select E'\\';' ; --", "select E'\\';'"},
    {"select $$ ; -- ' $$ ;", "select $$ ; -- ' $$"},
    {"select $a$ $$ ; $a$;", "select $a$ $$ ; $a$"},
    {"select a$b from t; -- $", "select a$b from t"},
    {"select 1 -- a\n, 2 -- b\n", "select 1 -- a\n, 2"},
    {"select 'open ;", "select 'open ;"},
    {"select 1 /* open ;", "select 1"},
    {"select 1 - 1", "select 1 - 1"},
    {"select $", "select $"},
};

START_TEST(trim_leaves_the_statement) {
    ck_assert_uint_lt((size_t)_i, sizeof s_trims / sizeof s_trims[0]);
    fiat__str got = fiat__duckdb_trim(fiat__str_c(s_trims[_i].sql));
    ck_assert_msg(fiat__str_eq_c(got, s_trims[_i].trimmed), "%s: got \"%.*s\"", s_trims[_i].sql,
                  (int)got.len, got.ptr);
}
END_TEST

static const struct {
    const char *json, *want;
} s_jsons[] = {
    {"[1,null,true]", "[1,null,true]"},
    {"Infinity", "\"Infinity\""},
    {"-Infinity", "\"-Infinity\""},
    {"[NaN,-1,-Infinity]", "[\"NaN\",-1,\"-Infinity\"]"},
    {"{\"Infinity\":\"NaN\\\"NaN\"}", "{\"Infinity\":\"NaN\\\"NaN\"}"},
    {"{\"a\":Infinity}", "{\"a\":\"Infinity\"}"},
    {"\"\\\\\"", "\"\\\\\""},
};

START_TEST(json_takes_no_bare_infinity) {
    fiat__buf buf;
    fiat__buf_init(&buf, 1000);
    ck_assert(fiat__duckdb_append_json(&buf, fiat__str_c(s_jsons[_i].json)));
    ck_assert_str_eq(fiat__buf_cstr(&buf), s_jsons[_i].want);
    fiat__buf_deinit(&buf);
}
END_TEST

START_TEST(names_and_texts_are_quoted) {
    fiat__buf buf;
    fiat__buf_init(&buf, 1000);
    ck_assert(fiat__duckdb_quote_name(&buf, fiat__str_c("a\"b")));
    ck_assert(fiat__duckdb_quote_text(&buf, fiat__str_c("it's")));
    ck_assert_str_eq(fiat__buf_cstr(&buf), "\"a\"\"b\"'it''s'");
    fiat__buf_deinit(&buf);
}
END_TEST

START_TEST(errors_name_the_place) {
    fiat_error err;
    const char *text = "Parser Error: {\"exception_type\":\"Parser\",\"exception_message\":"
                       "\"syntax\\n  error\",\"position\":\"17\"}";
    fiat__str sql = fiat__str_c("select 'é'\n, x y");
    ck_assert_fiat_status(fiat__duckdb_error(text, sql, 0, NULL), FIAT_E_SQL);
    ck_assert_fiat_status(fiat__duckdb_error(text, sql, 3, &err), FIAT_E_SQL);
    ck_assert_str_eq(err.message, "line 2, column 3: Parser error: syntax error");
    ck_assert_uint_eq(err.offset, 14);
    ck_assert_fiat_status(fiat__duckdb_error(text, sql, 100, &err), FIAT_E_SQL);
    ck_assert_str_eq(err.message, "Parser error: syntax error");
    ck_assert_fiat_status(fiat__duckdb_error("no JSON", sql, 0, &err), FIAT_E_SQL);
    ck_assert_str_eq(err.message, "SQL error: no JSON");
    ck_assert_fiat_status(fiat__duckdb_error(NULL, sql, 0, &err), FIAT_E_SQL);
    ck_assert_str_eq(err.message, "SQL error: unknown error");
}
END_TEST

/* Here, where no test loads the engine: it stays loaded. */
START_TEST(load_refuses_a_library_that_is_none) {
    static const char *const files[] = {"/dev/null", "/nonexistent/libduckdb.so", "libm.so.6"};
    fiat_error err;
    fiat__duckdb *db;
    ck_assert_int_eq(setenv("FIAT_DUCKDB", files[_i], 1), 0);
    ck_assert_fiat_status(fiat__duckdb_open(&db, NULL, &err), FIAT_E_SQL_ENGINE);
    ck_assert_msg(strstr(err.message, "scripts/fetch-duckdb"), "%s", err.message);
    ck_assert_ptr_null(db);
    ck_assert_int_eq(unsetenv("FIAT_DUCKDB"), 0);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("duckdb/text");
    TCase *tcase = tcase_create("text");
    tcase_add_loop_test(tcase, trim_leaves_the_statement, 0, sizeof s_trims / sizeof s_trims[0]);
    tcase_add_loop_test(tcase, json_takes_no_bare_infinity, 0, sizeof s_jsons / sizeof s_jsons[0]);
    tcase_add_test(tcase, names_and_texts_are_quoted);
    tcase_add_test(tcase, errors_name_the_place);
    tcase_add_loop_test(tcase, load_refuses_a_library_that_is_none, 0, 3);
    suite_add_tcase(suite, tcase);
    return fiat_test_run(suite);
}
