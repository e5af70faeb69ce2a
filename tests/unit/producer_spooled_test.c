/* A producer with a spool: what it accepted is sent, by it or by the next one. */
#include "producer_fake.h"
#include "spool_fake.h"

#include <errno.h>
#include <sys/stat.h>
#include <sys/wait.h>

static char *s_dir;
static fake_sink *s_sink;
static fiat__producer_opts s_opts;

static void set_up(void) {
    s_dir = tmpdir_make();
    disk_heal();
    s_opts = fake_opts();
    s_opts.spool = spool_opts(s_dir, true);
}

static void tear_down(void) {
    tmpdir_remove(s_dir);
}

static fiat__producer *start(void) {
    s_sink = fake_sink_new();
    return fake_producer(s_sink, &s_opts);
}

static void turn_later(fiat__producer *producer) {
    fake_now_ms += 1000;
    fiat__sender_turn(producer);
}

static uint64_t close_now(fiat__producer *producer, fiat_error *err) {
    uint64_t left;
    (void)fiat__producer_close(producer, 0, &left, err);
    return left;
}

static void check_report(size_t i, const char *data, fiat_outcome outcome, void *opaque) {
    ck_assert_uint_lt(i, fake_report_count);
    ck_assert_str_eq(fake_reports[i].data, data);
    ck_assert_int_eq(fake_reports[i].outcome, outcome);
    ck_assert_ptr_eq(fake_reports[i].opaque, opaque);
}

START_TEST(events_go_over_the_disk_and_are_reported_as_without) {
    fiat__producer *producer = start();
    fiat__producer_stream *stream = fake_stream(producer, "s");
    fiat__uuid uuid = {{0x12}};
    ck_assert_int_eq(fake_append_with(stream, "one", &uuid, s_dir), FIAT_OK);
    ck_assert_int_eq(fake_append(stream, "two"), FIAT_OK);
    fake_check_stats(producer, 0, 0, 0, 2);
    turn_later(producer);
    ck_assert_uint_eq(s_sink->batch_count, 1);
    ck_assert(fiat__str_eq_c(s_sink->batches[0]->records[0].data, "one\ntwo\n"));
    fake_finish(s_sink, FIAT__FATE_DELIVERED, false);
    turn_later(producer);
    check_report(0, "one", FIAT_DELIVERED, s_dir);
    check_report(1, "two", FIAT_DELIVERED, NULL);
    ck_assert_str_eq(fake_reports[0].event_id, "12000000-0000-0000-0000-000000000000");
    fake_check_stats(producer, 2, 0, 0, 0);
    ck_assert_uint_eq(close_now(producer, NULL), 0);
    ck_assert_uint_eq(spool_count_files(s_dir, ".log"), 0);
}
END_TEST

START_TEST(linger_counts_from_the_call) {
    fiat__producer *producer = start();
    fiat__producer_stream *stream = fake_stream(producer, "s");
    ck_assert_int_eq(fake_append(stream, "one"), FIAT_OK);
    fake_now_ms += 60;
    ck_assert_int_eq(fiat__sender_turn(producer), fake_now_ms + 40);
    ck_assert_uint_eq(s_sink->batch_count, 0);
    fake_now_ms += 40;
    fiat__sender_turn(producer);
    ck_assert_uint_eq(s_sink->batch_count, 1);
    close_now(producer, NULL);
}
END_TEST

