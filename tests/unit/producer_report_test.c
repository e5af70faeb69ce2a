/* Reports: which events get one, what it says, and where the application is called back. */
#include "producer_fake.h"
#include "support/tmpdir.h"

#include <poll.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

static fake_sink *s_sink;
static fiat__producer *s_producer;
static fiat__producer_stream *s_stream;

/* One event a record, so that each has a fate of its own. */
static fiat__producer_opts single_opts(void) {
    fiat__producer_opts opts = fake_opts();
    opts.record_max_events = 1;
    return opts;
}

static fiat__producer_opts poll_opts(void) {
    fiat__producer_opts opts = single_opts();
    opts.reports_by_poll = true;
    return opts;
}

static void open_with(const fiat__producer_opts *opts) {
    s_producer = fake_open(opts, &s_sink, &s_stream);
}

static void close_empty(void) {
    uint64_t left = 99;
    ck_assert_int_eq(fiat__producer_close(s_producer, 0, &left, NULL), FIAT_OK);
    ck_assert_uint_eq(left, 0);
}

/* One event for each letter, in one batch, which is answered with that fate. */
static void send_events(const char *letters) {
    for (uintptr_t i = 1; i <= strlen(letters); i++)
        ck_assert_int_eq(fake_append_with(s_stream, "e", NULL, (void *)i), FIAT_OK);
    fake_now_ms += 100;
    fiat__sender_turn(s_producer);
    fake_finish_each(s_sink, letters);
    fiat__sender_turn(s_producer);
}

/* Poll once; the reports that came. */
static uint64_t poll_now(void) {
    uint64_t count = 99;
    fiat_error err = FIAT_ERROR_INIT;
    ck_assert_fiat_ok(fiat__producer_poll(s_producer, 0, &count, &err), err);
    return count;
}

static fiat_stats stats(void) {
    fiat_stats out = {.struct_size = sizeof out};
    fiat__producer_stats(s_producer, &out);
    return out;
}

START_TEST(failures_alone_are_reported_when_asked_for) {
    fiat__producer_opts opts = single_opts();
    opts.reports_failures_only = true;
    opts.reports_by_poll = _i;
    open_with(&opts);
    send_events("DXDX");
    fake_check_stats(s_producer, 2, 0, 2, 0);
    if (opts.reports_by_poll) ck_assert_uint_eq(poll_now(), 2);
    ck_assert_uint_eq(fake_report_count, 2);
    ck_assert_ptr_eq(fake_reports[0].opaque, (void *)2);
    ck_assert_ptr_eq(fake_reports[1].opaque, (void *)4);
    close_empty();
}
END_TEST

/* The same report, on the sender's thread and, much later, on the one that polls. */
START_TEST(reports_say_when_and_how_often) {
    fiat__producer_opts opts = single_opts();
    opts.reports_by_poll = _i;
    open_with(&opts);
    fiat__uuid uuid = fiat__uuid7(1);
    ck_assert_int_eq(fake_append_with(s_stream, "{\"a\":1}", &uuid, NULL), FIAT_OK);
    fake_now_ms += 100;
    fiat__sender_turn(s_producer);
    fake_now_ms += 30;
    fake_finish(s_sink, FIAT__FATE_PAUSE, true);
    fake_now_ms = fiat__sender_turn(s_producer);
    int64_t again_ms = fake_now_ms;
    fiat__sender_turn(s_producer);
    fake_now_ms += 7;
    fake_finish(s_sink, FIAT__FATE_DELIVERED, false);
    fiat__sender_turn(s_producer);
    if (opts.reports_by_poll) {
        ck_assert_uint_eq(fake_report_count, 0);
        fake_now_ms += 5000;
        ck_assert_uint_eq(poll_now(), 1);
    }
    const fake_report *report = &fake_reports[0];
    ck_assert_uint_eq(fake_report_count, 1);
    ck_assert_int_eq(report->outcome, FIAT_DELIVERED);
    ck_assert_str_eq(report->record_id, "id-8");
    ck_assert_str_eq(report->data, "{\"a\":1}");
    ck_assert_uint_eq(strlen(report->event_id), FIAT__UUID_LEN);
    ck_assert_uint_eq(report->attempts, 2);
    ck_assert_int_eq(report->accepted_at_ms, 1000000);
    ck_assert_int_eq(report->sent_at_ms, again_ms);
    ck_assert_int_eq(report->settled_at_ms, again_ms + 7);
    ck_assert_uint_eq(report->queued_ms, (uint64_t)(again_ms + 7 - 1000000));
    close_empty();
}
END_TEST

