#include "local/segment.h"
#include "base/error.h"
#include "base/file.h"
#include "base/mem.h"
#include "json/doc.h"
#include "json/writer.h"
#include "producer/object.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#define FRAME_HEAD_BYTES 8
#define COPY_BYTES       (64 * 1024)

static void put_u32(char *to, uint32_t value) {
    for (int i = 0; i < 4; i++)
        to[i] = (char)(value >> (8 * i));
}

static uint32_t get_u32(const char *from) {
    uint32_t value = 0;
    for (int i = 0; i < 4; i++)
        value |= (uint32_t)(unsigned char)from[i] << (8 * i);
    return value;
}

static uint32_t checksum(fiat__str bytes) {
    return (uint32_t)crc32_z(0, (const unsigned char *)bytes.ptr, bytes.len);
}

/* --- writing ---------------------------------------------------------------------------------- */

/* Start a frame in `out`; finish_frame() fills in the head. */
static bool start_frame(fiat__buf *out) {
    static const char head[FRAME_HEAD_BYTES] = {0};
    return fiat__buf_append(out, head, sizeof head);
}

static void finish_frame(fiat__buf *frame) {
    const fiat__str payload = {frame->ptr + FRAME_HEAD_BYTES, frame->len - FRAME_HEAD_BYTES};
    put_u32(frame->ptr, (uint32_t)payload.len);
    put_u32(frame->ptr + 4, checksum(payload));
}

/* Write a frame whole, or leave the file as it was. */
static fiat_status write_frame(fiat__segment *segment, fiat__str frame, bool sync,
                               fiat_error *err) {
    fiat_status status = fiat__file_write_fd(segment->fd, segment->path, frame, err);
    if (status == FIAT_OK && sync && fdatasync(segment->fd) != 0)
        status = fiat__err_sys(err, errno, "cannot sync %s", segment->path);
    if (status == FIAT_OK) {
        segment->size_bytes += frame.len;
    } else if (ftruncate(segment->fd, (off_t)segment->size_bytes) != 0 ||
               lseek(segment->fd, (off_t)segment->size_bytes, SEEK_SET) < 0) {
        segment->broken = true;
    }
    return status;
}

static fiat_status write_head(fiat__segment *segment, bool sync, fiat_error *err) {
    fiat__buf frame;
    fiat__buf_init(&frame, 64 * 1024);
    bool first = true;
    start_frame(&frame);
    fiat__buf_append_char(&frame, '{');
    fiat__json_write_key(&frame, &first, "object");
    fiat__json_write_string_c(&frame, segment->object);
    fiat__json_write_key(&frame, &first, "gzip");
    fiat__buf_append_c(&frame, segment->gzip ? "true}" : "false}");
    fiat_status status = fiat__buf_status(&frame, err);
    if (status == FIAT_OK) {
        finish_frame(&frame);
        status = write_frame(segment, fiat__buf_str(&frame), sync, err);
    }
    fiat__buf_deinit(&frame);
    return status;
}

static fiat__segment *new_segment(const char *path, const char *object, bool gzip) {
    fiat__segment *segment = fiat__calloc(1, sizeof *segment);
    if (!segment) return NULL;
    segment->fd = -1;
    segment->gzip = gzip;
    segment->path = fiat__strdup(path);
    segment->object = fiat__strdup(object);
    if (segment->path && segment->object) return segment;
    fiat__segment_close(segment, false);
    return NULL;
}

static fiat_status sync_parent(const char *path, fiat_error *err) {
    char *dir = fiat__strndup(path, (size_t)(strrchr(path, '/') - path));
    if (!dir) return fiat__err_nomem(err);
    fiat_status status = fiat__dir_sync(dir, err);
    fiat__free(dir);
    return status;
}

fiat_status fiat__segment_create(fiat__segment **out, const char *path, const char *object,
                                 bool gzip, bool sync, fiat_error *err) {
    fiat__segment *segment = new_segment(path, object, gzip);
    if (!segment) return fiat__err_nomem(err);
    segment->fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (segment->fd < 0) {
        fiat_status status = fiat__err_sys(err, errno, "cannot create %s", path);
        fiat__segment_close(segment, false);
        return status;
    }
    fiat_status status = write_head(segment, sync, err);
    if (status == FIAT_OK && sync) status = sync_parent(path, err);
    if (status == FIAT_OK)
        *out = segment;
    else
        fiat__segment_close(segment, true);
    return status;
}

