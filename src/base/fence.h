/* Who is inside libraries that have locks of their own: OpenSSL, libcurl.
 *
 * fork() and exit() know nothing of such locks. A child finds those held for ever that a thread it
 * does not have was holding; OpenSSL's exit handler frees them under whoever holds them. So our
 * threads say when they go in and when they are out, and a thread that forks, or exits, closes the
 * fence first: it waits until the others are out, and keeps them out.
 *
 * One fence a process. Nobody goes to sleep inside: whoever waits for sockets, programs or time
 * leaves before, so that closing takes no longer than the processor needs. */
#ifndef FIAT_BASE_FENCE_H
#define FIAT_BASE_FENCE_H

#include <fiat/error.h>
#include <stdint.h>

/* Waits while another thread keeps the fence closed; so no lock may be held that this other one
 * takes while it does. May be nested. */
void fiat__fence_enter(void);
void fiat__fence_leave(void);

/* Said by a thread of the library's own, that nobody joins when the process exits. */
void fiat__fence_own_thread(void);

/* Keep all other threads out, and wait for those that are inside, for at most timeout_ms. One
 * thread at a time. */
void fiat__fence_close(int64_t timeout_ms);
void fiat__fence_open(void);
/* The process exits: the same, but keep the library's own threads out alone, and for good. Others
 * may still be waited for by the application's exit handlers. */
void fiat__fence_exit(int64_t timeout_ms);
/* In place of fiat__fence_open(), in the child of a fork. */
void fiat__fence_forked(void);
/* Whether whoever enters may wait for ever: FIAT_E_CLOSED when the process exits, so that the
 * library's own threads do; FIAT_E_UNSUPPORTED in a child when somebody was still inside as it was
 * forked. */
fiat_status fiat__fence_check(fiat_error *err);

#endif
