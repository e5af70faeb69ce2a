/* See macros.h. One row a function. Names that DuckDB has with another meaning are made anew, and
 * call its own as system.main.NAME. What cannot be said as a macro is missing, or done in
 * athena_sql.c: functions that take other functions (transform), and date_parse, whose pattern
 * DuckDB wants as a constant. */
#include "local/macros.h"

#include "base/buf.h"

#define SQL_MAX_BYTES (256 * 1024)

/* MySQL's letters of a time (date_format) as strftime() has them. The month's name goes
 * first: %M means minutes there. https://trino.io/docs/current/functions/datetime.html */
#define R(text, from, to) "replace(" text ", '" from "', '" to "')"
#define MYSQL_1(f)        R(R(R(f, "%M", "%B"), "%i", "%M"), "%s", "%S")
#define MYSQL_2(f)        R(R(R(f, "%W", "%A"), "%h", "%I"), "%T", "%H:%M:%S")
#define MYSQL_3(f)        R(R(R(f, "%c", "%-m"), "%e", "%-d"), "%k", "%-H")
#define MYSQL_4(f)        R(R(R(f, "%l", "%-I"), "%r", "%I:%M:%S %p"), "%v", "%V")
#define MYSQL(f)          MYSQL_4(MYSQL_3(MYSQL_2(MYSQL_1(f))))

/* Joda's patterns (format_datetime), of two letters and more. */
#define JODA_1(f) R(R(R(f, "''T''", "T"), "''Z''", "Z"), "a", "%p")
#define JODA_2(f) R(R(R(f, "EEEE", "%A"), "EEE", "%a"), "MMMM", "%B")
#define JODA_3(f) R(R(R(f, "MMM", "%b"), "MM", "%m"), "yyyy", "%Y")
#define JODA_4(f) R(R(R(f, "YYYY", "%Y"), "yy", "%y"), "dd", "%d")
#define JODA_5(f) R(R(R(f, "HH", "%H"), "hh", "%I"), "mm", "%M")
#define JODA_6(f) R(R(f, "SSS", "%g"), "ss", "%S")
#define JODA(f)   JODA_6(JODA_5(JODA_4(JODA_3(JODA_2(JODA_1(f))))))

#define URL(part) "system.main.regexp_extract(u, '^[^:/?#]+://(?:[^@/?#]*@)?" part "', 1)"

#define JOIN(list)                                                                                 \
    "coalesce(list_reduce(nullif(" list                                                            \
    ", []), lambda x, y: x || d || y), CASE WHEN a IS NOT NULL "                                   \
    "THEN '' END)"

