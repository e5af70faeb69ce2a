/* The sender's thread with real time: many appending threads, flush, close, fork(). */
#include "producer_fake.h"
#include "support/fork_heap.h"

#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#define THREADS 4
#define EACH    5000

/* Reports of each event, found by its opaque number. */
static struct {
    atomic_uint reports[THREADS * EACH + 100];
    atomic_uint outcomes[4];
} s_seen;

static void count_report(const fiat_delivery *report, void *ctx) {
    (void)ctx;
    atomic_fetch_add(&s_seen.reports[(uintptr_t)report->opaque], 1);
    atomic_fetch_add(&s_seen.outcomes[report->outcome], 1);
}

static void answer_with(fiat__sink_batch *batch, const char *letters) {
    const size_t count = strlen(letters);
    for (size_t i = 0; i < batch->count; i++)
        fake_set_fate(&batch->records[i], letters[fiat__random_below(count)]);
}

/* Every answer there is, by chance. */
static void answer_by_chance(fake_sink *sink, fiat__sink_batch *batch) {
    (void)sink;
    answer_with(batch, "DDDDDDDDDRMTX");
}

/* Without those that slow the stream down for long. */
static void answer_without_throttling(fake_sink *sink, fiat__sink_batch *batch) {
    (void)sink;
    answer_with(batch, "DDDDDDDDDRMX");
}

static fiat__producer_opts thread_opts(void) {
    fiat__producer_opts opts = fake_opts();
    opts.clock = NULL;
    opts.linger_ms = 1;
    opts.record_max_events = 20;
    opts.retry_backoff_ms = 1;
    opts.retry_backoff_max_ms = 3;
    opts.on_delivery = count_report;
    return opts;
}

static fiat__producer *open_threaded(fake_sink *sink, const fiat__producer_opts *opts) {
    fiat__producer *producer = fake_producer(sink, opts);
    producer->no_thread = false;
    memset(&s_seen, 0, sizeof s_seen);
    return producer;
}

typedef struct appender {
    pthread_t thread;
    fiat__producer *producer;
    unsigned index;
    uint64_t accepted, refused, extra;
} appender;

/* Appenders keep spreading the streams over their lanes; flush joins them again. */
static bool s_spread;

/* While it is above 0, appenders log extra events, all with the opaque number EXTRA. */
static atomic_int s_forks_left;
static atomic_uint s_extra_threads; /* that have logged one */
#define EXTRA (THREADS * EACH)

static void *append_many(void *arg) {
    appender *a = arg;
    static const char *const names[] = {"one", "two", "three"};
    fiat__producer_stream *streams[3];
    for (unsigned i = 0; i < 3; i++)
        if (fiat__producer_stream_get(a->producer, names[i], &streams[i], NULL) != FIAT_OK)
            return NULL;
    while (atomic_load(&s_forks_left) > 0) {
        fiat__str part = {"extra", 5};
        void *opaque = (void *)(uintptr_t)EXTRA;
        if (s_spread && a->extra % 50 == 0) fake_spread(streams[a->extra / 50 % 3]);
        if (fiat__producer_append(streams[a->extra % 3], &part, 1, NULL, opaque, NULL) != FIAT_OK)
            continue;
        if (a->extra++ == 0) atomic_fetch_add(&s_extra_threads, 1);
    }
    /* The extra events may have filled the queue. */
    if (a->extra && fiat__producer_flush(a->producer, 60000, NULL) != FIAT_OK) return NULL;
    for (unsigned i = 0; i < EACH; i++) {
        char text[200];
        int len = snprintf(text, sizeof text, "%u %u %0*d", a->index, i, (int)(i % 150) + 1, 0);
        fiat__str part = {text, (size_t)len};
        void *opaque = (void *)(uintptr_t)(a->index * EACH + i);
        if (s_spread && i % 50 == 0) fake_spread(streams[i / 50 % 3]);
        fiat_status status = fiat__producer_append(streams[i % 3], &part, 1, NULL, opaque, NULL);
        if (status == FIAT_OK)
            a->accepted++;
        else
            a->refused++;
        if (i % 1000 == 999 && fiat__producer_flush(a->producer, 30000, NULL) != FIAT_OK)
            return NULL;
    }
    return a;
}

