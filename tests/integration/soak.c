/* A soak: threads log at full rate while the destination, a `fiat mock` in a process of its own,
 * takes all, refuses all, and falls silent, again and again. The memory of this process must stay
 * flat: below the queue's cap and 16 MiB more, and from the second cycle on no more than in the
 * first. In the end every event has been delivered.
 *
 * usage: soak     FIAT=path of the command; FIAT_SOAK_CYCLES (3), FIAT_SOAK_PHASE_MS (1000); there
 *                 are four phases a cycle */
#include "support/sanitizer.h"

#include <fiat/fiat.h>

#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { THREADS = 2, SKIPPED = 77 };

#define QUEUE_KB    (4 * 1024)
#define MORE_KB     (16 * 1024) /* beside the queue: bodies in flight, TLS, the library itself */
#define DRIFT_KB    (2 * 1024)  /* between cycles: what malloc leaves in pieces */
#define SAMPLE_MS   50
#define QUEUE_BYTES "4194304"

extern char **environ;

static fiat_logger *s_logger;
static atomic_bool s_stop;
static pid_t s_mock;
static FILE *s_script, *s_said;

static const char *const s_phases[] = {"clear", "error 100%", "clear", "stall 100%"};

static void must(bool good, const char *what) {
    if (good) return;
    printf("FAIL: %s\n", what);
    if (s_mock) kill(s_mock, SIGKILL);
    exit(1);
}

static void pause_ms(long ms) {
    const struct timespec pause = {ms / 1000, ms % 1000 * 1000000};
    nanosleep(&pause, NULL);
}

static long setting(const char *name, long otherwise) {
    const char *text = getenv(name);
    return text && *text ? strtol(text, NULL, 10) : otherwise;
}

/* Memory of this process that is its own, in KiB. */
static long own_memory_kb(void) {
    char line[256];
    long kb = -1;
    FILE *file = fopen("/proc/self/smaps_rollup", "r");
    must(file != NULL, "cannot open /proc/self/smaps_rollup");
    while (fgets(line, sizeof line, file))
        if (strncmp(line, "Anonymous:", 10) == 0) kb = strtol(line + 10, NULL, 10);
    fclose(file);
    must(kb >= 0, "no Anonymous in /proc/self/smaps_rollup");
    return kb;
}

/* --- the mock --------------------------------------------------------------------------------- */

static void start_mock(const char *fiat) {
    int to[2], from[2];
    posix_spawn_file_actions_t actions;
    char name[] = "fiat", command[] = "mock", option[] = "--script", input[] = "-";
    char *argv[] = {name, command, option, input, NULL}, line[512], url[128];
    must(pipe(to) == 0 && pipe(from) == 0, "pipe");
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, to[0], 0);
    posix_spawn_file_actions_adddup2(&actions, from[1], 1);
    posix_spawn_file_actions_addclose(&actions, to[1]);
    posix_spawn_file_actions_addclose(&actions, from[0]);
    must(posix_spawn(&s_mock, fiat, &actions, NULL, argv, environ) == 0, fiat);
    posix_spawn_file_actions_destroy(&actions);
    close(to[0]);
    close(from[1]);
    s_script = fdopen(to[1], "w");
    s_said = fdopen(from[0], "r");
    must(s_script && s_said && fgets(line, sizeof line, s_said) != NULL, "the mock says nothing");
    const char *mark = strstr(line, "AWS_ENDPOINT_URL=");
    must(mark && sscanf(mark, "AWS_ENDPOINT_URL=%127s", url) == 1, line);
    setenv("AWS_ENDPOINT_URL", url, 1);
}

static void tell_mock(const char *line) {
    must(fprintf(s_script, "clear\n%s\n", line) > 0 && fflush(s_script) == 0, "the mock has ended");
}

/* What it says at the end: how many records it took. */
static uint64_t stop_mock(void) {
    char line[1024];
    int ended = 0;
    kill(s_mock, SIGTERM);
    must(fgets(line, sizeof line, s_said) != NULL, "the mock has no numbers");
    const char *mark = strstr(line, "\"records\":");
    must(mark != NULL, line);
    must(waitpid(s_mock, &ended, 0) == s_mock && ended == 0, "the mock failed");
    fclose(s_script);
    fclose(s_said);
    return strtoull(mark + 10, NULL, 10);
}

/* --- the load --------------------------------------------------------------------------------- */