static const char *const s_macros[] = {
    /* aggregates */
    "approx_distinct(x) AS approx_count_distinct(x), (x, e) AS approx_count_distinct(x)",
    "approx_percentile(x, p) AS approx_quantile(x, p)",
    "map_agg(k, v) AS map(list(k) FILTER (WHERE k IS NOT NULL), "
    "list(v) FILTER (WHERE k IS NOT NULL))",
    "every(x) AS bool_and(x)",
    "geometric_mean(x) AS geomean(x)",
    /* dates and times */
    "date_format(t, f) AS strftime(t, " MYSQL("f") ")",
    "format_datetime(t, f) AS strftime(t, " JODA("f") ")",
    "from_iso8601_timestamp(s) AS CAST(s AS TIMESTAMPTZ)",
    "from_iso8601_date(s) AS CAST(s AS DATE)",
    "to_iso8601(t) AS CASE typeof(t) WHEN 'DATE' THEN strftime(t, '%Y-%m-%d') "
    "WHEN 'TIMESTAMP WITH TIME ZONE' THEN strftime(t, '%Y-%m-%dT%H:%M:%S.%gZ') "
    "ELSE strftime(t, '%Y-%m-%dT%H:%M:%S.%g') END",
    "from_unixtime(x) AS to_timestamp(x)",
    "to_unixtime(t) AS epoch(t)",
    "at_timezone(t, z) AS timezone(z, t)",
    "with_timezone(t, z) AS timezone(z, t)",
    "date_add(u, n, t) AS t + CAST(n || ' ' || u AS INTERVAL)",
    "date_diff(u, a, b) AS date_sub(u, a, b)",
    "day_of_week(t) AS isodow(t)",
    "dow(t) AS isodow(t)",
    "day_of_month(t) AS day(t)",
    "day_of_year(t) AS dayofyear(t)",
    "doy(t) AS dayofyear(t)",
    "week_of_year(t) AS weekofyear(t)",
    "year_of_week(t) AS isoyear(t)",
    "yow(t) AS isoyear(t)",
    "millisecond(t) AS system.main.millisecond(t) % 1000",
    "last_day_of_month(t) AS last_day(t)",
    /* JSON */
    "json_extract_scalar(j, p) AS CASE WHEN json_valid(j) THEN CASE WHEN "
    "json_type(j, p) IN ('OBJECT', 'ARRAY', 'NULL') THEN NULL ELSE "
    "json_extract_string(j, p) END END",
    "json_parse(s) AS CAST(s AS JSON)",
    "json_format(j) AS CAST(j AS VARCHAR)",
    "json_size(j, p) AS CASE json_type(j, p) WHEN 'OBJECT' THEN len(json_keys(j, p)) "
    "WHEN 'ARRAY' THEN json_array_length(j, p) ELSE 0 END",
    "json_array_get(j, i) AS json_extract(j, i)",
    /* text */
    "regexp_like(s, p) AS regexp_matches(s, p)",
    "regexp_extract(s, p) AS CASE WHEN regexp_matches(s, p) THEN "
    "system.main.regexp_extract(s, p) END, (s, p, g) AS CASE WHEN regexp_matches(s, p) THEN "
    "system.main.regexp_extract(s, p, g) END",
    "regexp_replace(s, p) AS system.main.regexp_replace(s, p, '', 'g'), (s, p, r) AS "
    "system.main.regexp_replace(s, p, system.main.regexp_replace(r, '\\$(\\d+)', '\\\\\\1', 'g'), "
    "'g')",
    "regexp_count(s, p) AS len(regexp_extract_all(s, p))",
    "regexp_split(s, p) AS regexp_split_to_array(s, p)",
    "levenshtein_distance(a, b) AS levenshtein(a, b)",
    "hamming_distance(a, b) AS hamming(a, b)",
    "codepoint(s) AS unicode(s)",
    "to_utf8(s) AS encode(s)",
    "from_utf8(b) AS decode(b)",
    "url_extract_protocol(u) AS system.main.regexp_extract(u, '^([^:/?#]+)://', 1)",
    "url_extract_host(u) AS " URL("([^:/?#]*)"),
    "url_extract_port(u) AS TRY_CAST(" URL("[^:/?#]*:([0-9]+)") " AS BIGINT)",
    "url_extract_path(u) AS " URL("[^/?#]*([^?#]*)"),
    "url_extract_query(u) AS " URL("[^?#]*\\?([^#]*)"),
    "url_extract_fragment(u) AS system.main.regexp_extract(u, '#(.*)$', 1)",
    "url_extract_parameter(u, n) AS CASE WHEN regexp_matches(u, '[?&]' || n || '=') THEN "
    "url_decode(system.main.regexp_extract(u, '[?&]' || n || '=([^&#]*)', 1)) END",
    /* arrays and maps */
    "cardinality(x) AS CASE WHEN typeof(x) LIKE 'MAP(%' THEN len(json_keys(to_json(x))) ELSE "
    "json_array_length(to_json(x)) END",
    "array_join(a, d) AS " JOIN(
        "list_transform(list_filter(a, lambda x: x IS NOT NULL), "
        "lambda x: CAST(x AS VARCHAR))") ", (a, d, n) AS " JOIN("list_transform(a, lambda x: "
                                                                "coalesce(CAST(x AS VARCHAR), n))"),
    "array_max(a) AS list_max(a)",
    "array_min(a) AS list_min(a)",
    "array_union(a, b) AS list_distinct(list_concat(a, b))",
    "array_remove(a, e) AS list_filter(a, lambda x: x <> e)",
    "arrays_overlap(a, b) AS list_has_any(a, b)",
    "sequence(a, b) AS generate_series(a, b), (a, b, s) AS generate_series(a, b, s)",
    "slice(a, s, n) AS list_slice(a, s, s + n - 1)",
    /* numbers */
    "bitwise_and(a, b) AS a & b",
    "bitwise_or(a, b) AS a | b",
    "bitwise_xor(a, b) AS xor(a, b)",
    "truncate(x) AS trunc(x)",
    "is_nan(x) AS isnan(x)",
    "is_finite(x) AS isfinite(x)",
    "is_infinite(x) AS isinf(x)",
    "e() AS exp(1)",
};

fiat_status fiat__macros_create(fiat__duckdb *db, fiat_error *err) {
    fiat__buf sql;
    fiat__buf_init(&sql, SQL_MAX_BYTES);
    for (size_t i = 0; i < sizeof s_macros / sizeof *s_macros; i++)
        fiat__buf_printf(&sql, "CREATE TEMP MACRO %s;\n", s_macros[i]);
    fiat_status status = fiat__buf_status(&sql, err);
    if (status == FIAT_OK) status = fiat__duckdb_exec(db, fiat__buf_cstr(&sql), err);
    fiat__buf_deinit(&sql);
    return status;
}
