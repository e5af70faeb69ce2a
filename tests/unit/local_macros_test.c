/* Trino's functions, by the values that its documentation gives or that follow from its words:
 * https://trino.io/docs/current/functions.html. Where DuckDB cannot say the same, the row says what
 * is known to differ. Needs libduckdb.so: skipped (77) without. */
#include "local/macros.h"

#include "base/buf.h"
#include "local/athena_sql.h"
#include "local/athena_text.h"
#include "support/test.h"

#include <stdio.h>
#include <string.h>

static const struct {
    const char *sql, *value; /* NULL: NULL */
} s_rows[] = {
    /* aggregates */
    {"approx_distinct(x) FROM (VALUES (1), (2), (2)) t(x)", "2"},
    {"approx_percentile(x, 0.5) FROM (VALUES (1), (2), (3)) t(x)", "2"},
    {"map_agg(k, v) FROM (VALUES ('a', 1), ('b', 2), (NULL, 3)) t(k, v)", "{a=1, b=2}"},
    {"every(x) FROM (VALUES (true), (false)) t(x)", "false"},
    {"geometric_mean(x) FROM (VALUES (2.0), (8.0)) t(x)", "4.0"},
    /* dates and times */
    {"date_parse('2022/10/20/05', '%Y/%m/%d/%H')", "2022-10-20 05:00:00.000"},
    {"date_parse('20 October 2022 05:10:07', '%d %M %Y %H:%i:%s')", "2022-10-20 05:10:07.000"},
    {"date_parse(concat('2022-10-20', ' 05:10'), '%Y-%m-%d %k:%i' )", "2022-10-20 05:10:00.000"},
    {"date_parse(date_format(timestamp '2022-10-20 05:10:07', '%Y%m%d %T'), '%Y%m%d %T')",
     "2022-10-20 05:10:07.000"},
    {"date_format(timestamp '2022-10-20 05:10:00', '%m-%d-%Y %H')", "10-20-2022 05"},
    {"date_format(timestamp '2022-10-02 15:04:05.123456', '%W %M %e %c %i %s %h %p %f')",
     "Sunday October 2 10 04 05 03 PM 123456"},
    {"format_datetime(timestamp '2022-10-20 05:10:07.123', 'yyyy-MM-dd''T''HH:mm:ss.SSS')",
     "2022-10-20T05:10:07.123"},
    {"format_datetime(timestamp '2022-10-20 15:10:07', 'EEE, dd MMM yyyy hh:mm a')",
     "Thu, 20 Oct 2022 03:10 PM"},
    {"from_iso8601_timestamp('2020-05-11T11:15:05')", "2020-05-11 11:15:05.000 UTC"},
    /* Trino keeps the zone of the text (+01:00); here all are UTC. */
    {"from_iso8601_timestamp('2020-05-11T11:15:05.055+01:00')", "2020-05-11 10:15:05.055 UTC"},
    {"from_iso8601_date('2020-05-11')", "2020-05-11"},
    {"to_iso8601(timestamp '2020-05-11 11:15:05.5')", "2020-05-11T11:15:05.500"},
    {"to_iso8601(date '2020-05-11')", "2020-05-11"},
    {"to_iso8601(from_iso8601_timestamp('2020-05-11T11:15:05Z'))", "2020-05-11T11:15:05.000Z"},
    {"from_unixtime(1617256617)", "2021-04-01 05:56:57.000 UTC"},
    {"to_unixtime(timestamp '2021-04-01 05:56:57')", "1.617256617E9"},
    /* A time with its zone in Trino, the local time here. */
    {"at_timezone(from_iso8601_timestamp('2012-10-31T01:00:00Z'), 'America/Los_Angeles')",
     "2012-10-30 18:00:00.000"},
    {"date_add('second', 86, timestamp '2020-03-01 00:00:00')", "2020-03-01 00:01:26.000"},
    {"date_add('hour', 9, timestamp '2020-03-01 00:00:00')", "2020-03-01 09:00:00.000"},
    {"date_add('day', -1, timestamp '2020-03-01 00:00:00')", "2020-02-29 00:00:00.000"},
    {"date_add('month', 1, timestamp '2020-01-31 00:00:00')", "2020-02-29 00:00:00.000"},
    /* A date in Trino. */
    {"date_add('day', 1, date '2020-02-28')", "2020-02-29 00:00:00.000"},
    {"date_diff('second', timestamp '2020-03-01 00:00:00', timestamp '2020-03-02 00:00:00')",
     "86400"},
    {"date_diff('day', timestamp '2020-03-01 23:00:00', timestamp '2020-03-02 01:00:00')", "0"},
    {"date_diff('day', date '2020-03-01', date '2020-03-02')", "1"},
    {"date_diff('month', date '2020-03-02', date '2020-03-01')", "0"},
    {"day_of_week(date '2026-11-22')", "7"},
    {"dow(date '2026-11-23')", "1"},
    {"day_of_month(date '2026-11-22')", "22"},
    {"day_of_year(date '2026-11-22')", "326"},
    {"week_of_year(date '2026-11-22')", "47"},
    {"year_of_week(date '2027-01-01')", "2026"},
    {"millisecond(timestamp '2020-01-01 00:00:05.123')", "123"},
    {"last_day_of_month(date '2020-02-03')", "2020-02-29"},
    /* JSON */
    {"json_extract_scalar('[1, 2, 3]', '$[2]')", "3"},
    {"json_extract_scalar('{\"store\":{\"book\":[{\"author\":\"A\"}]}}', "
     "'$.store.book[0].author')",
     "A"},
    {"json_extract_scalar('{\"a\":{\"b\":1}}', '$.a')", NULL},
    {"json_extract_scalar('{\"a\":null}', '$.a')", NULL},
    {"json_extract_scalar('no json', '$.a')", NULL},
    {"json_size('{\"x\": {\"a\": 1, \"b\": 2}}', '$.x')", "2"},
    {"json_size('{\"x\": [1, 2, 3]}', '$.x')", "3"},
    {"json_size('{\"x\": {\"a\": 1, \"b\": 2}}', '$.x.a')", "0"},
    {"json_array_get('[\"a\", [3, 9], \"c\"]', 1)", "[3,9]"},
    {"json_format(json_parse('[1,2]'))", "[1,2]"},
    /* text */
    {"regexp_like('1a 2b 14m', '\\d+b')", "true"},
    {"regexp_extract('1a 2b 14m', '\\d+')", "1"},
    {"regexp_extract('1a 2b 14m', '(\\d+)([a-z]+)', 2)", "a"},
    {"regexp_extract('abc', '\\d+')", NULL},
    {"regexp_extract_all('1a 2b 14m', '\\d+')", "[1, 2, 14]"},
    {"regexp_replace('1a 2b 14m', '\\d+[ab] ')", "14m"},
    {"regexp_replace('1a 2b 14m', '(\\d+)([ab]) ', '3c$2 ')", "3ca 3cb 14m"},
    {"regexp_count('1a 2b 14m', '\\s*[a-z]+\\s*')", "3"},
    {"regexp_split('1a 2b 14m', '\\s*[a-z]+\\s*')", "[1, 2, 14, ]"},
    {"levenshtein_distance('kitten', 'sitting')", "3"},
    {"hamming_distance('abc', 'abd')", "1"},
    {"codepoint('a')", "97"},
    {"from_utf8(to_utf8('\xc3\xa4'))", "\xc3\xa4"},
    {"url_extract_protocol('https://u:p@trino.io:8080/a/b?x=1&y=a%20b#f')", "https"},
    {"url_extract_host('https://u:p@trino.io:8080/a/b?x=1&y=a%20b#f')", "trino.io"},
    {"url_extract_host('http://trino.io')", "trino.io"},
    {"url_extract_port('https://u:p@trino.io:8080/a/b?x=1&y=a%20b#f')", "8080"},
    {"url_extract_port('http://trino.io/')", NULL},
    {"url_extract_path('https://u:p@trino.io:8080/a/b?x=1&y=a%20b#f')", "/a/b"},
    {"url_extract_query('https://u:p@trino.io:8080/a/b?x=1&y=a%20b#f')", "x=1&y=a%20b"},
    {"url_extract_fragment('https://u:p@trino.io:8080/a/b?x=1&y=a%20b#f')", "f"},
    {"url_extract_parameter('https://trino.io/a/b?x=1&y=a%20b#f', 'y')", "a b"},
    {"url_extract_parameter('https://trino.io/a/b?x=1', 'y')", NULL},
    /* arrays and maps */
    {"cardinality(ARRAY[1, NULL])", "2"},
    {"cardinality(map(ARRAY['a', 'b'], ARRAY[1, 2]))", "2"},
    {"array_join(ARRAY['a', NULL, 'c'], '-')", "a-c"},
    {"array_join(ARRAY[1, NULL, 3], '-', 'x')", "1-x-3"},
    {"array_join(CAST(ARRAY[] AS INTEGER[]), '-')", ""},
    {"array_join(CAST(NULL AS INTEGER[]), '-')", NULL},
    {"array_max(ARRAY[1, 3, 2])", "3"},
    {"array_min(ARRAY[2, 1, 3])", "1"},
    {"cardinality(array_union(ARRAY[1, 2], ARRAY[2, 3]))", "3"},
    {"array_remove(ARRAY[1, 2, 1], 1)", "[2]"},
    {"arrays_overlap(ARRAY[1, 2], ARRAY[2])", "true"},
    {"sequence(1, 3)", "[1, 2, 3]"},
    {"sequence(1, 5, 2)", "[1, 3, 5]"},
    {"slice(ARRAY[1, 2, 3, 4], 2, 2)", "[2, 3]"},
    {"transform(ARRAY[5, 6], x -> x + 1)", "[6, 7]"},
    /* numbers */
    {"bitwise_and(19, 25)", "17"},
    {"bitwise_or(19, 25)", "27"},
    {"bitwise_xor(19, 25)", "10"},
    {"truncate(-1.7)", "-1"},
    {"is_nan(CAST('NaN' AS DOUBLE))", "true"},
    {"is_finite(CAST('Infinity' AS DOUBLE))", "false"},
    {"is_infinite(CAST('Infinity' AS DOUBLE))", "true"},
    {"e()", "2.718281828459045"},
    /* how values are spelt */
    {"CAST(100 AS DOUBLE)", "100.0"},
    {"CAST(12345678 AS DOUBLE)", "1.2345678E7"},
    {"CAST(1234567.5 AS DOUBLE)", "1234567.5"},
    {"CAST(0.0001 AS DOUBLE)", "1.0E-4"},
    {"CAST(0.001 AS DOUBLE)", "0.001"},
    {"CAST('-0' AS DOUBLE)", "-0.0"},
    {"CAST('-inf' AS DOUBLE)", "-Infinity"},
    {"CAST(0.1 AS FLOAT)", "0.1"},
    {"timestamp '2020-01-01 01:02:03'", "2020-01-01 01:02:03.000"},
    {"timestamp '2020-01-01 01:02:03.12'", "2020-01-01 01:02:03.120"},
    {"{'a': 1, 'b': {'c': NULL}}", "{a=1, b={c=null}}"},
    {"ARRAY['a\"b', '\xc3\xa4\n']", "[a\"b, \xc3\xa4\n]"},
    {"map(ARRAY[1], ARRAY['x'])", "{1=x}"},
    {"12345678901234567890.12", "12345678901234567890.12"},
};