static void run_appenders(fiat__producer *producer, appender *appenders) {
    for (unsigned i = 0; i < THREADS; i++) {
        appenders[i] = (appender){.producer = producer, .index = i};
        ck_assert_int_eq(
            fiat__thread_start(&appenders[i].thread, "append", append_many, &appenders[i], NULL),
            FIAT_OK);
    }
}

static uint64_t join_appenders(appender *appenders) {
    uint64_t accepted = 0;
    for (unsigned i = 0; i < THREADS; i++) {
        void *result = NULL;
        ck_assert_int_eq(pthread_join(appenders[i].thread, &result), 0);
        ck_assert_ptr_nonnull(result); /* flush never failed */
        accepted += appenders[i].accepted;
    }
    return accepted;
}

/* Both ways in which a sink may answer: inside submit, and inside poll. */
START_TEST(threads_append_and_flush) {
    fiat__producer_opts opts = thread_opts();
    s_spread = _i == 3;
    if (_i == 2) opts.queue_max_bytes = 20000;
    fake_sink *sink = fake_sink_new();
    sink->at_once = _i == 0;
    sink->by_poll = _i != 0;
    sink->answer = answer_by_chance;
    fiat__producer *producer = open_threaded(sink, &opts);
    appender appenders[THREADS];
    run_appenders(producer, appenders);
    uint64_t accepted = join_appenders(appenders);
    if (_i != 2) ck_assert_uint_eq(accepted, THREADS * EACH);
    fiat_error err = FIAT_ERROR_INIT;
    ck_assert_fiat_ok(fiat__producer_flush(producer, 30000, &err), err);
    uint64_t outcomes = 0;
    for (int i = 1; i <= 3; i++)
        outcomes += atomic_load(&s_seen.outcomes[i]);
    ck_assert_uint_eq(outcomes, accepted);
    fake_check_stats(producer, s_seen.outcomes[FIAT_DELIVERED], s_seen.outcomes[FIAT_MAYBE],
                     s_seen.outcomes[FIAT_NOT_DELIVERED], 0);
    uint64_t reported = 0;
    for (size_t i = 0; i < THREADS * EACH; i++) {
        ck_assert_uint_le(s_seen.reports[i], 1);
        reported += s_seen.reports[i];
    }
    ck_assert_uint_eq(reported, accepted);
    ck_assert_int_eq(fiat__producer_close(producer, 1000, NULL, NULL), FIAT_OK);
}
END_TEST

static struct {
    char last[3][64]; /* by stream: "INDEX NUMBER" last seen of thread 0 */
    bool wrong;
} s_order;

static void check_order(const fiat_delivery *report, void *ctx) {
    (void)ctx;
    unsigned index, number, last_index, last_number;
    int stream = report->stream[0] == 'o' ? 0 : report->stream[1] == 'w' ? 1 : 2;
    if (sscanf(report->data, "%u %u", &index, &number) != 2) s_order.wrong = true;
    if (index != 0) return;
    if (sscanf(s_order.last[stream], "%u %u", &last_index, &last_number) == 2 &&
        last_number >= number)
        s_order.wrong = true;
    snprintf(s_order.last[stream], sizeof s_order.last[stream], "0 %u", number);
}

START_TEST(keeps_the_order_of_one_thread) {
    fiat__producer_opts opts = thread_opts();
    s_spread = _i == 1;
    opts.on_delivery = check_order;
    fake_sink *sink = fake_sink_new();
    sink->at_once = true;
    memset(&s_order, 0, sizeof s_order);
    fiat__producer *producer = open_threaded(sink, &opts);
    appender appenders[THREADS];
    run_appenders(producer, appenders);
    ck_assert_uint_eq(join_appenders(appenders), THREADS * EACH);
    ck_assert_int_eq(fiat__producer_close(producer, 30000, NULL, NULL), FIAT_OK);
    ck_assert(!s_order.wrong);
}
END_TEST

static void answer_never(fake_sink *sink, fiat__sink_batch *batch) {
    (void)sink;
    for (size_t i = 0; i < batch->count; i++)
        fake_set_fate(&batch->records[i], i % 2 ? 'R' : 'M');
}

