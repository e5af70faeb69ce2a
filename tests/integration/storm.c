/* A storm of every fault at once, drawn from a seed, against libfiat as a program links it: threads
 * log to several streams, and at the end the books must balance:
 *
 *   - each accepted event has one report, each refused one none;
 *   - what is reported as delivered arrived, in the record whose id the report gives;
 *   - what is reported as not delivered did not arrive;
 *   - an event arrived twice only when the attempt before was met by a fault;
 *   - accepted = delivered + maybe + not delivered;
 *   - what was never sent again arrived in the order in which its thread logged it.
 *
 * usage: storm [SEED [EVENTS]]      also FIAT_STORM_SEED, FIAT_STORM_EVENTS; EVENTS for each round
 *
 * A run that fails prints its seed: the same seed draws the same faults again, though threads and
 * the clock may place them otherwise. */
#include "support/remove_tree.h"

#include <fiat/fiat.h>
#include <fiat/unstable/mock.h>

#include <inttypes.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { STREAMS = 4, THREADS = 4, EVENTS_DEFAULT = 10000, SHOWN_MAX = 10 };

static const char *const s_streams[STREAMS] = {"Alpha", "Beta", "Gamma", "Delta"};

/* One event: what its thread, the reports and the mock say of it. */
typedef struct event {
    bool accepted;
    atomic_uint reports;
    fiat_outcome outcome;
    uint32_t attempts;
    char record_id[64];
    /* From the mock: */
    unsigned arrivals;
    bool named_record;           /* one of them was in the record that the report names */
    bool final;                  /* it was answered without a fault: no further one may follow */
    unsigned after_final;        /* those that did */
    size_t first_arrival_number; /* its place among all arrivals */
} event;

/* One of the storms. */
typedef struct round_row {
    const char *name;
    bool tls, poll;
    uint32_t key_life_s; /* 0: one key for ever; else from the container's endpoint */
    const char *requests_max, *delivery_timeout_ms, *queue_full, *spool;
    uint32_t per_mille;   /* of each fault */
    uint32_t pause_every; /* so many events; where they are evicted, for some to be sent */
} round_row;

static const round_row s_rounds[] = {
    {"one request at a time, spool async", false, false, 0, "1", "0", "refuse", "async", 8, 512},
    {"four at once, TLS, keys that expire, spool sync", true, false, 2, "4", "0", "wait", "sync",
     10, 512},
    {"short of time and room, reports polled", false, true, 0, "4", "700", "evict", "off", 24, 16},
};

static const round_row *s_round;
static uint64_t s_seed;
static size_t s_event_count;
static event *s_events;
static fiat_logger *s_logger;
static fiat_mock *s_mock;
static char s_dir[256], s_schemas[300], s_spool[300];
static unsigned s_failures;
static atomic_bool s_polling;

/* A failure; the first few are shown. */
static void fail(const char *format, ...) FIAT_PRINTF(1, 2);
static void fail(const char *format, ...) {
    va_list args;
    if (s_failures++ >= SHOWN_MAX) return;
    printf("FAIL: %s: ", s_round ? s_round->name : "setting up");
    va_start(args, format);
    vprintf(format, args);
    va_end(args);
    putchar('\n');
}

static void must(bool good, const char *what, const fiat_error *err) {
    if (good) return;
    printf("FAIL: %s: %s (seed %" PRIu64 ")\n", what, err ? err->message : "", s_seed);
    exit(1);
}

/* --- folders ---------------------------------------------------------------------------------- */

static void write_file(const char *stream, const char *name, const char *text) {
    char path[512];
    snprintf(path, sizeof path, "%s/%s/%s", s_schemas, stream, name);
    FILE *file = fopen(path, "w");
    must(file && fputs(text, file) >= 0 && fclose(file) == 0, path, NULL);
}

static void make_folder(char *path, size_t size, const char *parent, const char *name) {
    snprintf(path, size, "%s/%s", parent, name);
    must(mkdir(path, 0700) == 0, path, NULL);
}

static void make_folders(void) {
    const char *tmp = getenv("TMPDIR");
    char path[512];
    snprintf(s_dir, sizeof s_dir, "%s/fiat-storm-XXXXXX", tmp && *tmp ? tmp : "/tmp");
    must(mkdtemp(s_dir) != NULL, "mkdtemp", NULL);
    make_folder(s_schemas, sizeof s_schemas, s_dir, "schemas");
    make_folder(s_spool, sizeof s_spool, s_dir, "spool");
    for (int i = 0; i < STREAMS; i++) {
        make_folder(path, sizeof path, s_schemas, s_streams[i]);
        write_file(s_streams[i], "json_schema.json",
                   "{\"type\": \"object\", \"required\": [\"n\"], \"properties\": {\"n\": "
                   "{\"type\": \"integer\"}, \"pad\": {\"type\": \"string\"}}}");
        write_file(s_streams[i], "stream.json", "{\"stamp\": [\"id\"]}");
    }
}

