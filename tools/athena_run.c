#include "athena_run.h"

#include "athena_text.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/random.h"
#include "cmd.h"
#include "interrupt.h"
#include "terminal.h"

#include <inttypes.h>
#include <signal.h>

/* Athena answers a hundred looks a second at the most; a query takes a second or minutes. */
#define FIRST_PAUSE_MS 100
#define MAX_PAUSE_MS   2000
#define SHOW_MS        250

#define TEXT_MAX_BYTES 4096
#define BODY_MAX_BYTES (4 * FIAT__ATHENA_SQL_MAX_BYTES) /* Athena says itself what is too long */

int64_t athena_run_ms(const struct athena_run *run) {
    return fiat__mono_ms(&fiat__clock_system) - run->began_ms;
}

void athena_run_free(struct athena_run *run) {
    fiat__doc_free(run->reply);
    run->reply = NULL;
}

/* An error of Athena's with what to do about it. */
static int fail_error(const fiat_error *err) {
    const char *remedy = err->status == FIAT_E_AWS_REJECTED ? athena_remedy(err->message) : NULL;
    int code = cmd_fail_error(NULL, err);
    if (remedy) fprintf(stderr, "  %s\n", remedy);
    return code;
}

static fiat_status send_start(struct athena_run *run, const char *body, fiat_error *err) {
    fiat__doc *reply;
    const char *id;
    fiat_status status =
        fiat__service_json_repeatable(run->athena, FIAT__ATHENA_START, body, &reply, err);
    if (status != FIAT_OK) return status;
    status = fiat__athena_read_start(reply, &id, err);
    if (status == FIAT_OK) snprintf(run->id, sizeof run->id, "%s", id);
    fiat__doc_free(reply);
    return status;
}

int athena_run_start(struct athena_run *run, const fiat__athena_query *query) {
    char token[FIAT__UUID_LEN + 1] = "";
    fiat__uuid uuid = fiat__uuid7(fiat__wall_ms(&fiat__clock_system));
    fiat__athena_query with_token = *query;
    fiat__buf body;
    fiat_error err = FIAT_ERROR_INIT;
    run->began_ms = fiat__mono_ms(&fiat__clock_system);
    fiat__uuid_write(token, &uuid);
    with_token.token = token;
    fiat__buf_init(&body, BODY_MAX_BYTES);
    fiat__athena_write_start(&body, &with_token);
    fiat_status status = fiat__buf_status(&body, &err);
    if (status == FIAT_OK) status = send_start(run, fiat__buf_cstr(&body), &err);
    fiat__buf_deinit(&body);
    return status == FIAT_OK ? EXIT_DONE : fail_error(&err);
}

bool athena_write_scanned(fiat__buf *out, const fiat__athena_execution *query, double usd_per_tb) {
    char size[ATHENA_TEXT_BYTES], cost[ATHENA_TEXT_BYTES];
    bool free = query->reused || (*query->statement && strcmp(query->statement, "DML") != 0);
    uint64_t scanned = query->scanned_bytes > 0 ? (uint64_t)query->scanned_bytes : 0;
    athena_size_text(size, scanned);
    athena_cost_text(cost, athena_cost(scanned, usd_per_tb));
    fiat__buf_printf(out, ", %s scanned", size);
    if (usd_per_tb > 0 && !free) fiat__buf_printf(out, ", %s", cost);
    return !out->failed;
}

static void show(const struct athena_run *run) {
    fiat__buf text;
    if (!terminal_is(stderr)) return;
    fiat__buf_init(&text, TEXT_MAX_BYTES);
    if (run->title) fiat__buf_printf(&text, "%s: ", run->title);
    fiat__buf_printf(&text, "%s, %" PRId64 " s", run->reply ? run->last.state_name : "STARTED",
                     athena_run_ms(run) / 1000);
    if (run->reply && run->last.scanned_bytes)
        athena_write_scanned(&text, &run->last, run->usd_per_tb);
    terminal_line(stderr, "%s", fiat__buf_cstr(&text));
    fiat__buf_deinit(&text);
}

static int wait_and_show(const struct athena_run *run, int64_t ms) {
    for (; ms > 0; ms -= SHOW_MS) {
        int number = interrupt_wait(ms < SHOW_MS ? ms : SHOW_MS);
        if (number) return number;
        show(run);
    }
    return interrupt_signal();
}

