#include "producer/spool_strands.h"

#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

const char *fiat__spool_path(char out[FIAT__SPOOL_PATH_BYTES], const char *stem, const char *ext) {
    snprintf(out, FIAT__SPOOL_PATH_BYTES, "%s.%s", stem, ext);
    return out;
}

const char *fiat__spool_strand_path(char out[FIAT__SPOOL_PATH_BYTES], const char *stem,
                                    unsigned strand) {
    char ext[16] = "log";
    if (strand > 0) snprintf(ext, sizeof ext, "%u.log", strand);
    return fiat__spool_path(out, stem, ext);
}

bool fiat__spool_is_strand(fiat__str rest) {
    if (fiat__str_eq_c(rest, ".log")) return true;
    return rest.len == 6 && rest.ptr[1] >= '1' && rest.ptr[1] < '0' + FIAT__SPOOL_STRANDS &&
           rest.ptr[0] == '.' && fiat__str_ends(rest, fiat__str_c(".log"));
}

static bool is_open(const fiat__spool_strand_reader *strand) {
    return strand->reader.fd >= 0;
}

void fiat__spool_strands_init(fiat__spool_strands *strands, const fiat__spool_io *io) {
    *strands = (fiat__spool_strands){.io = io, .end_index = UINT32_MAX};
    for (int i = 0; i < FIAT__SPOOL_STRANDS; i++)
        strands->strands[i].reader.fd = -1;
}

void fiat__spool_strands_close(fiat__spool_strands *strands) {
    for (int i = 0; i < FIAT__SPOOL_STRANDS; i++) {
        fiat__spool_strand_reader *strand = &strands->strands[i];
        char *window = strand->reader.window;
        if (is_open(strand)) close(strand->reader.fd);
        *strand = (fiat__spool_strand_reader){.reader = {.fd = -1, .window = window}};
    }
    strands->count = strands->last = strands->error_strand = 0;
    strands->next_index = 0;
    strands->end_index = UINT32_MAX;
    strands->torn = false;
    strands->error = 0;
}

void fiat__spool_strands_deinit(fiat__spool_strands *strands) {
    fiat__spool_strands_close(strands);
    for (int i = 0; i < FIAT__SPOOL_STRANDS; i++)
        fiat__free(strands->strands[i].reader.window);
}

int fiat__spool_strands_open(fiat__spool_strands *strands, const char *stem, unsigned strand,
                             uint64_t id, uint64_t limit) {
    char path[FIAT__SPOOL_PATH_BYTES];
    fiat__spool_reader *reader = &strands->strands[strand].reader;
    int fd = strands->io->open(fiat__spool_strand_path(path, stem, strand), O_RDONLY, 0);
    if (fd < 0) return errno;
    char *window = reader->window ? reader->window : fiat__malloc(FIAT__SPOOL_WINDOW_BYTES);
    if (!window) {
        close(fd);
        return ENOMEM;
    }
    fiat__spool_reader_init(reader, strands->io, fd, id, limit, window);
    if (strand >= strands->count) strands->count = strand + 1;
    return 0;
}

/* Have the next frame of a strand at hand, if it has one. false: the disk failed. */
static bool load(fiat__spool_strands *strands, fiat__spool_strand_reader *strand) {
    bool torn;
    if (strand->loaded || !is_open(strand)) return true;
    strand->loaded = fiat__spool_reader_next(&strand->reader, &strand->frame, &torn);
    strands->torn |= torn;
    if (!strand->reader.error) return true;
    strands->error = strand->reader.error;
    strands->error_strand = (unsigned)(strand - strands->strands);
    return false;
}

/* The strand whose next frame has the lowest index; NULL: none has one, or the disk failed. */
static fiat__spool_strand_reader *first_strand(fiat__spool_strands *strands) {
    fiat__spool_strand_reader *first = NULL;
    for (unsigned i = 0; i < strands->count; i++) {
        fiat__spool_strand_reader *strand = &strands->strands[i];
        if (!load(strands, strand)) return NULL;
        if (strand->loaded && (!first || strand->frame.index < first->frame.index)) first = strand;
    }
    return first;
}

bool fiat__spool_strands_next(fiat__spool_strands *strands, fiat__spool_frame *out) {
    fiat__spool_strand_reader *first;
    while (!strands->error && (first = first_strand(strands))) {
        if (first->frame.index >= strands->end_index) return false;
        first->loaded = false;
        if (first->frame.index >= strands->next_index) {
            *out = first->frame;
            strands->last = (unsigned)(first - strands->strands);
            strands->next_index = out->index + 1;
            return true;
        }
        /* There was one of the index. */
        first->reader.damaged_bytes += fiat__spool_frame_bytes(&first->frame);
    }
    return false;
}

uint64_t fiat__spool_strands_at(const fiat__spool_strands *strands, unsigned strand) {
    const fiat__spool_strand_reader *reader = &strands->strands[strand];
    return reader->reader.at - (reader->loaded ? fiat__spool_frame_bytes(&reader->frame) : 0);
}

uint64_t fiat__spool_strands_damaged_bytes(const fiat__spool_strands *strands) {
    uint64_t bytes = 0;
    for (int i = 0; i < FIAT__SPOOL_STRANDS; i++)
        bytes += strands->strands[i].reader.damaged_bytes;
    return bytes;
}