/* --- logging ---------------------------------------------------------------------------------- */

static void on_delivery(const fiat_delivery *report, void *ctx) {
    event *e = report->opaque;
    (void)ctx;
    must(e != NULL, "an event that an earlier round has left in the spool", NULL);
    if (atomic_fetch_add(&e->reports, 1) > 0) return; /* seen by check_report() */
    e->outcome = report->outcome;
    e->attempts = report->attempts;
    snprintf(e->record_id, sizeof e->record_id, "%s", report->record_id);
}

static void pause_ms(long ms) {
    const struct timespec pause = {ms / 1000, ms % 1000 * 1000000};
    nanosleep(&pause, NULL);
}

/* Event n: thread n % THREADS logs it, to stream n / THREADS % STREAMS. */
static void *log_share(void *arg) {
    const size_t thread = (size_t)(uintptr_t)arg;
    fiat_error err = FIAT_ERROR_INIT;
    for (size_t n = thread; n < s_event_count; n += THREADS) {
        fiat_status status;
        const int pad = (int)(n * 7919 % 200);
        char text[256];
        const int len = snprintf(text, sizeof text, "{\"n\": %zu, \"pad\": \"%*s\"}", n, pad, "");
        while ((status =
                    fiat_validated_log(s_logger, s_streams[n / THREADS % STREAMS],
                                       fiat_event_with(FIAT_JSON(text, (size_t)len), &s_events[n]),
                                       &err)) == FIAT_E_QUEUE_FULL)
            pause_ms(1);
        must(status == FIAT_OK, "the call", &err);
        s_events[n].accepted = true;
        if (n % s_round->pause_every == thread) pause_ms(2); /* for records of many sizes */
    }
    return NULL;
}

static void *poll_reports(void *arg) {
    fiat_error err = FIAT_ERROR_INIT;
    (void)arg;
    while (atomic_load(&s_polling))
        must(fiat_logger_poll(s_logger, 20, NULL, &err) == FIAT_OK, "poll", &err);
    return NULL;
}

static void open_logger(void) {
    fiat_error err = FIAT_ERROR_INIT;
    s_logger = fiat_configure(
        "firehose", &err, "schemas.dir", s_schemas, "aws.region", "us-east-1", "aws.endpoint.url",
        fiat_mock_url(s_mock), "linger.ms", "5", "record.max.events", "8", "batch.max.records", "3",
        "requests.max", s_round->requests_max, "delivery.timeout.ms", s_round->delivery_timeout_ms,
        "request.timeout.ms", "2500", "connect.timeout.ms", "2000", "retry.backoff.ms", "2",
        "retry.backoff.max.ms", "40", "queue.max.bytes", "1048576", "queue.full",
        s_round->queue_full, "spool", s_round->spool, "spool.dir", s_spool, "reports",
        s_round->poll ? "poll" : "sender", "log.level", "none", NULL);
    must(s_logger != NULL, "open", &err);
    fiat_logger_on_delivery(s_logger, on_delivery, NULL);
}

