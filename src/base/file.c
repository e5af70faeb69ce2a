/* No state; any thread, as long as two do not write the same path. */
#include "base/file.h"
#include "base/error.h"
#include "base/mem.h"
#include "base/random.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define READ_BYTES (64 * 1024)

static fiat_status read_all(int fd, const char *path, fiat__buf *out, fiat_error *err) {
    for (;;) {
        size_t room = out->max - out->len;
        if (room > READ_BYTES) room = READ_BYTES;
        char probe, *to = &probe; /* at the maximum: is there one more byte? */
        if (room > 0) {
            if (!fiat__buf_reserve(out, room)) return fiat__buf_status(out, err);
            to = out->ptr + out->len;
        }
        ssize_t got = read(fd, to, room > 0 ? room : 1);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return fiat__err_sys(err, errno, "cannot read %s", path);
        if (got == 0) return FIAT_OK;
        if (room == 0)
            return fiat__err_set(err, FIAT_E_LIMIT, "%s is larger than %zu bytes", path, out->max);
        out->len += (size_t)got;
        out->ptr[out->len] = '\0';
    }
}

fiat_status fiat__file_read(const char *path, fiat__buf *out, fiat_error *err) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return fiat__err_sys(err, errno, "cannot open %s", path);
    fiat_status status = read_all(fd, path, out, err);
    close(fd);
    return status;
}

fiat_status fiat__file_write_fd(int fd, const char *path, fiat__str data, fiat_error *err) {
    while (data.len > 0) {
        ssize_t put = write(fd, data.ptr, data.len);
        if (put < 0 && errno == EINTR) continue;
        if (put < 0) return fiat__err_sys(err, errno, "cannot write %s", path);
        data.ptr += put;
        data.len -= (size_t)put;
    }
    return FIAT_OK;
}

static char *parent_of(const char *path) {
    const char *slash = strrchr(path, '/');
    if (!slash) return fiat__strdup(".");
    return slash == path ? fiat__strdup("/") : fiat__strndup(path, (size_t)(slash - path));
}

/* How a file is written. */
struct manner {
    mode_t mode;
    bool sync;
    const struct stat *like; /* a file whose mode and owner it gets; may be NULL */
};

/* Its owner stays another one where we may not give it away. */
static fiat_status make_like(int fd, const char *path, const struct stat *like, fiat_error *err) {
    struct stat st;
    if (fstat(fd, &st) != 0) return fiat__err_sys(err, errno, "cannot look at %s", path);
    if (st.st_uid != like->st_uid || st.st_gid != like->st_gid) {
        int refused = fchown(fd, like->st_uid, like->st_gid);
        if (refused) refused = fchown(fd, (uid_t)-1, like->st_gid);
        (void)refused;
    }
    if (fchmod(fd, like->st_mode & 0777) != 0)
        return fiat__err_sys(err, errno, "cannot set the mode of %s", path);
    return FIAT_OK;
}

static fiat_status write_new(const char *path, const struct manner *manner, fiat__str data,
                             fiat_error *err) {
    int fd =
        open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, manner->like ? 0600 : manner->mode);
    if (fd < 0) return fiat__err_sys(err, errno, "cannot create %s", path);
    fiat_status status = fiat__file_write_fd(fd, path, data, err);
    if (status == FIAT_OK && manner->like) status = make_like(fd, path, manner->like, err);
    if (status == FIAT_OK && manner->sync && fsync(fd) != 0)
        status = fiat__err_sys(err, errno, "cannot sync %s", path);
    if (close(fd) != 0 && status == FIAT_OK)
        status = fiat__err_sys(err, errno, "cannot write %s", path);
    if (status != FIAT_OK) unlink(path);
    return status;
}

static fiat_status replace(const char *path, const struct manner *manner, fiat__str data,
                           fiat_error *err) {
    char *dir = parent_of(path), name[32], *temporary = NULL;
    fiat_status status = FIAT_OK;
    snprintf(name, sizeof name, ".%016llx.tmp", (unsigned long long)fiat__random_u64());
    if (dir) temporary = fiat__path_join(dir, name);
    if (!temporary) {
        status = fiat__err_nomem(err);
        goto out;
    }
    status = write_new(temporary, manner, data, err);
    if (status == FIAT_OK && rename(temporary, path) != 0) {
        status = fiat__err_sys(err, errno, "cannot rename %s to %s", temporary, path);
        unlink(temporary);
    }
    if (status == FIAT_OK && manner->sync) status = fiat__dir_sync(dir, err);
out:
    fiat__free(temporary);
    fiat__free(dir);
    return status;
}

fiat_status fiat__file_replace(const char *path, fiat__str data, bool sync, fiat_error *err) {
    return replace(path, &(struct manner){.mode = 0644, .sync = sync}, data, err);
}

