/* kill -9 in a storm: a process logs to a spool, is killed at a random moment, another takes over
 * its spool, and so on, while Firehose fails at random. In the end whatever a call had accepted
 * must have arrived at least once.
 *
 * usage: spool_storm [SEED [KILLS]]     also FIAT_STORM_SEED, FIAT_STORM_KILLS */
#include "support/remove_tree.h"

#include <fiat/fiat.h>
#include <fiat/unstable/mock.h>

#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { THREADS = 2, KILLS_DEFAULT = 100, SHOWN_MAX = 10, LIFE_MAX_MS = 60 };

/* Numbers that a killed writer may have used beyond the last that it told: one for each thread,
 * and some to spare. With thousands of kills they must not use up the others. */
#define GAP        1000
#define EVENTS_MAX (20 * 1000 * 1000)

static fiat_logger *s_logger;
static atomic_size_t s_next;

static void must(bool good, const char *what) {
    if (good) return;
    printf("FAIL: %s\n", what);
    exit(1);
}

static void pause_ms(long ms) {
    const struct timespec pause = {ms / 1000, ms % 1000 * 1000000};
    nanosleep(&pause, NULL);
}

/* --- the processes that are killed ------------------------------------------------------------ */

static void open_logger(const char *dir, const char *mode) {
    fiat_error err = FIAT_ERROR_INIT;
    s_logger =
        fiat_configure("firehose", &err, "aws.region", "us-east-1", "app", "storm", "spool", mode,
                       "spool.dir", dir, "spool.segment.bytes", "65536", "linger.ms", "2",
                       "record.max.events", "20", "request.timeout.ms", "2000", "retry.backoff.ms",
                       "2", "retry.backoff.max.ms", "20", "queue.full", "wait", NULL);
    must(s_logger != NULL, err.message);
}

/* Log, and tell what was accepted: one write a number, which a kill cannot tear. */
static void *log_events(void *arg) {
    fiat_error err = FIAT_ERROR_INIT;
    char name[32];
    (void)arg;
    for (;;) {
        const size_t n = atomic_fetch_add(&s_next, 1);
        snprintf(name, sizeof name, "e%zu", n);
        fiat_audit audit = fiat_audit_log(s_logger, FIAT_FIELDS(FIAT_FIELD("task", name)), &err);
        must(audit.status == FIAT_OK || audit.status == FIAT_E_QUEUE_FULL, err.message);
        const int len = snprintf(name, sizeof name, "%zu\n", n);
        if (audit.status == FIAT_OK) must(write(1, name, (size_t)len) == len, "write");
    }
    return NULL;
}

static int run_writer(const char *dir, const char *mode, const char *first) {
    pthread_t thread = 0;
    open_logger(dir, mode);
    atomic_store(&s_next, strtoul(first, NULL, 10));
    for (size_t i = 0; i < THREADS; i++)
        must(pthread_create(&thread, NULL, log_events, NULL) == 0, "pthread_create");
    pthread_join(thread, NULL); /* until it is killed */
    return 1;
}

/* The last one sends what the others left. */
static int run_last(const char *dir) {
    fiat_error err = FIAT_ERROR_INIT;
    uint64_t left = 0;
    open_logger(dir, "sync");
    must(fiat_logger_flush(s_logger, 60000, &err) == FIAT_OK, err.message);
    must(fiat_logger_close(s_logger, 10000, &left, &err) == FIAT_OK && left == 0, err.message);
    return 0;
}

/* --- the one that kills ----------------------------------------------------------------------- */

static uint64_t s_seed, s_random;
static fiat_mock *s_mock;
static char s_dir[256], s_self[1024];
static unsigned char *s_accepted, *s_arrived; /* by number */
static size_t s_first, s_accepted_count;

static uint32_t random_below(uint32_t limit) {
    s_random = s_random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)((s_random >> 33) * limit >> 31);
}

/* Start this program anew; *from receives its output. */
static pid_t start(char *const argv[], FILE **from) {
    int ends[2];
    pid_t pid = 0;
    posix_spawn_file_actions_t actions;
    must(pipe(ends) == 0, "pipe");
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
    posix_spawn_file_actions_addclose(&actions, ends[0]);
    must(posix_spawn(&pid, s_self, &actions, NULL, argv, environ) == 0, "posix_spawn");
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    *from = fdopen(ends[0], "r");
    must(*from != NULL, "fdopen");
    return pid;
}

/* Numbers that a writer told before it died. Anything else that it said is a failure of its own. */
static void read_accepted(FILE *from, size_t *last) {
    char line[1200];
    while (fgets(line, sizeof line, from)) {
        char *end;
        const size_t n = strtoul(line, &end, 10);
        must(*end == '\n' && n >= s_first && n < EVENTS_MAX, line);
        s_accepted_count += !s_accepted[n];
        s_accepted[n] = 1;
        if (n > *last) *last = n;
    }
}

static void kill_one(const char *mode) {
    char writer[] = "writer", self[] = "spool_storm", dir[256], name[16], first[32];
    char *argv[] = {self, writer, dir, name, first, NULL};
    FILE *from;
    int ended = 0;
    size_t last = s_first;
    snprintf(dir, sizeof dir, "%s", s_dir);
    snprintf(name, sizeof name, "%s", mode);
    snprintf(first, sizeof first, "%zu", s_first);
    const pid_t pid = start(argv, &from);
    /* Mostly while it works; now and then while it takes the spool over. */
    if (random_below(4) > 0) ungetc(fgetc(from), from);
    pause_ms((long)random_below(LIFE_MAX_MS));
    kill(pid, SIGKILL);
    read_accepted(from, &last);
    must(waitpid(pid, &ended, 0) == pid && WIFSIGNALED(ended),
         "a writer ended before it was killed");
    fclose(from);
    s_first = last + GAP;
    must(s_first + GAP < EVENTS_MAX, "numbers have run out");
}

