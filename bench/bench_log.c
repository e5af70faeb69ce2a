/* What one validated_log() costs: validation, stamps and queueing together, from 1, 2 and 4
 * threads, beside cJSON and simdjson only parsing the same texts in the same run. Prints JSON.
 *
 * The sink takes every record at once and forgets it, so that the caller's side is what is
 * measured; the sender thread runs all the same and costs its share of the machine.
 *
 * Then how long a call takes at worst, while events are shipped: see log_latency.c. */
#include "base/mem.h"
#include "log_latency.h"
#include "logger/logger_internal.h"
#include "peers.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define EVENTS      20000
#define ROUNDS      7
#define PADDING     64
#define MAX_THREADS 4

struct workload {
    const char *name, *stream;
    char *arena;
    const char *texts[EVENTS];
    size_t lengths[EVENTS];
    size_t bytes;
};

/* ---- a sink that forgets ---- */

static void forget(struct fiat__sink *sink, fiat__sink_batch *batch) {
    (void)sink;
    for (size_t i = 0; i < batch->count; i++)
        batch->records[i].fate = FIAT__FATE_DELIVERED;
    batch->done(batch);
}

static void nap(struct fiat__sink *sink, int timeout_ms) {
    (void)sink;
    struct timespec time = {0, timeout_ms > 0 ? 1000000 : 0};
    nanosleep(&time, NULL);
}

static void nothing(struct fiat__sink *sink) {
    (void)sink;
}

static fiat_status reopen(struct fiat__sink *sink, fiat_error *err) {
    (void)sink;
    (void)err;
    return FIAT_OK;
}

static const fiat__sink_vtable s_forgetting = {.name = "forget",
                                               .max_batch_records = FIAT__BATCH_MAX_RECORDS,
                                               .max_batch_bytes = FIAT__BATCH_MAX_BYTES,
                                               .submit = forget,
                                               .poll = nap,
                                               .wakeup = nothing,
                                               .cancel = nothing,
                                               .free = nothing,
                                               .reopen = reopen};
static fiat__sink s_sink = {.vtable = &s_forgetting};

/* ---- workloads ---- */

static int write_audit(char *out, size_t size, unsigned i) {
    return snprintf(out, size,
                    "{\"task\":\"billing.invoice.recalculate\",\"task_args\":{\"invoice\":%u,"
                    "\"customer\":\"c-%06u\",\"reason\":\"price list changed after the contract "
                    "was renewed\",\"dry_run\":false,\"lines\":[1,2,3,%u],\"currency\":\"EUR\","
                    "\"before\":%u.25,\"after\":%u.75,\"requested_by\":\"jane.doe@example.com\","
                    "\"approved_by\":\"john.roe@example.com\",\"note\":\"see the protocol of the "
                    "meeting\"},\"ticket_id\":\"NTA-%u\"}",
                    100000 + i, i, i % 7, 100 + i % 900, 101 + i % 900, 1000 + i % 9000);
}

static int write_strict(char *out, size_t size, unsigned i) {
    static const char *const levels[] = {"debug", "info", "warning", "error"};
    return snprintf(
        out, size,
        "{\"event_id\":\"%08x-5d3c-4f7a-9c1e-%012x\",\"occurred_at\":\"2026-11-21T12:%02u:%02u.%"
        "03uZ\","
        "\"app\":\"billing-worker\",\"environment\":\"prod\",\"team\":\"NTA\","
        "\"email\":\"jane.doe@example.com\",\"host\":\"ip-10-20-30-%u.internal\",\"pid\":%u,"
        "\"task\":\"invoice.recalculate\",\"task_args\":{\"invoice\":%u,\"dry_run\":false,"
        "\"currency\":\"EUR\"},\"ticket_id\":\"NTA-%u\",\"level\":\"%s\",\"outcome\":\"success\","
        "\"duration_ms\":%u.5,\"labels\":{\"region\":\"eu-central-1\",\"zone\":\"b\"}}",
        i * 2654435761u, i, i % 60, i / 60 % 60, i % 1000, i % 250, 1000 + i % 30000, 100000 + i,
        1000 + i % 9000, levels[i % 4], i % 5000);
}