/* A call about this query. */
static fiat_status call(const struct athena_run *run, const char *target, fiat__doc **reply,
                        fiat_error *err) {
    fiat__buf body;
    fiat__buf_init(&body, BODY_MAX_BYTES);
    fiat__athena_write_id(&body, run->id);
    fiat_status status = fiat__buf_status(&body, err);
    if (status == FIAT_OK)
        status =
            fiat__service_json_repeatable(run->athena, target, fiat__buf_cstr(&body), reply, err);
    fiat__buf_deinit(&body);
    return status;
}

static fiat_status look(struct athena_run *run, fiat_error *err) {
    fiat__doc *reply;
    fiat__athena_execution now;
    fiat_status status = call(run, FIAT__ATHENA_GET, &reply, err);
    if (status != FIAT_OK) return status;
    status = fiat__athena_read_execution(reply, &now, err);
    if (status != FIAT_OK) {
        fiat__doc_free(reply);
        return status;
    }
    fiat__doc_free(run->reply);
    run->reply = reply;
    run->last = now;
    return FIAT_OK;
}

static bool is_over(fiat__athena_state state) {
    return state != FIAT__ATHENA_QUEUED && state != FIAT__ATHENA_RUNNING;
}

static int stopped(struct athena_run *run, int number, bool stop) {
    const char *name = number == SIGINT ? "SIGINT" : "SIGTERM";
    fiat_error err = FIAT_ERROR_INIT;
    if (!stop)
        return cmd_fail(128 + number, "stopped by %s; Athena's query %s goes on", name, run->id);
    if (call(run, FIAT__ATHENA_STOP, NULL, &err) == FIAT_OK)
        return cmd_fail(128 + number, "stopped by %s, and so is Athena's query %s", name, run->id);
    cmd_fail_error(NULL, &err);
    return cmd_fail(128 + number, "stopped by %s; Athena's query %s may go on and cost", name,
                    run->id);
}

/* A query that did not succeed: Athena's reason, and what to do. */
static int failed(const struct athena_run *run) {
    const fiat__athena_execution *query = &run->last;
    const char *remedy = athena_remedy(query->reason);
    fiat__buf text;
    if (query->state == FIAT__ATHENA_CANCELLED && !*query->reason)
        remedy = "somebody stopped it, or a limit of the workgroup did";
    else if (!remedy && query->retryable)
        remedy = "Athena says that it may succeed when it is run again";
    fiat__buf_init(&text, TEXT_MAX_BYTES);
    athena_write_line(&text, *query->reason ? query->reason : "Athena gives no reason");
    cmd_fail(EXIT_FAILED, "Athena's query %s %s: %s", run->id,
             query->state == FIAT__ATHENA_FAILED ? "failed" : "was cancelled",
             fiat__buf_cstr(&text));
    if (remedy) fprintf(stderr, "  %s\n", remedy);
    fiat__buf_deinit(&text);
    return EXIT_FAILED;
}

static int lost(const struct athena_run *run, const fiat_error *err, bool stop) {
    int code = cmd_fail_error(NULL, err);
    if (!stop) return code; /* not of our making: it may be none at all */
    return cmd_fail(EXIT_FAILED,
                    "how Athena's query %s goes on is not known; `fiat query "
                    "--results %s` shows its rows once it has succeeded",
                    run->id, run->id);
}

int athena_run_follow(struct athena_run *run, bool stop) {
    fiat_error err = FIAT_ERROR_INIT;
    fiat_status status = FIAT_OK;
    int64_t pause_ms = FIRST_PAUSE_MS;
    int number = interrupt_signal();
    show(run);
    while (!number && (status = look(run, &err)) == FIAT_OK) {
        if (is_over(run->last.state)) break;
        show(run);
        number = wait_and_show(run, pause_ms);
        if (pause_ms < MAX_PAUSE_MS) pause_ms += pause_ms / 2;
    }
    if (terminal_is(stderr)) terminal_clear(stderr);
    if (number) return stopped(run, number, stop);
    if (status != FIAT_OK) return lost(run, &err, stop);
    return run->last.state == FIAT__ATHENA_SUCCEEDED ? EXIT_DONE : failed(run);
}

int athena_run_statement(fiat__service *athena, const char *title,
                         const fiat__athena_query *query) {
    struct athena_run run = {.athena = athena, .title = title};
    interrupt_catch();
    int code = athena_run_start(&run, query);
    if (code == EXIT_DONE) code = athena_run_follow(&run, true);
    interrupt_restore();
    athena_run_free(&run);
    return code;
}