/* Given up before any request carried it. */
START_TEST(never_sent_says_so) {
    fiat__producer_opts opts = poll_opts();
    opts.linger_ms = 60000;
    opts.record_max_events = 2;
    open_with(&opts);
    ck_assert_int_eq(fake_append(s_stream, "e"), FIAT_OK);
    uint64_t left;
    fiat_error err;
    ck_assert_fiat_status(fiat__producer_close(s_producer, 0, &left, &err), FIAT_E_INCOMPLETE);
    ck_assert_uint_eq(left, 1);
    ck_assert_uint_eq(fake_report_count, 1); /* on the thread that closed */
    ck_assert_int_eq(fake_reports[0].outcome, FIAT_NOT_DELIVERED);
    ck_assert_int_eq(fake_reports[0].sent_at_ms, 0);
    ck_assert_int_eq(fake_reports[0].error.status, FIAT_E_NOT_DELIVERED);
}
END_TEST

/* Close says where the events are that it leaves; in the dead-letter file rather than in a report.
 */
static const struct {
    bool callback, file;
    const char *says;
} s_wheres[] = {
    {true, true, "dead.letter.file"},
    {false, true, "dead.letter.file"},
    {true, false, "reported to the delivery callback"},
    {false, false, "they are gone"},
};

START_TEST(close_says_where_events_are) {
    char *dir = tmpdir_make(), path[300];
    fiat__producer_opts opts = single_opts();
    snprintf(path, sizeof path, "%s/dead.jsonl", dir);
    if (!s_wheres[_i].callback) opts.on_delivery = NULL;
    if (s_wheres[_i].file) opts.dead_letter_file = path;
    open_with(&opts);
    ck_assert_int_eq(fake_append(s_stream, "{}"), FIAT_OK);
    uint64_t left;
    fiat_error err;
    ck_assert_fiat_status(fiat__producer_close(s_producer, 0, &left, &err), FIAT_E_INCOMPLETE);
    ck_assert_uint_eq(left, 1);
    ck_assert_msg(strstr(err.message, s_wheres[_i].says), "%s", err.message);
    tmpdir_remove(dir);
}
END_TEST

/* Every length of the last event, so that the verdict lies at every distance behind the data. */
START_TEST(verdicts_fit_behind_events_of_any_length) {
    fiat__producer_opts opts = poll_opts();
    opts.record_max_events = 7;
    char text[1200];
    memset(text, 'x', sizeof text);
    open_with(&opts);
    for (size_t len = 0; len < sizeof text; len++) {
        fiat__str part = {text, len};
        ck_assert_int_eq(fiat__producer_append(s_stream, &part, 1, NULL, NULL, NULL), FIAT_OK);
    }
    fake_now_ms += 100;
    fiat__sender_turn(s_producer);
    fake_finish(s_sink, FIAT__FATE_TERMINAL, false);
    fiat__sender_turn(s_producer);
    ck_assert_uint_eq(poll_now(), sizeof text);
    for (size_t len = 0; len < sizeof text; len++) {
        ck_assert_uint_eq(fake_reports[len].data_length, len);
        ck_assert_str_eq(fake_reports[len].error.message, "rejected");
    }
    close_empty();
}
END_TEST

static bool is_readable(int fd) {
    struct pollfd entry = {.fd = fd, .events = POLLIN};
    return poll(&entry, 1, 0) == 1 && entry.revents == POLLIN;
}

