#include "base/fence.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/thread.h"

static fiat__mutex s_lock = {PTHREAD_MUTEX_INITIALIZER}; /* guards what follows */
static fiat__cond s_changed;
static pthread_once_t s_once = PTHREAD_ONCE_INIT;
static unsigned s_inside; /* threads */
static bool s_closed, s_exiting, s_torn;

static _Thread_local unsigned tl_depth;
static _Thread_local bool tl_own;

static void init(void) {
    fiat__cond_init(&s_changed);
}

static void lock(void) {
    pthread_once(&s_once, init);
    fiat__mutex_lock(&s_lock);
}

void fiat__fence_enter(void) {
    if (tl_depth++ > 0) return;
    lock();
    while (s_closed || (s_exiting && tl_own))
        fiat__cond_wait(&s_changed, &s_lock);
    s_inside++;
    fiat__mutex_unlock(&s_lock);
}

void fiat__fence_leave(void) {
    if (--tl_depth > 0) return;
    lock();
    s_inside--;
    if (s_closed || s_exiting) fiat__cond_broadcast(&s_changed);
    fiat__mutex_unlock(&s_lock);
}

void fiat__fence_own_thread(void) {
    tl_own = true;
}

static void close_for(bool *why, int64_t timeout_ms) {
    const unsigned self = tl_depth > 0;
    int64_t left_ms, until_ms = fiat__mono_ms(&fiat__clock_system) + timeout_ms;
    lock();
    *why = true;
    while (s_inside > self && (left_ms = until_ms - fiat__mono_ms(&fiat__clock_system)) > 0)
        fiat__cond_wait_ms(&s_changed, &s_lock, left_ms);
    fiat__mutex_unlock(&s_lock);
}

void fiat__fence_close(int64_t timeout_ms) {
    close_for(&s_closed, timeout_ms);
}

void fiat__fence_exit(int64_t timeout_ms) {
    close_for(&s_exiting, timeout_ms);
}

void fiat__fence_open(void) {
    lock();
    s_closed = false;
    fiat__cond_broadcast(&s_changed);
    fiat__mutex_unlock(&s_lock);
}

/* Another thread may have been at our own lock, too; what it guards is made anew. While the fence
 * was closed nobody but the forking thread, or one that was too slow, can have changed it. */
void fiat__fence_forked(void) {
    const unsigned self = tl_depth > 0;
    s_torn = s_torn || s_inside > self;
    s_inside = self;
    s_closed = s_exiting = false;
    fiat__mutex_init(&s_lock);
    fiat__cond_init(&s_changed);
}

fiat_status fiat__fence_check(fiat_error *err) {
    lock();
    const bool exiting = s_exiting, torn = s_torn;
    fiat__mutex_unlock(&s_lock);
    if (exiting)
        return fiat__err_set(err, FIAT_E_CLOSED,
                             "the process exits, and libcurl and OpenSSL with it: open loggers "
                             "before exit()");
    if (!torn) return FIAT_OK;
    return fiat__err_set(err, FIAT_E_UNSUPPORTED,
                         "this process was forked while a thread of its parent hung inside libcurl "
                         "or OpenSSL, whose locks may be held here for ever: fork again, or exec");
}
