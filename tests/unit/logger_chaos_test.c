/* Each allocation fails in turn: from opening a logger over the three forms of an event and an
 * audit to its close. What was accepted is delivered whole, what was not leaves nothing. */
#include "logger_fake.h"
#include "support/chaos.h"

#include <cjson/cJSON.h>
#include <fiat/fiat.h>
#include <pthread.h>

static fiat_config *s_config;
static cJSON *s_tree;

static void setup(void) {
    fake_setup();
    /* One stream whose schema takes the stamps apart is Plain's kind; this one must see them. */
    fake_stream("Seen",
                "{\"allOf\":[{\"properties\":{\"s\":{\"pattern\":\"^(a+)+$\"}}}],"
                "\"unevaluatedProperties\":{\"type\":[\"string\",\"object\"]}}",
                "{\"stamp\":[\"id\",\"time\",\"tags\"],\"delivery_stream\":\"Elsewhere\"}");
    s_config = fake_config();
    s_tree = cJSON_Parse("{\"s\":\"text\",\"deep\":{\"a\":[1,2,{}]}}");
}

static void teardown(void) {
    cJSON_Delete(s_tree);
    fiat_config_free(s_config);
    fake_teardown();
}

static unsigned s_accepted, s_reported;

static void count(const fiat_delivery *report, void *ctx) {
    (void)ctx;
    ck_assert_int_eq(report->outcome, FIAT_DELIVERED);
    s_reported++;
}

/* The first failure counts; the rest goes on, as a server would. */
static void note(fiat_status *result, fiat_status status) {
    if (status == FIAT_OK)
        s_accepted++;
    else if (*result == FIAT_OK)
        *result = status;
}

static fiat_status log_all(fiat_logger *logger) {
    static const char broken[] = "{\n\"s\" : \"\xc3\xa4\",\r\n \"deep\":[[1,2],[3]] }";
    fiat_status result = FIAT_OK;
    fiat_error err;
    note(&result, validated_log(logger, "Plain", FIAT_JSON(broken, sizeof broken - 1), &err));
    note(&result, validated_log(logger, "Plain", FIAT_CJSON(s_tree), &err));
    note(&result, validated_log(logger, "Plain",
                                FIAT_FIELDS(FIAT_FIELD("s", "f"),
                                            FIAT_RAW_JSON("deep", "{\"b\":[{},[]]}", 13)),
                                &err));
    note(&result, validated_log(logger, "Seen", FIAT_FIELDS(FIAT_FIELD("s", "aaa")), &err));
    fiat_audit audit = audit_log(logger, FIAT_FIELDS(FIAT_FIELD("task", "t")), &err);
    note(&result, (fiat_status)audit.status);
    if (audit.status == FIAT_OK)
        note(&result, audit_log_output(&audit, FIAT_FIELDS(FIAT_FIELD("output", 1)), &err));
    ck_assert_int_ne(validated_log(logger, "Plain", FIAT_JSON("{\"n\":10}", 8), &err), FIAT_OK);
    return result;
}

static fiat_status run_logger(fiat_logger *logger) {
    s_accepted = s_reported = 0;
    fiat_logger_on_delivery(logger, count, NULL);
    fiat_status result = log_all(logger);
    fiat_stats stats = {.struct_size = sizeof stats};
    fiat_logger_stats(logger, &stats);
    ck_assert_uint_eq(stats.accepted, s_accepted);
    uint64_t left = 99;
    fiat_status status = fiat_logger_close(logger, 10000, &left, NULL);
    ck_assert_int_eq(status, FIAT_OK);
    ck_assert_uint_eq(left, 0);
    ck_assert_uint_eq(s_reported, s_accepted);
    ck_assert_uint_eq(fake_kept.lines, s_accepted);
    return result;
}

/* In a thread of its own, whose scratch memory goes with it. */
static void *run_in_thread(void *arg) {
    fiat_status *status = arg;
    fiat_logger *logger;
    fiat_error err = FIAT_ERROR_INIT;
    fake_kept.lines = 0;
    *status = fiat__logger_open_sink(&logger, &fake_kept.sink, s_config, &err);
    if (*status == FIAT_OK)
        *status = run_logger(logger);
    else
        ck_assert_str_ne(err.message, "");
    return NULL;
}

static fiat_status run_once(void *ctx) {
    pthread_t thread;
    fiat_status status = FIAT_E_ARG;
    (void)ctx;
    ck_assert_int_eq(pthread_create(&thread, NULL, run_in_thread, &status), 0);
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
    return status;
}

START_TEST(each_allocation_fails_in_turn) {
    fake_new_sink();
    fake_kept.discard = true;
    chaos_loop(run_once, NULL);
    ck_assert_uint_eq(s_accepted, 6);
}
END_TEST

