/* `fiat query` on Athena: the SQL, or the rows of a query that was run before. */
#include "athena_rows.h"
#include "athena_run.h"
#include "athena_text.h"
#include "base/clock.h"
#include "base/utf8.h"
#include "interrupt.h"
#include "query.h"

#include <inttypes.h>
#include <stdlib.h>

#define TEXT_MAX_BYTES 4096

static bool read_price(const struct query *query, double *out) {
    char *end;
    *out = ATHENA_USD_PER_TB;
    if (!query->flags->price) return true;
    *out = strtod(query->flags->price, &end);
    return end != query->flags->price && !*end && *out >= 0 && *out < 1e6;
}

/* Rows, time, what was scanned and what that costs. */
static void print_end(const struct athena_run *run, uint64_t rows, int64_t ms) {
    fiat__buf text;
    fflush(stdout); /* the rows come first where both go to one place */
    fiat__buf_init(&text, TEXT_MAX_BYTES);
    fiat__buf_printf(&text, "%" PRIu64 " row%s, %" PRId64 ".%" PRId64 " s", rows,
                     rows == 1 ? "" : "s", ms / 1000, ms % 1000 / 100);
    athena_write_scanned(&text, &run->last, run->usd_per_tb);
    fprintf(stderr, "%s\n", fiat__buf_cstr(&text));
    fiat__buf_deinit(&text);
}

/* A statement without columns, as CREATE TABLE, leaves nothing to print but an empty array. */
static fiat_status print_rows(const struct query *query, athena_rows *rows, uint64_t *count,
                              fiat_error *err) {
    const struct row_source source = athena_rows_source(rows);
    *count = athena_rows_written(rows);
    if (source.columns == 0 && query->format != OUTPUT_JSON && !query->flags->output)
        return FIAT_OK;
    fiat_status status = query_print(query, &source, count, err);
    if (source.columns == 0) *count = athena_rows_written(rows);
    return status;
}

static int print_results(const struct query *query, const struct athena_run *run, uint64_t *count) {
    athena_rows *rows;
    fiat_error err = FIAT_ERROR_INIT;
    bool json = output_is_json(query->format);
    fiat_status status = athena_rows_open(&rows, run->athena, &run->last, json, &err);
    if (status == FIAT_OK) {
        status = print_rows(query, rows, count, &err);
        athena_rows_free(rows);
    }
    if (status == FIAT_OK) return EXIT_DONE;
    int code = cmd_fail_error(NULL, &err);
    fprintf(stderr, "  The query has succeeded: `fiat query --results %s` shows its rows again.\n",
            run->id);
    return interrupt_signal() ? 128 + interrupt_signal() : code;
}

static int follow_and_print(const struct query *query, struct athena_run *run, bool ours) {
    uint64_t count = 0;
    int code = athena_run_follow(run, ours);
    if (code == EXIT_DONE) code = print_results(query, run, &count);
    if (code == EXIT_DONE)
        print_end(run, count, ours ? athena_run_ms(run) : (int64_t)run->last.total_ms);
    return code;
}

static int run_on(const struct query *query, const fiat__athena_query *start, double usd_per_tb) {
    struct athena_run run = {.usd_per_tb = usd_per_tb};
    fiat_error err = FIAT_ERROR_INIT;
    if (aws_open(&run.athena, FIAT__ATHENA_SERVICE, query->config, &query->flags->aws, &err) !=
        FIAT_OK)
        return cmd_fail_error(NULL, &err);
    interrupt_catch();
    int code = athena_run_start(&run, start);
    if (code == EXIT_DONE) code = follow_and_print(query, &run, true);
    interrupt_restore();
    athena_run_free(&run);
    fiat__service_free(run.athena);
    return code;
}

/* What would be sent, but for the token. */
static int print_start(const fiat__athena_query *start) {
    fiat__buf body;
    fiat_error err = FIAT_ERROR_INIT;
    fiat__buf_init(&body, 4 * FIAT__ATHENA_SQL_MAX_BYTES);
    fiat__athena_write_start(&body, start);
    fiat_status status = fiat__buf_status(&body, &err);
    if (status == FIAT_OK) printf("athena StartQueryExecution\n%s\n", fiat__buf_cstr(&body));
    fiat__buf_deinit(&body);
    return status == FIAT_OK ? EXIT_DONE : cmd_fail_error(NULL, &err);
}

int query_athena(const struct query *query, fiat__str sql) {
    struct query_place place;
    double usd_per_tb;
    fiat_error err = FIAT_ERROR_INIT;
    int code;
    if (!read_price(query, &usd_per_tb))
        return cmd_fail(EXIT_USAGE, "--price \"%.40s\": a number of US dollars is meant, as 5.00",
                        query->flags->price);
    if (fiat__utf8_check(sql.ptr ? sql.ptr : "", sql.len) != sql.len)
        return cmd_fail(EXIT_FAILED, "the SQL text is not UTF-8");
    if (sql.len && memchr(sql.ptr, '\0', sql.len))
        return cmd_fail(EXIT_FAILED, "there is a NUL byte in the SQL text");
    if (query_place_find(&place, query, &err) != FIAT_OK)
        code = cmd_fail_error(NULL, &err);
    else {
        place.query.sql = sql.ptr ? sql.ptr : ""; /* of a buffer: it ends in NUL */
        code = query->flags->dry_run ? print_start(&place.query)
                                     : run_on(query, &place.query, usd_per_tb);
    }
    query_place_deinit(&place);
    return code;
}

int query_athena_results(const struct query *query) {
    struct athena_run run = {.began_ms = fiat__mono_ms(&fiat__clock_system)};
    fiat_error err = FIAT_ERROR_INIT;
    if (!read_price(query, &run.usd_per_tb))
        return cmd_fail(EXIT_USAGE, "--price \"%.40s\": a number of US dollars is meant, as 5.00",
                        query->flags->price);
    if (strlen(query->flags->results) >= sizeof run.id)
        return cmd_fail(EXIT_USAGE, "--results: no query has so long an id");
    snprintf(run.id, sizeof run.id, "%s", query->flags->results);
    if (aws_open(&run.athena, FIAT__ATHENA_SERVICE, query->config, &query->flags->aws, &err) !=
        FIAT_OK)
        return cmd_fail_error(NULL, &err);
    interrupt_catch();
    int code = follow_and_print(query, &run, false);
    interrupt_restore();
    athena_run_free(&run);
    fiat__service_free(run.athena);
    return code;
}
