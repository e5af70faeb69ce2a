/* Each call is timed, from 1, 2 and 4 threads that log without a pause, to an endpoint on loopback
 * that is healthy, slow, or not there at all. When it does not keep up, the queue fills and calls
 * are refused: those are timed as well. With a spool, which has room for all, none is.
 *
 * A slow call is looked into. What it is not to blame for is the time in which its thread, or
 * another one that may have held the lock it waited for, was ready to run and had no processor, by
 * the kernel's account. Figures `by itself` are without that; all others are as they were.
 *
 * `write() alone` is what a call with a spool cannot do without: each thread writes the events'
 * text to a file of its own, with no lock in common. `arithmetic alone` computes about as long as
 * such a call takes, and enters neither the library nor the kernel: what the machine does to it,
 * with interrupts and by giving the processor to others, no call can be better than. `arithmetic
 * and write()` takes as long as a call with a spool and does nothing but these two, half and half.
 */
#include "log_latency.h"
#include "base/mem.h"
#include "sink.h"
#include "support/remove_tree.h"

#include <fcntl.h>
#include <fiat/fiat.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define CALLS         250000 /* of each thread */
#define SYNC_CALLS    1000   /* each waits for the disk */
#define WARM_UP_SHARE 12     /* so many times more calls than those before that are not timed */
#define MAX_THREADS   4
#define SLOW_MS       500
#define LONG_NS       5000000
#define SLOW_NS       20000
#define ACCOUNT_EVERY 64 /* calls between two looks at the kernel's account, if none is slow */
#define STALL_NS      5000
#define MAX_SPANS     65536
#define CLOSE_MS      0
#define STEPS         2000 /* of `arithmetic alone`: 2 to 3 us */
#define STEPS_BESIDE  1000 /* of `arithmetic and write()` */
#define WARM_BYTES                                                                                 \
    ((size_t)1 << 30) /* what a case takes of memory at most, page cache included                  \
                       */

static void check(fiat_status status, const fiat_error *err) {
    if (status == FIAT_OK) return;
    fprintf(stderr, "bench_log: %s\n", err->message);
    exit(1);
}

/* A slow call; or a stall, that is a time in which a thread had no processor for `ns` of it. */
struct span {
    int64_t from_ns, to_ns, ns;
    size_t call; /* its number */
};

struct spans {
    struct span at[MAX_SPANS];
    size_t count;
};

struct caller {
    pthread_t thread;
    pthread_barrier_t *start;
    fiat_logger *logger;
    const char *const *texts;
    const size_t *lengths;
    size_t count;
    size_t calls;
    uint32_t *ns; /* of each call */
    enum work { LOG, WRITE, COMPUTE, COMPUTE_AND_WRITE } work;
    int file;                      /* of this thread, to write to */
    int account;                   /* /proc/thread-self/schedstat */
    int64_t account_ns, waited_ns; /* when it was looked at, and what it said */
    struct spans *stalls, *slow_calls;
    uint64_t refused;
};

static int64_t now_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* How long this thread has been ready to run without running; 0 where the kernel does not say. */
static int64_t read_waited_ns(const struct caller *caller) {
    char text[96], *end;
    long len = pread(caller->account, text, sizeof text - 1, 0);
    if (len <= 0) return 0;
    text[len] = '\0';
    (void)strtoll(text, &end, 10); /* time on a processor */
    return strtoll(end, NULL, 10);
}

static void add_span(struct spans *spans, struct span span) {
    if (spans->count == MAX_SPANS) {
        fprintf(stderr, "bench_log: this machine is too busy to tell anything of slow calls\n");
        exit(1);
    }
    spans->at[spans->count++] = span;
}

/* What was waited for since the last look was so from from_ns on. */
static void look_at_account(struct caller *caller, int64_t from_ns) {
    int64_t at_ns = now_ns(), waited_ns = read_waited_ns(caller);
    struct span stall = {from_ns, at_ns, waited_ns - caller->waited_ns, 0};
    if (stall.ns > STALL_NS) add_span(caller->stalls, stall);
    caller->account_ns = at_ns;
    caller->waited_ns = waited_ns;
}

