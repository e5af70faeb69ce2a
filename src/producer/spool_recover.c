/* What is found in a folder: by the next process that opens the spool, and by those that only look.
 *
 * Segments of former processes are read and never written to: a torn tail is where reading ends, a
 * damaged place is skipped, and new events go to a new segment. */
#include "base/error.h"
#include "base/file.h"
#include "base/mem.h"
#include "producer/spool_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

bool fiat__spool_is_shortage(int error) {
    return error == EMFILE || error == ENFILE || error == ENOMEM;
}

/* Frames of an open segment: count them, and show the visitor what is not settled. */
static fiat_status read_frames(fiat__spool_reader *reader, const unsigned char *settled,
                               const fiat__spool_visitor *visitor, fiat__spool_check *out,
                               fiat_error *err) {
    fiat__spool_frame frame;
    fiat_status status = FIAT_OK;
    while (status == FIAT_OK && fiat__spool_reader_next(reader, &frame, &out->torn)) {
        out->events++;
        out->damaged += frame.index - out->count;
        out->count = frame.index + 1;
        out->end = reader->at;
        if (fiat__spool_bit(settled, frame.index)) continue;
        out->unsettled++;
        if (visitor && visitor->event) status = visitor->event(&frame, visitor->ctx, err);
    }
    out->damaged_bytes = reader->damaged_bytes;
    out->error = reader->error;
    return status;
}

static fiat_status check_open(const fiat__spool_io *io, int fd, const char *stem, char *window,
                              const fiat__spool_visitor *visitor, fiat__spool_check *out,
                              fiat_error *err) {
    char head[FIAT__SPOOL_HEAD_BYTES], path[FIAT__SPOOL_PATH_BYTES];
    struct stat st;
    if (fstat(fd, &st) != 0) {
        out->error = errno;
        return FIAT_OK;
    }
    out->bytes = (uint64_t)st.st_size;
    out->end = FIAT__SPOOL_HEAD_BYTES;
    size_t got = fiat__spool_read(io, fd, head, sizeof head, 0, &out->error);
    if (out->error) return FIAT_OK;
    out->headless = got < sizeof head || !fiat__spool_head_read(head, &out->head);
    if (out->headless) {
        out->torn = got < sizeof head;
        out->damaged_bytes = out->torn ? 0 : out->bytes;
        return FIAT_OK;
    }
    /* No frame is shorter than its head: a bound of the indices that count. */
    const uint64_t most = out->bytes / FIAT__SPOOL_FRAME_BYTES + 1;
    const uint32_t bit_count = most < UINT32_MAX ? (uint32_t)most : UINT32_MAX;
    unsigned char *settled = fiat__calloc(bit_count / 8 + 1, 1);
    if (!settled) return fiat__err_nomem(err);
    out->note_bytes = fiat__spool_notes_read(io, fiat__spool_path(path, stem, "ack"), out->head.id,
                                             settled, bit_count, &out->error);
    fiat__spool_reader reader;
    fiat__spool_reader_init(&reader, io, fd, out->head.id, out->bytes, window);
    reader.index_limit = bit_count;
    fiat_status status = FIAT_OK; /* with some notes missing, settled events would be sent again */
    if (!out->error) status = read_frames(&reader, settled, visitor, out, err);
    fiat__free(settled);
    return status;
}

fiat_status fiat__spool_check_segment(const fiat__spool_io *io, const char *stem, char *window,
                                      const fiat__spool_visitor *visitor, fiat__spool_check *out,
                                      fiat_error *err) {
    char path[FIAT__SPOOL_PATH_BYTES];
    *out = (fiat__spool_check){0};
    int fd = io->open(fiat__spool_path(path, stem, "log"), O_RDONLY, 0);
    fiat_status status = FIAT_OK;
    if (fd < 0)
        out->error = errno;
    else
        status = check_open(io, fd, stem, window, visitor, out, err);
    if (fd >= 0) close(fd);
    if (status == FIAT_OK && fiat__spool_is_shortage(out->error))
        return fiat__err_sys(err, out->error, "cannot read %s", path);
    return status;
}

