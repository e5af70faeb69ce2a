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

/* Open a strand, if there is one, and look at its head. Of a file without a valid one, or of
 * another segment's, nothing can be read. errno. */
static int check_strand(fiat__spool_strands *reader, const char *stem, unsigned strand,
                        fiat__spool_check *out) {
    char bytes[FIAT__SPOOL_HEAD_BYTES];
    fiat__spool_reader *file = &reader->strands[strand].reader;
    fiat__spool_head head;
    struct stat st;
    int error = fiat__spool_strands_open(reader, stem, strand, 0, 0);
    if (error) return error;
    if (fstat(file->fd, &st) != 0) return errno;
    const uint64_t size = (uint64_t)st.st_size;
    const size_t got = fiat__spool_read(reader->io, file->fd, bytes, sizeof bytes, 0, &error);
    if (error) return error;
    out->bytes += size;
    if (got < sizeof bytes) {
        reader->torn = true;
        return 0;
    }
    const bool valid = fiat__spool_head_read(bytes, &head);
    if (valid && out->headless) out->head = head;
    if (!valid || head.id != out->head.id) {
        file->damaged_bytes = size;
        return 0;
    }
    out->headless = false;
    out->ends[strand] = file->at;
    file->id = head.id;
    file->limit = size;
    return 0;
}

static int check_strands(fiat__spool_strands *reader, const char *stem, fiat__spool_check *out) {
    unsigned found = 0;
    for (unsigned i = 0; i < FIAT__SPOOL_STRANDS; i++) {
        const int error = check_strand(reader, stem, i, out);
        if (!error) found++;
        if (!error || error == ENOENT) continue;
        out->error_strand = i;
        return error;
    }
    return found ? 0 : ENOENT;
}

/* Count the frames, and show the visitor what is not settled. */
static fiat_status read_frames(fiat__spool_strands *reader, const unsigned char *settled,
                               const fiat__spool_visitor *visitor, fiat__spool_check *out,
                               fiat_error *err) {
    fiat__spool_frame frame;
    fiat_status status = FIAT_OK;
    while (status == FIAT_OK && fiat__spool_strands_next(reader, &frame)) {
        out->events++;
        out->count = frame.index + 1;
        out->ends[reader->last] = fiat__spool_strands_at(reader, reader->last);
        if (fiat__spool_bit(settled, frame.index)) continue;
        out->unsettled++;
        if (visitor && visitor->event) status = visitor->event(&frame, visitor->ctx, err);
    }
    return status;
}

/* An index that is missing without damage is that of a call that never returned. */
static void conclude(const fiat__spool_strands *reader, fiat__spool_check *out) {
    out->torn = reader->torn;
    out->damaged_bytes = fiat__spool_strands_damaged_bytes(reader);
    if (out->damaged_bytes) out->damaged = out->count - out->events;
}

static fiat_status check_frames(fiat__spool_strands *reader, const char *stem,
                                const fiat__spool_visitor *visitor, fiat__spool_check *out,
                                fiat_error *err) {
    char path[FIAT__SPOOL_PATH_BYTES];
    unsigned char *settled = fiat__calloc(FIAT__SPOOL_INDEX_LIMIT / 8, 1);
    if (!settled) return fiat__err_nomem(err);
    out->note_bytes =
        fiat__spool_notes_read(reader->io, fiat__spool_path(path, stem, "ack"), out->head.id,
                               settled, FIAT__SPOOL_INDEX_LIMIT, &out->error);
    fiat_status status = FIAT_OK; /* with some notes missing, settled events would be sent again */
    if (!out->error) {
        status = read_frames(reader, settled, visitor, out, err);
        out->error = reader->error;
        out->error_strand = reader->error_strand;
    }
    fiat__free(settled);
    return status;
}

fiat_status fiat__spool_check_segment(fiat__spool_strands *reader, const char *stem,
                                      const fiat__spool_visitor *visitor, fiat__spool_check *out,
                                      fiat_error *err) {
    char path[FIAT__SPOOL_PATH_BYTES];
    fiat_status status = FIAT_OK;
    *out = (fiat__spool_check){.headless = true};
    out->error = check_strands(reader, stem, out);
    if (!out->error && !out->headless) status = check_frames(reader, stem, visitor, out, err);
    conclude(reader, out);
    fiat__spool_strands_close(reader);
    if (status == FIAT_OK && fiat__spool_is_shortage(out->error))
        return fiat__err_sys(err, out->error, "cannot read %s",
                             fiat__spool_strand_path(path, stem, out->error_strand));
    return status;
}

