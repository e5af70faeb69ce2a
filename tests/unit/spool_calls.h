/* Calls to a spool in threads of their own, and a gate at which some of them wait in the middle of
 * a write. One spool at a time, in a folder of the test's own. */
#ifndef FIAT_TESTS_SPOOL_CALLS_H
#define FIAT_TESTS_SPOOL_CALLS_H

#include "spool_fake.h"

#include <pthread.h>

/* A call to append an event of the stream "s". */
typedef struct spool_call {
    fiat__spool *spool;
    const char *text;
    fiat_status status; /* this and `wake` are known when it has ended */
    fiat__spool_wake wake;
    pthread_t thread;
} spool_call;

extern char *calls_dir;
/* `async`, on disk_io with the gate in front. */
extern fiat__spool_opts calls_opts;

/* Fixture: a folder, the settings above, and the gates closed. */
void calls_setup(void);
void calls_teardown(void);

/* Writing an event with "slow" in it waits at the gate: let one such write pass. */
void gate_open(void);
/* The same for "slower", which has a gate of its own. */
void gate_open_slower(void);
/* What passes a gate from here on fails with `error`; 0: it does not. */
void gate_fail(int error);

/* Begin to append in another thread. */
void call_begin(spool_call *call, fiat__spool *spool, const char *text);
/* The same with a text that is slow: the call stands at its gate when this returns. */
void call_begin_slow(spool_call *call, fiat__spool *spool, const char *text);
/* Wait until it returns, and check what. */
void call_end(spool_call *call, fiat_status wanted);

/* Open the spool, write "first", and begin the call "slow", which stands at the gate. */
fiat__spool *calls_open_slow(spool_call *slow);
/* Append from this thread, and see how the sender is to be woken. */
fiat_status calls_append(fiat__spool *spool, const char *text, fiat__spool_wake *wake);
/* Append from this thread, which is to succeed. */
void calls_put(fiat__spool *spool, const char *text);

/* Take these, up to a NULL, and nothing else. */
void calls_expect(fiat__spool *spool, const char *const *texts, bool settle);
/* The same now and, since nothing is settled, from the next process. Closes the spool; no file is
 * left. */
void calls_expect_twice(fiat__spool *spool, const char *const *texts);

#endif