START_TEST(descriptor_is_readable_while_reports_wait) {
    fiat__producer_opts opts = poll_opts();
    int fd = -1, again = -1;
    open_with(&opts);
    fiat_error err = FIAT_ERROR_INIT;
    if (_i) send_events("D"); /* before anybody asked for it */
    ck_assert_fiat_ok(fiat__producer_fd(s_producer, &fd, &err), err);
    ck_assert_fiat_ok(fiat__producer_fd(s_producer, &again, &err), err);
    ck_assert_int_eq(fd, again);
    ck_assert_int_eq(is_readable(fd), _i);
    for (int round = 0; round < 3; round++) {
        send_events("DXD");
        ck_assert(is_readable(fd));
        ck_assert_uint_gt(poll_now(), 0);
        ck_assert(!is_readable(fd));
        ck_assert_uint_eq(poll_now(), 0);
    }
    close_empty();
}
END_TEST

START_TEST(waiting_reports_hold_memory_and_no_flush) {
    fiat__producer_opts opts = poll_opts();
    opts.queue_max_bytes = 64 * 1024;
    open_with(&opts);
    s_sink->at_once = true;
    uint64_t accepted = 0;
    while (fake_append(s_stream, "an event") == FIAT_OK) {
        accepted++;
        fake_now_ms += 100;
        fiat__sender_turn(s_producer);
        fiat__sender_turn(s_producer);
    }
    ck_assert_uint_gt(accepted, 10);
    ck_assert_int_eq(fiat__producer_flush(s_producer, 0, NULL), FIAT_OK); /* all have their fate */
    fake_check_stats(s_producer, accepted, 0, 0, 0);
    ck_assert_uint_eq(stats().reports_waiting, accepted);
    ck_assert_uint_gt(stats().queued_bytes, opts.queue_max_bytes / 2);
    ck_assert_uint_eq(poll_now(), accepted);
    ck_assert_uint_eq(stats().reports_waiting, 0);
    ck_assert_uint_eq(stats().queued_bytes, 0);
    ck_assert_int_eq(fake_append(s_stream, "an event"), FIAT_OK);
    fake_now_ms += 100;
    fiat__sender_turn(s_producer);
    fiat__sender_turn(s_producer);
    close_empty();
    ck_assert_uint_eq(fake_report_count, accepted + 1); /* close reported the last one */
}
END_TEST

START_TEST(poll_waits_for_its_time) {
    fiat__producer_opts opts = poll_opts();
    open_with(&opts);
    int64_t start_ms = fiat__mono_ms(&fiat__clock_system);
    uint64_t count = 99;
    ck_assert_int_eq(fiat__producer_poll(s_producer, 30, &count, NULL), FIAT_OK);
    ck_assert_uint_eq(count, 0);
    int64_t took_ms = fiat__mono_ms(&fiat__clock_system) - start_ms;
    ck_assert_int_ge(took_ms, 30);
    ck_assert_int_lt(took_ms, 5000);
    close_empty();
}
END_TEST

/* Who may not poll, and what the error says. */
START_TEST(poll_is_refused_where_there_is_nothing_to_poll) {
    fiat__producer_opts opts = single_opts();
    fiat_error err = FIAT_ERROR_INIT;
    int fd;
    opts.reports_by_poll = _i;
    if (_i) opts.on_delivery = NULL;
    open_with(&opts);
    ck_assert_fiat_status(fiat__producer_poll(s_producer, 0, NULL, &err), FIAT_E_ARG);
    ck_assert_ptr_nonnull(strstr(err.message, _i ? "no delivery callback" : "reports=poll"));
    ck_assert_fiat_status(fiat__producer_fd(s_producer, &fd, &err), FIAT_E_ARG);
    send_events("DX");
    ck_assert_uint_eq(stats().reports_waiting, 0);
    close_empty();
}
END_TEST

static bool s_was_inside;

static void look_around(const fiat_delivery *report, void *ctx) {
    (void)ctx;
    s_was_inside = fiat__producer_in_callback(s_producer);
    fake_on_delivery(report, NULL);
    ck_assert_int_eq(fake_append(s_stream, "from the callback"), FIAT_OK);
}

