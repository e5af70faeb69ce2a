/* What else happens to a process that logs: fork() of a server's workers, of a process whose
 * threads log, exec, signals, exit() without close, threads that end, a close that has no time.
 * Against libfiat as a program links it, and a mock of Firehose in the parent. Each scene is a
 * process of its own that does something and exits; then the events that arrived are counted.
 *
 * usage: lifecycle [SCENE...] */
#include "support/fork_heap.h"
#include "support/remove_tree.h"

#include <fiat/fiat.h>
#include <fiat/unstable/mock.h>

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define WORKERS     40
#define SCENE_MAX_S 100
#define CLOSE_MS    30000

/* ---- in the process of a scene ---- */

static fiat_logger *s_logger;
static char s_dir[200]; /* of this run */
static char s_dead_letters[300];

/* Who exits without close frees nothing, and neither does OpenSSL then. */
static bool s_leaks;

#if UNDER_ASAN
__attribute__((visibility("default"))) int __lsan_is_turned_off(void);
int __lsan_is_turned_off(void) {
    return s_leaks;
}
#endif

static void must(bool good, const char *what) {
    if (good) return;
    fprintf(stderr, "lifecycle: %s\n", what);
    _exit(9);
}

static void open_logger(const char *reports) {
    fiat_error err = FIAT_ERROR_INIT;
    s_logger = fiat_configure("firehose", &err, "linger.ms", "2", "reports", reports,
                              "dead.letter.file", s_dead_letters, NULL);
    must(s_logger, err.message);
}

static fiat_status log_or_refuse(unsigned worker, unsigned number) {
    char text[80];
    int len = snprintf(text, sizeof text, "{\"worker\":%u,\"number\":%u}", worker, number);
    fiat_error err = FIAT_ERROR_INIT;
    fiat_status status = validated_log(s_logger, "Orders", FIAT_JSON(text, (size_t)len), &err);
    if (status != FIAT_OK && status != FIAT_E_CLOSED && status != FIAT_E_QUEUE_FULL)
        must(false, err.message);
    return status;
}

static void log_many(unsigned worker, unsigned first, unsigned count) {
    for (unsigned i = 0; i < count; i++)
        must(log_or_refuse(worker, first + i) == FIAT_OK, "an event was refused");
}

static void close_logger(void) {
    uint64_t left = 99;
    fiat_error err = FIAT_ERROR_INIT;
    must(fiat_logger_close(s_logger, CLOSE_MS, &left, &err) == FIAT_OK && left == 0, err.message);
}

static void sleep_ms(long ms) {
    struct timespec pause = {ms / 1000, ms % 1000 * 1000000};
    while (nanosleep(&pause, &pause) != 0)
        continue;
}

static void wait_for(pid_t pid) {
    int status = -1;
    must(waitpid(pid, &status, 0) == pid && status == 0, "a child failed");
}

static void start_thread(pthread_t *thread, void *(*run)(void *), void *arg) {
    must(pthread_create(thread, NULL, run, arg) == 0, "no thread");
}

/* AddressSanitizer's heap stays locked in a child when a thread was beginning or ending at the
 * fork, which allocates: until those of the library that are about to have done so. */
static void settle_heap(void) {
    fiat_error err = FIAT_ERROR_INIT;
    if (!UNDER_ASAN) return;
    must(fiat_logger_flush(s_logger, CLOSE_MS, &err) == FIAT_OK, err.message);
    sleep_ms(300);
}

/* A pre-forking server: the logger is opened, and used, before the workers are there. */
static void prefork(void) {
    pid_t workers[4];
    open_logger("sender");
    log_many(0, 0, 100);
    settle_heap();
    for (unsigned w = 0; w < 4; w++) {
        workers[w] = fork();
        must(workers[w] >= 0, "fork failed");
        if (workers[w] > 0) continue;
        log_many(w + 1, 0, 500);
        close_logger();
        _exit(0);
    }
    log_many(0, 100, 400);
    for (unsigned w = 0; w < 4; w++)
        wait_for(workers[w]);
    close_logger();
}

static atomic_uint s_loggers;
static atomic_bool s_forking, s_forked;

static void wait_until(const atomic_bool *flag) {
    while (!atomic_load(flag))
        sleep_ms(1);
}

/* From before the first fork to after the last: see settle_heap(). */
static void *log_thousand(void *arg) {
    const unsigned worker = (unsigned)(uintptr_t)arg;
    log_many(worker, 0, 1);
    atomic_fetch_add(&s_loggers, 1);
    wait_until(&s_forking);
    for (unsigned first = 1; first < 1000; first += 9) {
        log_many(worker, first, 9);
        if (!atomic_load(&s_forked)) sleep_ms(1);
    }
    wait_until(&s_forked);
    return NULL;
}