/* Left by a process that died, and by one that closed too early. */
START_TEST(what_is_left_is_sent_by_the_next_producer) {
    fiat__producer *producer = start();
    fiat__producer_stream *stream = fake_stream(producer, "s");
    fiat_error err = FIAT_ERROR_INIT;
    ck_assert_int_eq(fake_append_with(stream, "sent", NULL, s_dir), FIAT_OK);
    turn_later(producer);
    ck_assert_int_eq(fake_append_with(stream, "not sent", NULL, &err), FIAT_OK);
    ck_assert_uint_eq(close_now(producer, &err), 2);
    ck_assert_int_eq(err.status, FIAT_E_INCOMPLETE);
    ck_assert_ptr_nonnull(strstr(err.message, "spool.dir"));
    ck_assert_uint_eq(fake_report_count, 2); /* exactly one each: their opaques are free */
    check_report(0, "sent", FIAT_MAYBE, s_dir);
    check_report(1, "not sent", FIAT_NOT_DELIVERED, &err);
    ck_assert_ptr_nonnull(strstr(fake_reports[1].error.message, "spool"));

    producer = start();
    fake_check_stats(producer, 0, 0, 0, 2);
    stream = fake_stream(producer, "s");
    ck_assert_int_eq(fake_append(stream, "new"), FIAT_OK);
    turn_later(producer); /* read back: linger begins for what is older than the process */
    turn_later(producer);
    ck_assert(fiat__str_eq_c(s_sink->batches[0]->records[0].data, "sent\nnot sent\nnew\n"));
    fake_finish(s_sink, FIAT__FATE_DELIVERED, false);
    turn_later(producer);
    fake_check_stats(producer, 3, 0, 0, 0);
    check_report(0, "sent", FIAT_DELIVERED, NULL);
    ck_assert_uint_eq(close_now(producer, NULL), 0);
    ck_assert_uint_eq(spool_count_files(s_dir, ".log"), 0);
}
END_TEST

START_TEST(close_and_flush_send_what_is_left_without_a_new_event) {
    fiat__producer *producer = start();
    ck_assert_int_eq(fake_append(fake_stream(producer, "s"), "left"), FIAT_OK);
    ck_assert_uint_eq(close_now(producer, NULL), 1);
    producer = start();
    ck_assert_int_eq(fiat__producer_flush(producer, 0, NULL), FIAT_E_INCOMPLETE);
    fiat__sender_turn(producer);
    ck_assert_uint_eq(s_sink->batch_count, 1); /* flush is in a hurry */
    ck_assert_int_eq(fiat__producer_flush(producer, 0, NULL), FIAT_E_INCOMPLETE);
    fake_finish(s_sink, FIAT__FATE_DELIVERED, false);
    fiat__sender_turn(producer);
    ck_assert_int_eq(fiat__producer_flush(producer, 0, NULL), FIAT_OK);
    ck_assert_uint_eq(close_now(producer, NULL), 0);
}
END_TEST

START_TEST(what_is_given_up_for_good_is_not_sent_again) {
    s_opts.delivery_timeout_ms = 5000;
    fiat__producer *producer = start();
    ck_assert_int_eq(fake_append(fake_stream(producer, "s"), "late"), FIAT_OK);
    turn_later(producer);
    fake_finish(s_sink, FIAT__FATE_RETRY, false);
    fake_now_ms += 5000;
    fiat__sender_turn(producer);
    fake_check_stats(producer, 0, 0, 1, 0);
    check_report(0, "late", FIAT_NOT_DELIVERED, NULL);
    ck_assert_uint_eq(close_now(producer, NULL), 0);
    producer = start();
    fake_check_stats(producer, 0, 0, 0, 0);
    close_now(producer, NULL);
}
END_TEST

/* Far more than memory holds waits on disk, and goes in its order. */
START_TEST(memory_is_bounded_by_the_queue_and_not_by_the_spool) {
    enum { EVENTS = 600 };
    static char text[5001];
    s_opts.queue_max_bytes = 1 << 20;
    s_opts.spool = spool_opts(s_dir, false);
    s_opts.spool.max_bytes = 16 << 20;
    s_opts.on_delivery = NULL;
    fiat__producer *producer = start();
    fiat__producer_stream *stream = fake_stream(producer, "s");
    memset(text, 'x', 5000);
    for (int i = 0; i < EVENTS; i++) {
        char number[8];
        snprintf(number, sizeof number, "%05d", i);
        memcpy(text, number, 5);
        ck_assert_int_eq(fake_append(stream, text), FIAT_OK);
        if (i % 50 == 0) turn_later(producer);
    }
    int next = 0;
    for (int round = 0; next < EVENTS && round < 1000; round++) {
        turn_later(producer);
        fiat_stats stats;
        fiat__producer_stats(producer, &stats);
        ck_assert_uint_le(stats.queued_bytes, 1 << 20);
        ck_assert_uint_eq(stats.accepted, EVENTS);
        ck_assert_uint_eq(stats.spool_events, (uint64_t)(EVENTS - next));
        if (s_sink->batch_count == 0) continue;
        const fiat__sink_batch *batch = s_sink->batches[0];
        for (size_t i = 0; i < batch->count; i++)
            for (const char *at = batch->records[i].data.ptr,
                            *end = at + batch->records[i].data.len;
                 at < end; at += 5001)
                ck_assert_int_eq(strtol(at, NULL, 10), next++);
        fake_finish(s_sink, FIAT__FATE_DELIVERED, false);
        turn_later(producer);
    }
    ck_assert_int_eq(next, EVENTS);
    turn_later(producer);
    fake_check_stats(producer, EVENTS, 0, 0, 0);
    ck_assert_uint_eq(close_now(producer, NULL), 0);
}
END_TEST

