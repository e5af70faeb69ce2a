#include "spool_fake.h"

#include "base/thread.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>

_Atomic unsigned disk_calls[DISK_CALL_COUNT];

typedef struct plan {
    bool persistent;
    unsigned left; /* calls until it fails; 0: never */
    int error;
} plan;

static plan s_plans[DISK_CALL_COUNT], s_plan_of_all;
static _Atomic uint64_t s_bad_from, s_bad_to;
static atomic_bool s_failed;
static fiat__mutex s_lock = {PTHREAD_MUTEX_INITIALIZER}; /* syncs come from several threads */

void disk_fail(disk_call call, unsigned nth, int error, bool persistent) {
    fiat__mutex_lock(&s_lock);
    s_plans[call] = (plan){persistent, nth, error};
    s_failed = false;
    fiat__mutex_unlock(&s_lock);
}

void disk_fail_any(unsigned nth, int error, bool persistent) {
    fiat__mutex_lock(&s_lock);
    s_plan_of_all = (plan){persistent, nth, error};
    s_failed = false;
    fiat__mutex_unlock(&s_lock);
}

void disk_fail_bytes(uint64_t from, uint64_t to) {
    s_bad_from = from;
    s_bad_to = to;
}

void disk_heal(void) {
    s_bad_from = 0;
    s_bad_to = 0;
    fiat__mutex_lock(&s_lock);
    memset(s_plans, 0, sizeof s_plans);
    memset(&s_plan_of_all, 0, sizeof s_plan_of_all);
    fiat__mutex_unlock(&s_lock);
}

bool disk_has_failed(void) {
    return s_failed;
}

/* The plan that counts a call of this kind. */
static plan *plan_for(disk_call call) {
    return s_plan_of_all.left && call != DISK_READ ? &s_plan_of_all : &s_plans[call];
}

static bool count_down(plan *p) {
    if (p->left == 0) return false;
    if (p->left > 1) {
        p->left--;
        return false;
    }
    if (!p->persistent) p->left = 0;
    s_failed = true;
    return true;
}

/* Does this call fail? Sets errno. */
static bool fails(disk_call call) {
    atomic_fetch_add(&disk_calls[call], 1);
    fiat__mutex_lock(&s_lock);
    plan *p = plan_for(call);
    const int error = p->error;
    const bool failed = count_down(p);
    fiat__mutex_unlock(&s_lock);
    if (failed) errno = error;
    return failed;
}

static int disk_open(const char *path, int flags, mode_t mode) {
    return fails(DISK_OPEN) ? -1 : fiat__spool_io_system.open(path, flags, mode);
}

static ssize_t disk_pread(int fd, void *to, size_t len, off_t at) {
    const uint64_t from = (uint64_t)at;
    if (fails(DISK_READ)) return -1;
    if (from >= s_bad_from && from < s_bad_to) {
        errno = EIO;
        return -1;
    }
    if (from < s_bad_from && from + len > s_bad_from) len = (size_t)(s_bad_from - from);
    return pread(fd, to, len, at);
}

/* A short write first, as a disk that runs full makes it. */
static ssize_t disk_pwritev(int fd, const struct iovec *parts, int count, off_t at) {
    static _Thread_local bool half;
    fiat__mutex_lock(&s_lock);
    const bool next = plan_for(DISK_WRITE)->left == 1;
    fiat__mutex_unlock(&s_lock);
    if (!half && next && parts->iov_len > 1) {
        half = true;
        return pwrite(fd, parts->iov_base, parts->iov_len / 2, at);
    }
    half = false;
    return fails(DISK_WRITE) ? -1 : pwritev(fd, parts, count, at);
}

static int disk_fdatasync(int fd) {
    return fails(DISK_SYNC) ? -1 : fdatasync(fd);
}

static int disk_ftruncate(int fd, off_t len) {
    return fails(DISK_TRUNCATE) ? -1 : ftruncate(fd, len);
}

static int disk_unlink(const char *path) {
    return fails(DISK_UNLINK) ? -1 : unlink(path);
}