static void *fork_children(void *arg) {
    while (atomic_load(&s_loggers) < 3)
        sleep_ms(1);
    settle_heap();
    atomic_store(&s_forking, true);
    for (unsigned child = 10; child < 16; child++) {
        pid_t pid = fork();
        must(pid >= 0, "fork failed");
        if (pid == 0) {
            log_many(child, 0, 50);
            close_logger();
            _exit(0);
        }
        wait_for(pid);
    }
    atomic_store(&s_forked, true);
    return arg;
}

/* Not even the main thread forks, and three others are in the middle of logging. */
static void fork_from_a_thread(void) {
    pthread_t threads[4];
    open_logger("sender");
    for (uintptr_t i = 0; i < 3; i++)
        start_thread(&threads[i], log_thousand, (void *)(i + 1));
    start_thread(&threads[3], fork_children, NULL);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    close_logger();
}

static void ignore_report(const fiat_delivery *report, void *ctx) {
    (void)report;
    (void)ctx;
}

static void open_to_poll(void) {
    open_logger("poll");
    fiat_logger_on_delivery(s_logger, ignore_report, NULL);
}

/* What a descriptor leads to; "": nothing, it has been closed. */
static const char *look_up(int fd, char target[200]) {
    char link[40];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t len = readlink(link, target, 199);
    target[len > 0 ? len : 0] = '\0';
    return target;
}

/* libcurl wakes itself through a pair of sockets that it makes without SOCK_CLOEXEC (7.88). Nobody
 * else can be reached through it. */
static bool is_of_curl(int fd) {
    struct sockaddr_storage name;
    socklen_t len = sizeof name;
    return getsockname(fd, (struct sockaddr *)&name, &len) == 0 && name.ss_family == AF_UNIX;
}

static bool s_not_ours[256]; /* descriptors from before the logger */
static atomic_bool s_watching;
static atomic_uint s_watched; /* descriptors that were seen */

/* Files outside of our folder are what OpenSSL and the C library read: certificates, settings. */
static bool is_ours(int fd) {
    char target[200];
    look_up(fd, target);
    return *target && (*target != '/' || strncmp(target, s_dir, strlen(s_dir)) == 0) &&
           !is_of_curl(fd);
}

static bool is_inherited(int fd) {
    const int flags = fcntl(fd, F_GETFD);
    return flags >= 0 && !(flags & FD_CLOEXEC) && is_ours(fd);
}

/* One may be closed, and its number used anew, between two looks at it: it is looked at thrice. */
static void watch_descriptor(int fd) {
    char target[200];
    if (s_not_ours[fd] || fcntl(fd, F_GETFD) < 0 || !is_ours(fd)) return;
    atomic_fetch_add(&s_watched, 1);
    if (!is_inherited(fd) || !is_inherited(fd) || !is_inherited(fd)) return;
    fprintf(stderr, "lifecycle: descriptor %d, %s, would be inherited\n", fd, look_up(fd, target));
    _exit(9);
}

static void *watch_descriptors(void *arg) {
    while (atomic_load(&s_watching))
        for (int fd = 0; fd < 256; fd++)
            watch_descriptor(fd);
    return arg;
}

static void run_another(void) {
    char name[] = "true", *const argv[] = {name, NULL};
    pid_t pid;
    must(posix_spawnp(&pid, "true", NULL, NULL, argv, environ) == 0, "cannot run true");
    wait_for(pid);
}

/* Every descriptor of the library closes on exec, at any moment of its life: connections, the
 * spool's files and lock, the eventfd, pipes to a credential process, files that are read. */
static void run_others(void) {
    int wait_fd;
    pthread_t watcher;
    fiat_error err = FIAT_ERROR_INIT;
    for (int fd = 0; fd < 256; fd++)
        s_not_ours[fd] = fcntl(fd, F_GETFD) >= 0;
    atomic_store(&s_watching, true);
    start_thread(&watcher, watch_descriptors, NULL);
    open_to_poll();
    must(fiat_logger_fd(s_logger, &wait_fd, &err) == FIAT_OK, err.message);
    for (unsigned round = 0; round < 20; round++) {
        log_many(1, round, 1);
        run_another();
        must(fiat_logger_flush(s_logger, CLOSE_MS, &err) == FIAT_OK, err.message);
    }
    close_logger();
    atomic_store(&s_watching, false);
    pthread_join(watcher, NULL);
    must(atomic_load(&s_watched) >= 20 * 2, "connection and eventfd must have been seen");
}