fiat_status fiat__segment_append(fiat__segment *segment, const fiat__str *records, size_t count,
                                 fiat__str delimiter, bool sync, fiat_error *err) {
    fiat__buf frame;
    uint64_t data_bytes = 0;
    fiat__buf_init(&frame, FRAME_HEAD_BYTES + FIAT__SEGMENT_FRAME_MAX_BYTES);
    start_frame(&frame);
    for (size_t i = 0; i < count; i++) {
        char length[4];
        put_u32(length, (uint32_t)(records[i].len + delimiter.len));
        fiat__buf_append(&frame, length, sizeof length);
        fiat__buf_append(&frame, records[i].ptr, records[i].len);
        fiat__buf_append(&frame, delimiter.ptr, delimiter.len);
        data_bytes += records[i].len + delimiter.len;
    }
    fiat_status status = fiat__buf_status(&frame, err);
    if (status == FIAT_OK) {
        finish_frame(&frame);
        status = write_frame(segment, fiat__buf_str(&frame), sync, err);
    }
    if (status == FIAT_OK) segment->data_bytes += data_bytes;
    fiat__buf_deinit(&frame);
    return status;
}

/* --- reading ---------------------------------------------------------------------------------- */

/* A kill leaves a torn frame, one that the file is too short for. A frame that is there and wrong
 * is the work of a power cut or of a disk. */
enum frame { FRAME_END, FRAME_WHOLE, FRAME_TORN, FRAME_DAMAGED };

/* Read up to `len` bytes; *got is less at the end of the file. */
static fiat_status read_some(fiat__segment *segment, char *to, size_t len, size_t *got,
                             fiat_error *err) {
    for (*got = 0; *got < len;) {
        const ssize_t now = read(segment->fd, to + *got, len - *got);
        if (now < 0 && errno == EINTR) continue;
        if (now < 0) return fiat__err_sys(err, errno, "cannot read %s", segment->path);
        if (now == 0) break;
        *got += (size_t)now;
    }
    return FIAT_OK;
}

/* Read the next frame's payload. */
static fiat_status read_frame(fiat__segment *segment, fiat__buf *payload, enum frame *kind,
                              fiat_error *err) {
    char head[FRAME_HEAD_BYTES];
    size_t got;
    fiat__buf_clear(payload);
    fiat_status status = read_some(segment, head, sizeof head, &got, err);
    *kind = got == 0 ? FRAME_END : FRAME_TORN;
    if (status != FIAT_OK || got < sizeof head) return status;
    const uint32_t len = get_u32(head);
    *kind = FRAME_DAMAGED;
    if (len == 0 || len > FIAT__SEGMENT_FRAME_MAX_BYTES) return FIAT_OK;
    if (!fiat__buf_reserve(payload, len)) return fiat__buf_status(payload, err);
    status = read_some(segment, payload->ptr, len, &got, err);
    payload->len = got;
    if (status == FIAT_OK && got < len)
        *kind = FRAME_TORN;
    else if (status == FIAT_OK && checksum(fiat__buf_str(payload)) == get_u32(head + 4))
        *kind = FRAME_WHOLE;
    return status;
}

/* Split a request's payload into records; false when the lengths do not add up. */
static bool next_record(fiat__str *rest, fiat__str *record) {
    if (rest->len < 4) return false;
    const uint32_t len = get_u32(rest->ptr);
    if (len > rest->len - 4) return false;
    *record = fiat__str_of(rest->ptr + 4, len);
    *rest = fiat__str_of(record->ptr + len, rest->len - 4 - len);
    return true;
}

static fiat_status corrupt(const fiat__segment *segment, fiat_error *err) {
    return fiat__err_set(err, FIAT_E_IO,
                         "buffer %s is damaged at byte %llu; move it away and start again",
                         segment->path, (unsigned long long)segment->size_bytes);
}

/* What the head says, into the segment. */
static fiat_status read_head(fiat__segment *segment, fiat__str head, fiat_error *err) {
    fiat__doc *doc = NULL;
    const char *object = NULL;
    fiat_status status = fiat__doc_parse(&doc, head, err);
    if (status == FIAT_OK && (!fiat__doc_string(fiat__doc_get(doc, "object"), &object) ||
                              !fiat__doc_bool(fiat__doc_get(doc, "gzip"), &segment->gzip)))
        status = corrupt(segment, err);
    if (status == FIAT_OK) {
        fiat__free(segment->object);
        segment->object = fiat__strdup(object);
        if (!segment->object) status = fiat__err_nomem(err);
    }
    fiat__doc_free(doc);
    return status;
}

/* Walk over the whole frames and count; `end` is what came after the last. */
static fiat_status scan(fiat__segment *segment, fiat__buf *payload, enum frame *end,
                        fiat_error *err) {
    fiat_status status = read_frame(segment, payload, end, err);
    if (status != FIAT_OK || *end != FRAME_WHOLE) return status;
    status = read_head(segment, fiat__buf_str(payload), err);
    while (status == FIAT_OK && *end == FRAME_WHOLE) {
        segment->size_bytes += FRAME_HEAD_BYTES + payload->len;
        status = read_frame(segment, payload, end, err);
        fiat__str rest = fiat__buf_str(payload), record;
        while (status == FIAT_OK && *end == FRAME_WHOLE && rest.len > 0) {
            if (!next_record(&rest, &record)) return corrupt(segment, err);
            segment->data_bytes += record.len;
        }
    }
    return status;
}

