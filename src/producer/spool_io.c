#include "producer/spool_io.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

static int system_open(const char *path, int flags, mode_t mode) {
    /* A pipe in the folder must not keep us waiting, a link not lead elsewhere. */
    return open(path, flags | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, mode);
}

static int system_sync_dir(const char *path) {
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return -1;
    int result = fsync(fd), reason = errno;
    close(fd);
    errno = reason;
    return result;
}

/* The kernel takes a tenth less for one piece without a list of them. */
static ssize_t system_pwritev(int fd, const struct iovec *parts, int count, off_t at) {
    return count == 1 ? pwrite(fd, parts->iov_base, parts->iov_len, at)
                      : pwritev(fd, parts, count, at);
}

const fiat__spool_io fiat__spool_io_system = {
    .open = system_open,
    .pread = pread,
    .pwritev = system_pwritev,
    .fdatasync = fdatasync,
    .ftruncate = ftruncate,
    .unlink = unlink,
    .rename = rename,
    .sync_dir = system_sync_dir,
};

/* Take what has been written off the front of the parts. */
static void skip(struct iovec **parts, int *count, size_t done) {
    while (*count > 0 && done >= (*parts)->iov_len) {
        done -= (*parts)->iov_len;
        ++*parts;
        --*count;
    }
    if (*count == 0) return;
    (*parts)->iov_base = (char *)(*parts)->iov_base + done;
    (*parts)->iov_len -= done;
}

int fiat__spool_write(const fiat__spool_io *io, int fd, struct iovec *parts, int count,
                      uint64_t at) {
    for (skip(&parts, &count, 0); count > 0;) {
        ssize_t put = io->pwritev(fd, parts, count, (off_t)at);
        if (put < 0 && errno == EINTR) continue;
        if (put < 0) return errno;
        if (put == 0) return EIO;
        at += (uint64_t)put;
        skip(&parts, &count, (size_t)put);
    }
    return 0;
}

size_t fiat__spool_read(const fiat__spool_io *io, int fd, char *to, size_t len, uint64_t at,
                        int *error) {
    size_t got = 0;
    *error = 0;
    while (got < len) {
        ssize_t now = io->pread(fd, to + got, len - got, (off_t)(at + got));
        if (now < 0 && errno == EINTR) continue;
        if (now < 0) *error = errno;
        if (now <= 0) break;
        got += (size_t)now;
    }
    return got;
}