static pthread_t s_main;
static atomic_uint s_alarms;
static atomic_bool s_elsewhere;

static void on_alarm(int number) {
    (void)number;
    atomic_fetch_add(&s_alarms, 1);
    if (!pthread_equal(pthread_self(), s_main)) atomic_store(&s_elsewhere, true);
}

/* A signal every millisecond, that interrupts calls and goes to the application's thread alone;
 * connections that break, without SIGPIPE, which would end the process. */
static void signals(void) {
    struct itimerval each_ms = {{0, 1000}, {0, 1000}}, never = {{0, 0}, {0, 0}};
    struct sigaction action = {.sa_handler = on_alarm};
    s_main = pthread_self();
    open_logger("sender");
    must(sigaction(SIGALRM, &action, NULL) == 0, "no handler");
    must(setitimer(ITIMER_REAL, &each_ms, NULL) == 0, "no timer");
    for (unsigned round = 0; round < 100; round++) {
        log_many(1, round * 10, 10);
        sleep_ms(2);
    }
    close_logger();
    setitimer(ITIMER_REAL, &never, NULL);
    must(atomic_load(&s_alarms) > 20, "the timer did not run");
    must(!atomic_load(&s_elsewhere), "the library's thread got a signal of the application's");
}

static void *log_once(void *arg) {
    log_many((unsigned)(uintptr_t)arg, 0, 1);
    return NULL;
}

/* Threads that end at once, with what they logged still queued. */
static void threads_that_end(void) {
    pthread_t threads[WORKERS];
    open_logger("sender");
    for (uintptr_t i = 0; i < WORKERS; i++)
        start_thread(&threads[i], log_once, (void *)i);
    for (int i = 0; i < WORKERS; i++)
        pthread_join(threads[i], NULL);
    close_logger();
}

/* Blocks of the library's that are not freed yet. */
static atomic_int s_blocks;

static void *counted_realloc(void *ctx, void *old, size_t bytes) {
    (void)ctx;
    void *block = realloc(old, bytes);
    if (block && !old) atomic_fetch_add(&s_blocks, 1);
    return block;
}

static void *counted_malloc(void *ctx, size_t bytes) {
    return counted_realloc(ctx, NULL, bytes);
}

static void counted_free(void *ctx, void *block) {
    (void)ctx;
    if (block) atomic_fetch_sub(&s_blocks, 1);
    free(block);
}

static pthread_key_t s_key;

/* The thread's destructors run, in no order that is promised: perhaps after the library's own. */
static void log_last_words(void *arg) {
    log_many((unsigned)(uintptr_t)arg - 1, 1, 1);
}

static void *log_and_exit(void *arg) {
    must(pthread_setspecific(s_key, (void *)((uintptr_t)arg + 1)) == 0, "no memory");
    log_once(arg);
    pthread_exit(arg);
}

static void *log_and_be_cancelled(void *arg) {
    must(pthread_setspecific(s_key, (void *)((uintptr_t)arg + 1)) == 0, "no memory");
    log_once(arg);
    pthread_cancel(pthread_self());
    pthread_testcancel();
    return arg;
}

static int run_vanishing(unsigned first) {
    fiat_error err = FIAT_ERROR_INIT;
    for (uintptr_t i = first; i < first + WORKERS / 2; i++) {
        pthread_t thread;
        start_thread(&thread, i % 2 ? log_and_exit : log_and_be_cancelled, (void *)i);
        pthread_join(thread, NULL);
    }
    must(fiat_logger_flush(s_logger, CLOSE_MS, &err) == FIAT_OK, err.message);
    return atomic_load(&s_blocks);
}

/* Threads that are ended in other ways than by returning: nothing of theirs is kept. */
static void threads_that_vanish(void) {
    static const fiat_allocator counted = {NULL, counted_malloc, counted_realloc, counted_free};
    must(fiat_set_allocator(&counted) == FIAT_OK, "no allocator");
    must(pthread_key_create(&s_key, log_last_words) == 0, "no key");
    open_logger("sender");
    int blocks = run_vanishing(0);
    must(run_vanishing(WORKERS / 2) < blocks + WORKERS / 4, "a thread that ended left memory");
    close_logger();
    must(atomic_load(&s_blocks) == 0, "memory is left after close");
}

/* Each call returns although the thread is to be cancelled: that waits until a call of the
 * thread's own, here pthread_testcancel(). */
static atomic_uint s_steps; /* of the thread that is cancelled */

