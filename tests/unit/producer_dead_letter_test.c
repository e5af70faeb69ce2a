/* The file of events that were given up: what stands in it, and what happens when it cannot be
 * written. Fake clock, no thread. */
#include "producer_fake.h"
#include "support/chaos.h"
#include "support/tmpdir.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>

static char *s_dir, s_path[512];
static fake_sink *s_sink;
static fiat__producer *s_producer;
static fiat__producer_stream *s_stream;
static fiat__buf s_text;

/* Calls of fsync(), and which of them fail. */
static unsigned s_syncs[2]; /* of files, of folders */
static bool s_sync_fails[2];

int fsync(int fd) {
    struct stat st;
    const bool folder = fstat(fd, &st) == 0 && S_ISDIR(st.st_mode);
    s_syncs[folder]++;
    if (!s_sync_fails[folder]) return (int)syscall(SYS_fsync, fd);
    errno = EIO;
    return -1;
}

static void setup(void) {
    s_dir = tmpdir_make();
    snprintf(s_path, sizeof s_path, "%s/dead.jsonl", s_dir);
    fiat__buf_init(&s_text, 16 << 20);
}

static void teardown(void) {
    fiat__buf_deinit(&s_text);
    tmpdir_remove(s_dir);
}

static fiat__producer_opts dead_opts(void) {
    fiat__producer_opts opts = fake_opts();
    opts.record_max_events = 2;
    opts.dead_letter_file = s_path;
    return opts;
}

/* Jitter of 0 would send again at once what is to wait. */
static uint64_t longest(uint64_t limit) {
    return limit - 1;
}

static void open_with(const fiat__producer_opts *opts) {
    fake_now_ms = 1000000;
    s_sink = fake_sink_new();
    s_producer = fake_producer(s_sink, opts);
    s_producer->random_below = longest;
    s_stream = fake_stream(s_producer, "s");
}

/* Two events for each letter, in one batch, which is answered with that fate. */
static void send_events(const char *letters) {
    char text[40];
    for (size_t i = 0; i < 2 * strlen(letters); i++) {
        snprintf(text, sizeof text, "{\"number\":%zu}", i);
        const fiat__uuid id = {{(uint8_t)i}};
        ck_assert_int_eq(fake_append_with(s_stream, text, i % 2 ? &id : NULL, NULL), FIAT_OK);
    }
    fake_now_ms += 100;
    fiat__sender_turn(s_producer);
    fake_finish_each(s_sink, letters);
    fiat__sender_turn(s_producer);
}

static fiat_stats stats(void) {
    fiat_stats out = {.struct_size = sizeof out};
    fiat__producer_stats(s_producer, &out);
    return out;
}

static void close_empty(void) {
    ck_assert_int_eq(fiat__producer_close(s_producer, 0, NULL, NULL), FIAT_OK);
}

static const char *read_file(void) {
    fiat__buf_clear(&s_text);
    ck_assert_int_eq(fiat__file_read(s_path, &s_text, NULL), FIAT_OK);
    return fiat__buf_cstr(&s_text);
}

static size_t count_lines(const char *text) {
    size_t count = 0;
    for (; *text; text++)
        count += *text == '\n';
    return count;
}

static const char *member(const cJSON *object, const char *name) {
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);
    return cJSON_IsString(item) ? item->valuestring : "";
}

START_TEST(lines_say_what_and_why) {
    fiat__producer_opts opts = dead_opts();
    opts.reports_by_poll = _i & 1;
    opts.dead_letter_sync = _i & 2;
    open_with(&opts);
    send_events("DXD");
    if (opts.reports_by_poll)
        ck_assert_int_eq(fiat__producer_poll(s_producer, 0, NULL, NULL), FIAT_OK);
    ck_assert_uint_eq(fake_report_count, 6);
    for (size_t i = 0; i < 6; i++)
        ck_assert_str_eq(fake_reports[i].dead_letter_file, i == 2 || i == 3 ? s_path : "");
    ck_assert_uint_eq(stats().dead_letters, 2);
    close_empty();
    const char *end = read_file();
    for (int i = 2; i < 4; i++) {
        cJSON *line = cJSON_ParseWithOpts(end, &end, 0);
        ck_assert_ptr_nonnull(line);
        ck_assert_int_eq(*end++, '\n');
        const cJSON *error = cJSON_GetObjectItemCaseSensitive(line, "error");
        const cJSON *event = cJSON_GetObjectItemCaseSensitive(line, "event");
        ck_assert_str_eq(member(line, "time"), "1970-01-01T00:16:40.100Z");
        ck_assert_str_eq(member(line, "stream"), "s");
        ck_assert_str_eq(member(line, "outcome"), "not_delivered");
        ck_assert_int_eq(cJSON_GetObjectItemCaseSensitive(line, "attempts")->valueint, 1);
        ck_assert_str_eq(member(error, "status"), "FIAT_E_AWS_REJECTED");
        ck_assert_str_eq(member(error, "message"), "rejected");
        ck_assert_int_eq(cJSON_GetObjectItemCaseSensitive(event, "number")->valueint, i);
        ck_assert_str_eq(member(line, "id"), i == 3 ? "03000000-0000-0000-0000-000000000000" : "");
        ck_assert_int_eq(cJSON_IsNull(cJSON_GetObjectItemCaseSensitive(line, "id")), i == 2);
        cJSON_Delete(line);
    }
    ck_assert_str_eq(end, "");
}
END_TEST