START_TEST(a_refused_event_is_not_accepted) {
    fiat__producer *producer = start();
    fiat__producer_stream *stream = fake_stream(producer, "s");
    disk_fail(DISK_SYNC, 1, EIO, false);
    ck_assert_int_eq(fake_append(stream, "refused"), FIAT_E_IO);
    turn_later(producer);
    ck_assert_uint_eq(s_sink->batch_count, 0);
    fake_check_stats(producer, 0, 0, 0, 0);
    ck_assert_uint_eq(close_now(producer, NULL), 0);
}
END_TEST

#define THREADS     4
#define EVENTS_EACH 500

static void *log_many(void *stream) {
    for (int i = 0; i < EVENTS_EACH; i++)
        ck_assert_int_eq(fake_append(stream, "an event"), FIAT_OK);
    return NULL;
}

/* Several threads, the sender's own among them, and the real clock. */
START_TEST(threads_log_while_the_sender_sends) {
    pthread_t threads[THREADS];
    s_opts.spool = spool_opts(s_dir, _i);
    s_opts.clock = NULL;
    s_opts.linger_ms = 1;
    s_sink = fake_sink_new();
    s_sink->by_poll = true;
    fiat__producer *producer = fake_producer(s_sink, &s_opts);
    producer->no_thread = false;
    fiat__producer_stream *stream = fake_stream(producer, "s");
    for (int i = 0; i < THREADS; i++)
        ck_assert_int_eq(fiat__thread_start(&threads[i], "logs", log_many, stream, NULL), FIAT_OK);
    for (int i = 0; i < THREADS; i++)
        fiat__thread_join(threads[i]);
    ck_assert_int_eq(fiat__producer_flush(producer, 60000, NULL), FIAT_OK);
    fake_check_stats(producer, THREADS * EVENTS_EACH, 0, 0, 0);
    ck_assert_uint_eq(fake_report_count, THREADS * EVENTS_EACH);
    ck_assert_uint_eq(close_now(producer, NULL), 0);
    ck_assert_uint_eq(spool_count_files(s_dir, ".log"), 0);
}
END_TEST

/* Memory is full of the events of a stream that takes nothing: what is behind them waits on the
 * disk, and goes its way when the stream does. */
START_TEST(what_is_behind_a_stream_that_stands_still_waits_and_goes_on) {
    s_opts.record_max_events = 1;
    s_opts.queue_max_bytes = 16 * 1024; /* records of 1 KiB */
    s_opts.on_delivery = NULL;
    fiat__producer *producer = start();
    fiat__producer_stream *still = fake_stream(producer, "still"),
                          *other = fake_stream(producer, "s");
    still->hold_until_ms = INT64_MAX;
    for (int i = 0; i < 20; i++)
        ck_assert_int_eq(fake_append(still, "e"), FIAT_OK);
    ck_assert_int_eq(fake_append(other, "e"), FIAT_OK);
    turn_later(producer);
    turn_later(producer);
    ck_assert_uint_eq(s_sink->batch_count, 0);
    fake_check_stats(producer, 0, 0, 0, 21);
    still->hold_until_ms = 0;
    for (int i = 0; i < 10; i++) {
        turn_later(producer);
        while (s_sink->batch_count)
            fake_finish(s_sink, FIAT__FATE_DELIVERED, false);
    }
    fake_check_stats(producer, 21, 0, 0, 0);
    ck_assert_uint_eq(close_now(producer, NULL), 0);
}
END_TEST

