/* The delivery thread: wakes when a segment is sealed, when one becomes old, and at the end. */
#include "base/mem.h"
#include "local/stream.h"

#define MOST_WAIT_MS 60000

/* One look at every stream. false: something is left over. */
static bool deliver_all(fiat__registry *registry, bool all, int64_t *next_ms) {
    fiat__stream **streams = NULL;
    size_t count = 0;
    bool done = true;
    if (fiat__registry_acquire_all(registry, &streams, &count, NULL) != FIAT_OK) {
        *next_ms = fiat__mono_ms(registry->clock) + 1000; /* out of memory; it may pass */
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        done = fiat__stream_deliver(registry, streams[i], all, next_ms) && done;
        fiat__registry_release(registry, streams[i]);
    }
    fiat__free(streams);
    return done;
}

/* Wait until `until_ms` or a call; true: time to stop. */
static bool wait_until(fiat__registry *registry, int64_t until_ms, bool *abandoned) {
    const int64_t now_ms = fiat__mono_ms(registry->clock);
    int64_t wait_ms = until_ms > now_ms ? until_ms - now_ms : 0;
    if (wait_ms > MOST_WAIT_MS) wait_ms = MOST_WAIT_MS;
    fiat__mutex_lock(&registry->lock);
    if (!registry->woken && !registry->stopping && wait_ms > 0)
        fiat__cond_wait_ms(&registry->wake, &registry->lock, wait_ms);
    registry->woken = false;
    const bool stop = registry->stopping;
    *abandoned = registry->abandoned;
    fiat__mutex_unlock(&registry->lock);
    return stop;
}

void *fiat__delivery_run(void *arg) {
    fiat__registry *registry = arg;
    int64_t next_ms = 0;
    bool abandoned = false;
    while (!wait_until(registry, next_ms, &abandoned)) {
        next_ms = INT64_MAX;
        deliver_all(registry, false, &next_ms);
    }
    const bool done = abandoned || deliver_all(registry, true, &next_ms);
    return done ? NULL : registry;
}
