/* Records compressed with gzip, each a member of its own, so that a stream's Lambda function or
 * destination may join them as they are. Sender thread.
 *
 * A record is compressed when it is sent for the first time and keeps that until it is settled,
 * beside its events, which the reports need. Only records that were sent have it: no more than what
 * was in flight when a stream was held back. */
#include "producer/pack.h"
#include "base/error.h"
#include "base/mem.h"
#include "producer/producer_internal.h"

#include <zlib.h>

#define WINDOW_BITS  15
#define GZIP         16 /* added to them: gzip's header and checksum */
#define MEMORY_LEVEL 8

struct fiat__packer {
    z_stream deflate;
};

void *fiat__zlib_alloc(void *ctx, unsigned count, unsigned bytes) {
    (void)ctx;
    return fiat__calloc(count, bytes);
}

void fiat__zlib_free(void *ctx, void *block) {
    (void)ctx;
    fiat__free(block);
}

fiat_status fiat__packer_new(fiat__packer **out, int level, fiat_error *err) {
    fiat__packer *packer = *out = fiat__calloc(1, sizeof *packer);
    if (!packer) return fiat__err_nomem(err);
    packer->deflate.zalloc = fiat__zlib_alloc;
    packer->deflate.zfree = fiat__zlib_free;
    if (deflateInit2(&packer->deflate, level, Z_DEFLATED, WINDOW_BITS + GZIP, MEMORY_LEVEL,
                     Z_DEFAULT_STRATEGY) == Z_OK)
        return FIAT_OK;
    fiat__free(packer);
    *out = NULL;
    return fiat__err_nomem(err);
}

void fiat__packer_free(fiat__packer *packer) {
    if (!packer) return;
    deflateEnd(&packer->deflate);
    fiat__free(packer);
}

/* Compress a record, unless it is. false: no memory. */
static bool pack(fiat__packer *packer, fiat__record *record) {
    z_stream *z = &packer->deflate;
    if (record->packed) return true;
    const fiat__str text = fiat__record_text(record);
    deflateReset(z); /* a fork may have left it in the middle */
    uLong bound = deflateBound(z, text.len);
    char *packed = fiat__malloc(bound);
    if (!packed) return false;
    z->next_in = (unsigned char *)(uintptr_t)text.ptr;
    z->avail_in = (unsigned)text.len;
    z->next_out = (unsigned char *)packed;
    z->avail_out = (unsigned)bound;
    deflate(z, Z_FINISH); /* ends within the bound */
    record->packed_len = (uint32_t)z->total_out;
    char *shrunk = fiat__realloc(packed, record->packed_len);
    record->packed = shrunk ? shrunk : packed;
    return true;
}

/* Joined events always fit, see FIAT__PACKED_EVENTS_MAX_BYTES. One event that is larger and does
 * not compress, which text always does, cannot be sent. */
static void refuse(fiat__record *record) {
    fiat_error err;
    fiat__err_set(&err, FIAT_E_EVENT_TOO_LARGE,
                  "stream %s: an event of %u bytes has %u when it is compressed, and a record at "
                  "most %d; log less in one event",
                  record->stream->name, record->len, record->packed_len, FIAT__RECORD_MAX_BYTES);
    fiat__record_settle(record, FIAT_NOT_DELIVERED, "", &err);
}

void fiat__pack_records(fiat__producer *producer, fiat__records *records, int64_t now_ms) {
    fiat__records all = *records;
    *records = (fiat__records){0};
    for (fiat__record *record; (record = fiat__records_pop(&all));) {
        if (!pack(producer->packer, record))
            fiat__retry_keep(record, now_ms + producer->opts.retry_backoff_ms);
        else if (record->packed_len > FIAT__RECORD_MAX_BYTES)
            refuse(record);
        else
            fiat__records_push(records, record);
    }
}

void fiat__record_unpack(fiat__record *record) {
    char *packed = record->packed;
    record->packed = NULL; /* first: the child of a fork frees what it finds */
    fiat__free(packed);
}