/* --- closing --- */

static char s_topics[2000];

static void keep_topic(const fiat_log_line *line, void *ctx) {
    (void)ctx;
    const size_t len = strlen(s_topics);
    snprintf(s_topics + len, sizeof s_topics - len, "%s: %s\n", line->topic, line->message);
}

/* Nothing is given up: it is on disk, and the log says so once, with the number and the place. */
START_TEST(what_close_leaves_is_no_error) {
    fiat_error err = FIAT_ERROR_INIT;
    s_topics[0] = '\0';
    ck_assert_fiat_ok(fiat__log_new(&s_opts.log, FIAT_LOG_NOTICE, NULL, &err), err);
    fiat__log_on_line(s_opts.log, keep_topic, NULL);
    s_opts.record_max_events = 1;
    fiat__producer *producer = start();
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(fake_append(fake_stream(producer, "s"), "e"), FIAT_OK);
    turn_later(producer);
    ck_assert_uint_eq(close_now(producer, &err), 3);
    ck_assert_uint_eq(fake_report_count, 3);
    ck_assert_ptr_nonnull(strstr(err.message, s_dir));
    ck_assert_ptr_null(strstr(s_topics, "gave-up"));
    const char *line = strstr(s_topics, "spool-left: closed: 3 events of ");
    ck_assert_ptr_nonnull(line);
    ck_assert_ptr_nonnull(strstr(line, s_dir));
    ck_assert_ptr_null(strstr(line + 1, "spool-left"));
    fiat__log_free(s_opts.log);
}
END_TEST

/* A file that the disk does not give is no reason to report less than can be read. What is in it
 * is not known, not even to whom it belongs; it is counted, and there for the next process. */
START_TEST(close_reports_all_that_can_be_read) {
    enum { EVENTS = 8, FIRST_BAD = 2, LAST_BAD = 6 };
    static char large[50001]; /* one fits a segment */
    char log[4096], away[4200];
    fiat_error err = FIAT_ERROR_INIT;
    memset(large, 'x', 50000);
    fiat__producer *producer = start();
    fiat__producer_stream *stream = fake_stream(producer, "s");
    for (int i = 1; i <= EVENTS; i++) {
        large[0] = (char)('0' + i);
        ck_assert_int_eq(fake_append(stream, large), FIAT_OK);
        snprintf(log, sizeof log, "%s/%016x.log", s_dir, (unsigned)i);
        snprintf(away, sizeof away, "%s.away", log);
        if (i < FIRST_BAD || i > LAST_BAD) continue;
        ck_assert_int_eq(rename(log, away), 0);
        ck_assert_int_eq(mkdir(log, 0700), 0); /* reading it fails */
    }
    if (_i) disk_fail(DISK_OPEN, 1, EMFILE, false); /* and a passing shortage */
    ck_assert_uint_eq(close_now(producer, &err), EVENTS);
    ck_assert_uint_eq(fake_report_count, 3);
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(fake_reports[i].data[0], "178"[i]);
    for (unsigned i = FIRST_BAD; i <= LAST_BAD; i++) {
        snprintf(log, sizeof log, "%s/%016x.log", s_dir, i);
        snprintf(away, sizeof away, "%s.away", log);
        ck_assert_int_eq(rmdir(log), 0);
        ck_assert_int_eq(rename(away, log), 0);
    }
    producer = start();
    fake_check_stats(producer, 0, 0, 0, EVENTS);
    close_now(producer, NULL);
}
END_TEST

static void *flush_at_once(void *producer) {
    return fiat__producer_flush(producer, 0, NULL) == FIAT_OK ? producer : NULL;
}

/* flush first says how much of the spool it waits for and then looks which record is the last: a
 * record that is made in between belongs to what it waits for. */
