/* Several threads log to several streams at once, in every form, while the sink fails now and then
 * and the process forks. Each accepted event arrives once and whole, and is reported once. */
#include "logger_fake.h"
#include "support/fork_heap.h"

#include <cjson/cJSON.h>
#include <fiat/fiat.h>
#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define THREADS  4
#define EACH     1500
#define STREAMS  5 /* S0..S4; even ones take stamps apart, odd ones must see them */
#define REFUSALS (EACH / 10)

static atomic_uint s_reports[THREADS][EACH];
static atomic_uint s_not_delivered;
static atomic_uint s_logging; /* threads that have */
static atomic_bool s_forking;

static void count_report(const fiat_delivery *report, void *ctx) {
    (void)ctx;
    if (report->outcome != FIAT_DELIVERED) atomic_fetch_add(&s_not_delivered, 1);
    atomic_fetch_add((atomic_uint *)report->opaque, 1);
    if (report->event_id[0] == '\0') abort(); /* every stream here stamps one */
}

static void setup(void) {
    char name[8];
    fake_setup();
    for (int i = 0; i < STREAMS; i++) {
        snprintf(name, sizeof name, "S%d", i);
        fake_stream(name,
                    i % 2 ? "{\"allOf\":[{\"properties\":{\"i\":{\"minimum\":0}}}]}"
                          : "{\"properties\":{\"i\":{\"minimum\":0}}}",
                    "{\"stamp\":[\"id\",\"time\"]}");
    }
    memset(s_reports, 0, sizeof s_reports);
    s_not_delivered = s_logging = 0;
    s_forking = false;
}

typedef struct worker {
    pthread_t thread;
    int index;
    unsigned accepted, refused;
} worker;

static fiat_status log_one(const worker *w, int i, fiat_error *err) {
    char stream[8], text[200];
    void *opaque = &s_reports[w->index][i];
    int number = i % 10 == 9 ? -1 : i;
    snprintf(stream, sizeof stream, "S%d", i % STREAMS);
    int len = snprintf(text, sizeof text, "{\"t\":%d,\n\"i\":%d,\"pad\":\"%0*d\"}", w->index,
                       number, i % 99 + 1, 0);
    if (i % 3 == 0)
        return validated_log(fake_logger, stream,
                             fiat_event_with(FIAT_JSON(text, (size_t)len), opaque), err);
    if (i % 3 == 1)
        return validated_log(
            fake_logger, stream,
            fiat_event_with(FIAT_FIELDS(FIAT_FIELD("t", w->index), FIAT_FIELD("i", number),
                                        FIAT_RAW_JSON("raw", text, (size_t)len)),
                            opaque),
            err);
    return validated_log(
        fake_logger, stream,
        fiat_event_with(FIAT_FIELDS(FIAT_FIELD("t", w->index), FIAT_FIELD("i", number)), opaque),
        err);
}

/* See support/fork_heap.h. Elsewhere threads may end while the process forks. */
static void end_after_forks(void) {
    const struct timespec pause = {.tv_nsec = 1000000};
    while (UNDER_ASAN && atomic_load(&s_forking))
        nanosleep(&pause, NULL);
}

static void *work(void *arg) {
    worker *w = arg;
    fiat_error err;
    for (int i = 0; i < EACH; i++) {
        fiat_status status = log_one(w, i, &err);
        if (status == FIAT_OK)
            w->accepted++;
        else if (status == FIAT_E_SCHEMA_MISMATCH)
            w->refused++;
        if (i == 0) atomic_fetch_add(&s_logging, 1);
        if (i % 500 == 499 && fiat_logger_flush(fake_logger, 1, &err) == FIAT_E_CLOSED) return NULL;
    }
    end_after_forks();
    return NULL;
}

static void start(worker *workers) {
    for (int i = 0; i < THREADS; i++) {
        workers[i] = (worker){.index = i};
        ck_assert_int_eq(pthread_create(&workers[i].thread, NULL, work, &workers[i]), 0);
    }
}

