/* The sink `stdout`: readers that left, that are slow, and whole lines. Each test has a process of
 * its own and puts a pipe or a file in the place of descriptor 1. */
#include "producer/producer.h"
#include "support/test.h"

#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static fiat__sink *s_sink;
static int s_read_fd;
static bool s_done;
static fiat__sink_record s_records[4];
static fiat__sink_batch s_batch;

static void on_done(fiat__sink_batch *batch) {
    ck_assert_ptr_eq(batch, &s_batch);
    ck_assert(!s_done);
    s_done = true;
}

/* In production the sender's thread has all signals blocked. */
static void block_sigpipe(void) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGPIPE);
    ck_assert_int_eq(pthread_sigmask(SIG_BLOCK, &set, NULL), 0);
}

static void open_sink(int stdout_fd) {
    fiat_error err = FIAT_ERROR_INIT;
    fflush(stdout);
    block_sigpipe();
    if (stdout_fd >= 0) ck_assert_int_eq(dup2(stdout_fd, STDOUT_FILENO), STDOUT_FILENO);
    if (stdout_fd >= 0) close(stdout_fd);
    ck_assert_fiat_ok(fiat__sink_stdout_new(&s_sink, &(fiat__sink_opts){.max_in_flight = 1}, &err),
                      err);
}

static void open_with_pipe(void) {
    int fds[2];
    ck_assert_int_eq(pipe(fds), 0);
    s_read_fd = fds[0];
    open_sink(fds[1]);
}

static void submit(size_t count) {
    s_done = false;
    s_batch =
        (fiat__sink_batch){.stream = "s", .records = s_records, .count = count, .done = on_done};
    s_sink->vtable->submit(s_sink, &s_batch);
}

static void set_record(size_t i, const char *text, size_t len) {
    s_records[i] = (fiat__sink_record){.data = {text, len}};
}

static void check_read(const char *want) {
    char got[1000];
    ssize_t len = read(s_read_fd, got, sizeof got - 1);
    ck_assert_int_ge(len, 0);
    got[len] = '\0';
    ck_assert_str_eq(got, want);
}

/* The pipe that wakes the sink would have taken the descriptor's place, and then the events. */
START_TEST(closed_standard_output_opens_no_sink) {
    fiat_error err = FIAT_ERROR_INIT;
    fflush(stdout);
    close(STDOUT_FILENO);
    ck_assert_fiat_status(
        fiat__sink_stdout_new(&s_sink, &(fiat__sink_opts){.max_in_flight = 1}, &err), FIAT_E_IO);
    ck_assert_ptr_null(s_sink);
    ck_assert_msg(strstr(err.message, "standard output"), "%s", err.message);
}
END_TEST

START_TEST(reader_that_left_is_terminal) {
    open_with_pipe();
    close(s_read_fd);
    set_record(0, "one\n", 4);
    set_record(1, "two\n", 4);
    submit(2);
    s_sink->vtable->poll(s_sink, 1000);
    ck_assert(s_done);
    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(s_records[i].fate, FIAT__FATE_TERMINAL);
        ck_assert_int_eq(s_records[i].err.status, FIAT_E_IO);
        ck_assert(strstr(s_records[i].err.message, "standard output"));
        ck_assert(!s_records[i].maybe_delivered);
    }
    s_sink->vtable->free(s_sink);
}
END_TEST

START_TEST(closed_descriptor_is_terminal) {
    fflush(stdout);
    open_sink(-1);
    close(STDOUT_FILENO);
    set_record(0, "one\n", 4);
    submit(1);
    s_sink->vtable->poll(s_sink, 1000);
    ck_assert(s_done);
    ck_assert_int_eq(s_records[0].fate, FIAT__FATE_TERMINAL);
    s_sink->vtable->free(s_sink);
}
END_TEST

START_TEST(full_device_is_paused) {
    int fd = open("/dev/full", O_WRONLY);
    ck_assert_int_ge(fd, 0);
    open_sink(fd);
    set_record(0, "one\n", 4);
    submit(1);
    s_sink->vtable->poll(s_sink, 1000);
    ck_assert(s_done);
    ck_assert_int_eq(s_records[0].fate, FIAT__FATE_PAUSE);
    ck_assert_uint_ne(s_records[0].err.flags & FIAT_ERRF_OPERATOR, 0);
    s_sink->vtable->free(s_sink);
}
END_TEST

START_TEST(writes_records_in_order) {
    open_with_pipe();
    set_record(0, "one\ntwo\n", 8);
    set_record(1, "three\n", 6);
    submit(2);
    for (int i = 0; i < 10 && !s_done; i++)
        s_sink->vtable->poll(s_sink, 1000);
    ck_assert(s_done);
    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(s_records[i].fate, FIAT__FATE_DELIVERED);
        ck_assert_str_eq(s_records[i].record_id, "");
    }
    check_read("one\ntwo\nthree\n");
    s_sink->vtable->free(s_sink);
}
END_TEST

