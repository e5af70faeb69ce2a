#include "base/clock.h"
#include "base/thread.h"
#include "support/test.h"

#include <signal.h>
#include <time.h>

static fiat__mutex s_mutex;
static fiat__cond s_cond;
static int s_count;
static bool s_go;

static void setup(void) {
    fiat__mutex_init(&s_mutex);
    fiat__cond_init(&s_cond);
    s_count = 0;
    s_go = false;
}

static void teardown(void) {
    fiat__cond_deinit(&s_cond);
    fiat__mutex_deinit(&s_mutex);
}

static void start(pthread_t *thread, void *(*run)(void *), void *arg) {
    fiat_error err;
    ck_assert_fiat_ok(fiat__thread_start(thread, "a-name-longer-than-15", run, arg, &err), err);
}

START_TEST(waiting_ends_at_the_deadline) {
    static const int64_t timeouts_ms[] = {-5, 0, 1, 20};
    for (size_t i = 0; i < sizeof timeouts_ms / sizeof *timeouts_ms; i++) {
        int64_t before = fiat__mono_ms(&fiat__clock_system);
        fiat__mutex_lock(&s_mutex);
        while (fiat__cond_wait_ms(&s_cond, &s_mutex, timeouts_ms[i]))
            continue;
        fiat__mutex_unlock(&s_mutex);
        ck_assert_int_ge(fiat__mono_ms(&fiat__clock_system) - before + 1, timeouts_ms[i]);
    }
}
END_TEST

/* arg NULL: falls asleep at once when it has to wait. */
static void *count_up(void *arg) {
    for (int i = 0; i < 1000; i++) {
        if (arg)
            fiat__mutex_lock_short(&s_mutex);
        else
            fiat__mutex_lock(&s_mutex);
        s_count++;
        fiat__mutex_unlock(&s_mutex);
    }
    return NULL;
}

static void *lock_briefly(void *waited) {
    *(bool *)waited = fiat__mutex_lock_short(&s_mutex);
    fiat__mutex_unlock(&s_mutex);
    return NULL;
}

static void *try_in_vain(void *got) {
    *(bool *)got = fiat__mutex_try(&s_mutex);
    return NULL;
}

START_TEST(locking_tells_whether_it_was_free) {
    pthread_t thread;
    bool got = true, waited = false;
    ck_assert(!fiat__mutex_lock_short(&s_mutex));
    start(&thread, try_in_vain, &got);
    fiat__thread_join(thread);
    ck_assert(!got);
    start(&thread, lock_briefly, &waited);
    nanosleep(&(struct timespec){0, 50000000}, NULL); /* by then it waits, and sleeps */
    fiat__mutex_unlock(&s_mutex);
    fiat__thread_join(thread);
    ck_assert(waited);
    ck_assert(fiat__mutex_try(&s_mutex));
    fiat__mutex_unlock(&s_mutex);
}
END_TEST

START_TEST(mutex_excludes) {
    pthread_t threads[4];
    for (int i = 0; i < 4; i++)
        start(&threads[i], count_up, i % 2 ? &s_mutex : NULL);
    for (int i = 0; i < 4; i++)
        fiat__thread_join(threads[i]);
    ck_assert_int_eq(s_count, 4000);
}
END_TEST

static void *wait_for_go(void *arg) {
    bool timed = arg != NULL, in_time = true;
    fiat__mutex_lock(&s_mutex);
    s_count++;
    fiat__cond_broadcast(&s_cond); /* a signal might wake another waiting thread */
    while (!s_go && in_time)
        if (timed)
            in_time = fiat__cond_wait_ms(&s_cond, &s_mutex, 60000);
        else
            fiat__cond_wait(&s_cond, &s_mutex);
    s_count -= in_time;
    fiat__mutex_unlock(&s_mutex);
    return NULL;
}

START_TEST(broadcast_wakes_all) {
    pthread_t threads[4];
    int token;
    for (int i = 0; i < 4; i++)
        start(&threads[i], wait_for_go, i % 2 ? &token : NULL);
    fiat__mutex_lock(&s_mutex);
    while (s_count < 4)
        fiat__cond_wait(&s_cond, &s_mutex);
    s_go = true;
    fiat__cond_broadcast(&s_cond);
    fiat__mutex_unlock(&s_mutex);
    for (int i = 0; i < 4; i++)
        fiat__thread_join(threads[i]);
    ck_assert_int_eq(s_count, 0);
}
END_TEST

static void *read_mask(void *arg) {
    ck_assert_int_eq(pthread_sigmask(SIG_SETMASK, NULL, arg), 0);
    return NULL;
}

START_TEST(outside_signals_are_blocked_in_the_thread_alone) {
    static const int blocked[] = {SIGTERM, SIGINT, SIGHUP, SIGCHLD, SIGUSR1, SIGPIPE, SIGALRM};
    static const int open[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
    sigset_t inside, before, after;
    pthread_t thread;
    read_mask(&before);
    start(&thread, read_mask, &inside);
    fiat__thread_join(thread);
    read_mask(&after);
    for (size_t i = 0; i < sizeof blocked / sizeof *blocked; i++)
        ck_assert(sigismember(&inside, blocked[i]));
    for (size_t i = 0; i < sizeof open / sizeof *open; i++)
        ck_assert(!sigismember(&inside, open[i]));
    for (int signal = 1; signal < 32; signal++)
        ck_assert_int_eq(sigismember(&before, signal), sigismember(&after, signal));
}
END_TEST

int main(void) {
    Suite *suite = suite_create("base/thread");
    TCase *tcase = tcase_create("thread");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, waiting_ends_at_the_deadline);
    tcase_add_test(tcase, locking_tells_whether_it_was_free);
    tcase_add_test(tcase, mutex_excludes);
    tcase_add_test(tcase, broadcast_wakes_all);
    tcase_add_test(tcase, outside_signals_are_blocked_in_the_thread_alone);
    suite_add_tcase(suite, tcase);
    return fiat_test_run(suite);
}