static void *log_again_and_again(void *arg) {
    uint64_t *allocations = arg;
    fiat_error err;
    for (int round = 0; round < 4; round++) {
        if (round == 2) *allocations = chaos_allocations();
        for (int i = 0; i < 100; i++)
            if (validated_log(fake_logger, "Plain",
                              FIAT_FIELDS(FIAT_FIELD("n", 7), FIAT_FIELD("s", "some \"text\"")),
                              &err) != FIAT_OK)
                return NULL;
        if (fiat_logger_flush(fake_logger, 10000, &err) != FIAT_OK) return NULL;
    }
    *allocations = chaos_allocations() - *allocations;
    return arg;
}

/* A thread that logs allocates nothing once it has warmed up. Every round is one record, taken at
 * the flush: how many the sender leaves open at once must not hang on its pace. */
START_TEST(logging_allocates_nothing_in_the_steady_state) {
    pthread_t thread;
    uint64_t allocations = 99;
    void *done = NULL;
    ck_assert_fiat_ok(fiat_config_set(s_config, "linger.ms", "60000", &fake_err), fake_err);
    chaos_install();
    fake_new_sink();
    fake_kept.discard = true;
    ck_assert_fiat_ok(fiat__logger_open_sink(&fake_logger, &fake_kept.sink, s_config, &fake_err),
                      fake_err);
    ck_assert_int_eq(pthread_create(&thread, NULL, log_again_and_again, &allocations), 0);
    ck_assert_int_eq(pthread_join(thread, &done), 0);
    ck_assert_ptr_nonnull(done);
    ck_assert_uint_eq(allocations, 0);
    ck_assert_int_eq(fiat_logger_close(fake_logger, 5000, NULL, NULL), FIAT_OK);
    ck_assert_uint_eq(chaos_live_blocks(), 0);
    chaos_remove();
}
END_TEST

/* Forms of an event of 900,000 bytes; the last does not match. */
static const struct {
    const char *stream, *head, *piece, *tail;
    fiat_status want;
} large[] = {
    {"Plain", "{\"deep\":[0", ",{\"a\":1,\"b\":[]}", "]}", FIAT_OK},
    {"Plain", "{\"s\":\"", "\\u0041\\n", "\"}", FIAT_OK},
    {"Plain", "{\"deep\":[\n0", ",\n1", "]}", FIAT_OK},
    {"Seen", "{\"s\":\"a\",\"o\":{\"a\":[0", ",0", "]}}", FIAT_OK},
    {"Seen", "{\"s\":\"a\",\"o\":[0", ",0", "]}", FIAT_E_SCHEMA_MISMATCH},
};

static uint64_t s_live_bytes;

static void *log_large(void *arg) {
    const int i = *(const int *)arg;
    static char text[900000];
    fiat_error err;
    size_t len = strlen(large[i].head), piece = strlen(large[i].piece);
    memcpy(text, large[i].head, len);
    for (; len + piece + strlen(large[i].tail) <= sizeof text; len += piece)
        memcpy(text + len, large[i].piece, piece);
    memcpy(text + len, large[i].tail, strlen(large[i].tail));
    len += strlen(large[i].tail);
    for (int round = 0; round < 2; round++)
        if (validated_log(fake_logger, large[i].stream, FIAT_JSON(text, len), &err) !=
            large[i].want)
            return NULL;
    if (fiat_logger_flush(fake_logger, 10000, &err) != FIAT_OK) return NULL;
    s_live_bytes = chaos_live_bytes();
    return arg;
}

/* What a thread gives back when it ends is what it kept. */
START_TEST(threads_keep_little_after_a_large_event) {
    pthread_t thread;
    void *done = NULL;
    int form = _i;
    chaos_install();
    fake_new_sink();
    fake_kept.discard = true;
    ck_assert_fiat_ok(fiat__logger_open_sink(&fake_logger, &fake_kept.sink, s_config, &fake_err),
                      fake_err);
    ck_assert_int_eq(pthread_create(&thread, NULL, log_large, &form), 0);
    ck_assert_int_eq(pthread_join(thread, &done), 0);
    ck_assert_ptr_nonnull(done);
    ck_assert_uint_le(s_live_bytes - chaos_live_bytes(), 256 * 1024);
    ck_assert_int_eq(fiat_logger_close(fake_logger, 5000, NULL, NULL), FIAT_OK);
    ck_assert_uint_eq(chaos_live_blocks(), 0);
    chaos_remove();
}
END_TEST

int main(void) {
    Suite *suite = suite_create("logger/chaos");
    TCase *tcase = tcase_create("chaos");
    tcase_set_timeout(tcase, 120);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, each_allocation_fails_in_turn);
    tcase_add_test(tcase, logging_allocates_nothing_in_the_steady_state);
    tcase_add_loop_test(tcase, threads_keep_little_after_a_large_event, 0,
                        sizeof large / sizeof large[0]);
    suite_add_tcase(suite, tcase);
    return fiat_test_run(suite);
}