START_TEST(flush_asks_for_the_spool_before_it_looks_at_the_records) {
    fiat__producer *producer = start();
    const int64_t until_ms = fiat__mono_ms(&fiat__clock_system) + 20000;
    pthread_t thread;
    ck_assert_int_eq(fake_append(fake_stream(producer, "s"), "e"), FIAT_OK);
    fiat__mutex_lock(&producer->ledger.lock); /* nobody learns which record is the last */
    ck_assert_int_eq(fiat__thread_start(&thread, "flushes", flush_at_once, producer, NULL),
                     FIAT_OK);
    while (atomic_load(&producer->flush_spooled) != 1 &&
           fiat__mono_ms(&fiat__clock_system) < until_ms)
        continue;
    const uint64_t asked = atomic_load(&producer->flush_spooled);
    fiat__mutex_unlock(&producer->ledger.lock);
    fiat__thread_join(thread);
    ck_assert_uint_eq(asked, 1);
    close_now(producer, NULL);
}
END_TEST

/* The first call to write waits until the test lets it go on. */
static atomic_int s_held, s_let_go;

static ssize_t hold_first_write(int fd, const struct iovec *parts, int count, off_t at) {
    if (at > 0 && atomic_fetch_add(&s_held, 1) == 0)
        while (!atomic_load(&s_let_go))
            sched_yield();
    return disk_io.pwritev(fd, parts, count, at);
}

static void *append_text(void *stream) {
    static char text[700001];
    memset(text, '1', sizeof text - 1);
    ck_assert_int_eq(fake_append(stream, text), FIAT_OK);
    return NULL;
}

static atomic_int s_flushed;

static void *flush_all(void *producer) {
    ck_assert_int_eq(fiat__producer_flush(producer, 20000, NULL), FIAT_OK);
    atomic_store(&s_flushed, 1);
    return NULL;
}

/* When flush is called, a call has returned whose event is read only behind that of another call,
 * which has not. Memory has room for one of them. */
START_TEST(flush_waits_for_an_event_that_is_behind_a_call_under_way) {
    static char text[700001];
    const struct timespec pause = {.tv_nsec = 100000000};
    fiat__spool_io io = disk_io;
    pthread_t appends, flushes;
    io.pwritev = hold_first_write;
    s_held = s_let_go = s_flushed = 0;
    s_opts.queue_max_bytes = 1 << 20;
    s_opts.on_delivery = NULL;
    s_opts.spool = spool_opts(s_dir, false);
    s_opts.spool.max_bytes = 16 << 20;
    s_opts.spool.io = &io;
    fiat__producer *producer = start();
    fiat__producer_stream *stream = fake_stream(producer, "s");
    ck_assert_int_eq(fiat__producer_start(producer, NULL), FIAT_OK);
    ck_assert_int_eq(fiat__thread_start(&appends, "appends", append_text, stream, NULL), FIAT_OK);
    while (!atomic_load(&s_held))
        sched_yield();
    memset(text, '2', sizeof text - 1);
    ck_assert_int_eq(fake_append(stream, text), FIAT_OK);
    ck_assert_int_eq(fiat__thread_start(&flushes, "flushes", flush_all, producer, NULL), FIAT_OK);
    nanosleep(&pause, NULL);
    atomic_store(&s_let_go, 1);
    fiat__thread_join(appends);
    nanosleep(&pause, NULL);
    for (int i = 0; i < 2; i++) {
        turn_later(producer);
        nanosleep(&pause, NULL);
        ck_assert_int_eq(s_flushed, 0);
        ck_assert_uint_eq(s_sink->batch_count, 1);
        fake_finish(s_sink, FIAT__FATE_DELIVERED, false);
    }
    turn_later(producer);
    fiat__thread_join(flushes);
    fake_check_stats(producer, 2, 0, 0, 0);
    ck_assert_uint_eq(close_now(producer, NULL), 0);
}
END_TEST