/* Each step waits for the one before it. */
static fiat_status compute(uint64_t number, int steps) {
    for (int i = 0; i < steps; i++)
        number = number * 6364136223846793005u + 1442695040888963407u;
    return number ? FIAT_OK : FIAT_E_IO;
}

static fiat_status call(const struct caller *caller, size_t i) {
    if (caller->work == COMPUTE) return compute(i, STEPS);
    if (caller->work == COMPUTE_AND_WRITE && compute(i, STEPS_BESIDE) != FIAT_OK) return FIAT_E_IO;
    i %= caller->count;
    if (caller->work != LOG)
        return write(caller->file, caller->texts[i], caller->lengths[i]) > 0 ? FIAT_OK : FIAT_E_IO;
    return validated_log(caller->logger, "Audit", FIAT_JSON(caller->texts[i], caller->lengths[i]),
                         NULL);
}

static void *run_calls(void *arg) {
    struct caller *caller = arg;
    caller->account = open("/proc/thread-self/schedstat", O_RDONLY | O_CLOEXEC);
    for (size_t i = 0; i < caller->calls / WARM_UP_SHARE; i++)
        (void)!call(caller, i);
    pthread_barrier_wait(caller->start);
    caller->account_ns = now_ns();
    caller->waited_ns = read_waited_ns(caller);
    for (size_t i = 0; i < caller->calls; i++) {
        int64_t begun_ns = now_ns();
        fiat_status status = call(caller, i);
        int64_t took_ns = now_ns() - begun_ns;
        caller->ns[i] = took_ns < UINT32_MAX ? (uint32_t)took_ns : UINT32_MAX;
        caller->refused += status != FIAT_OK;
        if (took_ns > SLOW_NS) {
            add_span(caller->slow_calls, (struct span){begun_ns, begun_ns + took_ns, took_ns, i});
            look_at_account(caller, begun_ns);
        } else if (i % ACCOUNT_EVERY == 0) {
            look_at_account(caller, caller->account_ns);
        }
    }
    close(caller->account);
    return NULL;
}

/* ---- one case ---- */

struct endpoint {
    const char *name, *queue_max_bytes;
    int port;
    const char *spool; /* NULL: off */
    size_t calls;      /* of each thread */
    enum work work;
};