static void run_threads(void) {
    pthread_t threads[THREADS], poller;
    atomic_store(&s_polling, true);
    if (s_round->poll)
        must(pthread_create(&poller, NULL, poll_reports, NULL) == 0, "pthread_create", NULL);
    for (size_t i = 0; i < THREADS; i++)
        must(pthread_create(&threads[i], NULL, log_share, (void *)(uintptr_t)i) == 0,
             "pthread_create", NULL);
    for (size_t i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    fiat_error err = FIAT_ERROR_INIT;
    /* Of requests that go one at a time, each stall costs the request's time limit. */
    const uint32_t timeout_ms = 60000 + 6 * (uint32_t)s_event_count;
    if (fiat_logger_flush(s_logger, timeout_ms, &err) != FIAT_OK) fail("flush: %s", err.message);
    atomic_store(&s_polling, false);
    if (s_round->poll) pthread_join(poller, NULL);
}

/* --- the books -------------------------------------------------------------------------------- */

/* One line of a record. */
static void book_line(const fiat_mock_record *record, const char *line, size_t *arrivals) {
    const char *mark = strstr(line, "\"n\": ");
    const size_t n = mark ? strtoul(mark + 5, NULL, 10) : SIZE_MAX;
    if (n >= s_event_count) {
        fail("a line that nobody logged: %.80s", line);
        return;
    }
    event *e = &s_events[n];
    if (strcmp(record->stream, s_streams[n / THREADS % STREAMS]) != 0)
        fail("event %zu came to %s", n, record->stream);
    if (e->arrivals++ == 0) e->first_arrival_number = (*arrivals)++;
    if (strcmp(record->record_id, e->record_id) == 0) e->named_record = true;
    if (e->final) e->after_final++;
    if (record->fault == FIAT_MOCK_OK) e->final = true;
}

/* All that the mock took; lines end with one newline each. */
static void book_arrivals(void) {
    size_t arrivals = 0;
    fiat_mock_record record = {.struct_size = sizeof record};
    for (size_t i = 0; fiat_mock_get_record(s_mock, i, &record); i++) {
        if (record.length == 0 || record.data[record.length - 1] != '\n')
            fail("record %s does not end with a newline", record.record_id);
        for (const char *line = record.data; *line; line = strchr(line, '\n') + 1)
            book_line(&record, line, &arrivals);
    }
}

static void check_event(size_t n, uint64_t counts[4]) {
    const event *e = &s_events[n];
    const unsigned reports = atomic_load(&s_events[n].reports);
    if (reports != 1) {
        fail("event %zu has %u reports", n, reports);
        return;
    }
    if (e->outcome < FIAT_DELIVERED || e->outcome > FIAT_NOT_DELIVERED) {
        fail("event %zu: outcome %d", n, (int)e->outcome);
        return;
    }
    counts[e->outcome]++;
    if (e->outcome == FIAT_DELIVERED && e->arrivals == 0)
        fail("event %zu is delivered and did not arrive", n);
    if (e->outcome == FIAT_DELIVERED && !e->named_record)
        fail("event %zu is in no record %s", n, e->record_id);
    if (e->outcome == FIAT_NOT_DELIVERED && e->arrivals > 0)
        fail("event %zu is not delivered and arrived", n);
    if (e->after_final)
        fail("event %zu was sent again %u times after a clear answer", n, e->after_final);
    if (e->arrivals > e->attempts)
        fail("event %zu arrived %u times in %u attempts", n, e->arrivals, e->attempts);
}

/* Events of one thread and stream that went once and arrived once, with one request at a time. */
static void check_order(void) {
    for (size_t lane = 0; lane < (size_t)THREADS * STREAMS; lane++) {
        const event *before = NULL;
        for (size_t n = lane; n < s_event_count; n += (size_t)THREADS * STREAMS) {
            const event *e = &s_events[n];
            if (e->attempts != 1 || e->arrivals != 1) continue;
            if (before && before->first_arrival_number > e->first_arrival_number)
                fail("event %zu came before one that its thread had logged earlier", n);
            before = e;
        }
    }
}

static void check_stats(const uint64_t counts[4], const fiat_stats *stats) {
    if (stats->accepted != s_event_count || stats->delivered != counts[FIAT_DELIVERED] ||
        stats->maybe != counts[FIAT_MAYBE] || stats->not_delivered != counts[FIAT_NOT_DELIVERED])
        fail("stats differ from the reports: %" PRIu64 " accepted, %" PRIu64 "/%" PRIu64 "/%" PRIu64
             " against %" PRIu64 "/%" PRIu64 "/%" PRIu64,
             stats->accepted, stats->delivered, stats->maybe, stats->not_delivered,
             counts[FIAT_DELIVERED], counts[FIAT_MAYBE], counts[FIAT_NOT_DELIVERED]);
    if (stats->queued || stats->queued_bytes)
        fail("%" PRIu64 " events in %" PRIu64 " bytes still queued", stats->queued,
             stats->queued_bytes);
}

/* A short storm need not meet everything. */
static bool is_full(void) {
    return s_event_count >= EVENTS_DEFAULT;
}

/* A storm of full length in which half of the faults never happened shows little. */
static void check_faults(void) {
    unsigned met = 0, possible = 0;
    for (int kind = 1; kind < FIAT_MOCK_FAULT_COUNT; kind++) {
        if (!s_round->tls && kind >= FIAT_MOCK_TLS_REFUSED) continue;
        possible++;
        met += fiat_mock_fault_count(s_mock, (fiat_mock_fault)kind) > 0;
    }
    if (is_full() && met < possible / 2) fail("only %u of %u faults were met", met, possible);
    printf("  %u of %u kinds of faults met", met, possible);
}

/* A round that claims a spool or evictions has had them. */
static void check_ways(const fiat_stats *stats) {
    char path[320];
    const bool spooled = strcmp(s_round->spool, "off") != 0;
    const bool evicts = strcmp(s_round->queue_full, "evict") == 0;
    snprintf(path, sizeof path, "%s/lock", s_spool);
    if (spooled && unlink(path) != 0) fail("there was no spool");
    if (is_full() && evicts != (stats->evicted > 0)) fail("%" PRIu64 " evicted", stats->evicted);
}

/* --- one round -------------------------------------------------------------------------------- */

static void set_environment(void) {
    char url[128];
    snprintf(url, sizeof url, "%s/v2/credentials", fiat_mock_credentials_url(s_mock));
    setenv("AWS_CA_BUNDLE", fiat_mock_ca_file(s_mock), 1);
    setenv("AWS_CONFIG_FILE", "/dev/null", 1);
    setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null", 1);
    setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", url, 1);
    setenv("AWS_ACCESS_KEY_ID", s_round->key_life_s ? "" : "mock", 1);
    setenv("AWS_SECRET_ACCESS_KEY", s_round->key_life_s ? "" : "mock", 1);
    unsetenv("AWS_SESSION_TOKEN");
    unsetenv("AWS_PROFILE");
}

static void start_mock(uint64_t seed) {
    fiat_error err = FIAT_ERROR_INIT;
    fiat_mock_opts opts;
    fiat_mock_opts_init(&opts);
    opts.tls = s_round->tls;
    opts.seed = seed;
    if (s_round->key_life_s) opts.credentials_ttl_s = s_round->key_life_s;
    must(fiat_mock_start(&s_mock, &opts, &err) == FIAT_OK, "mock", &err);
    set_environment();
    for (int kind = 1; kind < FIAT_MOCK_FAULT_COUNT; kind++) {
        const bool stalls = kind >= FIAT_MOCK_STALL && kind <= FIAT_MOCK_STALL_REPLY;
        if (!s_round->tls && kind >= FIAT_MOCK_TLS_REFUSED) continue;
        must(fiat_mock_chance(s_mock, (fiat_mock_fault)kind,
                              kind == FIAT_MOCK_DELAY || kind == FIAT_MOCK_STALL_ACCEPT ? 30 : 0,
                              stalls ? s_round->per_mille / 4 : s_round->per_mille,
                              &err) == FIAT_OK,
             "chance", &err);
    }
}

static double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void run_round(const round_row *row, uint64_t seed) {
    fiat_error err = FIAT_ERROR_INIT;
    fiat_stats stats = {.struct_size = sizeof stats};
    fiat_mock_stats seen = {.struct_size = sizeof seen};
    uint64_t counts[4] = {0}, left = 0;
    const double start = seconds();
    s_round = row;
    s_events = calloc(s_event_count, sizeof *s_events);
    must(s_events != NULL, "calloc", NULL);
    start_mock(seed);
    open_logger();
    run_threads();
    fiat_logger_stats(s_logger, &stats);
    fiat_logger_close(s_logger, 10000, &left, &err);
    if (left) fail("%" PRIu64 " events left at close", left);
    book_arrivals();
    for (size_t n = 0; n < s_event_count; n++)
        check_event(n, counts);
    check_stats(counts, &stats);
    check_ways(&stats);
    if (strcmp(row->requests_max, "1") == 0) check_order();
    printf("%s: %zu events: %" PRIu64 " delivered, %" PRIu64 " maybe, %" PRIu64 " not delivered;",
           row->name, s_event_count, counts[FIAT_DELIVERED], counts[FIAT_MAYBE],
           counts[FIAT_NOT_DELIVERED]);
    check_faults();
    fiat_mock_get_stats(s_mock, &seen);
    if (row->key_life_s && seen.keys < (is_full() ? 2 : 1))
        fail("%" PRIu64 " keys were asked for", seen.keys);
    printf(" in %" PRIu64 " requests on %" PRIu64 " connections, %" PRIu64 " keys; %.1f s\n",
           seen.requests, seen.connections, seen.keys, seconds() - start);
    fiat_mock_stop(s_mock);
    free(s_events);
}

static uint64_t read_number(int argc, char **argv, int index, const char *env, uint64_t otherwise) {
    const char *text = argc > index ? argv[index] : getenv(env);
    return text && *text ? strtoull(text, NULL, 10) : otherwise;
}

int main(int argc, char **argv) {
    s_seed = read_number(argc, argv, 1, "FIAT_STORM_SEED", (uint64_t)time(NULL));
    s_event_count = (size_t)read_number(argc, argv, 2, "FIAT_STORM_EVENTS", EVENTS_DEFAULT);
    printf("seed %" PRIu64 "\n", s_seed);
    make_folders();
    for (size_t i = 0; i < sizeof s_rounds / sizeof *s_rounds; i++)
        run_round(&s_rounds[i], s_seed + i);
    must(remove_tree(s_dir), s_dir, NULL);
    if (s_failures)
        printf("%u failures; again with: FIAT_STORM_SEED=%" PRIu64 "\n", s_failures, s_seed);
    return s_failures ? 1 : 0;
}