/* Sleeping is a cancellation point. */
static void spin_ms(long ms) {
    struct timespec now, from;
    clock_gettime(CLOCK_MONOTONIC, &from);
    do
        clock_gettime(CLOCK_MONOTONIC, &now);
    while ((now.tv_sec - from.tv_sec) * 1000 + (now.tv_nsec - from.tv_nsec) / 1000000 < ms);
}

static void *call_all(void *arg) {
    int fd;
    uint64_t count;
    fiat_error err = FIAT_ERROR_INIT;
    pthread_cancel(pthread_self());
    if (!s_logger) open_to_poll();
    for (unsigned i = 0; i < 1000; i++) {
        log_many(1, i, 1);
        if (i % 100 == 0) spin_ms(10); /* the sender falls asleep, and has to be woken */
    }
    atomic_store(&s_steps, 1);
    must(fiat_logger_flush(s_logger, CLOSE_MS, &err) == FIAT_OK, err.message);
    must(fiat_logger_fd(s_logger, &fd, &err) == FIAT_OK, err.message);
    must(fiat_logger_poll(s_logger, CLOSE_MS, &count, &err) == FIAT_OK, err.message);
    must(fiat_logger_poll(s_logger, 1, &count, &err) == FIAT_OK, err.message);
    atomic_store(&s_steps, 2);
    close_logger();
    atomic_store(&s_steps, 3);
    pthread_testcancel();
    atomic_store(&s_steps, 4);
    return arg;
}

static void expect_cancelled(pthread_t thread, unsigned steps) {
    void *result = NULL;
    must(pthread_join(thread, &result) == 0, "cannot join");
    must(atomic_load(&s_steps) == steps, "a call of the library was cancelled half way");
    must(result == PTHREAD_CANCELED, "cancellation was forgotten");
}

static void cancel_in_calls(void) {
    pthread_t thread;
    start_thread(&thread, call_all, NULL);
    expect_cancelled(thread, 3);
}

/* The first event of a child makes connections and a spool of its own. */
static void cancel_in_a_child(void) {
    open_to_poll();
    pid_t pid = fork();
    must(pid >= 0, "fork failed");
    if (pid == 0) {
        cancel_in_calls();
        _exit(0);
    }
    wait_for(pid);
    close_logger();
}

static void *log_until_full(void *arg) {
    unsigned i = 0;
    while (i < 1000000 && log_or_refuse(1, i) == FIAT_OK)
        i++;
    atomic_store(&s_steps, i < 1000000 ? 1 : 0);
    pthread_testcancel();
    return arg;
}

/* The mock never answers, and the queue fills: the call waits for room, is cancelled there, and
 * leaves the queue as it should be. */
static void cancel_while_waiting(void) {
    pthread_t thread;
    uint64_t left = 0;
    fiat_error err = FIAT_ERROR_INIT;
    s_logger = fiat_configure("firehose", &err, "linger.ms", "2", "queue.full", "wait",
                              "queue.wait.ms", "300", "queue.max.bytes", "1048576", NULL);
    must(s_logger, err.message);
    start_thread(&thread, log_until_full, NULL);
    sleep_ms(100);
    pthread_cancel(thread);
    expect_cancelled(thread, 1);
    /* A record that could not grow refused the call; once the sender has ended it, a new one with
     * few events still fits. */
    unsigned more = 0;
    while (more < 1000 && log_or_refuse(1, more) == FIAT_OK)
        more++;
    must(more < 1000, "the queue must be full still");
    must(fiat_logger_close(s_logger, 50, &left, &err) == FIAT_E_INCOMPLETE && left > 0,
         "events must be left");
}

static void *close_it(void *arg) {
    close_logger();
    return arg;
}

static void close_in_a_thread(void) {
    pthread_t thread;
    open_logger("sender");
    log_many(1, 0, 500);
    start_thread(&thread, close_it, NULL);
    pthread_join(thread, NULL);
}

/* The mock never answers. Close says how many events are left, and where they are. */
static void close_without_time(void) {
    char line[2000];
    uint64_t left = 0;
    unsigned lines = 0;
    fiat_error err = FIAT_ERROR_INIT;
    open_logger("sender");
    log_many(1, 0, 100);
    must(fiat_logger_close(s_logger, 200, &left, &err) == FIAT_E_INCOMPLETE, "close must fail");
    must(left == 100 && strstr(err.message, "100 events"), err.message);
    must(strstr(err.message, "dead.letter.file") != NULL, err.message);
    FILE *file = fopen(s_dead_letters, "r");
    must(file != NULL, "no dead-letter file");
    while (fgets(line, sizeof line, file))
        lines += strstr(line, "{\"worker\":1,") != NULL;
    fclose(file);
    must(lines == 100, "the dead-letter file lacks events");
}

