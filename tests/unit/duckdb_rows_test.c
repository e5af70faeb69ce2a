/* Needs libduckdb.so: skipped (77) where scripts/fetch-duckdb has not been run. */
#include "base/buf.h"
#include "duckdb/duckdb.h"
#include "support/test.h"

#include <stdio.h>

static fiat__duckdb *s_db;

static void setup(void) {
    fiat_error err;
    fiat__duckdb_opts opts = {.threads = 1, .memory_limit_bytes = 256u << 20, .temp_dir = NULL};
    ck_assert_fiat_ok(fiat__duckdb_open(&s_db, &opts, &err), err);
}

static void teardown(void) {
    fiat__duckdb_close(s_db);
}

/* Rows as "a|b\n"; NULL as "~". */
static fiat_status run(const char *sql, fiat__duckdb_form form, fiat__buf *out, fiat_error *err) {
    fiat__duckdb_rows *rows;
    bool more;
    fiat_status status = fiat__duckdb_query(s_db, fiat__str_c(sql), form, &rows, err);
    if (status != FIAT_OK) return status;
    while ((status = fiat__duckdb_next(rows, &more, err)) == FIAT_OK && more) {
        for (size_t i = 0; i < fiat__duckdb_column_count(rows); i++) {
            fiat__str value = fiat__duckdb_value(rows, i);
            if (i) fiat__buf_append_c(out, "|");
            if (value.ptr)
                fiat__buf_append(out, value.ptr, value.len);
            else
                fiat__buf_append_c(out, "~");
        }
        fiat__buf_append_c(out, "\n");
    }
    fiat__duckdb_rows_free(rows);
    return status;
}

static const struct {
    const char *sql, *message;
    size_t offset;
} s_bad[] = {
    {"selec 1", "line 1, column 1: Parser error: syntax error at or near \"selec\"", 0},
    {"select 1,\n  nocol from range(3)", "line 2, column 3: Binder error: Referenced column", 12},
    {"select 1 from\nrange(3) where range = 'x'::int + 'y'::int", "line 2, column", 0},
    {"select 1; select 2", "one statement is run at a time, and these are 2", 0},
    {" -- nothing", "there is no statement", 0},
    {"select $1", "parameters", 0},
    {"create table t(a int)", "only statements that read", 0},
    {"copy (select 1) to '/tmp/x'", "only statements that read", 0},
    {"select error('row ' || range) from range(3)", "row 0", 0},
};

START_TEST(refuses) {
    fiat_error err;
    fiat__buf out;
    fiat__buf_init(&out, 100000);
    ck_assert_fiat_status(run(s_bad[_i].sql, FIAT__DUCKDB_TEXT, &out, &err), FIAT_E_SQL);
    ck_assert_msg(strstr(err.message, s_bad[_i].message), "%s: %s", s_bad[_i].sql, err.message);
    if (s_bad[_i].offset) ck_assert_uint_eq(err.offset, s_bad[_i].offset);
    fiat__buf_deinit(&out);
}
END_TEST

START_TEST(refuses_a_nul_byte) {
    fiat__duckdb_rows *rows;
    fiat_error err;
    ck_assert_fiat_status(
        fiat__duckdb_query(s_db, fiat__str_of("select 1\0x", 10), FIAT__DUCKDB_TEXT, &rows, &err),
        FIAT_E_SQL);
    ck_assert_ptr_null(rows);
}
END_TEST