static void *log_events(void *arg) {
    fiat_error err = FIAT_ERROR_INIT;
    (void)arg;
    while (!atomic_load(&s_stop)) {
        fiat_audit audit = fiat_audit_log(
            s_logger,
            FIAT_FIELDS(FIAT_FIELD("task", "soak"),
                        FIAT_OBJECT("task_args", FIAT_FIELD("x", 1), FIAT_FIELD("y", 2.5)),
                        FIAT_FIELD("ticket_id", "soak-0001")),
            &err);
        must(audit.status == FIAT_OK || audit.status == FIAT_E_QUEUE_FULL, err.message);
        if (audit.status == FIAT_E_QUEUE_FULL) pause_ms(1);
    }
    return NULL;
}

/* One phase; the most memory that was seen in it. */
static long run_phase(const char *line, long phase_ms) {
    long most_kb = 0;
    tell_mock(line);
    for (long passed_ms = 0; passed_ms < phase_ms; passed_ms += SAMPLE_MS) {
        pause_ms(SAMPLE_MS);
        const long kb = own_memory_kb();
        if (kb > most_kb) most_kb = kb;
    }
    return most_kb;
}

static long run_cycle(long number, long phase_ms) {
    long most_kb = 0;
    fiat_stats stats = {.struct_size = sizeof stats};
    for (size_t i = 0; i < sizeof s_phases / sizeof *s_phases; i++) {
        const long kb = run_phase(s_phases[i], phase_ms);
        if (kb > most_kb) most_kb = kb;
    }
    fiat_logger_stats(s_logger, &stats);
    printf("cycle %ld: at most %ld KiB; %" PRIu64 " events accepted, %" PRIu64 " delivered\n",
           number, most_kb, stats.accepted, stats.delivered);
    fflush(stdout);
    return most_kb;
}

static void run_cycles(long start_kb) {
    const long cycles = setting("FIAT_SOAK_CYCLES", 3);
    const long phase_ms = setting("FIAT_SOAK_PHASE_MS", 1000);
    long first_kb = 0;
    for (long i = 1; i <= cycles; i++) {
        const long kb = run_cycle(i, phase_ms);
        if (i == 1) first_kb = kb;
        must(kb <= start_kb + QUEUE_KB + MORE_KB, "more memory than the queue's cap and 16 MiB");
        must(kb <= first_kb + DRIFT_KB, "memory grows from cycle to cycle");
    }
}

/* --- the end ---------------------------------------------------------------------------------- */

static void settle(void) {
    fiat_error err = FIAT_ERROR_INIT;
    fiat_stats stats = {.struct_size = sizeof stats};
    uint64_t left = 0;
    tell_mock("clear");
    must(fiat_logger_flush(s_logger, 60000, &err) == FIAT_OK, err.message);
    fiat_logger_stats(s_logger, &stats);
    must(fiat_logger_close(s_logger, 10000, &left, &err) == FIAT_OK && left == 0, err.message);
    must(stats.accepted > 0 && stats.delivered == stats.accepted, "not all is delivered");
    must(stop_mock() >= stats.records, "the mock has fewer records than were acknowledged");
    printf("%" PRIu64 " events delivered, %" PRIu64 " calls refused\n", stats.delivered,
           stats.refused);
}

int main(void) {
    const char *build = getenv("top_builddir"), *given = getenv("FIAT");
    char path[1024];
    if (UNDER_ASAN || UNDER_TSAN) {
        printf("SKIP: sanitizers have a memory of their own\n");
        return SKIPPED;
    }
    snprintf(path, sizeof path, "%s/fiat", build ? build : ".");
    setenv("AWS_ACCESS_KEY_ID", "mock", 1);
    setenv("AWS_SECRET_ACCESS_KEY", "mock", 1);
    setenv("AWS_CONFIG_FILE", "/dev/null", 1);
    start_mock(given ? given : path);
    fiat_error err = FIAT_ERROR_INIT;
    s_logger = fiat_configure("firehose", &err, "aws.region", "us-east-1", "queue.max.bytes",
                              QUEUE_BYTES, "request.timeout.ms", "500", "retry.backoff.ms", "10",
                              "retry.backoff.max.ms", "100", "app", "soak", NULL);
    must(s_logger != NULL, err.message);
    const long start_kb = own_memory_kb();
    pthread_t threads[THREADS];
    for (size_t i = 0; i < THREADS; i++)
        must(pthread_create(&threads[i], NULL, log_events, NULL) == 0, "pthread_create");
    run_cycles(start_kb);
    atomic_store(&s_stop, true);
    for (size_t i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    settle();
    return 0;
}
