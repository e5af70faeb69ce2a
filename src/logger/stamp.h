/* Stamps: the members that the logger adds to a stream's events.
 *
 *   id        UUID version 7, unique to the event        time      RFC 3339, UTC, milliseconds
 *   audit_id  the id of the audit's first event          host, app, email, tags   as configured
 *
 * A stream asks for them in stream.json ("stamp": ["id", "time"]). The text that is the same for
 * every event is made once; host, app, email and tags that are not configured are left out, and an
 * event must not bring them itself (logger/stream.c). */
#ifndef FIAT_LOGGER_STAMP_H
#define FIAT_LOGGER_STAMP_H

#include "base/buf.h"
#include "base/random.h"
#include "logger/stream_json.h"
#include <fiat/config.h>

typedef struct fiat__stamp {
    bool id, time, audit_id;
    const char *names[FIAT__STAMP_NAMES]; /* of the members that are added; static strings */
    size_t name_count;
    const char *reserved[FIAT__STAMP_NAMES]; /* asked for, and not configured */
    size_t reserved_count;
    fiat__buf constant; /* `"host":"...","app":"..."`, without a comma around it; may be empty */
} fiat__stamp;

/* What a stream asks for, with the values of the configuration. FIAT_E_CONFIG for bad tags. */
fiat_status fiat__stamp_init(fiat__stamp *stamp, const fiat__stream_json *asked,
                             const fiat_config *config, fiat_error *err);
void fiat__stamp_deinit(fiat__stamp *stamp);

/* Write what differs from event to event: `{"id":"...","time":"...","audit_id":"..."`, only the `{`
 * when nothing does. Returns the length. audit_id NULL: the same as the id. */
#define FIAT__STAMP_HEAD_BYTES 160
size_t fiat__stamp_head(const fiat__stamp *stamp, char out[FIAT__STAMP_HEAD_BYTES],
                        const fiat__uuid *id, int64_t wall_ms, const char *audit_id);

#endif