static const struct {
    const char *sql, *text, *json;
} s_good[] = {
    {"select 1 as a, 2 as a; -- two", "1|2\n", "1|2\n"},
    {"select 9007199254740993::bigint, 170141183460469231731687303715884105727::hugeint",
     "9007199254740993|170141183460469231731687303715884105727\n",
     "9007199254740993|170141183460469231731687303715884105727\n"},
    {"select 1.50::decimal(10,2), 0.1::double, 'inf'::double, true, null", "1.50|0.1|inf|true|~\n",
     "1.5|0.1|\"Infinity\"|true|~\n"},
    {"select timestamp '2026-11-21 12:00:00.5', date '2026-11-21', 'x\"y'",
     "2026-11-21 12:00:00.5|2026-11-21|x\"y\n",
     "\"2026-11-21 12:00:00.5\"|\"2026-11-21\"|\"x\\\"y\"\n"},
    {"select [1,null], {'a': 'é'}, map{'k': 1}", "[1, NULL]|{'a': é}|{k=1}\n",
     "[1,null]|{\"a\":\"é\"}|{\"k\":1}\n"},
    {"select '{\"a\": 1}'::json, 'plain text of more than twelve bytes'",
     "{\"a\": 1}|plain text of more than twelve bytes\n",
     "{\"a\":1}|\"plain text of more than twelve bytes\"\n"},
    {"select 'only text', null::varchar", "only text|~\n", "\"only text\"|~\n"},
    {"select range from range(3) order by range desc", "2\n1\n0\n", "2\n1\n0\n"},
    {"select 1 where false", "", ""},
    {"values (1, 'a'), (2, 'b')", "1|a\n2|b\n", "1|\"a\"\n2|\"b\"\n"},
    {"with x as (select 1 as y) from x /* end", NULL, NULL}, /* an open comment is refused */
    {"select column_name, column_type from (describe select 1 as x)", "x|INTEGER\n",
     "\"x\"|\"INTEGER\"\n"},
    {"describe select 1 as x", "x|INTEGER|YES|~|~|~\n", "\"x\"|\"INTEGER\"|\"YES\"|~|~|~\n"},
};

START_TEST(gives_rows) {
    fiat_error err;
    fiat__buf out;
    fiat__buf_init(&out, 100000);
    if (s_good[_i].text) {
        ck_assert_fiat_ok(run(s_good[_i].sql, FIAT__DUCKDB_TEXT, &out, &err), err);
        ck_assert_str_eq(fiat__buf_cstr(&out), s_good[_i].text);
        fiat__buf_clear(&out);
        ck_assert_fiat_ok(run(s_good[_i].sql, FIAT__DUCKDB_JSON, &out, &err), err);
        ck_assert_str_eq(fiat__buf_cstr(&out), s_good[_i].json);
    } else {
        ck_assert_fiat_status(run(s_good[_i].sql, FIAT__DUCKDB_TEXT, &out, &err), FIAT_E_SQL);
    }
    fiat__buf_deinit(&out);
}
END_TEST

START_TEST(goes_over_chunks) {
    fiat_error err;
    fiat__buf out;
    fiat__buf_init(&out, 1u << 20);
    ck_assert_fiat_ok(run("select range from range(10000)", FIAT__DUCKDB_TEXT, &out, &err), err);
    ck_assert_uint_eq(out.len, 10 * 2 + 90 * 3 + 900 * 4 + 9000 * 5);
    ck_assert_int_eq(memcmp(out.ptr + out.len - 10, "9998\n9999\n", 10), 0);
    fiat__buf_deinit(&out);
}
END_TEST

START_TEST(describes_columns) {
    fiat__duckdb_rows *rows;
    fiat_error err;
    const char *sql = "select 1 as \"a b\", 1.5::decimal(12,3) as d, '{}'::json as j, [1] as l";
    ck_assert_fiat_ok(fiat__duckdb_query(s_db, fiat__str_c(sql), FIAT__DUCKDB_TEXT, &rows, &err),
                      err);
    ck_assert_uint_eq(fiat__duckdb_column_count(rows), 4);
    const fiat__duckdb_column *column = fiat__duckdb_column_at(rows, 0);
    ck_assert_str_eq(column->name, "a b");
    ck_assert_str_eq(column->type, "integer");
    ck_assert(column->number);
    column = fiat__duckdb_column_at(rows, 1);
    ck_assert_str_eq(column->type, "decimal");
    ck_assert_uint_eq(column->precision, 12);
    ck_assert_uint_eq(column->scale, 3);
    ck_assert_str_eq(fiat__duckdb_column_at(rows, 2)->type, "json");
    ck_assert_str_eq(fiat__duckdb_column_at(rows, 3)->type, "list");
    fiat__duckdb_rows_free(rows);
}
END_TEST

static const char *const s_escapes[] = {
    "select * from read_text('/etc/hostname')",
    "select * from read_text('/proc/self/environ')",
    "select * from glob('/etc/*')",
    "select * from read_csv('DIR/../x.csv')",
};

