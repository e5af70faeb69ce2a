/* Objects under a folder: names, and writing them whole or not at all.
 *
 * An object is written beside its place as ".NAME.tmp" and renamed when it is complete, so a reader
 * that passes over names with a leading dot never sees a part. The temporary name follows from the
 * object's own, which is unique, so that writing the same object again after a crash takes the
 * left-over with it. One thread a writer. */
#include "producer/object.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/file.h"
#include "base/mem.h"
#include "producer/pack.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#define CHUNK_BYTES (64 * 1024)
/* ".NAME.tmp" must be a file name too; 255 bytes is what Linux file systems take. */
#define KEY_PART_MAX_BYTES (255 - 5)

struct fiat__object_writer {
    char *path, *temporary;
    size_t dir_len; /* of the part of `path` that was there before the key */
    int fd;
    bool gzip;
    z_stream deflate;
    unsigned char chunk[CHUNK_BYTES];
};

fiat_status fiat__object_name(fiat__buf *out, const char *stream, unsigned version, int64_t time_ms,
                              const char *uuid, const char *extension, fiat_error *err) {
    const fiat__utc t = fiat__utc_of_ms(time_ms);
    fiat__buf_printf(out, "%s-%u-%04d-%02d-%02d-%02d-%02d-%02d-%s%s", stream, version, t.year,
                     t.month, t.day, t.hour, t.minute, t.second, uuid, extension ? extension : "");
    return fiat__buf_status(out, err);
}

static fiat_status bad_key(fiat_error *err, fiat__str key, const char *why) {
    return fiat__err_set(err, FIAT_E_ARG, "object key \"%.*s\": %s",
                         (int)(key.len < 100 ? key.len : 100), key.ptr, why);
}

fiat_status fiat__object_check_key(fiat__str key, fiat_error *err) {
    if (key.len == 0) return bad_key(err, key, "is empty");
    if (key.len > FIAT__KEY_MAX_BYTES) return bad_key(err, key, "is longer than 1024 bytes");
    if (memchr(key.ptr, '\0', key.len)) return bad_key(err, key, "has a NUL byte");
    for (size_t at = 0; at <= key.len;) {
        const char *slash = memchr(key.ptr + at, '/', key.len - at);
        const size_t len = slash ? (size_t)(slash - key.ptr) - at : key.len - at;
        const fiat__str name = {key.ptr + at, len};
        if (len == 0) return bad_key(err, key, "has an empty part before, between or after '/'");
        if (fiat__str_eq_c(name, ".") || fiat__str_eq_c(name, ".."))
            return bad_key(err, key, "\".\" and \"..\" cannot be folders of a local object");
        if (len > KEY_PART_MAX_BYTES)
            return bad_key(err, key, "has a part longer than 250 bytes between two '/'");
        at += len + 1;
    }
    return FIAT_OK;
}

static void free_writer(fiat__object_writer *writer) {
    if (writer->gzip) deflateEnd(&writer->deflate);
    if (writer->fd >= 0) close(writer->fd);
    fiat__free(writer->path);
    fiat__free(writer->temporary);
    fiat__free(writer);
}

/* The two paths, with the folder of both made. */
static fiat_status make_paths(fiat__object_writer *writer, const char *dir, const char *key,
                              fiat_error *err) {
    writer->path = fiat__path_join(dir, key);
    const size_t size = writer->path ? strlen(writer->path) + sizeof ".." + sizeof ".tmp" : 0;
    writer->temporary = writer->path ? fiat__malloc(size) : NULL;
    if (!writer->temporary) return fiat__err_nomem(err);
    writer->dir_len = strlen(writer->path) - strlen(key);
    char *slash = strrchr(writer->path, '/');
    *slash = '\0'; /* there is one: `dir` is joined with '/' */
    fiat_status status = slash == writer->path ? FIAT_OK : fiat__dir_make(writer->path, err);
    snprintf(writer->temporary, size, "%s/.%s.tmp", writer->path, slash + 1);
    *slash = '/';
    return status;
}