/* Take a segment over; one in which nothing is left to send is put away at once. Of one that the
 * disk does not give, what it gave before is sent; the file stays, for the next process to try. */
static fiat_status adopt_segment(fiat__spool *spool, fiat__spool_dir *dir, const char *stem,
                                 fiat_error *err) {
    char path[FIAT__SPOOL_PATH_BYTES];
    fiat__spool_check check;
    fiat_status status = fiat__spool_check_segment(&spool->reader, stem, NULL, &check, err);
    if (status != FIAT_OK) return status;
    fiat__spool_segment *segment = fiat__spool_add_segment(spool, dir, stem);
    if (!segment) return fiat__err_nomem(err);
    segment->stays = check.error != 0;
    if (segment->stays)
        fiat__spool_unreadable(spool, fiat__spool_strand_path(path, stem, check.error_strand),
                               check.error);
    segment->id = check.head.id;
    segment->count = segment->readable = check.count;
    segment->unread = segment->unsettled = (uint32_t)check.unsettled;
    segment->bytes = check.bytes;
    for (int i = 0; i < FIAT__SPOOL_STRANDS; i++)
        segment->strands[i].readable_end = check.ends[i];
    segment->note_bytes = check.note_bytes;
    segment->sealed = true;
    segment->damaged = check.damaged_bytes > 0;
    spool->bytes += check.bytes + check.note_bytes;
    spool->unsettled += check.unsettled;
    spool->recovered += check.unsettled;
    spool->damaged += check.damaged;
    spool->damaged_bytes += check.damaged_bytes;
    atomic_fetch_add(&spool->appended, check.unsettled);
    if (check.unsettled == 0 && !segment->stays) fiat__spool_drop_segment(spool, segment);
    return FIAT_OK;
}

/* Of the strands of a segment, whose names stand together, is this the first? */
static bool is_first_strand(const char *name, const char **before) {
    const char *last = *before;
    const size_t stem = strcspn(name, ".");
    if (!fiat__spool_is_strand(fiat__str_c(name + stem))) return false;
    *before = name;
    return !last || strncmp(last, name, stem + 1) != 0;
}

fiat_status fiat__spool_recover(fiat__spool *spool, fiat__spool_dir *dir, fiat_error *err) {
    char **names, stem[FIAT__SPOOL_STEM_BYTES];
    size_t count;
    fiat_status status = fiat__dir_list(dir->path, &names, &count, err);
    if (status != FIAT_OK) return status;
    uint64_t number;
    const char *before = NULL;
    for (size_t i = 0; i < count && status == FIAT_OK; i++) {
        if (!fiat__spool_is_segment(names[i], &number) || !is_first_strand(names[i], &before))
            continue;
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
    fiat__spool_strands reader;
    size_t skip; /* bytes of a path that are the spool's own folder */
} looking;

static fiat_status look_at_segment(looking *look, const char *dir, const char *name,
                                   bool quarantined, fiat_error *err) {
    char stem[FIAT__SPOOL_STEM_BYTES], path[FIAT__SPOOL_PATH_BYTES];
    fiat__spool_check check;
    fiat__spool_visitor none = {0};
    if (snprintf(stem, sizeof stem, "%s/%.*s", dir, (int)strcspn(name, "."), name) >=
        (int)sizeof stem)
        return FIAT_OK;
    fiat_status status = fiat__spool_check_segment(
        &look->reader, stem, quarantined ? &none : look->visitor, &check, err);
    if (status != FIAT_OK) return status;
    if (check.error == ENOENT) return FIAT_OK; /* delivered and deleted meanwhile */
    const fiat__spool_file file = {.path = fiat__spool_strand_path(path, stem, 0) + look->skip,
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

static fiat_status look_at_dir(looking *look, const char *dir, enum folder kind, fiat_error *err) {
    char **names, path[FIAT__SPOOL_PATH_BYTES];
    size_t count;
    uint64_t number;
    const char *before = NULL;
    fiat_status status = list_dir(look, dir, kind, &names, &count, err);
    for (size_t i = 0; i < count && status == FIAT_OK; i++)
        if ((kind == FOLDER_QUARANTINE || fiat__spool_is_segment(names[i], &number)) &&
            is_first_strand(names[i], &before))
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
    fiat__spool_strands_init(&look.reader, &fiat__spool_io_system);
    *holder = fiat__spool_dir_holder(dir);
    status = look_at_dir(&look, dir, FOLDER_SPOOL, err);
    fiat__spool_strands_deinit(&look.reader);
    return status;
}