/* Copy what follows the whole frames to PATH.damaged: it may hold what was acknowledged. */
static fiat_status save_tail(fiat__segment *segment, fiat__buf *chunk, fiat_error *err) {
    const size_t size = strlen(segment->path) + sizeof ".damaged";
    char *path = fiat__malloc(size);
    if (!path) return fiat__err_nomem(err);
    snprintf(path, size, "%s.damaged", segment->path);
    fiat_status status = FIAT_OK;
    const int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    fiat__buf_clear(chunk);
    if (fd < 0)
        status = fiat__err_sys(err, errno, "cannot create %s", path);
    else if (lseek(segment->fd, (off_t)segment->size_bytes, SEEK_SET) < 0)
        status = fiat__err_sys(err, errno, "cannot read %s", segment->path);
    else if (!fiat__buf_reserve(chunk, COPY_BYTES))
        status = fiat__buf_status(chunk, err);
    for (size_t got = 1; status == FIAT_OK && got > 0;) {
        status = read_some(segment, chunk->ptr, COPY_BYTES, &got, err);
        if (status == FIAT_OK)
            status = fiat__file_write_fd(fd, path, fiat__str_of(chunk->ptr, got), err);
    }
    if (fd >= 0) close(fd);
    fiat__free(path);
    return status;
}

static fiat_status cut_tail(fiat__segment *segment, uint64_t *cut_bytes, fiat_error *err) {
    struct stat st;
    if (fstat(segment->fd, &st) != 0)
        return fiat__err_sys(err, errno, "cannot look at %s", segment->path);
    *cut_bytes = (uint64_t)st.st_size - segment->size_bytes;
    if (*cut_bytes > 0 && ftruncate(segment->fd, (off_t)segment->size_bytes) != 0)
        return fiat__err_sys(err, errno, "cannot cut %s", segment->path);
    return FIAT_OK;
}

fiat_status fiat__segment_recover(fiat__segment **out, const char *path, uint64_t *cut_bytes,
                                  bool *damaged, fiat_error *err) {
    *out = NULL;
    fiat__segment *segment = new_segment(path, "", false);
    if (!segment) return fiat__err_nomem(err);
    fiat__buf payload;
    fiat__buf_init(&payload, FIAT__SEGMENT_FRAME_MAX_BYTES);
    fiat_status status = FIAT_OK;
    enum frame end = FRAME_END;
    segment->fd = open(path, O_RDWR | O_CLOEXEC);
    if (segment->fd < 0) status = fiat__err_sys(err, errno, "cannot open %s", path);
    if (status == FIAT_OK) status = scan(segment, &payload, &end, err);
    *damaged = end == FRAME_DAMAGED;
    if (status == FIAT_OK && *damaged) status = save_tail(segment, &payload, err);
    if (status == FIAT_OK) status = cut_tail(segment, cut_bytes, err);
    const bool empty = status == FIAT_OK && segment->data_bytes == 0;
    if (status == FIAT_OK && !empty)
        *out = segment;
    else
        fiat__segment_close(segment, empty);
    fiat__buf_deinit(&payload);
    return status;
}

static fiat_status copy_records(fiat__segment *segment, fiat__object_writer *writer,
                                fiat__buf *payload, fiat_error *err) {
    uint64_t at = 0;
    for (bool is_head = true; at < segment->size_bytes; is_head = false) {
        enum frame kind;
        fiat_status status = read_frame(segment, payload, &kind, err);
        if (status != FIAT_OK) return status;
        if (kind != FRAME_WHOLE) return corrupt(segment, err);
        at += FRAME_HEAD_BYTES + payload->len;
        fiat__str rest = fiat__buf_str(payload), record;
        while (!is_head && rest.len > 0) {
            if (!next_record(&rest, &record)) return corrupt(segment, err);
            status = fiat__object_append(writer, record, err);
            if (status != FIAT_OK) return status;
        }
    }
    return FIAT_OK;
}

fiat_status fiat__segment_deliver(fiat__segment *segment, const char *dir, bool sync,
                                  fiat_error *err) {
    if (lseek(segment->fd, 0, SEEK_SET) < 0)
        return fiat__err_sys(err, errno, "cannot read %s", segment->path);
    fiat__object_writer *writer = NULL;
    fiat_status status = fiat__object_open(&writer, dir, segment->object, segment->gzip, err);
    if (status != FIAT_OK) return status;
    fiat__buf payload;
    fiat__buf_init(&payload, FIAT__SEGMENT_FRAME_MAX_BYTES);
    status = copy_records(segment, writer, &payload, err);
    fiat__buf_deinit(&payload);
    if (status == FIAT_OK) return fiat__object_commit(writer, sync, err);
    fiat__object_abort(writer);
    return status;
}

void fiat__segment_close(fiat__segment *segment, bool remove) {
    if (!segment) return;
    if (segment->fd >= 0) close(segment->fd);
    if (remove) unlink(segment->path);
    fiat__free(segment->path);
    fiat__free(segment->object);
    fiat__free(segment);
}
