/* A kill -9 storm: a process that logs with a spool is killed at random moments, hundreds of times,
 * also while it starts, recovers and has forked. Each event whose call returned FIAT_OK is at the
 * destination afterwards, at least once.
 *
 * usage: spool_kill [KILLS] [SECONDS]     FIAT_SEED=N: play the same moments again
 *
 * A writer says on a pipe which event was accepted; what it says before it dies counts. */
#include "base/file.h"
#include "base/mem.h"

#include <fcntl.h>
#include <fiat/fiat.h>
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MAX_ROUNDS      1000
#define THREADS         2
#define WRITERS_A_ROUND (2 * THREADS) /* of the process, and of one that it forked */
#define MAX_WRITERS     (MAX_ROUNDS * WRITERS_A_ROUND)
#define DRAIN_MS        60000

static char s_dir[300];
static uint64_t s_random;
static uint32_t s_accepted[MAX_WRITERS]; /* events 0..n-1 of each */
static unsigned char *s_found[MAX_WRITERS];
static uint64_t s_accepted_all, s_found_all, s_twice;

#define REQUIRE(condition, ...)                                                                    \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, __VA_ARGS__);                                                          \
            fprintf(stderr, " (spool kept in %s)\n", s_dir);                                       \
            exit(1);                                                                               \
        }                                                                                          \
    } while (0)

static uint64_t next_random(void) {
    s_random ^= s_random << 13;
    s_random ^= s_random >> 7;
    s_random ^= s_random << 17;
    return s_random;
}

static int64_t now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void sleep_us(uint64_t us) {
    const struct timespec time = {(time_t)(us / 1000000), (long)(us % 1000000) * 1000};
    nanosleep(&time, NULL);
}

static fiat_logger *open_logger(bool sync) {
    char sink[512], dir[512];
    fiat_error err = FIAT_ERROR_INIT;
    snprintf(sink, sizeof sink, "local:%s/out", s_dir);
    snprintf(dir, sizeof dir, "%s/spool", s_dir);
    fiat_logger *logger =
        fiat_configure(sink, &err, "spool", sync ? "sync" : "async", "spool.dir", dir,
                       "spool.segment.bytes", "65536", "spool.max.bytes", "4194304", "linger.ms",
                       "5", "local.sync", "false", "local.gzip", "false", NULL);
    REQUIRE(logger, "cannot open the logger: %s", err.message);
    return logger;
}

/* --- the process that is killed --- */

typedef struct writer {
    fiat_logger *logger;
    int pipe;
    uint32_t number;
} writer;

static void *write_events(void *arg) {
    const writer *self = arg;
    for (uint32_t i = 0;;) {
        char task[64], line[64];
        snprintf(task, sizeof task, "%" PRIu32 ":%" PRIu32 ".", self->number, i);
        fiat_error err;
        fiat_status status =
            validated_log(self->logger, "Audit", FIAT_FIELDS(FIAT_FIELD("task", task)), &err);
        if (status == FIAT_E_SPOOL_FULL || status == FIAT_E_QUEUE_FULL) {
            sleep_us(1000);
            continue;
        }
        if (status != FIAT_OK) {
            fprintf(stderr, "writer %" PRIu32 ": %s\n", self->number, err.message);
            _exit(1);
        }
        int len = snprintf(line, sizeof line, "%" PRIu32 " %" PRIu32 "\n", self->number, i++);
        if (write(self->pipe, line, (size_t)len) != len) _exit(1); /* whole: less than PIPE_BUF */
    }
    return NULL;
}

static void be_writers(fiat_logger *logger, int pipe, uint32_t first) {
    static writer writers[THREADS];
    for (uint32_t i = 0; i < THREADS; i++) {
        pthread_t thread;
        writers[i] = (writer){logger, pipe, first + i};
        if (pthread_create(&thread, NULL, write_events, &writers[i]) != 0) _exit(1);
    }
    for (;;)
        pause();
}

static void be_process(int pipe, uint32_t round) {
    fiat_logger *logger = open_logger(round % 2);
    const uint32_t first = round * WRITERS_A_ROUND;
    if (round % 4 == 1 && fork() == 0) be_writers(logger, pipe, first + THREADS);
    be_writers(logger, pipe, first);
}

/* --- the process that kills --- */

static void take_lines(FILE *lines) {
    uint32_t number, index;
    char line[64];
    while (fgets(line, sizeof line, lines)) {
        REQUIRE(sscanf(line, "%" SCNu32 " %" SCNu32, &number, &index) == 2 && number < MAX_WRITERS,
                "a writer said \"%s\"", line);
        REQUIRE(index == s_accepted[number], "writer %" PRIu32 " leaps to %" PRIu32, number, index);
        s_accepted[number]++;
        s_accepted_all++;
    }
}

/* Lines are read until the last writer is gone, in a thread: a full pipe would hold the writers. */
static void *read_lines(void *arg) {
    take_lines(arg);
    return NULL;
}

