/* Folders of a spool, their names and their locks. Locks belong to the open file, so that neither
 * another part of the process that closes the same file nor the child of a fork can lose them, and
 * they can be asked about without being taken. */
#define _GNU_SOURCE /* F_OFD_SETLK */
#include "base/error.h"
#include "base/file.h"
#include "base/mem.h"
#include "producer/spool_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define LOCK_NAME      "lock"
#define SEGMENT_DIGITS 16

bool fiat__spool_is_segment(const char *name, uint64_t *number) {
    if (strspn(name, "0123456789abcdef") != SEGMENT_DIGITS) return false;
    *number = strtoull(name, NULL, 16);
    return fiat__spool_is_strand(fiat__str_c(name + SEGMENT_DIGITS));
}

bool fiat__spool_is_fork(const char *name) {
    return strncmp(name, "fork-", 5) == 0;
}

/* The process that wrote its number into a lock file; 0: none did. */
static long read_holder(int fd) {
    char text[32] = {0};
    ssize_t got = pread(fd, text, sizeof text - 1, 0);
    return got > 0 ? strtol(text, NULL, 10) : 0;
}

static void write_holder(int fd) {
    char text[32];
    int len = snprintf(text, sizeof text, "%ld\n", (long)getpid());
    /* For messages alone: a lock without a number holds as well. */
    if (ftruncate(fd, 0) == 0 && pwrite(fd, text, (size_t)len, 0) < 0) (void)ftruncate(fd, 0);
}

static int lock_file(const char *path, int flags) {
    char name[FIAT__SPOOL_PATH_BYTES];
    snprintf(name, sizeof name, "%s/" LOCK_NAME, path);
    return open(name, flags | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
}

static struct flock whole_file(void) {
    return (struct flock){.l_type = F_WRLCK, .l_whence = SEEK_SET};
}

/* Has the file been removed since it was opened? Its lock guards nothing then. */
static bool is_gone(int fd) {
    struct stat file;
    return fstat(fd, &file) == 0 && file.st_nlink == 0;
}

/* A fork's folder is removed by its process, or by one that took it for that of a process gone,
 * between any two steps of whoever opens it. */
static fiat_status removed(const fiat__spool_dir *dir, fiat_error *err) {
    return fiat__err_set(err, FIAT_E_SPOOL_LOCKED,
                         "spool %s was removed by another process as it was being opened: try "
                         "again",
                         dir->path);
}

static fiat_status take_lock(fiat__spool_dir *dir, fiat_error *err) {
    dir->lock_fd = lock_file(dir->path, O_RDWR | O_CREAT);
    if (dir->lock_fd < 0 && errno == ENOENT) return removed(dir, err);
    if (dir->lock_fd < 0)
        return fiat__err_sys(err, errno, "cannot open the lock of spool %s", dir->path);
    struct flock lock = whole_file();
    if (fcntl(dir->lock_fd, F_OFD_SETLK, &lock) == 0) {
        if (is_gone(dir->lock_fd)) return removed(dir, err);
        write_holder(dir->lock_fd);
        return FIAT_OK;
    }
    if (errno != EAGAIN && errno != EACCES)
        return fiat__err_sys(err, errno, "cannot lock spool %s", dir->path);
    return fiat__err_set(err, FIAT_E_SPOOL_LOCKED,
                         "spool %s is in use by process %ld: give each process a spool.dir of its "
                         "own, or wait until that one has ended",
                         dir->path, read_holder(dir->lock_fd));
}

fiat_status fiat__spool_dir_open(fiat__spool_dir **out, const char *path, fiat_error *err) {
    fiat_status status = fiat__dir_make(path, err);
    if (status != FIAT_OK) return status;
    fiat__spool_dir *dir = fiat__calloc(1, sizeof *dir);
    if (!dir) return fiat__err_nomem(err);
    dir->lock_fd = -1;
    dir->path = fiat__strdup(path);
    status = dir->path ? take_lock(dir, err) : fiat__err_nomem(err);
    if (status == FIAT_OK)
        *out = dir;
    else
        fiat__spool_dir_close(dir, false);
    return status;
}

void fiat__spool_dir_close(fiat__spool_dir *dir, bool remove) {
    char name[FIAT__SPOOL_PATH_BYTES];
    if (remove) { /* nobody else looks at it: the folder above is locked, too */
        snprintf(name, sizeof name, "%s/" LOCK_NAME, dir->path);
        unlink(name);
        rmdir(dir->path);
    }
    if (dir->lock_fd >= 0) close(dir->lock_fd);
    fiat__free(dir->path);
    fiat__free(dir);
}

bool fiat__spool_dir_was_locked(const char *path) {
    int fd = lock_file(path, O_RDONLY);
    if (fd < 0) return false;
    bool ours = read_holder(fd) > 0; /* other programs have files of this name, too */
    close(fd);
    return ours;
}

long fiat__spool_dir_holder(const char *path) {
    int fd = lock_file(path, O_RDONLY);
    if (fd < 0) return 0;
    struct flock lock = whole_file();
    bool held = fcntl(fd, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
    long holder = held ? read_holder(fd) : 0;
    close(fd);
    return holder;
}
