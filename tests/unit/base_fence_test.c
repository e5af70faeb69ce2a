#include "base/clock.h"
#include "base/fence.h"
#include "base/thread.h"
#include "support/test.h"

#include <stdatomic.h>
#include <sys/wait.h>
#include <unistd.h>

#define LONG_MS 10000 /* ten seconds: nothing here waits so long unless it hangs */

static int64_t now_ms(void) {
    return fiat__mono_ms(&fiat__clock_system);
}

static void pause_ms(int64_t ms) {
    int64_t until_ms = now_ms() + ms;
    while (now_ms() < until_ms)
        usleep(500);
}

/* A thread that goes in as often as it is told, and comes out again. */
static struct { atomic_bool go_in, is_in, own, end; } s_visitor;

static void *visit(void *arg) {
    if (atomic_load(&s_visitor.own)) fiat__fence_own_thread();
    while (!atomic_load(&s_visitor.end)) {
        if (!atomic_load(&s_visitor.go_in)) {
            usleep(100);
            continue;
        }
        fiat__fence_enter();
        fiat__fence_enter();
        fiat__fence_leave();
        atomic_store(&s_visitor.is_in, true);
        while (atomic_load(&s_visitor.go_in))
            usleep(100);
        atomic_store(&s_visitor.is_in, false);
        fiat__fence_leave();
    }
    return arg;
}

static pthread_t start_visitor(void) {
    pthread_t thread;
    ck_assert_int_eq(fiat__thread_start(&thread, "visitor", visit, NULL, NULL), FIAT_OK);
    return thread;
}

static void end_visitor(pthread_t thread) {
    atomic_store(&s_visitor.go_in, false);
    atomic_store(&s_visitor.end, true);
    fiat__thread_join(thread);
}

static void bring_in(void) {
    atomic_store(&s_visitor.go_in, true);
    while (!atomic_load(&s_visitor.is_in))
        usleep(100);
}

static void *let_out_later(void *arg) {
    pause_ms(50);
    atomic_store(&s_visitor.go_in, false);
    return arg;
}

START_TEST(closing_waits_for_who_is_inside) {
    pthread_t visitor = start_visitor(), other;
    bring_in();
    ck_assert_int_eq(fiat__thread_start(&other, "other", let_out_later, NULL, NULL), FIAT_OK);
    fiat__fence_close(LONG_MS);
    ck_assert(!atomic_load(&s_visitor.is_in));
    fiat__thread_join(other);
    atomic_store(&s_visitor.go_in, true); /* it waits in front of the fence now */
    pause_ms(50);
    ck_assert(!atomic_load(&s_visitor.is_in));
    fiat__fence_open();
    bring_in();
    end_visitor(visitor);
}
END_TEST

START_TEST(closing_does_not_wait_for_ever) {
    pthread_t visitor = start_visitor();
    bring_in();
    int64_t since_ms = now_ms();
    fiat__fence_close(50);
    ck_assert_int_ge(now_ms() - since_ms, 49);
    ck_assert_int_lt(now_ms() - since_ms, LONG_MS);
    ck_assert(atomic_load(&s_visitor.is_in));
    fiat__fence_open();
    end_visitor(visitor);
}
END_TEST

/* The status with which a child ends that goes in, if it may. */
static int fork_child(void) {
    fiat__fence_close(50);
    pid_t pid = fork();
    if (pid == 0) {
        fiat_error err = FIAT_ERROR_INIT;
        alarm(LONG_MS / 1000);
        fiat__fence_forked();
        fiat__fence_enter();
        fiat__fence_leave();
        fiat__fence_close(LONG_MS);
        fiat__fence_open();
        _exit(fiat__fence_check(&err) == FIAT_OK ? 0 : err.status == FIAT_E_UNSUPPORTED ? 1 : 2);
    }
    fiat__fence_open();
    int status = -1;
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert(WIFEXITED(status));
    return WEXITSTATUS(status);
}

START_TEST(child_knows_whether_somebody_was_inside) {
    pthread_t visitor = start_visitor();
    ck_assert_int_eq(fork_child(), 0);
    bring_in();
    ck_assert_int_eq(fork_child(), 1);
    end_visitor(visitor);
    ck_assert_int_eq(fork_child(), 0);
    fiat__fence_enter(); /* whoever forks may be inside itself */
    ck_assert_int_eq(fork_child(), 0);
    fiat__fence_leave();
    ck_assert_int_eq(fiat__fence_check(NULL), FIAT_OK);
}
END_TEST

static void *come_and_go(void *arg) {
    fiat__fence_enter();
    fiat__fence_leave();
    return arg;
}

/* The process ends: threads of the library's own go in no more, those of the application may. */
START_TEST(exit_keeps_own_threads_out) {
    atomic_store(&s_visitor.own, true);
    (void)start_visitor();
    bring_in();
    int64_t since_ms = now_ms();
    fiat__fence_exit(50);
    ck_assert_int_ge(now_ms() - since_ms, 49); /* it was inside already */
    atomic_store(&s_visitor.go_in, false);
    while (atomic_load(&s_visitor.is_in))
        usleep(100);
    atomic_store(&s_visitor.go_in, true);
    pause_ms(50);
    ck_assert(!atomic_load(&s_visitor.is_in));
    pthread_t other;
    ck_assert_int_eq(fiat__thread_start(&other, "other", come_and_go, NULL, NULL), FIAT_OK);
    fiat__thread_join(other);
    come_and_go(NULL);
    fiat__fence_close(LONG_MS); /* a fork in an exit handler opens nothing for it */
    fiat__fence_open();
    pause_ms(50);
    ck_assert(!atomic_load(&s_visitor.is_in));
}
END_TEST

int main(void) {
    Suite *suite = suite_create("base/fence");
    TCase *tcase = tcase_create("fence");
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, closing_waits_for_who_is_inside);
    tcase_add_test(tcase, closing_does_not_wait_for_ever);
    tcase_add_test(tcase, child_knows_whether_somebody_was_inside);
    tcase_add_test(tcase, exit_keeps_own_threads_out);
    suite_add_tcase(suite, tcase);
    return fiat_test_run(suite);
}
