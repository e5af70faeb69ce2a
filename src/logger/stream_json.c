#include "logger/stream_json.h"
#include "base/error.h"

#include <stdio.h>

#define MESSAGE_BYTES 256

/* All that there is to stamp, in the order in which it is written. */
static const char *const s_stamps[FIAT__STAMP_NAMES] = {"id",  "time",  "audit_id", "host",
                                                        "app", "email", "tags"};

struct reading {
    fiat__stream_json *out;
    void (*each)(const char *message, void *user);
    void *user;
    fiat_status status;
    fiat_error *err; /* gets the first fault */
};

static void fault(struct reading *reading, const char *message) {
    if (reading->each) reading->each(message, reading->user);
    if (reading->status == FIAT_OK)
        reading->status = fiat__err_set(reading->err, FIAT_E_STREAM_INVALID, "%s", message);
}

static const char *stamp_named(const char *name) {
    for (size_t i = 0; i < FIAT__STAMP_NAMES; i++)
        if (strcmp(name, s_stamps[i]) == 0) return s_stamps[i];
    return NULL;
}

bool fiat__stream_json_stamps(const fiat__stream_json *stream, const char *name) {
    for (size_t i = 0; i < stream->stamp_count; i++)
        if (strcmp(name, stream->stamps[i]) == 0) return true;
    return false;
}

static void read_stamp(struct reading *reading, const fiat__doc *item) {
    char message[MESSAGE_BYTES];
    const char *name = fiat__doc_kind_name(item);
    const char *stamp = fiat__doc_string(item, &name) ? stamp_named(name) : NULL;
    if (!stamp) {
        snprintf(message, sizeof message,
                 "\"stamp\" names \"%.60s\"; there are id, time, audit_id, host, app, email, tags",
                 name);
        fault(reading, message);
    } else if (!fiat__stream_json_stamps(reading->out, stamp)) {
        reading->out->stamps[reading->out->stamp_count++] = stamp;
    }
}

static void read_member(struct reading *reading, const fiat__doc *member) {
    char message[MESSAGE_BYTES];
    const char *name = fiat__doc_name(member);
    if (strcmp(name, "stamp") == 0) {
        if (fiat__doc_kind_of(member) != FIAT__DOC_ARRAY)
            fault(reading, "\"stamp\" must be an array of names");
        else
            for (const fiat__doc *item = fiat__doc_first(member); item; item = fiat__doc_next(item))
                read_stamp(reading, item);
    } else if (strcmp(name, "delivery_stream") == 0) {
        if (!fiat__doc_string(member, &reading->out->delivery_stream))
            fault(reading, "\"delivery_stream\" must be a string");
    } else if (strcmp(name, "delivery") != 0 && strcmp(name, "table") != 0 &&
               strcmp(name, "description") != 0) {
        snprintf(message, sizeof message,
                 "unknown member \"%.60s\"; there are stamp, delivery_stream, delivery, table, "
                 "description",
                 name);
        fault(reading, message);
    }
}

fiat_status fiat__stream_json_read(fiat__stream_json *out, fiat__str text,
                                   void (*each)(const char *message, void *user), void *user,
                                   fiat_error *err) {
    struct reading reading = {out, each, user, FIAT_OK, err};
    fiat_error wrong = FIAT_ERROR_INIT;
    *out = (fiat__stream_json){0};
    if (!text.ptr) return FIAT_OK;
    fiat_status status = fiat__doc_parse(&out->doc, text, &wrong);
    if (status != FIAT_OK) {
        if (each) each(wrong.message, user);
        fiat__err_assign(err, &wrong);
        return status;
    }
    if (fiat__doc_kind_of(out->doc) != FIAT__DOC_OBJECT)
        fault(&reading, "it must be an object");
    else
        for (const fiat__doc *at = fiat__doc_first(out->doc); at; at = fiat__doc_next(at))
            read_member(&reading, at);
    return reading.status;
}

void fiat__stream_json_deinit(fiat__stream_json *stream) {
    fiat__doc_free(stream->doc);
    *stream = (fiat__stream_json){0};
}