/* Every way of being given up, without a callback. */
START_TEST(all_that_is_given_up_is_kept) {
    fiat__producer_opts opts = dead_opts();
    opts.on_delivery = NULL;
    opts.delivery_timeout_ms = 5000;
    opts.queue_full = FIAT__FULL_EVICT;
    opts.queue_max_bytes = 8 * 1024;
    open_with(&opts);
    send_events("X"); /* refused for good */
    ck_assert_uint_eq(stats().dead_letters, 2);
    send_events("M"); /* then too old */
    fake_now_ms += 5000;
    fiat__sender_turn(s_producer);
    ck_assert_uint_eq(stats().dead_letters, 4);
    s_stream->hold_until_ms = INT64_MAX;
    for (int i = 0; i < 16; i++) /* eight records; the first is evicted */
        ck_assert_int_eq(fake_append(s_stream, "{}"), FIAT_OK);
    fiat__sender_turn(s_producer);
    ck_assert_uint_eq(stats().dead_letters, 6);
    uint64_t left;
    ck_assert_int_eq(fiat__producer_close(s_producer, 0, &left, NULL), FIAT_E_INCOMPLETE);
    ck_assert_uint_eq(left, 14);
    const char *text = read_file();
    ck_assert_uint_eq(count_lines(text), 20);
    ck_assert_ptr_nonnull(strstr(text, "\"outcome\":\"maybe\""));
    ck_assert_ptr_nonnull(strstr(text, "FIAT_E_QUEUE_FULL"));
    ck_assert_ptr_nonnull(strstr(text, "closed before it was delivered"));
}
END_TEST

/* Error messages that must be escaped, or are no UTF-8. */
static void answer_oddly(fake_sink *sink, fiat__sink_batch *batch) {
    (void)sink;
    for (size_t i = 0; i < batch->count; i++) {
        fake_set_fate(&batch->records[i], 'X');
        snprintf(batch->records[i].err.message, sizeof batch->records[i].err.message,
                 "say \"no\"\n\\ \xc3\xa4 \xff rest");
    }
}

START_TEST(messages_are_escaped) {
    fiat__producer_opts opts = dead_opts();
    open_with(&opts);
    s_sink->at_once = true;
    s_sink->answer = answer_oddly;
    ck_assert_int_eq(fake_append(s_stream, "{}"), FIAT_OK);
    fake_now_ms += 100;
    fiat__sender_turn(s_producer);
    fiat__sender_turn(s_producer);
    close_empty();
    const char *text = read_file();
    ck_assert_uint_eq(count_lines(text), 1);
    cJSON *line = cJSON_Parse(text);
    ck_assert_str_eq(member(cJSON_GetObjectItemCaseSensitive(line, "error"), "message"),
                     "say \"no\"\n\\ \xc3\xa4 ");
    cJSON_Delete(line);
}
END_TEST

START_TEST(the_file_may_be_taken_away) {
    fiat__producer_opts opts = dead_opts();
    char away[600];
    struct stat st;
    snprintf(away, sizeof away, "%s.1", s_path);
    open_with(&opts);
    ck_assert_int_eq(stat(s_path, &st), 0);
    ck_assert_int_eq(st.st_mode & 0777, 0600);
    send_events("X");
    ck_assert_int_eq(rename(s_path, away), 0);
    send_events("X");
    ck_assert_uint_eq(count_lines(read_file()), 2);
    ck_assert_uint_eq(stats().dead_letters, 4);
    close_empty();
}
END_TEST