static int s_broken;

/* exit() with a request in flight and the sender's TLS in use. */
static void exit_without_close(void) {
    open_logger("sender");
    log_many(1, 0, 2000);
    sleep_ms(20);
    s_leaks = true;
    exit(0);
}

static void exit_from_callback(const fiat_delivery *report, void *ctx) {
    (void)report;
    (void)ctx;
    s_leaks = true;
    exit(0);
}

static void exit_in_a_callback(void) {
    open_logger("sender");
    fiat_logger_on_delivery(s_logger, exit_from_callback, NULL);
    log_many(1, 0, 10);
    sleep_ms(SCENE_MAX_S * 1000);
    must(false, "the callback never came");
}

/* Registered before the logger was opened, so that it runs after the library has left. */
static void use_after_exit(void) {
    uint64_t left = 0;
    fiat_error err = FIAT_ERROR_INIT;
    must(log_or_refuse(1, 99) == FIAT_E_CLOSED, "logging after exit must be refused");
    must(fiat_logger_flush(s_logger, 10, &err) == FIAT_E_CLOSED, "so must flush");
    must(fiat_logger_close(s_logger, 10, &left, &err) == FIAT_E_INCOMPLETE, "events are left");
    must(left == 10, err.message);
}

static void close_in_an_exit_handler(void) {
    must(atexit(use_after_exit) == 0, "no exit handler");
    open_logger("sender");
    log_many(1, 0, 10);
    s_leaks = true;
    exit(0);
}

static void use_idle_after_exit(void) {
    uint64_t left = 99;
    fiat_error err = FIAT_ERROR_INIT;
    must(log_or_refuse(1, 0) == FIAT_E_CLOSED, "a first event after exit must be refused");
    must(fiat_logger_flush(s_logger, 10, &err) == FIAT_E_CLOSED, "so must flush");
    must(fiat_logger_close(s_logger, 10, &left, &err) == FIAT_OK && left == 0, err.message);
}

/* Nothing was logged yet: a first event after exit would start what nobody ends. */
static void exit_idle(void) {
    must(atexit(use_idle_after_exit) == 0, "no exit handler");
    open_logger("sender");
    s_leaks = true;
    exit(0);
}

/* As if the other side had closed our connections: writing to them raises SIGPIPE. */
static void break_connections(void) {
    for (int fd = 3; fd < 256; fd++) {
        struct sockaddr_storage name;
        socklen_t len = sizeof name;
        if (getsockname(fd, (struct sockaddr *)&name, &len) == 0 && name.ss_family == AF_INET)
            s_broken += shutdown(fd, SHUT_WR) == 0;
    }
}

static void close_broken_after_exit(void) {
    break_connections();
    must(s_broken > 0, "no connection was open");
    use_after_exit();
}

/* TLS says goodbye on the thread that closes, which has no signal blocked. */
static void close_what_is_broken(void) {
    must(atexit(close_broken_after_exit) == 0, "no exit handler");
    open_logger("sender");
    log_many(1, 0, 10);
    sleep_ms(300);
    s_leaks = true;
    exit(0);
}

static pthread_mutex_t s_held = PTHREAD_MUTEX_INITIALIZER;
static atomic_bool s_is_waiting;

static void wait_for_main(const fiat_delivery *report, void *ctx) {
    (void)report;
    (void)ctx;
    atomic_store(&s_is_waiting, true);
    pthread_mutex_lock(&s_held);
}

/* A callback that waits for the thread that exits: that waits in turn, but not for ever. */
static void exit_while_a_callback_waits(void) {
    open_logger("sender");
    fiat_logger_on_delivery(s_logger, wait_for_main, NULL);
    pthread_mutex_lock(&s_held);
    log_many(1, 0, 10);
    while (!atomic_load(&s_is_waiting))
        sleep_ms(1);
    s_leaks = true;
    exit(0);
}

static void report_slowly(const fiat_delivery *report, void *ctx) {
    (void)report;
    (void)ctx;
    if (!atomic_exchange(&s_is_waiting, true)) sleep_ms(2000);
}

static void close_in_time(void) {
    fiat_error err = FIAT_ERROR_INIT;
    uint64_t left;
    alarm(20);
    fiat_status status = fiat_logger_close(s_logger, 10, &left, &err);
    must(status == FIAT_OK || status == FIAT_E_INCOMPLETE, err.message);
}