static int compare(const void *a, const void *b) {
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static void make_dir(char *dir) {
    if (mkdtemp(dir)) return;
    perror("bench_log: cannot make a folder");
    exit(1);
}

static void set_spool(fiat_config *config, const char *how, char *dir) {
    fiat_error err;
    make_dir(dir);
    check(fiat_config_set(config, "spool", how, &err), &err);
    check(fiat_config_set(config, "spool.dir", dir, &err), &err);
}

/* `dir`: a template for the folder of a spool. */
static fiat_logger *open_logger(const struct endpoint *endpoint, char *dir) {
    fiat_error err;
    fiat_config *config;
    fiat_logger *logger;
    char url[64];
    snprintf(url, sizeof url, "http://127.0.0.1:%d", endpoint->port);
    check(fiat_config_new(&config, &err), &err);
    check(fiat_config_set(config, "aws.endpoint.url", url, &err), &err);
    check(fiat_config_set(config, "aws.region", "us-east-1", &err), &err);
    check(fiat_config_set(config, "queue.max.bytes", endpoint->queue_max_bytes, &err), &err);
    check(fiat_config_set(config, "app", "bench", &err), &err);
    check(fiat_config_set(config, "host", "bench.example", &err), &err);
    if (endpoint->spool) set_spool(config, endpoint->spool, dir);
    check(fiat_logger_open(&logger, "firehose", config, &err), &err);
    fiat_config_free(config);
    return logger;
}

static int open_file(const char *dir, int number) {
    char path[64];
    snprintf(path, sizeof path, "%s/%d", dir, number);
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (fd >= 0) return fd;
    perror("bench_log: cannot make a file");
    exit(1);
}

static int64_t lesser(int64_t a, int64_t b) {
    return a < b ? a : b;
}

/* What is left of a slow call without the stalls of all threads. */
static int64_t own_ns(const struct span *call, const struct caller *callers, int threads) {
    int64_t own = call->ns;
    for (int t = 0; t < threads; t++)
        for (size_t i = 0; i < callers[t].stalls->count; i++) {
            const struct span *stall = &callers[t].stalls->at[i];
            int64_t from_ns = stall->from_ns > call->from_ns ? stall->from_ns : call->from_ns;
            int64_t common_ns = lesser(stall->to_ns, call->to_ns) - from_ns;
            if (common_ns > 0) own -= lesser(stall->ns, common_ns);
        }
    return own > 0 ? own : 0;
}

struct figures {
    uint32_t p50_ns, p99_ns, p999_ns, max_ns;
    uint64_t over_5_ms;
};

static struct figures sum_up(uint32_t *ns, size_t calls) {
    struct figures found = {.over_5_ms = 0};
    qsort(ns, calls, sizeof *ns, compare);
    while (found.over_5_ms < calls && ns[calls - 1 - found.over_5_ms] > LONG_NS)
        found.over_5_ms++;
    found.p50_ns = ns[calls / 2];
    found.p99_ns = ns[calls - calls / 100];
    found.p999_ns = ns[calls - calls / 1000];
    found.max_ns = ns[calls - 1];
    return found;
}

/* Both what was seen and what the calls are to blame for. `own`: as large as all that was seen. */
static void print_case(const struct endpoint *endpoint, int threads, uint32_t *ns, uint32_t *own,
                       const struct caller *callers) {
    static bool s_any;
    const size_t calls = (size_t)threads * endpoint->calls;
    uint64_t refused = 0;
    memcpy(own, ns, calls * sizeof *own);
    for (int t = 0; t < threads; t++) {
        const struct spans *slow = callers[t].slow_calls;
        refused += callers[t].refused;
        for (size_t i = 0; i < slow->count; i++)
            own[t * endpoint->calls + slow->at[i].call] =
                (uint32_t)lesser(own_ns(&slow->at[i], callers, threads), UINT32_MAX);
    }
    const struct figures seen = sum_up(ns, calls), by_itself = sum_up(own, calls);
    printf("%s\n    {\"endpoint\": \"%s\", \"threads\": %d, \"p50_ns\": %u, \"p99_ns\": %u, "
           "\"p999_ns\": %u, \"max_ns\": %u, \"p999_to_p50\": %.1f, "
           "\"p999_by_itself_ns\": %u, \"p999_by_itself_to_p50\": %.1f, \"refused\": %.3f, "
           "\"over_5_ms\": %llu, \"over_5_ms_by_itself\": %llu}",
           s_any ? "," : "", endpoint->name, threads, seen.p50_ns, seen.p99_ns, seen.p999_ns,
           seen.max_ns, (double)seen.p999_ns / seen.p50_ns, by_itself.p999_ns,
           (double)by_itself.p999_ns / seen.p50_ns, (double)refused / (double)calls,
           (unsigned long long)seen.over_5_ms, (unsigned long long)by_itself.over_5_ms);
    s_any = true;
}

/* A virtual machine may get its memory from its host as it is first used, or used again after a
 * while: 50 to 100 us a page, which would be counted as a call's. So have it all now. */
static void use_memory(void) {
    enum { PAGE_BYTES = 4096 };
    char *bytes = fiat__malloc(WARM_BYTES);
    for (size_t i = 0; bytes && i < WARM_BYTES; i += PAGE_BYTES)
        ((volatile char *)bytes)[i] = 1;
    fiat__free(bytes);
}

/* `ns` and `own` have room for all calls. */
static void run_case(const struct endpoint *endpoint, int threads, const struct caller *what,
                     uint32_t *ns, uint32_t *own) {
    struct caller callers[MAX_THREADS];
    pthread_barrier_t start;
    fiat_error err;
    char dir[] = "bench_log_spool_XXXXXX";
    const bool writes = endpoint->work == WRITE || endpoint->work == COMPUTE_AND_WRITE;
    fiat_logger *logger = endpoint->work == LOG ? open_logger(endpoint, dir) : NULL;
    if (writes) make_dir(dir);
    use_memory();
    pthread_barrier_init(&start, NULL, (unsigned)threads);
    for (int i = 0; i < threads; i++) {
        callers[i] = *what;
        callers[i].start = &start;
        callers[i].logger = logger;
        callers[i].work = endpoint->work;
        callers[i].file = writes ? open_file(dir, i) : -1;
        callers[i].calls = endpoint->calls;
        callers[i].ns = ns + (size_t)i * endpoint->calls;
        callers[i].stalls = fiat__calloc(1, sizeof *callers[i].stalls);
        callers[i].slow_calls = fiat__calloc(1, sizeof *callers[i].slow_calls);
        if (!callers[i].stalls || !callers[i].slow_calls) exit(1);
        if (pthread_create(&callers[i].thread, NULL, run_calls, &callers[i]) != 0) exit(1);
    }
    for (int i = 0; i < threads; i++)
        pthread_join(callers[i].thread, NULL);
    pthread_barrier_destroy(&start);
    print_case(endpoint, threads, ns, own, callers);
    for (int i = 0; i < threads; i++) {
        fiat__free(callers[i].stalls);
        fiat__free(callers[i].slow_calls);
        if (writes) close(callers[i].file);
    }
    (void)!fiat_logger_close(logger, CLOSE_MS, NULL, &err); /* most was not to be delivered */
    if (endpoint->spool || writes) (void)!remove_tree(dir);
}

/* A port at which nothing listens. */
static int closed_port(void) {
    struct bench_sink *sink = bench_sink_start(&(struct bench_sink_opts){0});
    int port = bench_sink_port(sink);
    bench_sink_stop(sink);
    return port;
}

void bench_log_latency(const char *const *texts, const size_t *lengths, size_t count,
                       const char *only) {
    static const int threads[] = {1, 2, 4};
    const struct caller what = {.texts = texts, .lengths = lengths, .count = count};
    struct bench_sink *healthy = bench_sink_start(&(struct bench_sink_opts){0});
    struct bench_sink *slow =
        bench_sink_start(&(struct bench_sink_opts){.reply_delay_ms = SLOW_MS});
    /* The default; and what holds all events of four threads. */
    static const char cap[] = "67108864", large[] = "1073741824";
    const struct endpoint endpoints[] = {
        {"healthy", cap, bench_sink_port(healthy), NULL, CALLS, LOG},
        {"slow", cap, bench_sink_port(slow), NULL, CALLS, LOG},
        {"down, queue full", cap, closed_port(), NULL, CALLS, LOG},
        {"down, queue filling", large, closed_port(), NULL, CALLS, LOG},
        {"arithmetic alone", NULL, 0, NULL, CALLS, COMPUTE},
        {"write() alone", NULL, 0, NULL, CALLS, WRITE},
        {"arithmetic and write()", NULL, 0, NULL, CALLS, COMPUTE_AND_WRITE},
        {"down, spool async", cap, closed_port(), "async", CALLS, LOG},
        {"down, spool sync", cap, closed_port(), "sync", SYNC_CALLS, LOG}};
    uint32_t *ns = fiat__calloc((size_t)MAX_THREADS * CALLS, sizeof *ns);
    uint32_t *own = fiat__calloc((size_t)MAX_THREADS * CALLS, sizeof *own);
    if (!ns || !own) exit(1);
    setenv("AWS_ACCESS_KEY_ID", "bench", 1);
    setenv("AWS_SECRET_ACCESS_KEY", "bench", 1);
    for (size_t e = 0; e < sizeof endpoints / sizeof *endpoints; e++)
        for (size_t t = 0; t < sizeof threads / sizeof *threads; t++)
            if (!only || strstr(endpoints[e].name, only))
                run_case(&endpoints[e], threads[t], &what, ns, own);
    fiat__free(own);
    fiat__free(ns);
    bench_sink_stop(slow);
    bench_sink_stop(healthy);
}