START_TEST(flush_and_close_keep_their_deadline) {
    fiat__producer_opts opts = thread_opts();
    opts.retry_backoff_max_ms = 5;
    fake_sink *sink = fake_sink_new();
    sink->by_poll = true;
    sink->answer = answer_never;
    fiat__producer *producer = open_threaded(sink, &opts);
    fiat__producer_stream *stream = fake_stream(producer, "s");
    for (uintptr_t i = 0; i < 50; i++)
        ck_assert_int_eq(fake_append_with(stream, "e", NULL, (void *)i), FIAT_OK);
    fiat_error err = FIAT_ERROR_INIT;
    int64_t start_ms = fiat__mono_ms(&fiat__clock_system);
    ck_assert_fiat_status(fiat__producer_flush(producer, 30, &err), FIAT_E_INCOMPLETE);
    ck_assert(strstr(err.message, "50 events"));
    uint64_t left = 0;
    ck_assert_fiat_status(fiat__producer_close(producer, 30, &left, &err), FIAT_E_INCOMPLETE);
    int64_t took_ms = fiat__mono_ms(&fiat__clock_system) - start_ms;
    ck_assert_int_ge(took_ms, 59);
    ck_assert_int_lt(took_ms, 5000);
    ck_assert_uint_eq(left, 50);
    ck_assert(strstr(err.message, "50 events"));
    for (size_t i = 0; i < 50; i++)
        ck_assert_uint_eq(s_seen.reports[i], 1);
    ck_assert_uint_eq(s_seen.outcomes[FIAT_DELIVERED], 0);
    ck_assert_uint_gt(s_seen.outcomes[FIAT_MAYBE], 0);
}
END_TEST

START_TEST(close_without_events_does_not_start_a_thread) {
    fiat__producer_opts opts = thread_opts();
    fiat__producer *producer = open_threaded(fake_sink_new(), &opts);
    ck_assert_int_eq(fiat__producer_flush(producer, 1000, NULL), FIAT_OK);
    ck_assert(!producer->thread_started);
    ck_assert_int_eq(fiat__producer_close(producer, 1000, NULL, NULL), FIAT_OK);
    ck_assert_int_eq(fiat__producer_close(NULL, 1000, NULL, NULL), FIAT_OK);
}
END_TEST

static fiat_status flush_in_child(fiat__producer *producer, fake_sink *sink) {
    for (int i = 0; CHILD_HAS_NO_THREAD && i < 10000; i++) {
        if (fiat__producer_flush(producer, 0, NULL) == FIAT_OK) break;
        fiat__sender_turn(producer);
        sink->base.vtable->poll(&sink->base, 1);
    }
    return fiat__producer_flush(producer, CHILD_HAS_NO_THREAD ? 0 : 20000, NULL);
}

/* What a child checks; it has no Check to fail, so it returns the line that went wrong. */
static int in_child(fiat__producer *producer, fake_sink *sink) {
    fiat_stats stats;
    producer->no_thread = CHILD_HAS_NO_THREAD;
    fiat__producer_stats(producer, &stats);
    if (stats.accepted || stats.queued || stats.delivered || stats.queued_bytes) return __LINE__;
    if (fiat__producer_flush(producer, 0, NULL) != FIAT_OK) return __LINE__;
    memset(&s_seen, 0, sizeof s_seen);
    fiat__producer_stream *stream;
    if (fiat__producer_stream_get(producer, "one", &stream, NULL) != FIAT_OK) return __LINE__;
    sink->reopen_status = FIAT_E_IO;
    fiat__str part = {"child", 5};
    if (fiat__producer_append(stream, &part, 1, NULL, NULL, NULL) != FIAT_E_IO) return __LINE__;
    sink->reopen_status = FIAT_OK;
    for (uintptr_t i = 0; i < 100; i++)
        if (fiat__producer_append(stream, &part, 1, NULL, (void *)i, NULL) != FIAT_OK)
            return __LINE__;
    if (flush_in_child(producer, sink) != FIAT_OK) return __LINE__;
    for (size_t i = 0; i <= EXTRA; i++)
        if (s_seen.reports[i] != (i < 100)) return __LINE__; /* none of the parent's */
    fiat__producer_stats(producer, &stats);
    if (stats.accepted != 100 || stats.queued != 0 || stats.queued_bytes != 0) return __LINE__;
    if (sink->reopens != 2) return __LINE__;
    if (fiat__producer_close(producer, 1000, NULL, NULL) != FIAT_OK) return __LINE__;
    return 0;
}

