#include "power_disk.h"
#include "base/buf.h"
#include "base/mem.h"

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define MAX_FILES  512
#define MAX_FDS    1024
#define MAX_STEPS  20000
#define PATH_BYTES 512
#define SECTOR     512
#define FILE_BYTES (4 << 20)

typedef enum step_kind { WRITE, TRUNCATE, SYNC, CREATE, UNLINK, SYNC_DIR } step_kind;

typedef struct step {
    step_kind kind;
    int file; /* none for SYNC_DIR */
    uint64_t at, len;
    char *bytes;
    char path[PATH_BYTES]; /* of names and folders */
} step;

static step s_steps[MAX_STEPS];
static size_t s_step_count;
static char s_paths[MAX_FILES][PATH_BYTES]; /* "": it is gone */
static int s_file_count;
static int s_files_by_fd[MAX_FDS];
static uint64_t s_state;

void power_disk_reset(uint64_t seed) {
    for (size_t i = 0; i < s_step_count; i++)
        fiat__free(s_steps[i].bytes);
    s_step_count = 0;
    s_file_count = 0;
    s_state = seed * 0x9E3779B97F4A7C15u + 1;
}

uint64_t power_disk_random(uint64_t limit) { /* xorshift64* */
    s_state ^= s_state >> 12;
    s_state ^= s_state << 25;
    s_state ^= s_state >> 27;
    return (s_state * 0x2545F4914F6CDD1Du >> 32) % limit;
}

static step *add_step(step_kind kind, int file, const char *path) {
    ck_assert_uint_lt(s_step_count, MAX_STEPS);
    step *added = &s_steps[s_step_count++];
    *added = (step){.kind = kind, .file = file};
    snprintf(added->path, sizeof added->path, "%s", path);
    return added;
}

static int find_file(const char *path) {
    for (int i = 0; i < s_file_count; i++)
        if (strcmp(s_paths[i], path) == 0) return i;
    return -1;
}

/* ---- calls ---- */

static int power_open(const char *path, int flags, mode_t mode) {
    int file = find_file(path), fd = fiat__spool_io_system.open(path, flags, mode);
    if (fd < 0) return fd;
    if (file < 0) {
        ck_assert_int_lt(s_file_count, MAX_FILES);
        file = s_file_count++;
        snprintf(s_paths[file], PATH_BYTES, "%s", path);
        add_step(CREATE, file, path);
    }
    ck_assert_int_lt(fd, MAX_FDS);
    s_files_by_fd[fd] = file;
    return fd;
}

static ssize_t power_pwritev(int fd, const struct iovec *parts, int count, off_t at) {
    ssize_t put = pwritev(fd, parts, count, at);
    if (put <= 0) return put;
    step *added = add_step(WRITE, s_files_by_fd[fd], "");
    added->at = (uint64_t)at;
    added->len = (uint64_t)put;
    added->bytes = fiat__malloc((size_t)put);
    ck_assert_ptr_nonnull(added->bytes);
    size_t left = (size_t)put;
    for (char *to = added->bytes; left > 0; parts++) {
        size_t len = parts->iov_len < left ? parts->iov_len : left;
        if (len) memcpy(to, parts->iov_base, len);
        to += len;
        left -= len;
    }
    return put;
}

static int power_ftruncate(int fd, off_t len) {
    add_step(TRUNCATE, s_files_by_fd[fd], "")->len = (uint64_t)len;
    return ftruncate(fd, len);
}

static int power_fdatasync(int fd) {
    add_step(SYNC, s_files_by_fd[fd], "");
    return 0;
}

static int power_unlink(const char *path) {
    int file = find_file(path);
    if (file >= 0) {
        add_step(UNLINK, file, path);
        s_paths[file][0] = '\0';
    }
    return unlink(path);
}

static int power_rename(const char *from, const char *to) {
    ck_abort_msg("%s is renamed to %s, which this disk does not know of", from, to);
    return -1;
}

static int power_sync_dir(const char *path) {
    add_step(SYNC_DIR, -1, path);
    return 0;
}

const fiat__spool_io power_disk_io = {
    .open = power_open,
    .pread = pread,
    .pwritev = power_pwritev,
    .fdatasync = power_fdatasync,
    .ftruncate = power_ftruncate,
    .unlink = power_unlink,
    .rename = power_rename,
    .sync_dir = power_sync_dir,
};

/* ---- the cut ---- */

static size_t behind_last(step_kind kind, int file, const char *path) {
    for (size_t i = s_step_count; i > 0; i--)
        if (s_steps[i - 1].kind == kind && s_steps[i - 1].file == file &&
            (!path || strcmp(s_steps[i - 1].path, path) == 0))
            return i;
    return 0;
}

static void write_bytes(char *content, uint64_t *len, const step *from, uint64_t at, uint64_t end) {
    ck_assert_uint_le(end, FILE_BYTES);
    memcpy(content + at, from->bytes + (at - from->at), end - at);
    if (*len < end) *len = end;
}

/* Some of its sectors. */
static void write_torn(char *content, uint64_t *len, const step *from) {
    const uint64_t end = from->at + from->len;
    for (uint64_t at = from->at; at < end;) {
        uint64_t next = (at / SECTOR + 1) * SECTOR;
        if (next > end) next = end;
        if (power_disk_random(2)) write_bytes(content, len, from, at, next);
        at = next;
    }
}

static void truncate_content(char *content, uint64_t *len, uint64_t to) {
    if (to < *len) memset(content + to, 0, *len - to);
    *len = to;
}

static void apply(char *content, uint64_t *len, const step *from, bool surely) {
    const uint64_t luck = surely ? 0 : power_disk_random(4);
    if (from->kind == WRITE && luck <= 1)
        write_bytes(content, len, from, from->at, from->at + from->len);
    else if (from->kind == WRITE && luck == 2)
        write_torn(content, len, from);
    else if (from->kind == TRUNCATE && luck <= 1)
        truncate_content(content, len, from->len);
}

static void restore(int file, const char *path) {
    static char content[FILE_BYTES];
    const size_t synced = behind_last(SYNC, file, NULL);
    uint64_t len = 0;
    memset(content, 0, sizeof content);
    for (size_t i = 0; i < s_step_count; i++)
        if (s_steps[i].file == file) apply(content, &len, &s_steps[i], i < synced);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, content, len), (ssize_t)len);
    close(fd);
}

void power_disk_cut(const char *from, const char *to) {
    bool there[MAX_FILES] = {false};
    size_t known = behind_last(SYNC_DIR, -1, from);
    known += power_disk_random(s_step_count - known + 1);
    for (size_t i = 0; i < known; i++)
        if (s_steps[i].kind == CREATE || s_steps[i].kind == UNLINK)
            there[s_steps[i].file] = s_steps[i].kind == CREATE;
    for (size_t i = 0; i < s_step_count; i++) {
        const step *made = &s_steps[i];
        if (made->kind != CREATE || !there[made->file]) continue;
        ck_assert_int_eq(strncmp(made->path, from, strlen(from)), 0);
        char path[2 * PATH_BYTES];
        snprintf(path, sizeof path, "%s%s", to, made->path + strlen(from));
        restore(made->file, path);
    }
}