/* What would write, though it looks like reading. */
static const char *const s_writers[] = {
    "explain analyze copy (select 1) to 'DIR/x.csv'",
    "EXPLAIN /* */ (ANALYZE) select 1",
    "select * from enable_logging('QueryLog')",
    "select * from \"Enable_Logging\" /* */ ('QueryLog')",
    "select * from query('select * from enable_' || 'logging()')",
    "select $a$'$a$, * from truncate_duckdb_logs()",
};

START_TEST(refuses_what_writes) {
    fiat_error err;
    fiat__buf out;
    fiat__buf_init(&out, 100000);
    ck_assert_fiat_status(run(s_writers[_i], FIAT__DUCKDB_TEXT, &out, &err), FIAT_E_SQL);
    ck_assert_msg(strstr(err.message, "EXPLAIN ANALYZE") || strstr(err.message, "not offered"),
                  "%s: %s", s_writers[_i], err.message);
    fiat__buf_deinit(&out);
}
END_TEST

/* The words themselves are no harm. */
START_TEST(reads_the_words_of_writers) {
    static const char *const good[] = {
        "select 'query (1), enable_logging(1)' as a", "select 1 as query", "explain select 1",
        "select query.x from (select 1 as x) as query", "select 1 as analyze"};
    fiat_error err;
    fiat__buf out;
    fiat__buf_init(&out, 100000);
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        ck_assert_fiat_ok(run(good[i], FIAT__DUCKDB_TEXT, &out, &err), err);
    fiat__buf_deinit(&out);
}
END_TEST

/* Locked, SQL sees the given folder and nothing else. */
START_TEST(lock_keeps_sql_in_its_folders) {
    fiat_error err;
    fiat__buf out;
    char dir[] = "/tmp/fiat-test-XXXXXX", sql[200];
    ck_assert_ptr_nonnull(mkdtemp(dir));
    snprintf(sql, sizeof sql, "copy (select 42 as a) to '%s/in.csv'", dir);
    ck_assert_fiat_ok(fiat__duckdb_exec(s_db, sql, &err), err);
    const char *dirs[] = {dir};
    ck_assert_fiat_ok(fiat__duckdb_lock(s_db, dirs, 1, &err), err);
    fiat__buf_init(&out, 100000);
    for (size_t i = 0; i < sizeof s_escapes / sizeof s_escapes[0]; i++) {
        fiat_status status = run(s_escapes[i], FIAT__DUCKDB_TEXT, &out, &err);
        ck_assert_msg(status == FIAT_E_SQL, "%s is allowed", s_escapes[i]);
        ck_assert_msg(strstr(err.message, "ermission"), "%s: %s", s_escapes[i], err.message);
    }
    ck_assert_fiat_status(fiat__duckdb_exec(s_db, "SET enable_external_access=true", &err),
                          FIAT_E_SQL);
    ck_assert_fiat_status(fiat__duckdb_exec(s_db, "INSTALL httpfs", &err), FIAT_E_SQL);
    snprintf(sql, sizeof sql, "select a from read_csv('%s/in.csv')", dir);
    ck_assert_fiat_ok(run(sql, FIAT__DUCKDB_TEXT, &out, &err), err);
    ck_assert_str_eq(fiat__buf_cstr(&out), "42\n");
    fiat__buf_deinit(&out);
    snprintf(sql, sizeof sql, "%s/in.csv", dir);
    ck_assert_int_eq(remove(sql), 0);
    ck_assert_int_eq(remove(dir), 0);
}
END_TEST

int main(void) {
    fiat_error err;
    if (fiat__duckdb_available(&err) != FIAT_OK) {
        printf("skipped: %s\n", err.message);
        return 77;
    }
    Suite *suite = suite_create("duckdb/rows");
    TCase *tcase = tcase_create("rows");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_loop_test(tcase, refuses, 0, sizeof s_bad / sizeof s_bad[0]);
    tcase_add_test(tcase, refuses_a_nul_byte);
    tcase_add_loop_test(tcase, refuses_what_writes, 0, sizeof s_writers / sizeof s_writers[0]);
    tcase_add_test(tcase, reads_the_words_of_writers);
    tcase_add_loop_test(tcase, gives_rows, 0, sizeof s_good / sizeof s_good[0]);
    tcase_add_test(tcase, goes_over_chunks);
    tcase_add_test(tcase, describes_columns);
    tcase_add_test(tcase, lock_keeps_sql_in_its_folders);
    suite_add_tcase(suite, tcase);
    return fiat_test_run(suite);
}
