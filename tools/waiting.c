#include "waiting.h"

#include <string.h>

/* Long enough that a usual batch is delivered without a word. */
#define SILENCE_MS 2000

/* Messages may differ in a request's id alone. */
static bool is_same_reason(const fiat_error *a, const fiat_error *b) {
    return a->flags == b->flags && a->sys_code == b->sys_code && a->http_status == b->http_status &&
           strcmp(a->aws_code, b->aws_code) == 0;
}

waiting_advice waiting_look(waiting *w, uint64_t fates, int64_t now_ms, uint64_t timeout_ms,
                            const fiat_error *why) {
    if (w->since_ms == 0 || fates != w->fates) {
        *w = (waiting){.since_ms = now_ms, .fates = fates};
        return WAITING_ON;
    }
    uint64_t idle_ms = (uint64_t)(now_ms - w->since_ms);
    if (idle_ms >= timeout_ms) return WAITING_OVER;
    if (idle_ms < SILENCE_MS || (w->told && is_same_reason(&w->reason, why))) return WAITING_ON;
    w->told = true;
    w->reason = *why;
    return WAITING_TELL;
}