/* A line that somebody could not finish does not spoil the next. */
START_TEST(a_torn_line_is_ended_first) {
    fiat__producer_opts opts = dead_opts();
    ck_assert_int_eq(fiat__file_replace(s_path, fiat__str_c("{\"time\":\"20"), false, NULL),
                     FIAT_OK);
    open_with(&opts);
    send_events("XX");
    close_empty();
    const char *text = read_file();
    ck_assert_uint_eq(count_lines(text), 5);
    ck_assert_int_eq(strncmp(text, "{\"time\":\"20\n{\"time\":\"1970", 24), 0);
}
END_TEST

START_TEST(a_relative_path_stays_where_it_was) {
    fiat__producer_opts opts = dead_opts();
    char before[4096];
    opts.dead_letter_file = "dead.jsonl";
    ck_assert_ptr_nonnull(getcwd(before, sizeof before));
    ck_assert_int_eq(chdir(s_dir), 0);
    open_with(&opts);
    ck_assert_int_eq(chdir(before), 0);
    send_events("X");
    ck_assert_str_eq(fake_reports[0].dead_letter_file, s_path);
    close_empty();
    ck_assert_uint_eq(count_lines(read_file()), 2);
}
END_TEST

/* What cannot be the file is refused when the producer is made, without waiting. */
static const struct {
    const char *name;
    fiat_status want;
    const char *says;
} bad_files[] = {
    {"", FIAT_E_IO, "cannot open"},
    {"pipe", FIAT_E_CONFIG, "not a regular file"},
    {"missing/file", FIAT_E_NOT_FOUND, "cannot open"},
};

START_TEST(files_that_cannot_be_are_refused) {
    fiat__producer_opts opts = dead_opts();
    fiat__producer *producer;
    fiat_error err = FIAT_ERROR_INIT;
    bool freed = false;
    snprintf(s_path, sizeof s_path, "%s/pipe", s_dir);
    ck_assert_int_eq(mkfifo(s_path, 0600), 0);
    snprintf(s_path, sizeof s_path, "%s/%s", s_dir, bad_files[_i].name);
    fake_sink *sink = fake_sink_new();
    sink->freed = &freed;
    ck_assert_fiat_status(fiat__producer_new(&producer, &sink->base, &opts, &err),
                          bad_files[_i].want);
    ck_assert_ptr_nonnull(strstr(err.message, bad_files[_i].says));
    ck_assert_ptr_nonnull(strstr(err.message, s_path));
    ck_assert(freed);
}
END_TEST

