#include "lambda/runtime.h"
#include "base/clock.h"
#include "base/error.h"
#include "lambda/runtime_api.h"
#include "lambda/say.h"

/* Lambda's longest timeout
 * (https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html): also what holds for an
 * event without a deadline, or with a strange one. */
#define TIMEOUT_MAX_MS (15 * 60 * 1000)

/* Most that Lambda takes; a handler keeps its answer below. */
#define ANSWER_MAX_BYTES ((size_t)6 * 1024 * 1024)

static int64_t deadline_of(const fiat__runtime_api *api) {
    int64_t latest = fiat__wall_ms(&fiat__clock_system) + TIMEOUT_MAX_MS;
    return api->deadline_ms == INT64_MIN || api->deadline_ms > latest ? latest : api->deadline_ms;
}

/* The event in the API's hands, answered or failed. `status`: of fetching it. */
static fiat_status serve(fiat__runtime_api *api, const fiat__handler *handler, void *state,
                         fiat__buf *answer, fiat_status status, fiat_error *err) {
    const fiat__invocation invocation = {fiat__buf_str(&api->event), deadline_of(api)};
    fiat__buf_clear(answer);
    if (status == FIAT_OK) status = handler->handle(state, &invocation, answer, err);
    if (status == FIAT_OK) return fiat__runtime_api_respond(api, fiat__buf_str(answer), err);
    const fiat_error why = *err;
    fiat__say_error("invocation failed", api->request_id, &why);
    return fiat__runtime_api_fail(api, &why, err);
}

static void loop(fiat__runtime_api *api, const fiat__handler *handler, void *state,
                 fiat__buf *answer) {
    fiat_error err;
    for (;;) {
        fiat_status status = fiat__runtime_api_next(api, &err);
        bool is_event = status == FIAT_OK || status == FIAT_E_LIMIT;
        if (is_event) status = serve(api, handler, state, answer, status, &err);
        if (status == FIAT_OK) continue;
        fiat__say_error(is_event ? "answer not taken" : "no event", api->request_id, &err);
        if (status != FIAT_E_AWS_REJECTED) return;
    }
}

static void report_init(fiat__runtime_api *api, const fiat_error *why) {
    fiat_error err;
    fiat__say_error("the function cannot begin", NULL, why);
    if (fiat__runtime_api_fail_init(api, why, &err) != FIAT_OK)
        fiat__say_error("and Lambda does not hear of it", NULL, &err);
}

static void run(fiat__runtime_api *api, const fiat__handler *handler) {
    void *state;
    fiat__buf answer;
    fiat_error err;
    if (handler->open(&state, &err) != FIAT_OK) {
        report_init(api, &err);
        return;
    }
    fiat__buf_init(&answer, ANSWER_MAX_BYTES);
    loop(api, handler, state, &answer);
    fiat__buf_deinit(&answer);
    handler->close(state);
}

int fiat__runtime_run(const char *host, const fiat__handler *handler, const fiat_error *why) {
    fiat__runtime_api api;
    fiat_error err;
    if (fiat__runtime_api_init(&api, host, &err) != FIAT_OK)
        fiat__say_error("the function cannot begin", NULL, &err);
    else if (handler)
        run(&api, handler);
    else
        report_init(&api, why);
    fiat__runtime_api_deinit(&api);
    return 1;
}