/* Take a segment over; one in which nothing is left to send is put away at once. Of one that the
 * disk does not give, what it gave before is sent; the file stays, for the next process to try. */
static fiat_status adopt_segment(fiat__spool *spool, fiat__spool_dir *dir, const char *stem,
                                 fiat_error *err) {
    char path[FIAT__SPOOL_PATH_BYTES];
    fiat__spool_check check;
    fiat_status status =
        fiat__spool_check_segment(spool->io, stem, spool->window, NULL, &check, err);
    if (status != FIAT_OK) return status;
    fiat__spool_segment *segment = fiat__spool_add_segment(spool, dir, stem);
    if (!segment) return fiat__err_nomem(err);
    segment->stays = check.error != 0;
    if (segment->stays)
        fiat__spool_unreadable(spool, fiat__spool_path(path, stem, "log"), check.error);
    segment->id = check.head.id;
    segment->count = segment->readable = check.count;
    segment->unread = segment->unsettled = (uint32_t)check.unsettled;
    segment->readable_end = check.end;
    segment->end = segment->stays ? check.bytes : check.end;
    segment->note_bytes = check.note_bytes;
    segment->sealed = true;
    segment->damaged = check.damaged_bytes > 0;
    spool->bytes += segment->end + check.note_bytes;
    spool->unsettled += check.unsettled;
    spool->recovered += check.unsettled;
    spool->damaged += check.damaged;
    spool->damaged_bytes += check.damaged_bytes;
    atomic_fetch_add(&spool->appended, check.unsettled);
    if (check.unsettled == 0 && !segment->stays) fiat__spool_drop_segment(spool, segment);
    return FIAT_OK;
}

fiat_status fiat__spool_recover(fiat__spool *spool, fiat__spool_dir *dir, fiat_error *err) {
    char **names, stem[FIAT__SPOOL_PATH_BYTES];
    size_t count;
    fiat_status status = fiat__dir_list(dir->path, &names, &count, err);
    if (status != FIAT_OK) return status;
    for (size_t i = 0; i < count && status == FIAT_OK; i++) {
        uint64_t number;
        if (!fiat__spool_is_segment(names[i], &number)) continue;
        /* No spool comes to numbers beyond; a name that does must not use them up. */
        if (dir == spool->dirs && number >= spool->next_number && number < INT64_MAX)
            spool->next_number = number + 1;
        snprintf(stem, sizeof stem, "%s/%.16s", dir->path, names[i]);
        status = adopt_segment(spool, dir, stem, err);
    }
    fiat__dir_free_list(names, count);
    return status;
}

/* --- looking --- */

typedef struct looking {
    const fiat__spool_visitor *visitor;
    char *window;
    size_t skip; /* bytes of a path that are the spool's own folder */
} looking;

static fiat_status look_at_segment(const looking *look, const char *dir, const char *name,
                                   bool quarantined, fiat_error *err) {
    char stem[FIAT__SPOOL_PATH_BYTES], path[FIAT__SPOOL_PATH_BYTES];
    fiat__spool_check check;
    fiat__spool_visitor none = {0};
    int len = snprintf(stem, sizeof stem, "%s/%s", dir, name);
    if (len >= (int)sizeof stem - 4) return FIAT_OK;
    stem[len - 4] = '\0'; /* ".log" */
    fiat_status status =
        fiat__spool_check_segment(&fiat__spool_io_system, stem, look->window,
                                  quarantined ? &none : look->visitor, &check, err);
    if (status != FIAT_OK) return status;
    if (check.error == ENOENT) return FIAT_OK; /* delivered and deleted meanwhile */
    const fiat__spool_file file = {.path = fiat__spool_path(path, stem, "log") + look->skip,
                                   .bytes = check.bytes + check.note_bytes,
                                   .events = check.events,
                                   .unsettled = quarantined ? 0 : check.unsettled,
                                   .damaged_bytes = check.damaged_bytes,
                                   .error = check.error,
                                   .torn = check.torn,
                                   .quarantined = quarantined};
    return look->visitor->file(&file, look->visitor->ctx, err);
}

