/* The calls by which the spool reaches the disk, so that tests can let each of them fail. They are
 * those of POSIX, errno included; the lock and the listing of folders do not pass through here. */
#ifndef FIAT_PRODUCER_SPOOL_IO_H
#define FIAT_PRODUCER_SPOOL_IO_H

#include "base/str.h"

#include <sys/types.h>
#include <sys/uio.h>

typedef struct fiat__spool_io {
    int (*open)(const char *path, int flags, mode_t mode);
    ssize_t (*pread)(int fd, void *to, size_t len, off_t at);
    ssize_t (*pwritev)(int fd, const struct iovec *parts, int count, off_t at);
    int (*fdatasync)(int fd);
    int (*ftruncate)(int fd, off_t len);
    int (*unlink)(const char *path);
    int (*rename)(const char *from, const char *to);
    int (*sync_dir)(const char *path);
} fiat__spool_io;

extern const fiat__spool_io fiat__spool_io_system;

/* Write all of the parts at an offset, and change the array on the way. 0, or errno. */
int fiat__spool_write(const fiat__spool_io *io, int fd, struct iovec *parts, int count,
                      uint64_t at);

/* Read up to `len` bytes, fewer only at the end of the file or when reading fails (*error then
 * holds errno, else 0). */
size_t fiat__spool_read(const fiat__spool_io *io, int fd, char *to, size_t len, uint64_t at,
                        int *error);

#endif