fiat_status fiat__file_replace_private(const char *path, fiat__str data, fiat_error *err) {
    return replace(path, &(struct manner){.mode = 0600}, data, err);
}

fiat_status fiat__file_rewrite(const char *path, fiat__str data, fiat_error *err) {
    struct stat st;
    struct manner manner = {.mode = 0644, .sync = true};
    if (lstat(path, &st) != 0) {
        if (errno != ENOENT) return fiat__err_sys(err, errno, "cannot look at %s", path);
        return replace(path, &manner, data, err);
    }
    char target[PATH_MAX]; /* on the stack: what realpath() allocates is not from our allocator */
    if (!realpath(path, target)) return fiat__err_sys(err, errno, "cannot follow %s", path);
    if (stat(target, &st) != 0) return fiat__err_sys(err, errno, "cannot look at %s", target);
    if (!S_ISREG(st.st_mode))
        return fiat__err_set(err, FIAT_E_IO, "%s is not a plain file, and is left as it is", path);
    manner.like = &st;
    return replace(target, &manner, data, err);
}

fiat_status fiat__dir_make(const char *path, fiat_error *err) {
    char *copy = fiat__strdup(path);
    if (!copy) return fiat__err_nomem(err);
    fiat_status status = FIAT_OK;
    for (char *at = copy; status == FIAT_OK && *at;) {
        while (*at == '/')
            at++;
        while (*at && *at != '/')
            at++;
        char kept = *at;
        *at = '\0';
        if (*copy && mkdir(copy, 0755) != 0) {
            int reason = errno; /* a read-only parent of a folder that exists is no failure */
            if (!fiat__path_is_dir(copy))
                status = fiat__err_sys(err, reason, "cannot make folder %s", copy);
        }
        *at = kept;
    }
    fiat__free(copy);
    return status;
}

fiat_status fiat__dir_sync(const char *path, fiat_error *err) {
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return fiat__err_sys(err, errno, "cannot open folder %s", path);
    fiat_status status = FIAT_OK;
    if (fsync(fd) != 0) status = fiat__err_sys(err, errno, "cannot sync folder %s", path);
    close(fd);
    return status;
}

fiat_status fiat__dir_sync_of(const char *file, fiat_error *err) {
    char *dir = parent_of(file);
    fiat_status status = dir ? fiat__dir_sync(dir, err) : fiat__err_nomem(err);
    fiat__free(dir);
    return status;
}

static int compare_names(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool list_push(char ***names, size_t *count, size_t *cap, const char *name) {
    if (*count == *cap) {
        size_t grown = *cap ? *cap * 2 : 16;
        char **more = fiat__realloc_array(*names, grown, sizeof *more);
        if (!more) return false;
        *names = more;
        *cap = grown;
    }
    char *copy = fiat__strdup(name);
    if (!copy) return false;
    (*names)[(*count)++] = copy;
    return true;
}

fiat_status fiat__dir_list(const char *path, char ***names, size_t *count, fiat_error *err) {
    *names = NULL;
    *count = 0;
    DIR *dir = opendir(path);
    if (!dir) return fiat__err_sys(err, errno, "cannot open folder %s", path);
    fiat_status status = FIAT_OK;
    size_t cap = 0;
    struct dirent *entry;
    while (status == FIAT_OK && (errno = 0, entry = readdir(dir)) != NULL) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
        if (!list_push(names, count, &cap, entry->d_name)) status = fiat__err_nomem(err);
    }
    if (status == FIAT_OK && errno != 0)
        status = fiat__err_sys(err, errno, "cannot read folder %s", path);
    closedir(dir);
    if (status != FIAT_OK) {
        fiat__dir_free_list(*names, *count);
        *names = NULL;
        *count = 0;
    } else if (*count > 0) {
        qsort(*names, *count, sizeof **names, compare_names);
    }
    return status;
}

void fiat__dir_free_list(char **names, size_t count) {
    for (size_t i = 0; i < count; i++)
        fiat__free(names[i]);
    fiat__free(names);
}

char *fiat__path_join(const char *dir, const char *name) {
    size_t dir_len = strlen(dir), name_len = strlen(name);
    bool slash = dir_len > 0 && dir[dir_len - 1] != '/';
    char *path = fiat__malloc(dir_len + slash + name_len + 1);
    if (!path) return NULL;
    memcpy(path, dir, dir_len);
    if (slash) path[dir_len] = '/';
    memcpy(path + dir_len + slash, name, name_len + 1);
    return path;
}

bool fiat__path_is_dir(const char *path) {
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

bool fiat__path_exists(const char *path) {
    struct stat st;
    return stat(path, &st) == 0;
}
