#include "base/thread.h"
#include "producer/sink.h"
#include "support/test.h"
#include "support/tmpdir.h"

#include <errno.h>
#include <sys/resource.h>
#include <signal.h>

#define NOON_MS 1795262400000 /* 2026-11-21T12:00:00Z */

static int64_t fake_wall_ms(void *ctx) {
    return *(int64_t *)ctx;
}
static int64_t s_now_ms = NOON_MS;
static const fiat__clock s_clock = {fake_wall_ms, fake_wall_ms, &s_now_ms};

static int s_done_count;
static void count_done(fiat__sink_batch *batch) {
    (void)batch;
    s_done_count++;
}

static fiat__sink *open_sink(const char *dir, const char *prefix, bool gzip) {
    fiat_error err = FIAT_ERROR_INIT;
    fiat__sink *sink = NULL;
    const fiat__sink_opts opts = {.prefix = prefix, .gzip = gzip, .clock = &s_clock};
    ck_assert_fiat_ok(fiat__sink_local_new(&sink, dir, &opts, &err), err);
    return sink;
}

static void submit_two(fiat__sink *sink, const char *stream, fiat__sink_record records[2]) {
    records[0] = (fiat__sink_record){.data = fiat__str_c("{\"a\":1}\n{\"a\":2}\n")};
    records[1] = (fiat__sink_record){.data = fiat__str_c("{\"a\":3}\n")};
    fiat__sink_batch batch = {.stream = stream, .records = records, .count = 2, .done = count_done};
    s_done_count = 0;
    sink->vtable->submit(sink, &batch);
    ck_assert_int_eq(s_done_count, 1);
}

START_TEST(a_batch_is_one_object_at_the_place_firehose_would_use) {
    char *dir = tmpdir_make();
    fiat__sink *sink = open_sink(dir, _i ? "raw/!{stream}/dt=!{timestamp:yyyy-MM-dd}/" : "", !_i);
    fiat__sink_record records[2];
    submit_two(sink, "audit", records);
    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(records[i].fate, FIAT__FATE_DELIVERED);
        ck_assert(!records[i].maybe_delivered);
    }
    const char *want = _i ? "raw/audit/dt=2026-11-21/audit-1-2026-11-21-12-00-00-"
                          : "audit/2026/11/21/12/audit-1-2026-11-21-12-00-00-";
    ck_assert_msg(strncmp(records[0].record_id, want, strlen(want)) == 0, "%s",
                  records[0].record_id);
    ck_assert_uint_eq(strlen(records[0].record_id), strlen(want) + 36 + (_i ? 0 : 3));
    fiat__buf list, data;
    fiat__buf_init(&list, 1000);
    fiat__buf_init(&data, 1000);
    tmpdir_list(&list, dir, true);
    ck_assert_uint_eq(list.len, strlen(records[0].record_id) + 1);
    ck_assert_int_eq(memcmp(list.ptr, records[1].record_id, list.len - 1), 0);
    tmpdir_read(&data, dir, records[0].record_id);
    ck_assert_str_eq(fiat__buf_cstr(&data), "{\"a\":1}\n{\"a\":2}\n{\"a\":3}\n");
    fiat__buf_deinit(&list);
    fiat__buf_deinit(&data);
    sink->vtable->free(sink);
    tmpdir_remove(dir);
}
END_TEST

START_TEST(bad_prefixes_are_refused_at_the_start) {
    static const struct {
        const char *prefix;
        fiat_status status;
    } rows[] = {{"../!{stream}/", FIAT_E_ARG},
                {"/abs/", FIAT_E_ARG},
                {"!{timestamp:YYYY}/", FIAT_E_CONFIG},
                {"!{nonsense}/", FIAT_E_CONFIG}};
    char *dir = tmpdir_make();
    fiat__sink *sink;
    fiat_error err = FIAT_ERROR_INIT;
    const fiat__sink_opts opts = {.prefix = rows[_i].prefix};
    ck_assert_fiat_status(fiat__sink_local_new(&sink, dir, &opts, &err), rows[_i].status);
    ck_assert_msg(strstr(err.message, rows[_i].prefix), "%s", err.message);
    tmpdir_remove(dir);
}
END_TEST