enum folder { FOLDER_SPOOL, FOLDER_FORK, FOLDER_QUARANTINE };

/* The names in a folder. One below the spool's own that cannot be read is a finding. */
static fiat_status list_dir(const looking *look, const char *dir, enum folder kind, char ***names,
                            size_t *count, fiat_error *err) {
    fiat_error why = FIAT_ERROR_INIT;
    const fiat_status status = fiat__dir_list(dir, names, count, &why);
    if (status == FIAT_OK) return FIAT_OK;
    if (kind == FOLDER_SPOOL || why.sys_code == 0 || fiat__spool_is_shortage(why.sys_code)) {
        fiat__err_assign(err, &why);
        return status;
    }
    if (status == FIAT_E_NOT_FOUND) return FIAT_OK; /* its last event was delivered meanwhile */
    const fiat__spool_file file = {.path = dir + look->skip, .error = why.sys_code};
    return look->visitor->file(&file, look->visitor->ctx, err);
}

static fiat_status look_at_dir(const looking *look, const char *dir, enum folder kind,
                               fiat_error *err) {
    char **names, path[FIAT__SPOOL_PATH_BYTES];
    size_t count;
    uint64_t number;
    fiat_status status = list_dir(look, dir, kind, &names, &count, err);
    for (size_t i = 0; i < count && status == FIAT_OK; i++)
        if (kind == FOLDER_QUARANTINE ? fiat__str_ends(fiat__str_c(names[i]), fiat__str_c(".log"))
                                      : fiat__spool_is_segment(names[i], &number))
            status = look_at_segment(look, dir, names[i], kind == FOLDER_QUARANTINE, err);
    for (size_t i = 0; i < count && status == FIAT_OK && kind == FOLDER_SPOOL; i++) {
        enum folder below = fiat__spool_is_fork(names[i]) ? FOLDER_FORK : FOLDER_QUARANTINE;
        if (below == FOLDER_QUARANTINE && strcmp(names[i], FIAT__SPOOL_QUARANTINE) != 0) continue;
        snprintf(path, sizeof path, "%s/%s", dir, names[i]);
        status = look_at_dir(look, path, below, err);
    }
    fiat__dir_free_list(names, count);
    return status;
}

fiat_status fiat__spool_find(const char *dir, fiat_error *err) {
    char **names;
    size_t count;
    uint64_t number;
    if (strlen(dir) > FIAT__SPOOL_DIR_MAX_BYTES)
        return fiat__err_set(err, FIAT_E_ARG, "the path of the spool is too long");
    fiat_status status = fiat__dir_list(dir, &names, &count, err);
    if (status != FIAT_OK) return status;
    bool found = fiat__spool_dir_was_locked(dir);
    for (size_t i = 0; i < count && !found; i++)
        found = fiat__spool_is_segment(names[i], &number);
    fiat__dir_free_list(names, count);
    if (found) return FIAT_OK;
    return fiat__err_set(err, FIAT_E_ARG,
                         "%s is not the folder of a spool: there is neither a segment nor a "
                         "spool's lock in it; name the folder that spool.dir was set to",
                         dir);
}

fiat_status fiat__spool_inspect(const char *dir, const fiat__spool_visitor *visitor, long *holder,
                                fiat_error *err) {
    fiat_status status = fiat__spool_find(dir, err);
    if (status != FIAT_OK) return status;
    looking look = {.visitor = visitor, .skip = strlen(dir) + 1};
    look.window = fiat__malloc(FIAT__SPOOL_WINDOW_BYTES);
    if (!look.window) return fiat__err_nomem(err);
    *holder = fiat__spool_dir_holder(dir);
    status = look_at_dir(&look, dir, FOLDER_SPOOL, err);
    fiat__free(look.window);
    return status;
}