static void join(worker *workers) {
    for (int i = 0; i < THREADS; i++) {
        ck_assert_int_eq(pthread_join(workers[i].thread, NULL), 0);
        ck_assert_uint_eq(workers[i].refused, REFUSALS);
        ck_assert_uint_eq(workers[i].accepted, EACH - REFUSALS);
    }
}

static void check_reports(void) {
    for (int t = 0; t < THREADS; t++)
        for (int i = 0; i < EACH; i++)
            ck_assert_uint_eq(s_reports[t][i], i % 10 == 9 ? 0 : 1);
}

static int integer(const cJSON *event, const char *name) {
    const cJSON *item = cJSON_GetObjectItem(event, name);
    ck_assert(cJSON_IsNumber(item));
    return item->valueint;
}

static int compare_ids(const void *a, const void *b) {
    return memcmp(a, b, 36);
}

/* Every accepted event once, whole, with an id of its own. */
static void check_lines(const char *text) {
    static char ids[THREADS * EACH][36];
    static unsigned seen[THREADS][EACH];
    size_t count = 0;
    memset(seen, 0, sizeof seen);
    for (const char *end; *text; text = end + 1) {
        cJSON *event = cJSON_ParseWithOpts(text, &end, 0);
        ck_assert_msg(event && *end == '\n', "%.200s", text);
        seen[integer(event, "t")][integer(event, "i")]++;
        ck_assert_uint_lt(count, THREADS * EACH);
        memcpy(ids[count++], cJSON_GetObjectItem(event, "id")->valuestring, 36);
        cJSON_Delete(event);
    }
    ck_assert_uint_eq(count, THREADS * (EACH - REFUSALS));
    for (int t = 0; t < THREADS; t++)
        for (int i = 0; i < EACH; i++)
            ck_assert_uint_eq(seen[t][i], i % 10 == 9 ? 0 : 1);
    qsort(ids, count, sizeof ids[0], compare_ids);
    for (size_t i = 1; i < count; i++)
        ck_assert_int_ne(memcmp(ids[i - 1], ids[i], 36), 0);
}

START_TEST(threads_log_to_streams) {
    worker workers[THREADS];
    fake_open_ok();
    fake_kept.refuse_first = 5;
    fake_kept.refusal = "not yet";
    fiat_logger_on_delivery(fake_logger, count_report, NULL);
    start(workers);
    join(workers);
    uint64_t left = 99;
    fiat_stats stats = {.struct_size = sizeof stats};
    ck_assert_fiat_ok(fiat_logger_flush(fake_logger, 60000, &fake_err), fake_err);
    fiat_logger_stats(fake_logger, &stats);
    ck_assert_uint_eq(stats.refused, THREADS * REFUSALS);
    ck_assert_uint_eq(stats.delivered, THREADS * (EACH - REFUSALS));
    ck_assert_fiat_ok(fiat_logger_close(fake_logger, 60000, &left, &fake_err), fake_err);
    ck_assert_uint_eq(left, 0);
    ck_assert_uint_eq(s_not_delivered, 0);
    check_reports();
    check_lines(fiat__buf_cstr(&fake_kept.kept));
}
END_TEST

/* The sink takes nothing: close keeps its deadline and reports every event. */
START_TEST(close_reports_what_its_deadline_leaves) {
    worker workers[THREADS];
    fake_open_ok();
    fake_kept.refuse_first = UINT_MAX;
    fake_kept.refusal = "never";
    fiat_logger_on_delivery(fake_logger, count_report, NULL);
    start(workers);
    join(workers);
    uint64_t left = 0;
    ck_assert_int_eq(fiat_logger_close(fake_logger, 50, &left, &fake_err), FIAT_E_INCOMPLETE);
    ck_assert_uint_eq(left, THREADS * (EACH - REFUSALS));
    ck_assert_uint_eq(s_not_delivered, left);
    check_reports();
    ck_assert_str_eq(fiat__buf_cstr(&fake_kept.kept), "");
}
END_TEST

