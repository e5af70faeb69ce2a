/* The process's life: fork() and exit().
 *
 * fork(): the parent goes on undisturbed; in the child each producer is empty and usable. The
 * forking thread takes every lock first, so that what they guard is whole in the child. What
 * belongs to the sender thread alone may be in the middle of a change there; the child resets it
 * without looking and finds the records' memory through the ledger. Freeing that, reopening the
 * sink and starting a thread wait for the child's first append: a child that goes on to exec pays
 * for nothing. A delivery callback that forks must exec or _exit in the child.
 *
 * exit() without close: senders, and threads that fetch credentials, leave before the C library and
 * OpenSSL take down what they use.
 * Nothing more is sent or reported, as if the process had been killed; what the application's own
 * exit handlers log from then on is refused as closed, and a close there still reports what is
 * left.
 */
#include "base/fence.h"
#include "producer/producer_internal.h"

#include <stdio.h>
#include <stdlib.h>

static fiat__mutex s_lock = {PTHREAD_MUTEX_INITIALIZER};
static fiat__producer *s_producers; /* every open one; guarded by s_lock */
static pthread_once_t s_once = PTHREAD_ONCE_INIT;

/* How long fork() waits at most for threads that are inside libcurl or OpenSSL (base/fence.h). They
 * do not sleep in there, so that this is for a machine that stands still; a child that is made all
 * the same refuses to use either. */
#define FORK_WAIT_MS 2000

static void lock_stream(fiat__producer_stream *stream) {
    for (int i = 0; i < FIAT__LANE_COUNT; i++)
        fiat__mutex_lock(&stream->lanes[i].lock);
    fiat__mutex_lock(&stream->lock);
}

static void unlock_stream(fiat__producer_stream *stream) {
    fiat__mutex_unlock(&stream->lock);
    for (int i = FIAT__LANE_COUNT; i > 0; i--)
        fiat__mutex_unlock(&stream->lanes[i - 1].lock);
}

static void lock_all(void) {
    fiat__mutex_lock(&s_lock);
    fiat__fence_close(FORK_WAIT_MS);
    for (fiat__producer *p = s_producers; p; p = p->registry_next) {
        fiat__mutex_lock(&p->lock);
        for (fiat__producer_stream *s = atomic_load(&p->streams); s; s = s->next)
            lock_stream(s);
        fiat__mutex_lock(&p->ledger.lock);
        fiat__mutex_lock(&p->waiting.lock);
        if (p->spool) fiat__spool_lock(p->spool);
        fiat__log_lock(p->opts.log);
    }
}

static void unlock_all(void) {
    for (fiat__producer *p = s_producers; p; p = p->registry_next) {
        fiat__log_unlock(p->opts.log);
        if (p->spool) fiat__spool_unlock(p->spool);
        fiat__mutex_unlock(&p->waiting.lock);
        fiat__mutex_unlock(&p->ledger.lock);
        for (fiat__producer_stream *s = atomic_load(&p->streams); s; s = s->next)
            unlock_stream(s);
        fiat__mutex_unlock(&p->lock);
    }
    fiat__mutex_unlock(&s_lock);
}

static void after_fork_in_parent(void) {
    fiat__fence_open();
    unlock_all();
}

static void empty_stream(fiat__producer_stream *stream) {
    atomic_store(&stream->spread, false);
    for (fiat__lane *lane = stream->lanes; lane < stream->lanes + FIAT__LANE_COUNT; lane++) {
        lane->open = NULL;
        lane->accepted = 0;
        lane->waits = lane->crowded = 0;
    }
    stream->ready = stream->retry = (fiat__records){0};
    stream->tally = (fiat__tally){0};
    stream->hold_until_ms = 0;
    stream->hold_level = 0;
    stream->batches = 0;
    stream->refusals = 0;
    fiat__pace_init(&stream->pace, &stream->pace.opts);
    stream->last_error.status = FIAT_OK;
}

static void empty_producer(fiat__producer *producer) {
    int running = FIAT__PRODUCER_RUNNING;
    atomic_compare_exchange_strong(&producer->state, &running, FIAT__PRODUCER_IDLE);
    producer->thread_started = producer->sender_ended = false;
    producer->forked = true;
    atomic_store(&producer->wake_at_ms, FIAT__AWAKE);
    for (fiat__producer_stream *s = atomic_load(&producer->streams); s; s = s->next)
        empty_stream(s);
    for (uint32_t i = 0; i < producer->opts.max_in_flight; i++) {
        producer->slots[i].stream = NULL;
        producer->slots[i].records = (fiat__records){0};
    }
    producer->slots_used = 0;
    atomic_store(&producer->refused, 0);
    atomic_store(&producer->waiting_calls, 0); /* their threads are not here */
    atomic_store(&producer->flush_spooled, 0);
    producer->seen_lost = 0;
    producer->finished = NULL;
    producer->finished_end = &producer->finished;
    producer->next_to_serve = NULL;
    fiat__ledger_disown(&producer->ledger);
    fiat__report_queue_disown(&producer->waiting);
    fiat__observe_reset(producer);
    if (producer->opts.on_fork) producer->opts.on_fork(producer->opts.owner_ctx);
    fiat__log_forget(producer->opts.log);
}

/* The parent's waiters are not here, but both a condition variable and the mutex they wait with
 * remember how many there were, and could never be destroyed. */
static void forget_waiters(fiat__producer *producer) {
    fiat__mutex_init(&producer->lock);
    fiat__cond_init(&producer->settled);
    fiat__mutex_init(&producer->ledger.lock);
    fiat__cond_init(&producer->ledger.room);
    fiat__mutex_init(&producer->waiting.lock);
    fiat__cond_init(&producer->waiting.filled);
    if (producer->spool) fiat__spool_forked(producer->spool);
}

static void after_fork_in_child(void) {
    fiat__fence_forked();
    for (fiat__producer *p = s_producers; p; p = p->registry_next)
        empty_producer(p);
    unlock_all();
    for (fiat__producer *p = s_producers; p; p = p->registry_next)
        forget_waiters(p);
}

/* A sender in a callback that waits for the thread that called exit() would wait for ever. */
#define EXIT_WAIT_MS 1000

static void leave_all(void) {
    int64_t until_ms = fiat__mono_ms(&fiat__clock_system) + EXIT_WAIT_MS;
    fiat__mutex_lock(&s_lock);
    for (fiat__producer *p = s_producers; p; p = p->registry_next)
        fiat__producer_leave(p);
    for (fiat__producer *p = s_producers; p; p = p->registry_next)
        fiat__producer_await_end(p, until_ms);
    fiat__fence_exit(until_ms - fiat__mono_ms(&fiat__clock_system));
    fiat__mutex_unlock(&s_lock);
}

static void watch_process(void) {
    if (pthread_atfork(lock_all, after_fork_in_parent, after_fork_in_child) != 0 ||
        atexit(leave_all) != 0) {
        fprintf(stderr, "fiat: pthread_atfork or atexit failed\n");
        abort();
    }
}

void fiat__fork_register(fiat__producer *producer) {
    pthread_once(&s_once, watch_process);
    fiat__mutex_lock(&s_lock);
    producer->registry_next = s_producers;
    s_producers = producer;
    fiat__mutex_unlock(&s_lock);
}

void fiat__fork_unregister(fiat__producer *producer) {
    fiat__mutex_lock(&s_lock);
    fiat__producer **at = &s_producers;
    while (*at != producer)
        at = &(*at)->registry_next;
    *at = producer->registry_next;
    fiat__mutex_unlock(&s_lock);
}