START_TEST(callbacks_know_where_they_are_and_may_log) {
    fiat__producer_opts opts = poll_opts();
    opts.on_delivery = look_around;
    open_with(&opts);
    send_events("D");
    ck_assert(!fiat__producer_in_callback(s_producer));
    ck_assert_uint_eq(poll_now(), 1);
    ck_assert(s_was_inside);
    ck_assert(!fiat__producer_in_callback(s_producer));
    fiat__producer_on_delivery(s_producer, fake_on_delivery, NULL);
    fake_now_ms += 100;
    fiat__sender_turn(s_producer);
    fake_finish(s_sink, FIAT__FATE_DELIVERED, false);
    fiat__sender_turn(s_producer);
    ck_assert_uint_eq(poll_now(), 1);
    close_empty();
}
END_TEST

/* Threads that poll while others log and the sender sends: each event is reported to one of them,
 * the last ones to the thread that closes. */
#define POLLERS 3
#define LOGGERS 2
#define EACH    4000

static atomic_uint s_seen[LOGGERS * EACH];
static atomic_uint s_polled, s_sent;
static atomic_bool s_stop;

static void count_report(const fiat_delivery *report, void *ctx) {
    (void)ctx;
    atomic_fetch_add(&s_seen[(uintptr_t)report->opaque], 1);
}

static void *poll_many(void *arg) {
    while (!atomic_load(&s_stop)) {
        uint64_t count = 0;
        if (fiat__producer_poll(arg, 5, &count, NULL) != FIAT_OK) return NULL;
        atomic_fetch_add(&s_polled, (unsigned)count);
    }
    return arg;
}

static void *log_many(void *arg) {
    unsigned first = EACH * atomic_fetch_add(&s_sent, 1);
    for (unsigned i = 0; i < EACH;) {
        void *opaque = (void *)(uintptr_t)(first + i);
        fiat_status status = fake_append_with(arg, "event", NULL, opaque);
        if (status != FIAT_OK && status != FIAT_E_QUEUE_FULL) return NULL;
        if (status == FIAT_OK)
            i++;
        else
            usleep(100);
    }
    return arg;
}

static void answer_by_turns(fake_sink *sink, fiat__sink_batch *batch) {
    (void)sink;
    for (size_t i = 0; i < batch->count; i++)
        fake_set_fate(&batch->records[i], "DDX"[i % 3]);
}

START_TEST(threads_share_the_reports) {
    fiat__producer_opts opts = poll_opts();
    pthread_t pollers[POLLERS], loggers[LOGGERS];
    opts.clock = NULL;
    opts.linger_ms = 1;
    opts.record_max_events = 20;
    opts.queue_max_bytes = 256 * 1024;
    opts.on_delivery = count_report;
    open_with(&opts);
    s_producer->no_thread = false;
    s_sink->by_poll = true;
    s_sink->answer = answer_by_turns;
    for (int i = 0; i < LOGGERS; i++)
        ck_assert_int_eq(pthread_create(&loggers[i], NULL, log_many, s_stream), 0);
    for (int i = 0; i < POLLERS; i++)
        ck_assert_int_eq(pthread_create(&pollers[i], NULL, poll_many, s_producer), 0);
    for (int i = 0; i < LOGGERS; i++) {
        void *result;
        ck_assert_int_eq(pthread_join(loggers[i], &result), 0);
        ck_assert_ptr_nonnull(result);
    }
    atomic_store(&s_stop, true);
    for (int i = 0; i < POLLERS; i++) {
        void *result;
        ck_assert_int_eq(pthread_join(pollers[i], &result), 0);
        ck_assert_ptr_nonnull(result);
    }
    ck_assert_uint_gt(atomic_load(&s_polled), 0);
    ck_assert_int_eq(fiat__producer_close(s_producer, 30000, NULL, NULL), FIAT_OK);
    for (size_t i = 0; i < LOGGERS * EACH; i++)
        ck_assert_uint_eq(s_seen[i], 1);
}
END_TEST