static void fill(struct workload *load, const char *name, const char *stream,
                 int (*write_event)(char *, size_t, unsigned)) {
    const size_t room = 1024;
    load->name = name;
    load->stream = stream;
    load->bytes = 0;
    load->arena = fiat__calloc(EVENTS, room);
    if (!load->arena) exit(1);
    for (unsigned i = 0; i < EVENTS; i++) {
        char *text = load->arena + i * room;
        load->texts[i] = text;
        load->lengths[i] = (size_t)write_event(text, room - PADDING, i);
        load->bytes += load->lengths[i];
    }
}

/* ---- measuring ---- */

static double read_ns(clockid_t id) {
    struct timespec now;
    clock_gettime(id, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

struct job {
    fiat_logger *logger;
    const struct workload *load;
    void (*contend)(struct job *job);
    pthread_barrier_t *start;
    size_t failed;
    double cpu_ns, begun_ns, ended_ns;
};

static void log_events(struct job *job) {
    fiat_error err;
    for (size_t i = 0; i < EVENTS; i++) {
        fiat_event event = FIAT_JSON(job->load->texts[i], job->load->lengths[i]);
        fiat_status status;
        while ((status = validated_log(job->logger, job->load->stream, event, &err)) ==
               FIAT_E_QUEUE_FULL)
            sched_yield();
        if (status == FIAT_OK) continue;
        if (job->failed++ == 0) fprintf(stderr, "refused: %s\n", err.message);
    }
}

static void parse_with_cjson(struct job *job) {
    for (size_t i = 0; i < EVENTS; i++) {
        cJSON *tree = cJSON_ParseWithLength(job->load->texts[i], job->load->lengths[i]);
        job->failed += tree == NULL;
        cJSON_Delete(tree);
    }
}

static void parse_with_simdjson(struct job *job) {
    job->failed = EVENTS - bench_simdjson_parse(job->load->texts, job->load->lengths, EVENTS);
}

static const struct {
    const char *name;
    void (*contend)(struct job *job);
} s_contenders[] = {{"validated_log", log_events},
                    {"cjson_parse", parse_with_cjson},
                    {"simdjson_parse", parse_with_simdjson}};

enum { CONTENDERS = 3, LOG = 0, CJSON = 1, COUNTS = 3 };

static const int s_threads[COUNTS] = {1, 2, 4};

static void *run_job(void *arg) {
    struct job *job = arg;
    pthread_barrier_wait(job->start);
    job->begun_ns = read_ns(CLOCK_MONOTONIC);
    job->cpu_ns = -read_ns(CLOCK_THREAD_CPUTIME_ID);
    job->contend(job);
    job->cpu_ns += read_ns(CLOCK_THREAD_CPUTIME_ID);
    job->ended_ns = read_ns(CLOCK_MONOTONIC);
    return NULL;
}

/* What an event costs: the processor's time of the thread that handles it, which other work on the
 * machine does not enter, and elapsed time over the events of all threads, in which waiting shows.
 */
struct cost {
    double cpu_ns, wall_ns; /* NAN: no figure */
};

static struct cost time_threads(const struct job *what, int threads) {
    pthread_barrier_t start;
    pthread_t ids[MAX_THREADS];
    struct job jobs[MAX_THREADS];
    pthread_barrier_init(&start, NULL, (unsigned)threads + 1);
    for (int i = 0; i < threads; i++) {
        jobs[i] = *what;
        jobs[i].start = &start;
        if (pthread_create(&ids[i], NULL, run_job, &jobs[i]) != 0) exit(1);
    }
    pthread_barrier_wait(&start);
    double cpu = 0, begun = INFINITY, ended = 0, events = (double)EVENTS * threads;
    size_t failed = 0;
    for (int i = 0; i < threads; i++) {
        pthread_join(ids[i], NULL);
        failed += jobs[i].failed;
        cpu += jobs[i].cpu_ns;
        begun = fmin(begun, jobs[i].begun_ns);
        ended = fmax(ended, jobs[i].ended_ns);
    }
    pthread_barrier_destroy(&start);
    if (failed) return (struct cost){NAN, NAN};
    return (struct cost){cpu / events, (ended - begun) / events};
}

struct result {
    struct cost best[CONTENDERS][COUNTS];
};

static void keep_least(double *best, double value) {
    if (*best == 0 || value < *best) *best = value;
}

/* The best of several rounds, the contenders taking turns. */
static struct result measure(fiat_logger *logger, const struct workload *load) {
    struct result result = {0};
    for (int turn = 0; turn < ROUNDS * COUNTS * CONTENDERS; turn++) {
        int who = turn % CONTENDERS, count = turn / CONTENDERS % COUNTS;
        struct job what = {.logger = logger, .load = load, .contend = s_contenders[who].contend};
        struct cost cost = time_threads(&what, s_threads[count]);
        if (who == LOG && isnan(cost.cpu_ns)) {
            fprintf(stderr, "events were refused: the figures would mean nothing\n");
            exit(1);
        }
        keep_least(&result.best[who][count].cpu_ns, cost.cpu_ns);
        keep_least(&result.best[who][count].wall_ns, cost.wall_ns);
    }
    return result;
}

/* A figure that could not be had is null, never a number. */
static void print_number(const char *name, double value, int digits) {
    if (isnan(value))
        printf(", \"%s\": null", name);
    else
        printf(", \"%s\": %.*f", name, digits, value);
}

static void print_result(const struct workload *load, const struct result *result, int last) {
    printf("  {\"workload\": \"%s\", \"event_bytes\": %zu, \"figures\": [", load->name,
           load->bytes / EVENTS);
    for (int count = 0; count < COUNTS; count++)
        for (int who = 0; who < CONTENDERS; who++) {
            const struct cost *cost = &result->best[who][count];
            printf("%s\n    {\"what\": \"%s\", \"threads\": %d", who || count ? "," : "",
                   s_contenders[who].name, s_threads[count]);
            print_number("cpu_ns", cost->cpu_ns, 0);
            print_number("wall_ns", cost->wall_ns, 0);
            print_number("cpu_ratio_to_cjson_parse",
                         cost->cpu_ns / result->best[CJSON][count].cpu_ns, 3);
            printf("}");
        }
    printf("]}%s\n", last ? "" : ",");
}

int main(int argc, char **argv) {
    static struct workload loads[2];
    fiat_error err;
    fiat_config *config;
    fiat_logger *logger;
    fill(&loads[0], "audit", "Audit", write_audit);
    fill(&loads[1], "strict", "BenchAudit", write_strict);
    if (fiat_config_new(&config, &err) != FIAT_OK ||
        fiat_config_set(config, "schemas.dir", argc > 1 ? argv[1] : "bench/schemas", &err) !=
            FIAT_OK ||
        fiat_config_set(config, "app", "bench", &err) != FIAT_OK ||
        fiat_config_set(config, "host", "bench.example", &err) != FIAT_OK ||
        fiat__logger_open_sink(&logger, &s_sink, config, &err) != FIAT_OK) {
        fprintf(stderr, "bench_log: %s\n", err.message);
        return 1;
    }
    /* A name of cases of log_latency.c: those alone. */
    const char *only = argc > 2 ? argv[2] : NULL;
    printf("{\"bench\": \"log\", \"events\": %d, \"rounds\": %d, \"results\": [\n", EVENTS, ROUNDS);
    for (int i = 0; i < 2 && !only; i++) {
        struct result result = measure(logger, &loads[i]);
        print_result(&loads[i], &result, i == 1);
    }
    fiat_config_free(config);
    if (fiat_logger_close(logger, 10000, NULL, &err) != FIAT_OK) return 1;
    printf("], \"latency\": [");
    bench_log_latency(loads[0].texts, loads[0].lengths, EVENTS, only);
    printf("]}\n");
    for (int i = 0; i < 2; i++)
        fiat__free(loads[i].arena);
    return 0;
}
