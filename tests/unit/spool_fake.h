/* A spool in a folder of the test's own, a disk that fails when the test says so, and its events
 * written and read back as text. */
#ifndef FIAT_TESTS_SPOOL_FAKE_H
#define FIAT_TESTS_SPOOL_FAKE_H

#include "producer/spool.h"
#include "support/test.h"
#include "support/tmpdir.h"

#include <stdatomic.h>

/* Calls that reach the disk. */
typedef enum disk_call {
    DISK_OPEN,
    DISK_READ,
    DISK_WRITE,
    DISK_SYNC,
    DISK_TRUNCATE,
    DISK_UNLINK,
    DISK_RENAME,
    DISK_SYNC_DIR,
    DISK_CALL_COUNT
} disk_call;

/* Passes calls on to the system, and counts them. */
extern const fiat__spool_io disk_io;
extern _Atomic unsigned disk_calls[DISK_CALL_COUNT];

/* Let call number `nth` from here fail with `error` (1: the next), and with `persistent` all later
 * ones of the kind. A write that fails puts half of its bytes first. */
void disk_fail(disk_call call, unsigned nth, int error, bool persistent);
/* The next call of any kind but reading that comes `nth` fails. */
void disk_fail_any(unsigned nth, int error, bool persistent);
/* Reading these bytes of any file fails with EIO; what is before them is given. */
void disk_fail_bytes(uint64_t from, uint64_t to);
void disk_heal(void);
bool disk_has_failed(void);

/* Small segments, 1 MiB in all, on disk_io. */
fiat__spool_opts spool_opts(const char *dir, bool sync);
fiat__spool *spool_open(const fiat__spool_opts *opts);
/* Append an event of the stream "s" with an opaque pointer. */
fiat_status spool_put(fiat__spool *spool, const char *text, void *opaque, fiat_error *err);
/* fiat__spool_peek() until it is sure. */
bool spool_peek(fiat__spool *spool, fiat__spool_event *out);
/* Take the next event, check its text, and settle it if asked. */
void spool_expect(fiat__spool *spool, const char *text, bool settle);
void spool_expect_none(fiat__spool *spool);
void spool_settle(fiat__spool *spool, uint64_t ref);
fiat__spool_stats spool_stats(fiat__spool *spool);
/* How many files below a folder have names that end so. */
size_t spool_count_files(const char *dir, const char *ending);
/* The first `size` bytes of a file that is not empty; how many they are. */
size_t spool_read_file(const char *path, void *bytes, size_t size);
/* Make a file of these bytes, in the place of what is there. */
void spool_write_file(const char *path, const void *bytes, size_t len);

#endif
