#define _GNU_SOURCE /* pthread_setname_np */
/* Thin and without state. */
#include "base/thread.h"
#include "base/error.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static void must(int result, const char *call) {
    if (result == 0) return;
    fprintf(stderr, "fiat: %s failed with %d (%s)\n", call, result, strerror(result));
    abort();
}

void fiat__mutex_init(fiat__mutex *mutex) {
    must(pthread_mutex_init(&mutex->handle, NULL), "pthread_mutex_init");
}

void fiat__mutex_deinit(fiat__mutex *mutex) {
    must(pthread_mutex_destroy(&mutex->handle), "pthread_mutex_destroy");
}

void fiat__mutex_lock(fiat__mutex *mutex) {
    must(pthread_mutex_lock(&mutex->handle), "pthread_mutex_lock");
}

bool fiat__mutex_try(fiat__mutex *mutex) {
    int result = pthread_mutex_trylock(&mutex->handle);
    if (result != EBUSY) must(result, "pthread_mutex_trylock");
    return result == 0;
}

/* Some 30 to 100 cycles, in which the processor's other work goes on. */
static void pause_briefly(void) {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("isb" ::: "memory");
#endif
}

/* About 5 us in all: if its holder has lost the processor, this one is soon free for it. */
#define LOOKS            64
#define PAUSES_EACH_LOOK 8

bool fiat__mutex_lock_short(fiat__mutex *mutex) {
    if (fiat__mutex_try(mutex)) return false;
    for (int look = 0; look < LOOKS; look++) {
        for (int i = 0; i < PAUSES_EACH_LOOK; i++)
            pause_briefly();
        if (fiat__mutex_try(mutex)) return true;
    }
    fiat__mutex_lock(mutex);
    return true;
}

void fiat__mutex_unlock(fiat__mutex *mutex) {
    must(pthread_mutex_unlock(&mutex->handle), "pthread_mutex_unlock");
}

void fiat__cond_init(fiat__cond *cond) {
    pthread_condattr_t attr;
    must(pthread_condattr_init(&attr), "pthread_condattr_init");
    must(pthread_condattr_setclock(&attr, CLOCK_MONOTONIC), "pthread_condattr_setclock");
    must(pthread_cond_init(&cond->handle, &attr), "pthread_cond_init");
    must(pthread_condattr_destroy(&attr), "pthread_condattr_destroy");
}

void fiat__cond_deinit(fiat__cond *cond) {
    must(pthread_cond_destroy(&cond->handle), "pthread_cond_destroy");
}

void fiat__cond_signal(fiat__cond *cond) {
    must(pthread_cond_signal(&cond->handle), "pthread_cond_signal");
}

void fiat__cond_broadcast(fiat__cond *cond) {
    must(pthread_cond_broadcast(&cond->handle), "pthread_cond_broadcast");
}

void fiat__cond_wait(fiat__cond *cond, fiat__mutex *mutex) {
    must(pthread_cond_wait(&cond->handle, &mutex->handle), "pthread_cond_wait");
}

bool fiat__cond_wait_ms(fiat__cond *cond, fiat__mutex *mutex, int64_t timeout_ms) {
    struct timespec until;
    must(clock_gettime(CLOCK_MONOTONIC, &until), "clock_gettime");
    if (timeout_ms < 0) timeout_ms = 0;
    until.tv_sec += (time_t)(timeout_ms / 1000);
    until.tv_nsec += (long)(timeout_ms % 1000) * 1000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_nsec -= 1000000000;
        until.tv_sec++;
    }
    int result = pthread_cond_timedwait(&cond->handle, &mutex->handle, &until);
    if (result == ETIMEDOUT) return false;
    must(result, "pthread_cond_timedwait");
    return true;
}

fiat_status fiat__thread_start(pthread_t *thread, const char *name, void *(*run)(void *), void *arg,
                               fiat_error *err) {
    /* Signals that a thread raises by its own fault stay open, for crash reporters' sake. */
    static const int own_faults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS};
    sigset_t blocked, old;
    sigfillset(&blocked);
    for (size_t i = 0; i < sizeof own_faults / sizeof *own_faults; i++)
        sigdelset(&blocked, own_faults[i]);
    must(pthread_sigmask(SIG_SETMASK, &blocked, &old), "pthread_sigmask");
    int result = pthread_create(thread, NULL, run, arg);
    must(pthread_sigmask(SIG_SETMASK, &old, NULL), "pthread_sigmask");
    if (result != 0) return fiat__err_sys(err, result, "cannot start thread %s", name);
    pthread_setname_np(*thread, name);
    return FIAT_OK;
}

void fiat__thread_join(pthread_t thread) {
    must(pthread_join(thread, NULL), "pthread_join");
}

void fiat__thread_detach(pthread_t thread) {
    must(pthread_detach(thread), "pthread_detach");
}

int fiat__cancel_hold(void) {
    int before;
    must(pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &before), "pthread_setcancelstate");
    return before;
}

void fiat__cancel_restore(int before) {
    must(pthread_setcancelstate(before, NULL), "pthread_setcancelstate");
}