START_TEST(fork_under_load) {
    fiat__producer_opts opts = thread_opts();
    s_spread = _i == 1;
    opts.queue_max_bytes = 4 << 20;
    atomic_store(&s_extra_threads, 0);
    fake_sink *sink = fake_sink_new();
    sink->by_poll = true;
    sink->answer = answer_without_throttling;
    fiat__producer *producer = open_threaded(sink, &opts);
    appender appenders[THREADS];
    atomic_store(&s_forks_left, 10);
    run_appenders(producer, appenders);
    /* A thread that is just starting allocates what no lock of ours guards. */
    while (atomic_load(&s_extra_threads) < THREADS || atomic_load(&s_seen.reports[EXTRA]) == 0)
        sched_yield();
    for (; atomic_load(&s_forks_left) > 0; atomic_fetch_sub(&s_forks_left, 1)) {
        pid_t pid = fork();
        if (pid == 0) { /* no assertion in here: a thread that is gone may hold Check's lock */
            int line = in_child(producer, sink);
            if (line) fprintf(stderr, "child failed at line %d\n", line);
            _exit(line ? 1 : 0);
        }
        ck_assert_int_ge(pid, 0);
        int status = -1;
        ck_assert_int_eq(waitpid(pid, &status, 0), pid);
        ck_assert_int_eq(status, 0);
    }
    ck_assert_uint_eq(join_appenders(appenders), THREADS * EACH);
    ck_assert_int_eq(fiat__producer_close(producer, 30000, NULL, NULL), FIAT_OK);
    for (size_t i = 0; i < THREADS * EACH; i++)
        ck_assert_uint_eq(s_seen.reports[i], 1);
    uint64_t extra = 0;
    for (unsigned i = 0; i < THREADS; i++)
        extra += appenders[i].extra;
    ck_assert_uint_gt(extra, 0);
    ck_assert_uint_eq(s_seen.reports[EXTRA], extra);
}
END_TEST

/* A server that opens its logger, then forks its workers, then forks again in a worker. */
START_TEST(fork_before_the_first_event_and_twice) {
    fiat__producer_opts opts = thread_opts();
    fake_sink *sink = fake_sink_new();
    sink->at_once = true;
    fiat__producer *producer = open_threaded(sink, &opts);
    pid_t pid = fork();
    if (pid == 0) {
        fiat__producer_stream *stream;
        fiat__str part = {"e", 1};
        producer->no_thread = CHILD_HAS_NO_THREAD;
        if (fiat__producer_stream_get(producer, "s", &stream, NULL) != FIAT_OK) _exit(2);
        if (fiat__producer_append(stream, &part, 1, NULL, NULL, NULL) != FIAT_OK) _exit(3);
        pid_t grandchild = fork();
        if (grandchild == 0) _exit(fiat__producer_close(producer, 1000, NULL, NULL) != FIAT_OK);
        int status = -1;
        if (waitpid(grandchild, &status, 0) != grandchild || status != 0) _exit(4);
        uint64_t left;
        if (flush_in_child(producer, sink) != FIAT_OK) _exit(5);
        _exit(fiat__producer_close(producer, 20000, &left, NULL) != FIAT_OK || left != 0 ||
              s_seen.reports[0] != 1);
    }
    int status = -1;
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert_int_eq(status, 0);
    ck_assert_uint_eq(s_seen.reports[0], 0);
    ck_assert_int_eq(fiat__producer_close(producer, 1000, NULL, NULL), FIAT_OK);
}
END_TEST

int main(void) {
    fork_heap_lock();
    Suite *suite = suite_create("producer/thread");
    TCase *tcase = tcase_create("thread");
    tcase_set_timeout(tcase, 120); /* sanitizers on a busy machine */
    tcase_add_loop_test(tcase, threads_append_and_flush, 0, 4);
    tcase_add_loop_test(tcase, keeps_the_order_of_one_thread, 0, 2);
    tcase_add_test(tcase, flush_and_close_keep_their_deadline);
    tcase_add_test(tcase, close_without_events_does_not_start_a_thread);
    tcase_add_loop_test(tcase, fork_under_load, 0, 2);
    tcase_add_test(tcase, fork_before_the_first_event_and_twice);
    suite_add_tcase(suite, tcase);
    return fiat_test_run(suite);
}
