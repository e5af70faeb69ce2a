/* Threads and locks over POSIX. Failures of these calls are bugs of ours, never of the input, so
 * they abort with a message. Condition variables wait on the monotonic clock. */
#ifndef FIAT_BASE_THREAD_H
#define FIAT_BASE_THREAD_H

#include <fiat/error.h>
#include <pthread.h>

typedef struct fiat__mutex {
    pthread_mutex_t handle;
} fiat__mutex;

typedef struct fiat__cond {
    pthread_cond_t handle;
} fiat__cond;

void fiat__mutex_init(fiat__mutex *mutex);
void fiat__mutex_deinit(fiat__mutex *mutex);
void fiat__mutex_lock(fiat__mutex *mutex);
/* For a lock that is held for much less time than it takes to fall asleep and be woken: look a few
 * times whether it is free before falling asleep. true: it was not free at once. */
bool fiat__mutex_lock_short(fiat__mutex *mutex);
/* false: somebody holds it. */
bool fiat__mutex_try(fiat__mutex *mutex);
void fiat__mutex_unlock(fiat__mutex *mutex);

void fiat__cond_init(fiat__cond *cond);
void fiat__cond_deinit(fiat__cond *cond);
void fiat__cond_signal(fiat__cond *cond);
void fiat__cond_broadcast(fiat__cond *cond);
void fiat__cond_wait(fiat__cond *cond, fiat__mutex *mutex);
/* false when timeout_ms passed first. Wakes up early now and then: test the condition again. */
bool fiat__cond_wait_ms(fiat__cond *cond, fiat__mutex *mutex, int64_t timeout_ms);

/* Start a thread with the signals that come from outside blocked, so that the application's
 * handlers run on its own threads. `name` (at most 15 bytes) shows up in ps and gdb. */
fiat_status fiat__thread_start(pthread_t *thread, const char *name, void *(*run)(void *), void *arg,
                               fiat_error *err);
void fiat__thread_join(pthread_t thread);
void fiat__thread_detach(pthread_t thread);

/* Hold off cancellation of the calling thread, which would leave locks locked and work half done,
 * until the result is given back. For whatever may sleep or enter the kernel; it costs too much for
 * what only computes. May be nested. */
int fiat__cancel_hold(void);
void fiat__cancel_restore(int before);

#endif