static fiat__duckdb *s_db;

static void setup(void) {
    fiat_error err;
    const fiat__duckdb_opts opts = {.threads = 1};
    ck_assert_fiat_ok(fiat__duckdb_open(&s_db, &opts, &err), err);
    ck_assert_fiat_ok(fiat__duckdb_exec(s_db, "SET TimeZone='UTC'", &err), err);
    ck_assert_fiat_ok(fiat__macros_create(s_db, &err), err);
}

static void teardown(void) {
    fiat__duckdb_close(s_db);
}

START_TEST(gives_the_value) {
    fiat_error err;
    fiat__buf sql, select, scratch;
    fiat__duckdb_rows *rows;
    bool more;
    fiat__buf_init(&sql, 100000);
    fiat__buf_init(&select, 100000);
    fiat__buf_init(&scratch, 100000);
    fiat__buf_printf(&select, "SELECT %s", s_rows[_i].sql);
    ck_assert_fiat_ok(fiat__athena_rewrite(&sql, fiat__buf_str(&select), NULL, 0, &err), err);
    ck_assert_fiat_ok(
        fiat__duckdb_query(s_db, fiat__buf_str(&sql), FIAT__DUCKDB_MIXED, &rows, &err), err);
    ck_assert_fiat_ok(fiat__duckdb_next(rows, &more, &err), err);
    ck_assert(more);
    fiat__str value =
        fiat__athena_text(fiat__duckdb_column_at(rows, 0), fiat__duckdb_value(rows, 0), &scratch);
    const char *want = s_rows[_i].value;
    if (want)
        ck_assert_msg(value.ptr && fiat__str_eq_c(value, want), "%s: wanted %s: %.*s",
                      s_rows[_i].sql, want, (int)value.len, value.ptr ? value.ptr : "");
    else
        ck_assert_msg(!value.ptr, "%s: wanted NULL: %.*s", s_rows[_i].sql, (int)value.len,
                      value.ptr);
    fiat__duckdb_rows_free(rows);
    fiat__buf_deinit(&sql);
    fiat__buf_deinit(&select);
    fiat__buf_deinit(&scratch);
}
END_TEST

int main(void) {
    fiat_error err;
    if (fiat__duckdb_available(&err) != FIAT_OK) {
        printf("SKIP: %s\n", err.message);
        return 77;
    }
    Suite *suite = suite_create("local/macros");
    TCase *tc = tcase_create("values");
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_loop_test(tc, gives_the_value, 0, sizeof s_rows / sizeof *s_rows);
    suite_add_tcase(suite, tc);
    return fiat_test_run(suite);
}
