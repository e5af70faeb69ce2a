/* The local engine: Amazon Data Firehose on a loopback port, with a folder for its storage.
 *
 *   DIR/BUCKET/KEY                    delivered objects, under the keys that S3 would show; names
 *                                     that begin with '.' are not (yet) objects
 *   DIR/.fiat/lock                    held by the engine that owns DIR; contains its process id
 *   DIR/.fiat/streams/NAME.json       one stream; replaced whole:
 *     { "name": "audit", "bucket": "logs", "prefix": "audit/",   (prefix: the pattern, "" if none)
 *       "created": 1795262400.000,                               (seconds since 1970, UTC)
 *       "arn": ..., "status": "ACTIVE" | "DELETING", "extended": true,
 *       "destination": { ... },   ExtendedS3DestinationConfiguration, see destination.h
 *       "tags": [ {"Key": ..., "Value": ...} ] }
 *   DIR/.fiat/buffer/NAME.d/NUMBER.seg   records acknowledged and not yet delivered, see segment.h
 *
 * (The sink `local:DIR` has no engine and no .fiat: it writes DIR/STREAM/yyyy/MM/dd/HH/OBJECT.)
 *
 * Threads: libmicrohttpd's pool serves requests, one thread delivers. Lock order: the registry's,
 * then a stream's. The handle itself belongs to one thread. */
#ifndef FIAT_LOCAL_LOCAL_H
#define FIAT_LOCAL_LOCAL_H

#include "base/clock.h"
#include <fiat/error.h>

typedef struct fiat__local fiat__local;

typedef struct fiat__local_opts {
    const char *data_dir; /* made if missing */
    const char *bind;     /* numeric address; NULL: 127.0.0.1 */
    uint16_t port;        /* 0: any free one */
    bool verify;          /* check signatures against the key below */
    const char *access_key_id, *secret_access_key;
    bool auto_create;         /* a put to an unknown stream creates it */
    bool sync;                /* acknowledged means on the disk, not only out of this process */
    int64_t interval_ms;      /* in place of every stream's IntervalInSeconds; -1: as created */
    int64_t size_bytes;       /* in place of every stream's SizeInMBs; -1: as created */
    const fiat__clock *clock; /* NULL: system */
    void (*log)(void *ctx, const char *line); /* diagnostics, from any thread; NULL: none */
    void *log_ctx;
} fiat__local_opts;

void fiat__local_opts_init(fiat__local_opts *opts);

/* Take DIR, recover what a killed engine left, and serve. Strings of `opts` are copied; `clock` and
 * `log` are kept until stop. FIAT_E_IO naming the process when another engine holds DIR. */
fiat_status fiat__local_start(fiat__local **out, const fiat__local_opts *opts, fiat_error *err);

uint16_t fiat__local_port(const fiat__local *engine);

/* Stop serving, deliver what is buffered, free everything. An error says what could not be
 * delivered; it stays in the buffer for the next start. */
fiat_status fiat__local_stop(fiat__local *engine, fiat_error *err);

/* Stop as a kill would: nothing further is delivered. For tests. */
void fiat__local_abandon(fiat__local *engine);

#endif