static int disk_rename(const char *from, const char *to) {
    return fails(DISK_RENAME) ? -1 : rename(from, to);
}

static int disk_sync_dir(const char *path) {
    return fails(DISK_SYNC_DIR) ? -1 : fiat__spool_io_system.sync_dir(path);
}

const fiat__spool_io disk_io = {
    .open = disk_open,
    .pread = disk_pread,
    .pwritev = disk_pwritev,
    .fdatasync = disk_fdatasync,
    .ftruncate = disk_ftruncate,
    .unlink = disk_unlink,
    .rename = disk_rename,
    .sync_dir = disk_sync_dir,
};

fiat__spool_opts spool_opts(const char *dir, bool sync) {
    return (fiat__spool_opts){.dir = dir,
                              .sync = sync,
                              .max_bytes = 1 << 20,
                              .segment_bytes = FIAT__SPOOL_SEGMENT_MIN_BYTES,
                              .batch_bytes = 1 << 20,
                              .io = &disk_io};
}

fiat__spool *spool_open(const fiat__spool_opts *opts) {
    fiat__spool *spool;
    fiat_error err = FIAT_ERROR_INIT;
    ck_assert_fiat_ok(fiat__spool_open(&spool, opts, &err), err);
    return spool;
}

fiat_status spool_put(fiat__spool *spool, const char *text, void *opaque, fiat_error *err) {
    const fiat__str parts[] = {{text, strlen(text) / 2},
                               {NULL, 0},
                               {text + strlen(text) / 2, strlen(text) - strlen(text) / 2}};
    const fiat__spool_item item = {
        .stream = "s", .parts = parts, .part_count = 3, .opaque = opaque, .mono_ms = 1};
    fiat__spool_wake wake;
    return fiat__spool_append(spool, &item, &wake, err);
}

bool spool_peek(fiat__spool *spool, fiat__spool_event *out) {
    bool again, found;
    do
        found = fiat__spool_peek(spool, out, &again);
    while (!found && again);
    return found;
}

void spool_settle(fiat__spool *spool, uint64_t ref) {
    fiat__spool_lock(spool);
    fiat__spool_settle(spool, ref);
    fiat__spool_unlock(spool);
}

void spool_expect(fiat__spool *spool, const char *text, bool settle) {
    fiat__spool_event event;
    ck_assert_msg(spool_peek(spool, &event), "no event; wanted %.40s", text);
    ck_assert_msg(fiat__str_eq_c(event.event, text), "got %.40s, wanted %.40s", event.event.ptr,
                  text);
    ck_assert(fiat__str_eq_c(event.stream, "s"));
    fiat__spool_taken(spool);
    if (settle) spool_settle(spool, event.ref);
}

void spool_expect_none(fiat__spool *spool) {
    fiat__spool_event event;
    ck_assert(!spool_peek(spool, &event));
}

fiat__spool_stats spool_stats(fiat__spool *spool) {
    fiat__spool_stats stats;
    fiat__spool_read_stats(spool, &stats);
    return stats;
}

size_t spool_count_files(const char *dir, const char *ending) {
    fiat__buf list;
    size_t count = 0;
    fiat__buf_init(&list, 1 << 20);
    tmpdir_list(&list, dir, true);
    for (const char *at = fiat__buf_cstr(&list), *end; (end = strchr(at, '\n')); at = end + 1)
        if (fiat__str_ends(fiat__str_of(at, (size_t)(end - at)), fiat__str_c(ending))) count++;
    fiat__buf_deinit(&list);
    return count;
}

size_t spool_read_file(const char *path, void *bytes, size_t size) {
    int fd = open(path, O_RDONLY);
    ck_assert_int_ge(fd, 0);
    const ssize_t len = read(fd, bytes, size);
    ck_assert_int_gt(len, 0);
    close(fd);
    return (size_t)len;
}

void spool_write_file(const char *path, const void *bytes, size_t len) {
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, bytes, len), (ssize_t)len);
    close(fd);
}