/* Memory that polling gives back lets the sender go on with what is in the spool. */
START_TEST(polling_makes_room_for_the_spool) {
    fiat__producer_opts opts = poll_opts();
    char *dir = tmpdir_make();
    uint64_t polled = 0, count;
    fiat_error err = FIAT_ERROR_INIT;
    opts.clock = NULL;
    opts.linger_ms = 1;
    opts.queue_max_bytes = 32 * 1024;
    opts.spool = (fiat__spool_opts){.dir = dir, .max_bytes = 1 << 20, .segment_bytes = 65536};
    open_with(&opts);
    s_producer->no_thread = false;
    s_sink->by_poll = true;
    for (int i = 0; i < 200; i++)
        ck_assert_int_eq(fake_append(s_stream, "{}"), FIAT_OK);
    int64_t until_ms = fiat__mono_ms(&fiat__clock_system) + 30000;
    while (polled < 200 && fiat__mono_ms(&fiat__clock_system) < until_ms) {
        ck_assert_fiat_ok(fiat__producer_poll(s_producer, 20, &count, &err), err);
        polled += count;
    }
    ck_assert_uint_eq(polled, 200);
    close_empty();
    tmpdir_remove(dir);
}
END_TEST

/* The child's descriptor has the same number and stands for the child's own reports. */
static int in_child(int fd) {
    int same = -1;
    uint64_t count = 99;
    if (is_readable(fd)) return __LINE__;
    if (fiat__producer_poll(s_producer, 0, &count, NULL) != FIAT_OK || count != 0) return __LINE__;
    if (fiat__producer_fd(s_producer, &same, NULL) != FIAT_OK || same != fd) return __LINE__;
    fake_report_count = 0;
    if (fake_append_with(s_stream, "child", NULL, NULL) != FIAT_OK) return __LINE__;
    fake_now_ms += 100;
    fiat__sender_turn(s_producer);
    s_sink->by_poll = true;
    s_sink->base.vtable->poll(&s_sink->base, 0);
    fiat__sender_turn(s_producer);
    if (!is_readable(fd)) return __LINE__;
    if (fiat__producer_poll(s_producer, 0, &count, NULL) != FIAT_OK || count != 1) return __LINE__;
    if (fake_report_count != 1 || is_readable(fd)) return __LINE__;
    return fiat__producer_close(s_producer, 0, NULL, NULL) == FIAT_OK ? 0 : __LINE__;
}

START_TEST(reports_of_the_parent_stay_with_the_parent) {
    fiat__producer_opts opts = poll_opts();
    int fd, status = -1;
    open_with(&opts);
    ck_assert_int_eq(fiat__producer_fd(s_producer, &fd, NULL), FIAT_OK);
    send_events("DXD");
    pid_t pid = fork();
    if (pid == 0) {
        int line = in_child(fd);
        if (line) fprintf(stderr, "child failed at line %d\n", line);
        _exit(line != 0);
    }
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert_int_eq(status, 0);
    ck_assert(is_readable(fd));
    ck_assert_uint_eq(poll_now(), 3);
    close_empty();
}
END_TEST

int main(void) {
    Suite *suite = suite_create("producer/report");
    TCase *tcase = tcase_create("report");
    tcase_add_loop_test(tcase, failures_alone_are_reported_when_asked_for, 0, 2);
    tcase_add_loop_test(tcase, reports_say_when_and_how_often, 0, 2);
    tcase_add_test(tcase, never_sent_says_so);
    tcase_add_loop_test(tcase, close_says_where_events_are, 0,
                        sizeof s_wheres / sizeof s_wheres[0]);
    tcase_add_test(tcase, verdicts_fit_behind_events_of_any_length);
    tcase_add_loop_test(tcase, descriptor_is_readable_while_reports_wait, 0, 2);
    tcase_add_test(tcase, waiting_reports_hold_memory_and_no_flush);
    tcase_add_test(tcase, poll_waits_for_its_time);
    tcase_add_loop_test(tcase, poll_is_refused_where_there_is_nothing_to_poll, 0, 2);
    tcase_add_test(tcase, callbacks_know_where_they_are_and_may_log);
    tcase_add_test(tcase, threads_share_the_reports);
    tcase_add_test(tcase, polling_makes_room_for_the_spool);
    tcase_add_test(tcase, reports_of_the_parent_stay_with_the_parent);
    suite_add_tcase(suite, tcase);
    return fiat_test_run(suite);
}