/* The sink has the one event of the child, and nothing of the parent's. */
static bool kept_of_child(void) {
    const char *text = fiat__buf_cstr(&fake_kept.kept);
    const char *end = strchr(text, '\n');
    return strstr(text, "\"task\":\"child\"") && end && end[1] == '\0';
}

/* In the child nothing is queued, and the logger works. Returns the line of the first failure. */
static int in_child(void) {
    fiat_stats stats = {.struct_size = sizeof stats};
    static atomic_uint reports;
    fiat_error err;
    fiat_logger_stats(fake_logger, &stats);
    if (stats.accepted || stats.queued || stats.delivered || stats.refused) return __LINE__;
    if (CHILD_HAS_NO_THREAD) return 0;
    fiat_event event = fiat_event_with(FIAT_JSON("{\"task\":\"child\"}", 16), &reports);
    if (fiat_validated_log(fake_logger, "Audit", event, &err) != FIAT_OK) return __LINE__;
    uint64_t left = 99;
    if (fiat_logger_close(fake_logger, 20000, &left, &err) != FIAT_OK) return __LINE__;
    if (!kept_of_child()) return __LINE__;
    return left != 0 || reports != 1 ? __LINE__ : 0;
}

START_TEST(forks_while_threads_log) {
    worker workers[THREADS];
    fiat_stats stats = {.struct_size = sizeof stats};
    fake_open_ok();
    fiat_logger_on_delivery(fake_logger, count_report, NULL);
    s_forking = true;
    start(workers);
    do
        fiat_logger_stats(fake_logger, &stats);
    while (stats.delivered < 100 || s_logging < THREADS);
    for (int i = 0; i < 5; i++) {
        pid_t pid = fork();
        if (pid == 0) {
            int line = in_child();
            if (line) fprintf(stderr, "child failed at line %d\n", line);
            _exit(line ? 1 : 0);
        }
        ck_assert_int_ge(pid, 0);
        int status = -1;
        ck_assert_int_eq(waitpid(pid, &status, 0), pid);
        ck_assert_int_eq(status, 0);
    }
    s_forking = false;
    join(workers);
    const char *text = fake_close_and_read();
    check_reports();
    check_lines(text);
}
END_TEST

/* Threads come and go: what each needed goes with it (seen by a leak checker). */
static void *log_once(void *arg) {
    static atomic_uint reports;
    fiat_event event = fiat_event_with(FIAT_JSON("{\"i\":1}", 7), &reports);
    *(fiat_status *)arg = fiat_validated_log(fake_logger, "S0", event, NULL);
    return NULL;
}

START_TEST(threads_come_and_go) {
    fake_open_ok();
    for (int i = 0; i < 50; i++) {
        pthread_t thread;
        fiat_status status = FIAT_E_ARG;
        ck_assert_int_eq(pthread_create(&thread, NULL, log_once, &status), 0);
        ck_assert_int_eq(pthread_join(thread, NULL), 0);
        ck_assert_int_eq(status, FIAT_OK);
    }
    fake_close_and_read();
}
END_TEST

int main(void) {
    fork_heap_lock();
    Suite *suite = suite_create("logger/thread");
    TCase *tcase = tcase_create("thread");
    tcase_set_timeout(tcase, 120); /* sanitizers on a busy machine */
    tcase_add_checked_fixture(tcase, setup, fake_teardown);
    tcase_add_test(tcase, threads_log_to_streams);
    tcase_add_test(tcase, close_reports_what_its_deadline_leaves);
    tcase_add_test(tcase, forks_while_threads_log);
    tcase_add_test(tcase, threads_come_and_go);
    suite_add_tcase(suite, tcase);
    return fiat_test_run(suite);
}