static void limit_files(rlim_t bytes) {
    struct rlimit limit;
    ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = bytes;
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static char s_logged[512];

static void keep_line(const fiat_log_line *line, void *ctx) {
    (void)ctx;
    if (strcmp(line->topic, "dead-letter") == 0)
        snprintf(s_logged, sizeof s_logged, "%s", line->message);
}

/* The disk is full in the middle of a line: the events are reported all the same, as being in no
 * file, the log says so, and the next line is whole again. */
START_TEST(a_full_disk_is_reported) {
    fiat__producer_opts opts = dead_opts();
    ck_assert_int_eq(fiat__log_new(&opts.log, FIAT_LOG_ERROR, &fake_clock, NULL), FIAT_OK);
    fiat__log_on_line(opts.log, keep_line, NULL);
    open_with(&opts);
    signal(SIGXFSZ, SIG_IGN);
    limit_files(300);
    send_events("X");
    limit_files(RLIM_INFINITY);
    fiat__sender_turn(s_producer);
    ck_assert_uint_eq(fake_report_count, 2);
    ck_assert_str_eq(fake_reports[0].dead_letter_file, "");
    ck_assert_int_eq(fake_reports[0].error.status, FIAT_E_AWS_REJECTED);
    ck_assert_ptr_nonnull(strstr(s_logged, s_path));
    ck_assert_uint_eq(stats().dead_letters, 0);
    send_events("X");
    ck_assert_str_eq(fake_reports[2].dead_letter_file, s_path);
    close_empty();
    fiat__log_free(opts.log);
    const char *text = read_file();
    ck_assert_uint_eq(s_text.ptr[s_text.len - 1], '\n');
    ck_assert_uint_eq(count_lines(text), 4); /* a whole one, a torn one, two whole ones */
}
END_TEST

static void check_syncs(unsigned files, unsigned folders) {
    ck_assert_uint_eq(s_syncs[false], files);
    ck_assert_uint_eq(s_syncs[true], folders);
}

/* What is reported as kept outlives a power cut: the lines, and the name of a new file. */
START_TEST(lines_are_synced_before_they_are_reported) {
    fiat__producer_opts opts = dead_opts();
    opts.dead_letter_sync = _i;
    open_with(&opts);
    send_events("X");
    if (_i) check_syncs(1, 1);
    send_events("X");
    if (_i) check_syncs(2, 1);
    ck_assert_int_eq(unlink(s_path), 0); /* rotated away */
    send_events("X");
    if (_i) check_syncs(3, 2);
    if (!_i) check_syncs(0, 0);
    close_empty();
}
END_TEST

/* The disk refuses to sync, once or for good: those events are in no file, as far as is known. */
START_TEST(a_sync_that_fails_is_reported) {
    const bool folder = _i & 1, for_good = _i & 2;
    fiat__producer_opts opts = dead_opts();
    opts.dead_letter_sync = true;
    ck_assert_int_eq(fiat__log_new(&opts.log, FIAT_LOG_ERROR, &fake_clock, NULL), FIAT_OK);
    fiat__log_on_line(opts.log, keep_line, NULL);
    open_with(&opts);
    s_sync_fails[folder] = true;
    for (int round = 0; round < 3; round++) {
        const bool failed = round == 0 || for_good;
        if (round == 1 && !for_good) s_sync_fails[folder] = false;
        if (folder) unlink(s_path); /* with a new one each time */
        fake_report_count = 0;
        send_events("X");
        ck_assert_uint_eq(fake_report_count, 2);
        ck_assert_int_eq(fake_reports[0].outcome, FIAT_NOT_DELIVERED);
        ck_assert_str_eq(fake_reports[0].dead_letter_file, failed ? "" : s_path);
    }
    fiat__sender_turn(s_producer);
    ck_assert_ptr_nonnull(strstr(s_logged, "cannot sync"));
    ck_assert_uint_eq(stats().dead_letters, for_good ? 0 : 4);
    close_empty();
    fiat__log_free(opts.log);
}
END_TEST

/* No memory, at each allocation in turn, while events are given up. */
static fiat_status give_up_once(void *ctx) {
    fiat__producer_opts opts = dead_opts();
    fiat__producer_stream *stream;
    fiat__producer *producer;
    fiat__str part = {"{}", 2};
    (void)ctx;
    fake_sink *sink = fake_sink_new();
    fake_report_count = 0;
    fiat_status status = fiat__producer_new(&producer, &sink->base, &opts, NULL);
    if (status != FIAT_OK) return status;
    producer->no_thread = true;
    status = fiat__producer_stream_get(producer, "s", &stream, NULL);
    if (status == FIAT_OK) status = fiat__producer_append(stream, &part, 1, NULL, NULL, NULL);
    size_t accepted = status == FIAT_OK;
    uint64_t left;
    fiat__producer_close(producer, 0, &left, NULL);
    ck_assert_uint_eq(left, accepted);
    ck_assert_uint_eq(fake_report_count, accepted);
    return status;
}

START_TEST(each_allocation_fails_in_turn) {
    chaos_loop(give_up_once, NULL);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("producer/dead_letter");
    TCase *tcase = tcase_create("dead_letter");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_loop_test(tcase, lines_say_what_and_why, 0, 4);
    tcase_add_test(tcase, all_that_is_given_up_is_kept);
    tcase_add_test(tcase, messages_are_escaped);
    tcase_add_test(tcase, the_file_may_be_taken_away);
    tcase_add_test(tcase, a_torn_line_is_ended_first);
    tcase_add_test(tcase, a_relative_path_stays_where_it_was);
    tcase_add_loop_test(tcase, files_that_cannot_be_are_refused, 0,
                        sizeof bad_files / sizeof bad_files[0]);
    tcase_add_test(tcase, a_full_disk_is_reported);
    tcase_add_loop_test(tcase, lines_are_synced_before_they_are_reported, 0, 2);
    tcase_add_loop_test(tcase, a_sync_that_fails_is_reported, 0, 4);
    tcase_add_test(tcase, each_allocation_fails_in_turn);
    suite_add_tcase(suite, tcase);
    return fiat_test_run(suite);
}