START_TEST(refuses_more_than_max_in_flight) {
    open_with_pipe();
    set_record(0, "one\n", 4);
    submit(1);
    fiat__sink_record record = {.data = {"two\n", 4}};
    fiat__sink_batch batch = {.records = &record, .count = 1, .done = on_done};
    fiat__sink_batch first = s_batch;
    s_batch = batch;
    s_sink->vtable->submit(s_sink, &s_batch);
    ck_assert(s_done);
    ck_assert_int_eq(record.fate, FIAT__FATE_RETRY);
    s_batch = first;
    s_done = false;
    s_sink->vtable->cancel(s_sink);
    ck_assert(s_done);
    s_sink->vtable->free(s_sink);
}
END_TEST

/* Lines of 1,000 bytes until the pipe is full: poll() returns, nothing is cut within a line, and
 * cancel says what may have been read in part. */
START_TEST(slow_reader_blocks_nothing_and_sees_whole_lines) {
    static char text[200 * 1000], got[sizeof text];
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = i % 1000 == 999 ? '\n' : 'x';
    open_with_pipe();
    set_record(0, text, sizeof text);
    submit(1);
    for (int i = 0; i < 300; i++)
        s_sink->vtable->poll(s_sink, 0);
    ck_assert(!s_done);
    ssize_t len = read(s_read_fd, got, sizeof got);
    ck_assert_int_gt(len, 0);
    ck_assert_int_lt(len, (ssize_t)sizeof got);
    ck_assert_int_eq(len % 1000, 0);
    s_sink->vtable->cancel(s_sink);
    ck_assert(s_done);
    ck_assert_int_eq(s_records[0].fate, FIAT__FATE_RETRY);
    ck_assert(s_records[0].maybe_delivered);
    s_sink->vtable->free(s_sink);
}
END_TEST

START_TEST(a_line_longer_than_a_piece_is_ended_before_the_next) {
    static char text[200 * 1000];
    static char got[sizeof text];
    memset(text, 'y', sizeof text);
    text[sizeof text - 1] = '\n';
    open_with_pipe();
    set_record(0, text, sizeof text);
    submit(1);
    for (int i = 0; i < 300; i++)
        s_sink->vtable->poll(s_sink, 0);
    s_sink->vtable->cancel(s_sink);
    ssize_t len = read(s_read_fd, got, sizeof got);
    ck_assert_int_eq(got[len - 1], 'y');
    set_record(0, "next\n", 5);
    submit(1);
    for (int i = 0; i < 10 && !s_done; i++)
        s_sink->vtable->poll(s_sink, 1000);
    check_read("\nnext\n");
    s_sink->vtable->free(s_sink);
}
END_TEST

START_TEST(wakeup_ends_poll_and_is_remembered) {
    open_with_pipe();
    for (int i = 0; i < 3; i++)
        s_sink->vtable->wakeup(s_sink);
    s_sink->vtable->poll(s_sink, 1000000); /* the test's own time limit would end it */
    s_sink->vtable->poll(s_sink, 1);       /* three wakeups end one poll */
    s_sink->vtable->free(s_sink);
}
END_TEST

/* A wakeup in the child must not reach the parent. */
START_TEST(reopen_parts_child_and_parent) {
    open_with_pipe();
    set_record(0, "parent's\n", 9);
    submit(1);
    pid_t pid = fork();
    if (pid == 0) {
        fiat_error err;
        if (s_sink->vtable->reopen(s_sink, &err) != FIAT_OK) _exit(1);
        s_sink->vtable->poll(s_sink, 0); /* writes nothing of the parent's */
        s_sink->vtable->wakeup(s_sink);
        s_sink->vtable->poll(s_sink, 1000000);
        s_sink->vtable->free(s_sink);
        _exit(s_done);
    }
    int status = -1;
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert_int_eq(status, 0);
    for (int i = 0; i < 10 && !s_done; i++)
        s_sink->vtable->poll(s_sink, 1000);
    check_read("parent's\n");
    s_sink->vtable->free(s_sink);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("producer/stdout");
    TCase *tcase = tcase_create("stdout");
    tcase_add_test(tcase, closed_standard_output_opens_no_sink);
    tcase_add_test(tcase, reader_that_left_is_terminal);
    tcase_add_test(tcase, closed_descriptor_is_terminal);
    tcase_add_test(tcase, full_device_is_paused);
    tcase_add_test(tcase, writes_records_in_order);
    tcase_add_test(tcase, refuses_more_than_max_in_flight);
    tcase_add_test(tcase, slow_reader_blocks_nothing_and_sees_whole_lines);
    tcase_add_test(tcase, a_line_longer_than_a_piece_is_ended_before_the_next);
    tcase_add_test(tcase, wakeup_ends_poll_and_is_remembered);
    tcase_add_test(tcase, reopen_parts_child_and_parent);
    suite_add_tcase(suite, tcase);
    return fiat_test_run(suite);
}