/* A callback that takes longer than exit() waits for it; close then waits for its end, but not for
 * a sender that would go on to libcurl and be kept out of it for ever. */
static void close_after_a_long_callback(void) {
    must(atexit(close_in_time) == 0, "no exit handler");
    open_logger("sender");
    fiat_logger_on_delivery(s_logger, report_slowly, NULL);
    log_many(1, 0, 10);
    while (!atomic_load(&s_is_waiting))
        sleep_ms(1);
    log_many(2, 0, 10); /* which the sender would send next */
    s_leaks = true;
    exit(0);
}

static void open_while_exiting(void) {
    fiat_error err = FIAT_ERROR_INIT;
    fiat_logger *late = fiat_configure("firehose", &err, NULL);
    must(!late && err.status == FIAT_E_CLOSED, "a logger nobody can end was opened");
}

/* Its sender would be kept out of libcurl, and close would wait for it. */
static void open_in_an_exit_handler(void) {
    must(atexit(open_while_exiting) == 0, "no exit handler");
    open_logger("sender");
    s_leaks = true;
    exit(0);
}

/* What the process before left in its spool. */
static void send_spooled(void) {
    open_logger("sender");
    close_logger();
}

/* ---- the parent ---- */

typedef enum arrival { EXACTLY, AT_LEAST, ANY } arrival;

typedef struct scene {
    const char *name;
    void (*run)(void);
    bool forks; /* and goes on to log in the child */
    bool tls;   /* the mock's */
    bool spool; /* with one, and a process afterwards that sends what is left in it */
    enum { KEYS_GIVEN, KEYS_FETCHED, KEYS_PRINTED } keys; /* environment, container, process */
    const char *faults;                                   /* a script for the mock; NULL: none */
    unsigned repeat;                                      /* 0: once */
    arrival arrival;
    struct {
        unsigned first, last, events; /* workers, and how many events of each must arrive */
    } want[3];
} scene;

static const scene s_scenes[] = {
    {"prefork", prefork, .forks = true, .want = {{0, 4, 500}}},
    {"prefork-tls", prefork, .forks = true, .tls = true, .want = {{0, 4, 500}}},
    {"prefork-spool", prefork, .forks = true, .tls = true, .spool = true, .want = {{0, 4, 500}}},
    {"prefork-credentials", prefork, .forks = true, .tls = true, .keys = KEYS_FETCHED, .repeat = 5,
     .want = {{0, 4, 500}}},
    {"fork-from-a-thread", fork_from_a_thread, .forks = true, .tls = true,
     .want = {{1, 3, 1000}, {10, 15, 50}}},
    {"fork-from-a-thread-spool", fork_from_a_thread, .forks = true, .tls = true, .spool = true,
     .want = {{1, 3, 1000}, {10, 15, 50}}},
    {"exec", run_others, .tls = true, .want = {{1, 1, 20}}},
    {"exec-spool", run_others, .tls = true, .spool = true, .want = {{1, 1, 20}}},
    {"exec-credentials", run_others, .keys = KEYS_PRINTED, .want = {{1, 1, 20}}},
    {"signals", signals, .arrival = AT_LEAST, .want = {{1, 1, 1000}},
     .faults = "reset x3\nclose-taken x2\ngarbage\nreset-taken x3\nclose-taken 0 5%\n"},
    {"signals-tls", signals, .tls = true, .arrival = AT_LEAST, .want = {{1, 1, 1000}},
     .faults = "reset x3\nclose-taken x2\nreset-taken x3\n"},
    {"threads-that-end", threads_that_end, .want = {{0, WORKERS - 1, 1}}},
    {"threads-that-vanish", threads_that_vanish, .want = {{0, WORKERS - 1, 2}}},
    {"cancel", cancel_in_calls, .tls = true, .keys = KEYS_FETCHED, .want = {{1, 1, 1000}}},
    {"cancel-spool", cancel_in_calls, .spool = true, .want = {{1, 1, 1000}}},
    {"cancel-fork", cancel_in_a_child, .forks = true, .spool = true, .want = {{1, 1, 1000}}},
    {"cancel-while-waiting", cancel_while_waiting, .arrival = ANY, .faults = "stall x50\n"},
    {"close-in-a-thread", close_in_a_thread, .tls = true, .want = {{1, 1, 500}}},
    {"close-without-time", close_without_time, .arrival = ANY, .faults = "stall x50\n"},
    {"exit", exit_without_close, .tls = true, .repeat = 10, .arrival = ANY,
     .faults = "delay 5 50%\n"},
    {"exit-spool", exit_without_close, .tls = true, .spool = true, .repeat = 3, .arrival = AT_LEAST,
     .want = {{1, 1, 2000}}, .faults = "delay 5 50%\n"},
    {"exit-in-a-callback", exit_in_a_callback, .tls = true, .repeat = 3, .arrival = ANY},
    {"exit-handler", close_in_an_exit_handler, .tls = true, .arrival = ANY,
     .faults = "stall x50\n"},
    {"exit-handler-broken", close_what_is_broken, .tls = true, .arrival = ANY,
     .faults = "stall x50\n"},
    {"exit-idle", exit_idle, .tls = true, .arrival = ANY},
    {"exit-while-a-callback-waits", exit_while_a_callback_waits, .tls = true, .arrival = ANY},
    {"exit-after-a-long-callback", close_after_a_long_callback, .tls = true, .arrival = ANY},
    {"exit-opens", open_in_an_exit_handler, .arrival = ANY},
    {"send-spooled", send_spooled, .arrival = ANY},
};