static void run_to_the_end(void) {
    char self[] = "spool_storm", last[] = "last", dir[256];
    char *argv[] = {self, last, dir, NULL}, line[1200];
    FILE *from;
    int ended = 0;
    snprintf(dir, sizeof dir, "%s", s_dir);
    const pid_t pid = start(argv, &from);
    while (fgets(line, sizeof line, from))
        fputs(line, stdout);
    must(waitpid(pid, &ended, 0) == pid && ended == 0, "the last process");
    fclose(from);
}

static void start_mock(void) {
    fiat_error err = FIAT_ERROR_INIT;
    fiat_mock_opts opts;
    fiat_mock_opts_init(&opts);
    opts.seed = s_seed;
    must(fiat_mock_start(&s_mock, &opts, &err) == FIAT_OK, err.message);
    for (int kind = 1; kind < FIAT_MOCK_TLS_REFUSED; kind++) {
        const bool stalls = kind >= FIAT_MOCK_STALL && kind <= FIAT_MOCK_STALL_REPLY;
        /* These end an event's life, and rightly. */
        if (stalls || kind == FIAT_MOCK_INVALID || kind == FIAT_MOCK_TOO_LARGE) continue;
        must(fiat_mock_chance(s_mock, (fiat_mock_fault)kind,
                              kind == FIAT_MOCK_DELAY || kind == FIAT_MOCK_STALL_ACCEPT ? 20 : 0,
                              10, &err) == FIAT_OK,
             err.message);
    }
    setenv("AWS_ENDPOINT_URL", fiat_mock_url(s_mock), 1);
    setenv("AWS_ACCESS_KEY_ID", "mock", 1);
    setenv("AWS_SECRET_ACCESS_KEY", "mock", 1);
    setenv("AWS_CONFIG_FILE", "/dev/null", 1);
}

/* Whatever was accepted has arrived. */
static unsigned check(void) {
    size_t arrivals = 0, events = 0, again = 0;
    unsigned missing = 0;
    fiat_mock_record record = {.struct_size = sizeof record};
    for (size_t i = 0; fiat_mock_get_record(s_mock, i, &record); i++)
        for (const char *mark = record.data; (mark = strstr(mark, "\"task\":\"e")) != NULL;
             mark++) {
            const size_t n = strtoul(mark + 9, NULL, 10);
            must(n < EVENTS_MAX, "an event that nobody logged");
            again += s_arrived[n] > 0;
            events += s_arrived[n] == 0;
            s_arrived[n] = 1;
            arrivals++;
        }
    for (size_t n = 0; n < EVENTS_MAX; n++)
        if (s_accepted[n] && !s_arrived[n] && missing++ < SHOWN_MAX)
            printf("FAIL: event %zu was accepted and did not arrive\n", n);
    printf("%zu events accepted; %zu arrived, %zu of them again\n", s_accepted_count, events,
           again);
    return missing;
}

static uint64_t read_number(int argc, char **argv, int index, const char *env, uint64_t otherwise) {
    const char *text = argc > index ? argv[index] : getenv(env);
    return text && *text ? strtoull(text, NULL, 10) : otherwise;
}

int main(int argc, char **argv) {
    const char *tmp = getenv("TMPDIR");
    if (argc == 5 && strcmp(argv[1], "writer") == 0) return run_writer(argv[2], argv[3], argv[4]);
    if (argc == 3 && strcmp(argv[1], "last") == 0) return run_last(argv[2]);
    s_seed = s_random = read_number(argc, argv, 1, "FIAT_STORM_SEED", (uint64_t)time(NULL));
    const uint64_t kills = read_number(argc, argv, 2, "FIAT_STORM_KILLS", KILLS_DEFAULT);
    printf("seed %" PRIu64 ", %" PRIu64 " kills\n", s_seed, kills);
    fflush(stdout);
    const ssize_t len = readlink("/proc/self/exe", s_self, sizeof s_self - 1);
    must(len > 0, "/proc/self/exe");
    snprintf(s_dir, sizeof s_dir, "%s/fiat-spool-XXXXXX", tmp && *tmp ? tmp : "/tmp");
    must(mkdtemp(s_dir) != NULL, "mkdtemp");
    s_accepted = calloc(EVENTS_MAX, 1);
    s_arrived = calloc(EVENTS_MAX, 1);
    must(s_accepted && s_arrived, "calloc");
    start_mock();
    for (uint64_t i = 0; i < kills; i++)
        kill_one(i % 2 ? "async" : "sync");
    fiat_mock_clear(s_mock);
    run_to_the_end();
    const unsigned missing = check();
    must(s_accepted_count > kills, "the writers hardly got to log");
    fiat_mock_stop(s_mock);
    must(remove_tree(s_dir), s_dir);
    free(s_accepted);
    free(s_arrived);
    if (missing)
        printf("%u events lost; again with: FIAT_STORM_SEED=%" PRIu64 "\n", missing, s_seed);
    return missing ? 1 : 0;
}