/* The child has a spool of its own below, which the next process takes over. */
START_TEST(the_child_of_a_fork_spools_apart) {
    fiat__producer *producer = start();
    fiat__producer_stream *stream = fake_stream(producer, "s");
    fiat__spool *other;
    int status;
    ck_assert_int_eq(fake_append(stream, "parent"), FIAT_OK);
    pid_t child = fork();
    if (child == 0) {
        bool ok = fake_append(stream, "child") == FIAT_OK;
        fiat__spool_stats stats;
        fiat__spool_read_stats(producer->spool, &stats);
        _exit(ok && stats.unsettled == 1 ? 7 : 1); /* dies without closing */
    }
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 7);
    ck_assert_int_eq(fiat__spool_open(&other, &s_opts.spool, NULL), FIAT_E_SPOOL_LOCKED);
    fake_check_stats(producer, 0, 0, 0, 1);
    ck_assert_uint_eq(close_now(producer, NULL), 1);

    producer = start();
    fake_check_stats(producer, 0, 0, 0, 2);
    ck_assert_int_eq(fiat__producer_flush(producer, 0, NULL), FIAT_E_INCOMPLETE);
    fiat__sender_turn(producer);
    ck_assert(fiat__str_eq_c(s_sink->batches[0]->records[0].data, "parent\nchild\n"));
    fake_finish(s_sink, FIAT__FATE_DELIVERED, false);
    fiat__sender_turn(producer);
    ck_assert_uint_eq(close_now(producer, NULL), 0);
    ck_assert_uint_eq(spool_count_files(s_dir, "lock"), 1); /* the child's folder is gone */
}
END_TEST

/* What the parent has still to note, since it has just polled, is none of the child's affair. */
START_TEST(a_child_that_only_closes_leaves_the_spool_alone) {
    s_opts.reports_by_poll = true;
    fiat__producer *producer = start();
    uint64_t reports;
    int status;
    ck_assert_int_eq(fake_append(fake_stream(producer, "s"), "a"), FIAT_OK);
    ck_assert_int_eq(fiat__producer_flush(producer, 0, NULL), FIAT_E_INCOMPLETE);
    fiat__sender_turn(producer);
    fake_finish(s_sink, FIAT__FATE_DELIVERED, false);
    fiat__sender_turn(producer);
    ck_assert_int_eq(fiat__producer_poll(producer, 0, &reports, NULL), FIAT_OK);
    ck_assert_uint_eq(reports, 1);
    pid_t child = fork();
    if (child == 0) {
        uint64_t left = 99;
        bool ok = fiat__producer_close(producer, 0, &left, NULL) == FIAT_OK && left == 0 &&
                  spool_count_files(s_dir, ".log") == 1;
        _exit(ok ? 7 : 1);
    }
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 7);
    ck_assert_uint_eq(close_now(producer, NULL), 0);
    ck_assert_uint_eq(spool_count_files(s_dir, ".log"), 0);
}
END_TEST

static Suite *suite(void) {
    Suite *s = suite_create("producer_spooled");
    TCase *t = tcase_create("spooled");
    tcase_set_timeout(t, 60);
    tcase_add_checked_fixture(t, set_up, tear_down);
    tcase_add_test(t, events_go_over_the_disk_and_are_reported_as_without);
    tcase_add_test(t, linger_counts_from_the_call);
    tcase_add_test(t, what_is_left_is_sent_by_the_next_producer);
    tcase_add_test(t, close_and_flush_send_what_is_left_without_a_new_event);
    tcase_add_test(t, what_is_given_up_for_good_is_not_sent_again);
    tcase_add_test(t, memory_is_bounded_by_the_queue_and_not_by_the_spool);
    tcase_add_test(t, a_refused_event_is_not_accepted);
    tcase_add_loop_test(t, threads_log_while_the_sender_sends, 0, 2);
    tcase_add_test(t, what_is_behind_a_stream_that_stands_still_waits_and_goes_on);
    tcase_add_test(t, what_close_leaves_is_no_error);
    tcase_add_loop_test(t, close_reports_all_that_can_be_read, 0, 2);
    tcase_add_test(t, flush_asks_for_the_spool_before_it_looks_at_the_records);
    tcase_add_test(t, flush_waits_for_an_event_that_is_behind_a_call_under_way);
    tcase_add_test(t, the_child_of_a_fork_spools_apart);
    tcase_add_test(t, a_child_that_only_closes_leaves_the_spool_alone);
    suite_add_tcase(s, t);
    return s;
}

int main(void) {
    return fiat_test_run(suite());
}