enum { SCENES = sizeof s_scenes / sizeof s_scenes[0] };

static unsigned s_arrivals[WORKERS][2000];

static bool fail(const scene *of, const char *what, unsigned worker, unsigned number) {
    printf("FAIL: %s: %s (worker %u, number %u)\n", of->name, what, worker, number);
    return false;
}

/* Count the events of one record: whole lines, each of a form that we know. */
static bool count_lines(const scene *of, const char *data) {
    while (*data) {
        unsigned worker, number;
        int len = 0;
        if (sscanf(data, "{\"worker\":%u,\"number\":%u}%n", &worker, &number, &len) != 2 ||
            data[len] != '\n' || worker >= WORKERS || number >= 2000)
            return fail(of, "a line that nobody logged", 0, 0);
        s_arrivals[worker][number]++;
        data += len + 1;
    }
    return true;
}

static bool check_arrivals(const scene *of, fiat_mock *mock) {
    memset(s_arrivals, 0, sizeof s_arrivals);
    for (size_t i = 0; i < fiat_mock_record_count(mock); i++) {
        fiat_mock_record record = {.struct_size = sizeof record};
        if (!fiat_mock_get_record(mock, i, &record) || !count_lines(of, record.data)) return false;
    }
    for (size_t i = 0; i < 3 && of->want[i].events; i++) {
        for (unsigned w = of->want[i].first; w <= of->want[i].last; w++) {
            for (unsigned n = 0; n < 2000; n++) {
                unsigned want = n < of->want[i].events;
                if (s_arrivals[w][n] < want) return fail(of, "an event is missing", w, n);
                if (s_arrivals[w][n] > want && of->arrival == EXACTLY)
                    return fail(of, "an event came twice, or from nowhere", w, n);
            }
        }
    }
    return true;
}

/* Where the scene's process finds its credentials. */
static void set_keys(const scene *of, const fiat_mock *mock) {
    char url[300];
    static const char *const given[] = {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"};
    for (int i = 0; i < 2; i++)
        if (of->keys == KEYS_GIVEN)
            setenv(given[i], "mock", 1);
        else
            unsetenv(given[i]);
    snprintf(url, sizeof url, "%s/v2/credentials", fiat_mock_credentials_url(mock));
    if (of->keys == KEYS_FETCHED)
        setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", url, 1);
    else
        unsetenv("AWS_CONTAINER_CREDENTIALS_FULL_URI");
    snprintf(url, sizeof url, "%s/%s", s_dir, of->keys == KEYS_PRINTED ? "aws-config" : "none");
    setenv("AWS_CONFIG_FILE", url, 1);
}

/* Run the scene in a process that has its own beginning: not a copy of this one. */
static bool run_process(const scene *of, const char *run, const fiat_mock *mock) {
    char program[] = "lifecycle", flag[] = "--scene", name[64];
    char *const argv[] = {program, flag, name, s_dir, NULL};
    pid_t pid;
    int status = -1;
    snprintf(name, sizeof name, "%s", run);
    setenv("AWS_ENDPOINT_URL", fiat_mock_url(mock), 1);
    set_keys(of, mock);
    if (of->tls)
        setenv("AWS_CA_BUNDLE", fiat_mock_ca_file(mock), 1);
    else
        unsetenv("AWS_CA_BUNDLE");
    setenv("FIAT_SPOOL", of->spool ? "async" : "off", 1);
    if (posix_spawn(&pid, "/proc/self/exe", NULL, NULL, argv, environ) != 0 ||
        waitpid(pid, &status, 0) != pid)
        return fail(of, "cannot run the scene", 0, 0);
    if (WIFSIGNALED(status)) return fail(of, "ended by signal", 0, (unsigned)WTERMSIG(status));
    if (status != 0) return fail(of, "ended with status", 0, (unsigned)WEXITSTATUS(status));
    return true;
}

static bool play(const scene *of) {
    fiat_mock_opts opts;
    fiat_mock *mock;
    fiat_error err = FIAT_ERROR_INIT;
    fiat_mock_opts_init(&opts);
    opts.tls = of->tls;
    snprintf(s_dead_letters, sizeof s_dead_letters, "%s/dead.jsonl", s_dir);
    unlink(s_dead_letters);
    if (fiat_mock_start(&mock, &opts, &err) != FIAT_OK) {
        printf("FAIL: %s: %s\n", of->name, err.message);
        return false;
    }
    bool good = !of->faults || fiat_mock_play(mock, of->faults, &err) == FIAT_OK;
    if (!good) printf("FAIL: %s: %s\n", of->name, err.message);
    good = good && run_process(of, of->name, mock) &&
           (!of->spool || run_process(of, "send-spooled", mock)) &&
           (of->arrival == ANY || check_arrivals(of, mock));
    fiat_mock_stop(mock);
    return good;
}

static bool is_named(const scene *of, int argc, char **argv) {
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], of->name) == 0) return true;
    return argc == 1;
}