fiat_status fiat__object_open(fiat__object_writer **out, const char *dir, const char *key,
                              bool gzip, fiat_error *err) {
    fiat_status status = fiat__object_check_key(fiat__str_c(key), err);
    if (status != FIAT_OK) return status;
    fiat__object_writer *writer = fiat__calloc(1, sizeof *writer);
    if (!writer) return fiat__err_nomem(err);
    writer->fd = -1;
    status = make_paths(writer, *dir ? dir : ".", key, err);
    if (status != FIAT_OK) goto out;
    writer->fd =
        open(writer->temporary, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0644);
    if (writer->fd < 0) {
        status = fiat__err_sys(err, errno, "cannot create %s", writer->temporary);
        goto out;
    }
    writer->deflate.zalloc = fiat__zlib_alloc;
    writer->deflate.zfree = fiat__zlib_free;
    if (gzip && deflateInit2(&writer->deflate, Z_DEFAULT_COMPRESSION, Z_DEFLATED, 15 + 16, 8,
                             Z_DEFAULT_STRATEGY) != Z_OK)
        status = fiat__err_nomem(err);
    else
        writer->gzip = gzip;
out:
    if (status != FIAT_OK)
        fiat__object_abort(writer);
    else
        *out = writer;
    return status;
}

/* Compress `data` (with Z_FINISH: all that is left as well) and write what comes out. */
static fiat_status write_deflated(fiat__object_writer *writer, fiat__str data, int flush,
                                  fiat_error *err) {
    z_stream *z = &writer->deflate;
    z->next_in = (unsigned char *)(uintptr_t)data.ptr; /* zlib's prototype lacks const */
    z->avail_in = (unsigned)data.len;
    for (;;) {
        z->next_out = writer->chunk;
        z->avail_out = CHUNK_BYTES;
        const int result = deflate(z, flush);
        const fiat__str made = {(const char *)writer->chunk, CHUNK_BYTES - z->avail_out};
        fiat_status status = fiat__file_write_fd(writer->fd, writer->temporary, made, err);
        if (status != FIAT_OK) return status;
        if (flush == Z_FINISH ? result == Z_STREAM_END : z->avail_out > 0) return FIAT_OK;
    }
}

fiat_status fiat__object_append(fiat__object_writer *writer, fiat__str data, fiat_error *err) {
    if (!writer->gzip) return fiat__file_write_fd(writer->fd, writer->temporary, data, err);
    while (data.len > 0) { /* zlib counts in 32 bits */
        const size_t len = data.len < (1u << 30) ? data.len : (1u << 30);
        fiat_status status = write_deflated(writer, fiat__str_of(data.ptr, len), Z_NO_FLUSH, err);
        if (status != FIAT_OK) return status;
        data.ptr += len;
        data.len -= len;
    }
    return FIAT_OK;
}

/* fsync the object's folder and those above it that the key named, which may be new. */
static fiat_status sync_folders(fiat__object_writer *writer, fiat_error *err) {
    char *path = fiat__strdup(writer->path);
    if (!path) return fiat__err_nomem(err);
    fiat_status status = FIAT_OK;
    for (size_t len = strlen(path); status == FIAT_OK && len >= writer->dir_len;) {
        char *slash = strrchr(path, '/');
        *slash = '\0'; /* there is one: the key is joined to the folder with '/' */
        len = (size_t)(slash - path);
        status = fiat__dir_sync(len == 0 ? "/" : path, err);
    }
    fiat__free(path);
    return status;
}

fiat_status fiat__object_commit(fiat__object_writer *writer, bool sync, fiat_error *err) {
    fiat_status status = FIAT_OK;
    if (writer->gzip) status = write_deflated(writer, fiat__str_of(NULL, 0), Z_FINISH, err);
    if (status == FIAT_OK && sync && fsync(writer->fd) != 0)
        status = fiat__err_sys(err, errno, "cannot sync %s", writer->temporary);
    if (close(writer->fd) != 0 && status == FIAT_OK)
        status = fiat__err_sys(err, errno, "cannot write %s", writer->temporary);
    writer->fd = -1;
    if (status == FIAT_OK && rename(writer->temporary, writer->path) != 0)
        status =
            fiat__err_sys(err, errno, "cannot rename %s to %s", writer->temporary, writer->path);
    if (status != FIAT_OK) {
        fiat__object_abort(writer);
        return status;
    }
    if (sync) status = sync_folders(writer, err);
    if (status != FIAT_OK) unlink(writer->path);
    free_writer(writer);
    return status;
}

void fiat__object_abort(fiat__object_writer *writer) {
    if (!writer) return;
    if (writer->temporary) unlink(writer->temporary);
    free_writer(writer);
}

fiat_status fiat__object_write(const char *dir, const char *key, const fiat__str *parts,
                               size_t part_count, bool gzip, bool sync, fiat_error *err) {
    fiat__object_writer *writer = NULL;
    fiat_status status = fiat__object_open(&writer, dir, key, gzip, err);
    for (size_t i = 0; status == FIAT_OK && i < part_count; i++)
        status = fiat__object_append(writer, parts[i], err);
    if (status == FIAT_OK) return fiat__object_commit(writer, sync, err);
    fiat__object_abort(writer);
    return status;
}