START_TEST(a_stream_name_never_leaves_the_folder) {
    char *dir = tmpdir_make();
    fiat__sink *sink = open_sink(dir, "", true);
    fiat__sink_record records[2];
    submit_two(sink, _i ? "a/../../b" : "..", records);
    ck_assert_int_eq(records[0].fate, FIAT__FATE_TERMINAL);
    ck_assert_int_eq(records[1].err.status, FIAT_E_ARG);
    sink->vtable->free(sink);
    tmpdir_remove(dir);
}
END_TEST

START_TEST(what_an_operator_can_mend_waits) {
    char *dir = tmpdir_make(), path[4096];
    fiat__sink *sink = open_sink(dir, "", true);
    fiat__sink_record records[2];
    snprintf(path, sizeof path, "%s/audit", dir);
    ck_assert_int_eq(fiat__file_replace(path, fiat__str_c("in the way"), false, NULL), FIAT_OK);
    submit_two(sink, "audit", records);
    ck_assert_int_eq(records[0].fate, FIAT__FATE_PAUSE);
    ck_assert(records[0].err.flags & FIAT_ERRF_OPERATOR);
    ck_assert(strstr(records[0].err.message, path));
    ck_assert_str_eq(records[0].record_id, "");
    unlink(path);
    submit_two(sink, "audit", records);
    ck_assert_int_eq(records[0].fate, FIAT__FATE_DELIVERED);
    sink->vtable->free(sink);
    tmpdir_remove(dir);
}
END_TEST

/* A limit on file sizes stands in for a disk that fills up half-way through an object. */
START_TEST(a_full_disk_leaves_no_part_of_an_object) {
    char *dir = tmpdir_make();
    fiat__sink *sink = open_sink(dir, "", false);
    fiat__sink_record records[2];
    signal(SIGXFSZ, SIG_IGN);
    struct rlimit old, small;
    getrlimit(RLIMIT_FSIZE, &old);
    small = old;
    small.rlim_cur = 20;
    setrlimit(RLIMIT_FSIZE, &small);
    submit_two(sink, "audit", records);
    setrlimit(RLIMIT_FSIZE, &old);
    ck_assert_int_eq(records[0].fate, FIAT__FATE_PAUSE);
    ck_assert_int_eq(records[0].err.sys_code, EFBIG);
    fiat__buf list;
    fiat__buf_init(&list, 1000);
    tmpdir_list(&list, dir, true);
    ck_assert_str_eq(fiat__buf_cstr(&list), "");
    submit_two(sink, "audit", records);
    ck_assert_int_eq(records[0].fate, FIAT__FATE_DELIVERED);
    fiat__buf_deinit(&list);
    sink->vtable->free(sink);
    tmpdir_remove(dir);
}
END_TEST

START_TEST(poll_returns_at_once_when_woken) {
    char *dir = tmpdir_make();
    fiat__sink *sink = open_sink(dir, "", false);
    sink->vtable->wakeup(sink);
    sink->vtable->poll(sink, 60 * 1000); /* would run into the test's time limit */
    sink->vtable->poll(sink, 0);
    ck_assert_fiat_status(sink->vtable->reopen(sink, NULL), FIAT_OK);
    sink->vtable->wakeup(sink);
    sink->vtable->poll(sink, 60 * 1000);
    sink->vtable->cancel(sink);
    sink->vtable->free(sink);
    tmpdir_remove(dir);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("producer/sink_local");
    TCase *tcase = tcase_create("sink_local");
    tcase_add_loop_test(tcase, bad_prefixes_are_refused_at_the_start, 0, 4);
    tcase_add_loop_test(tcase, a_stream_name_never_leaves_the_folder, 0, 2);
    tcase_add_test(tcase, what_an_operator_can_mend_waits);
    tcase_add_test(tcase, a_full_disk_leaves_no_part_of_an_object);
    tcase_add_loop_test(tcase, a_batch_is_one_object_at_the_place_firehose_would_use, 0, 2);
    tcase_add_test(tcase, poll_returns_at_once_when_woken);
    suite_add_tcase(suite, tcase);
    return fiat_test_run(suite);
}