static void play_round(uint32_t round) {
    int ends[2], status;
    pthread_t reader;
    REQUIRE(pipe(ends) == 0, "no pipe");
    pid_t child = fork();
    REQUIRE(child >= 0, "no process");
    if (child == 0) {
        setpgid(0, 0);
        close(ends[0]);
        be_process(ends[1], round);
    }
    setpgid(child, child); /* whoever is first */
    close(ends[1]);
    FILE *lines = fdopen(ends[0], "r");
    REQUIRE(lines && pthread_create(&reader, NULL, read_lines, lines) == 0, "no reader");
    /* Every third time soon: while it starts and reads what was left. */
    sleep_us(next_random() % (round % 3 == 0 ? 10000 : 120000));
    REQUIRE(kill(-child, SIGKILL) == 0, "cannot kill %ld", (long)child);
    REQUIRE(waitpid(child, &status, 0) == child, "the process is gone");
    REQUIRE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL, "the process ended by itself");
    /* One that it had forked is ours now, and until it is gone may hold a copy of the lock. */
    while (waitpid(-child, &status, 0) > 0)
        continue;
    pthread_join(reader, NULL);
    fclose(lines);
}

static void deliver_rest(void) {
    fiat_logger *logger = open_logger(true);
    fiat_error err = FIAT_ERROR_INIT;
    uint64_t left;
    REQUIRE(fiat_logger_flush(logger, DRAIN_MS, &err) == FIAT_OK, "flush: %s", err.message);
    fiat_stats stats = {.struct_size = sizeof stats};
    fiat_logger_stats(logger, &stats);
    REQUIRE(stats.spool_damaged == 0, "%" PRIu64 " events are damaged", stats.spool_damaged);
    REQUIRE(fiat_logger_close(logger, 0, &left, &err) == FIAT_OK && left == 0, "close: %s",
            err.message);
}

static void count_event(const char *text) {
    uint32_t number, index;
    const char *task = strstr(text, "\"task\":\"");
    REQUIRE(task && sscanf(task, "\"task\":\"%" SCNu32 ":%" SCNu32 ".", &number, &index) == 2 &&
                number < MAX_WRITERS,
            "not an event: %.100s", text);
    if (index >= s_accepted[number]) return; /* killed before it could say so */
    if (!s_found[number]) s_found[number] = calloc(s_accepted[number], 1);
    REQUIRE(s_found[number], "no memory");
    if (s_found[number][index]++)
        s_twice++;
    else
        s_found_all++;
}

static size_t s_objects;

static void count_events(const char *path) {
    fiat__buf text;
    fiat__buf_init(&text, 64 << 20);
    REQUIRE(fiat__file_read(path, &text, NULL) == FIAT_OK, "cannot read %s", path);
    for (char *at = text.ptr, *end; at && (end = strchr(at, '\n')); at = end + 1) {
        *end = '\0';
        count_event(at);
    }
    fiat__buf_deinit(&text);
    s_objects++;
}

static void check_file(const char *path) {
    const char *name = strrchr(path, '/') + 1;
    const size_t len = strlen(name);
    REQUIRE(len < 4 || strcmp(name + len - 4, ".log") != 0, "left in the spool: %s", path);
    if (strstr(path, "/out/") && name[0] != '.') count_events(path);
}

static void remove_file(const char *path) {
    (void)unlink(path);
}

/* Files before the folder that they are in. */
static void walk(const char *dir, void (*visit)(const char *path), bool remove) {
    char **names;
    size_t count;
    REQUIRE(fiat__dir_list(dir, &names, &count, NULL) == FIAT_OK, "cannot list %s", dir);
    for (size_t i = 0; i < count; i++) {
        char *path = fiat__path_join(dir, names[i]);
        REQUIRE(path, "no memory");
        if (fiat__path_is_dir(path))
            walk(path, visit, remove);
        else
            visit(path);
        fiat__free(path);
    }
    fiat__dir_free_list(names, count);
    if (remove) (void)rmdir(dir);
}

static void check(unsigned kills) {
    walk(s_dir, check_file, false);
    printf("%u kills; %" PRIu64 " events accepted, %" PRIu64
           " of them found in %zu objects, %" PRIu64 " times twice\n",
           kills, s_accepted_all, s_found_all, s_objects, s_twice);
    REQUIRE(s_accepted_all > 0, "no event was accepted");
    REQUIRE(s_found_all == s_accepted_all, "%" PRIu64 " events are lost",
            s_accepted_all - s_found_all);
    for (size_t i = 0; i < MAX_WRITERS; i++)
        free(s_found[i]);
}

static void make_dir(void) {
    const char *base = getenv("TMPDIR");
    snprintf(s_dir, sizeof s_dir, "%.200s/fiat-spool-XXXXXX", base ? base : "/tmp");
    if (!mkdtemp(s_dir)) abort();
}

int main(int argc, char **argv) {
    const unsigned kills = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 300;
    const int64_t until_ms = now_ms() + 1000 * (argc > 2 ? strtoll(argv[2], NULL, 10) : 20);
    const char *seed = getenv("FIAT_SEED");
    unsigned done = 0;
    s_random = seed ? strtoull(seed, NULL, 10) : 20261121;
    REQUIRE(s_random && kills <= MAX_ROUNDS, "usage: spool_kill [KILLS] [SECONDS]");
    printf("FIAT_SEED=%" PRIu64 "\n", s_random);
    fflush(stdout);
    make_dir();
    REQUIRE(prctl(PR_SET_CHILD_SUBREAPER, 1) == 0, "cannot take in the children of those killed");
    for (; done < kills && (done < 20 || now_ms() < until_ms); done++)
        play_round(done);
    deliver_rest();
    check(done);
    walk(s_dir, remove_file, true);
    return 0;
}
