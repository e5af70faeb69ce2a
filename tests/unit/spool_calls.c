#define _GNU_SOURCE /* memmem */
#include "spool_calls.h"

#include "base/thread.h"

#include <errno.h>
#include <semaphore.h>

char *calls_dir;
fiat__spool_opts calls_opts;

static fiat__spool_io s_io;
static sem_t s_gate, s_slower_gate, s_at_gate;
static int s_gate_error;

/* NULL: none. */
static sem_t *gate_of(const struct iovec *parts, int count) {
    for (int i = 0; i < count; i++) {
        if (memmem(parts[i].iov_base, parts[i].iov_len, "slower", 6)) return &s_slower_gate;
        if (memmem(parts[i].iov_base, parts[i].iov_len, "slow", 4)) return &s_gate;
    }
    return NULL;
}

static ssize_t gated_pwritev(int fd, const struct iovec *parts, int count, off_t at) {
    sem_t *gate = gate_of(parts, count);
    if (!gate) return disk_io.pwritev(fd, parts, count, at);
    sem_post(&s_at_gate);
    sem_wait(gate);
    errno = s_gate_error;
    return s_gate_error ? -1 : disk_io.pwritev(fd, parts, count, at);
}

void calls_setup(void) {
    calls_dir = tmpdir_make();
    disk_heal();
    sem_init(&s_gate, 0, 0);
    sem_init(&s_slower_gate, 0, 0);
    sem_init(&s_at_gate, 0, 0);
    s_gate_error = 0;
    s_io = disk_io;
    s_io.pwritev = gated_pwritev;
    calls_opts = spool_opts(calls_dir, false);
    calls_opts.io = &s_io;
}

void calls_teardown(void) {
    tmpdir_remove(calls_dir);
}

void gate_open(void) {
    sem_post(&s_gate);
}

void gate_open_slower(void) {
    sem_post(&s_slower_gate);
}

void gate_fail(int error) {
    s_gate_error = error;
}

static void *run_call(void *arg) {
    spool_call *self = arg;
    self->status = calls_append(self->spool, self->text, &self->wake);
    return NULL;
}

void call_begin(spool_call *call, fiat__spool *spool, const char *text) {
    *call = (spool_call){.spool = spool, .text = text};
    ck_assert_int_eq(fiat__thread_start(&call->thread, "caller", run_call, call, NULL), FIAT_OK);
}

void call_begin_slow(spool_call *call, fiat__spool *spool, const char *text) {
    call_begin(call, spool, text);
    sem_wait(&s_at_gate);
}

void call_end(spool_call *call, fiat_status wanted) {
    fiat__thread_join(call->thread);
    ck_assert_int_eq(call->status, wanted);
}

fiat__spool *calls_open_slow(spool_call *slow) {
    fiat__spool *spool = spool_open(&calls_opts);
    calls_put(spool, "first");
    call_begin_slow(slow, spool, "slow");
    return spool;
}

fiat_status calls_append(fiat__spool *spool, const char *text, fiat__spool_wake *wake) {
    const fiat__str part = fiat__str_c(text);
    const fiat__spool_item item = {.stream = "s", .parts = &part, .part_count = 1};
    return fiat__spool_append(spool, &item, wake, NULL);
}

void calls_put(fiat__spool *spool, const char *text) {
    ck_assert_int_eq(spool_put(spool, text, NULL, NULL), FIAT_OK);
}

void calls_expect(fiat__spool *spool, const char *const *texts, bool settle) {
    for (; *texts; texts++)
        spool_expect(spool, *texts, settle);
    spool_expect_none(spool);
}

void calls_expect_twice(fiat__spool *spool, const char *const *texts) {
    fiat__spool_stats stats;
    calls_expect(spool, texts, false);
    fiat__spool_close(spool);
    spool = spool_open(&calls_opts);
    stats = spool_stats(spool);
    ck_assert_uint_eq(stats.damaged + stats.damaged_bytes + stats.lost, 0);
    calls_expect(spool, texts, true);
    fiat__spool_note(spool);
    ck_assert_uint_eq(spool_stats(spool).bytes, 0);
    fiat__spool_close(spool);
    ck_assert_uint_eq(spool_count_files(calls_dir, ".log"), 0);
}