static int play_all(int argc, char **argv) {
    unsigned failed = 0, skipped = 0, played = 0;
    for (size_t i = 0; i < SCENES; i++) {
        const scene *of = &s_scenes[i];
        if (!is_named(of, argc, argv)) continue;
        if (of->forks && CHILD_HAS_NO_THREAD) {
            printf("skipped: %s: ThreadSanitizer starts no thread in a forked child\n", of->name);
            skipped++;
            continue;
        }
        for (unsigned round = 0; round == 0 || round < of->repeat; round++)
            failed += !play(of);
        played++;
    }
    printf("%u scenes played, %u skipped, %u failures\n", played, skipped, failed);
    return failed > 0 || played == 0;
}

static void write_file(const char *name, const char *text) {
    char path[300];
    snprintf(path, sizeof path, "%s/%s", s_dir, name);
    FILE *file = fopen(path, "w");
    must(file && fputs(text, file) >= 0 && fclose(file) == 0, "cannot write a file");
}

/* The stream that all scenes log to, and a profile whose keys a program prints after a while. */
static void make_files(void) {
    char text[600];
    snprintf(text, sizeof text, "%s/Orders", s_dir);
    must(mkdir(text, 0755) == 0, "cannot make the stream's folder");
    write_file("Orders/json_schema.json", "{\"required\":[\"worker\",\"number\"]}");
    write_file("print-keys", "sleep 0.1\necho '{\"Version\":1,\"AccessKeyId\":\"mock\","
                             "\"SecretAccessKey\":\"mock\"}'\n");
    snprintf(text, sizeof text, "[default]\ncredential_process = sh %s/print-keys\n", s_dir);
    write_file("aws-config", text);
}

static int run_scene(const char *name) {
    alarm(SCENE_MAX_S);
    snprintf(s_dead_letters, sizeof s_dead_letters, "%s/dead.jsonl", s_dir);
    for (size_t i = 0; i < SCENES; i++)
        if (strcmp(s_scenes[i].name, name) == 0) {
            if (s_scenes[i].forks) fork_heap_lock();
            s_scenes[i].run();
        }
    return 0;
}

int main(int argc, char **argv) {
    const char *tmp = getenv("TMPDIR");
    char path[300];
    if (argc == 4 && strcmp(argv[1], "--scene") == 0) {
        snprintf(s_dir, sizeof s_dir, "%s", argv[3]);
        return run_scene(argv[2]);
    }
    snprintf(s_dir, sizeof s_dir, "%s/fiat-lifecycle-XXXXXX", tmp ? tmp : "/tmp");
    must(mkdtemp(s_dir) != NULL, "cannot make a temporary folder");
    make_files();
    setenv("FIAT_SCHEMAS_DIR", s_dir, 1);
    snprintf(path, sizeof path, "%s/spool", s_dir);
    setenv("FIAT_SPOOL_DIR", path, 1);
    setenv("AWS_REGION", "us-east-1", 1);
    setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent", 1);
    setenv("FIAT_RETRY_BACKOFF_MS", "5", 1);
    setenv("FIAT_RETRY_BACKOFF_MAX_MS", "50", 1);
    unsetenv("FIAT_CONFIG");
    int result = play_all(argc, argv);
    remove_tree(s_dir);
    return result;
}
