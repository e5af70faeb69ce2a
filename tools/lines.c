/* Reading lines of bounded length. */
#include "lines.h"

#include "base/error.h"
#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#define CHUNK_BYTES (256 * 1024)

struct lines {
    char *path;
    gzFile gzip; /* NULL for stdin */
    char *chunk;
    size_t at, end; /* what of the chunk has not been given out */
    fiat__buf line; /* a line that crosses chunks */
    uint64_t number, offset;
};

fiat_status lines_open(lines **out, const char *path, size_t max_bytes, fiat_error *err) {
    bool is_stdin = strcmp(path, "-") == 0;
    int fd = is_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    *out = NULL;
    if (fd < 0) return fiat__err_sys(err, errno, "cannot open %s", path);
    lines *in = fiat__calloc(1, sizeof *in);
    fiat_status status = in ? FIAT_OK : fiat__err_nomem(err);
    if (in) {
        fiat__buf_init(&in->line, max_bytes);
        in->path = fiat__strdup(is_stdin ? "stdin" : path);
        in->chunk = fiat__malloc(CHUNK_BYTES);
        if (!is_stdin) in->gzip = gzdopen(fd, "rb");
        if (!in->path || !in->chunk || (!is_stdin && !in->gzip)) status = fiat__err_nomem(err);
        if (in->gzip) gzbuffer(in->gzip, CHUNK_BYTES);
    }
    if (status == FIAT_OK) {
        *out = in;
        return FIAT_OK;
    }
    if (!is_stdin && (!in || !in->gzip)) close(fd);
    lines_close(in);
    return status;
}

void lines_close(lines *in) {
    if (!in) return;
    if (in->gzip) gzclose_r(in->gzip);
    fiat__buf_deinit(&in->line);
    fiat__free(in->chunk);
    fiat__free(in->path);
    fiat__free(in);
}

static fiat_status fill_gzip(lines *in, fiat_error *err) {
    int got = gzread(in->gzip, in->chunk, CHUNK_BYTES), code = Z_OK;
    const char *message = gzerror(in->gzip, &code);
    /* A file that ends in the middle gives its data first and the error after. */
    if (got < 0 || (got == 0 && code != Z_OK && code != Z_STREAM_END)) {
        if (code == Z_ERRNO && errno == EINTR) return FIAT_OK;
        if (code == Z_ERRNO) return fiat__err_sys(err, errno, "cannot read %s", in->path);
        return fiat__err_set(err, FIAT_E_IO, "%s: damaged gzip data: %s", in->path,
                             code == Z_BUF_ERROR ? "it ends too early" : message);
    }
    in->end = (size_t)got;
    z_off_t offset = gzoffset(in->gzip);
    if (offset > 0) in->offset = (uint64_t)offset;
    return FIAT_OK;
}

static fiat_status fill(lines *in, fiat_error *err) {
    in->at = in->end = 0;
    if (in->gzip) return fill_gzip(in, err);
    ssize_t got = read(STDIN_FILENO, in->chunk, CHUNK_BYTES);
    if (got < 0 && errno != EINTR) return fiat__err_sys(err, errno, "cannot read stdin");
    in->end = got > 0 ? (size_t)got : 0;
    return FIAT_OK;
}

/* Keep a part of a line, as much of it as fits. */
static fiat_status keep(lines *in, fiat__str part, bool *whole, fiat_error *err) {
    size_t room = in->line.max - in->line.len;
    if (part.len > room) *whole = false;
    if (fiat__buf_append(&in->line, part.ptr, part.len < room ? part.len : room)) return FIAT_OK;
    return fiat__buf_status(&in->line, err);
}

fiat_status lines_next(lines *in, fiat__str *out, bool *more, bool *whole, fiat_error *err) {
    bool any = false;
    fiat__buf_clear(&in->line);
    *whole = true;
    *more = false;
    for (;;) {
        fiat_status status = in->at == in->end ? fill(in, err) : FIAT_OK;
        if (status != FIAT_OK) return status;
        if (in->at == in->end) break; /* the end, or a signal */
        const char *start = in->chunk + in->at;
        const char *newline = memchr(start, '\n', in->end - in->at);
        fiat__str part = {start, newline ? (size_t)(newline - start) : in->end - in->at};
        in->at += part.len + (newline != NULL);
        if (newline && in->line.len == 0 && part.len <= in->line.max) {
            *out = part; /* the usual case: nothing is copied */
            *more = true;
            in->number++;
            return FIAT_OK;
        }
        any = true;
        status = keep(in, part, whole, err);
        if (status != FIAT_OK) return status;
        if (newline) break;
    }
    *more = any;
    if (any) in->number++;
    *out = fiat__buf_str(&in->line);
    return FIAT_OK;
}

fiat_status lines_rest(lines *in, fiat__buf *out, fiat_error *err) {
    for (;;) {
        fiat_status status = in->at == in->end ? fill(in, err) : FIAT_OK;
        if (status != FIAT_OK) return status;
        if (in->at == in->end) return FIAT_OK;
        if (!fiat__buf_append(out, in->chunk + in->at, in->end - in->at))
            return fiat__err_wrap(err, fiat__buf_status(out, err), "%s", in->path);
        in->at = in->end;
    }
}

uint64_t lines_number(const lines *in) {
    return in->number;
}

uint64_t lines_offset(const lines *in) {
    return in->offset;
}

uint64_t lines_file_bytes(const char *path) {
    struct stat info;
    if (strcmp(path, "-") == 0 || stat(path, &info) != 0 || !S_ISREG(info.st_mode)) return 0;
    return (uint64_t)info.st_size;
}
