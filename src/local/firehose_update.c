/* UpdateDestination: what the request names takes the place of what the stream has.
 * https://docs.aws.amazon.com/firehose/latest/APIReference/API_UpdateDestination.html */
#include "base/error.h"
#include "json/writer.h"
#include "local/firehose.h"

#include <stdio.h>

#define DESTINATION_MAX_BYTES (64 * 1024)

static const fiat__string_rule s_version_rule = {.member = "CurrentDeliveryStreamVersionId",
                                                 .path = "currentDeliveryStreamVersionId",
                                                 .required = true,
                                                 .min = 1,
                                                 .max = 50};
static const fiat__string_rule s_id_rule = {
    .member = "DestinationId", .path = "destinationId", .required = true, .min = 1, .max = 100};

static void append_members(fiat__buf *out, bool *first, const fiat__doc *from,
                           const fiat__doc *hidden_by) {
    for (const fiat__doc *at = fiat__doc_first(from); at; at = fiat__doc_next(at)) {
        if (fiat__doc_get(hidden_by, fiat__doc_name(at))) continue;
        fiat__json_write_key(out, first, fiat__doc_name(at));
        fiat__doc_write(out, at);
    }
}

/* The destination as it is, with the members of `update` in place of its own.
 * @locks stream->lock held */
static fiat_status merge(fiat__doc **out, const fiat__stream *stream, const fiat__doc *update,
                         fiat_error *err) {
    fiat__buf now, text;
    fiat__doc *doc = NULL;
    bool first = true;
    fiat__buf_init(&now, DESTINATION_MAX_BYTES);
    fiat__buf_init(&text, DESTINATION_MAX_BYTES);
    fiat__buf_append_char(&now, '{');
    fiat__destination_write(&now, &stream->destination, stream->extended);
    fiat__buf_append_char(&now, '}');
    fiat_status status = fiat__buf_status(&now, err);
    if (status == FIAT_OK) status = fiat__doc_parse(&doc, fiat__buf_str(&now), err);
    fiat__buf_append_char(&text, '{');
    append_members(&text, &first, doc, update);
    append_members(&text, &first, update, NULL);
    fiat__buf_append_char(&text, '}');
    if (status == FIAT_OK) status = fiat__buf_status(&text, err);
    if (status == FIAT_OK) status = fiat__doc_parse(out, fiat__buf_str(&text), err);
    fiat__doc_free(doc);
    fiat__buf_deinit(&text);
    fiat__buf_deinit(&now);
    return status;
}

/* @locks stream->lock held */
static bool change(fiat__firehose_request *request, fiat__stream *stream, const fiat__doc *update) {
    fiat_error err = FIAT_ERROR_INIT;
    fiat__doc *merged = NULL;
    fiat__destination made, before = stream->destination;
    fiat__check check;
    fiat__check_init(&check);
    if (merge(&merged, stream, update, &err) != FIAT_OK) {
        fiat__reply_failure(request->reply, &err);
        return false;
    }
    fiat__destination_read(&made, merged, stream->extended, &check, request->reply);
    fiat__doc_free(merged);
    if (!fiat__check_done(&check, request->reply) || request->reply->http_status != 0) {
        fiat__destination_deinit(&made);
        return false;
    }
    stream->destination = made;
    stream->version++;
    if (fiat__stream_save(request->registry, stream, &err) != FIAT_OK) {
        fiat__reply_failure(request->reply, &err);
        stream->destination = before;
        stream->version--;
        fiat__destination_deinit(&made);
        return false;
    }
    fiat__destination_deinit(&before);
    return true;
}

/* @locks stream->lock held */
static bool is_current(fiat__firehose_request *request, const fiat__stream *stream,
                       const char *version, const char *id) {
    char current[16];
    snprintf(current, sizeof current, "%u", stream->version);
    if (strcmp(id, FIAT__DESTINATION_ID) != 0) {
        fiat__reply_error(request->reply, 400, "InvalidArgumentException",
                          "Destination Id %s not found", id);
        return false;
    }
    if (strcmp(version, current) == 0) return true;
    fiat__reply_error(request->reply, 400, "ConcurrentModificationException",
                      "Cannot update firehose: %s since the current version id: %s and specified "
                      "version id: %s do not match",
                      stream->name, current, version);
    return false;
}

void fiat__firehose_update(fiat__firehose_request *request) {
    fiat__check check;
    fiat__check_init(&check);
    const fiat__doc *input = request->input;
    const char *name = fiat__check_string(&check, input, &fiat__put_name_rule);
    const char *version = fiat__check_string(&check, input, &s_version_rule);
    const char *id = fiat__check_string(&check, input, &s_id_rule);
    const fiat__doc *extended = fiat__check_member(&check, input, "ExtendedS3DestinationUpdate",
                                                   FIAT__DOC_OBJECT, "extendedS3DestinationUpdate");
    const fiat__doc *simple = fiat__check_member(&check, input, "S3DestinationUpdate",
                                                 FIAT__DOC_OBJECT, "s3DestinationUpdate");
    if (!fiat__check_done(&check, request->reply)) return;
    fiat__stream *stream = fiat__firehose_find(request, name);
    if (!stream) return;
    fiat__mutex_lock(&stream->lock);
    const fiat__doc *update = stream->extended ? extended : simple;
    bool good = is_current(request, stream, version, id);
    if (good && (!update || (extended && simple))) {
        fiat__reply_error(request->reply, 400, "InvalidArgumentException",
                          "Exactly one destination update, of the kind that the Firehose was "
                          "created with, is supported");
        good = false;
    }
    if (good && change(request, stream, update)) {
        fiat__buf_append_c(&request->reply->body, "{}");
        fiat__firehose_done(request);
    }
    fiat__mutex_unlock(&stream->lock);
    fiat__registry_release(request->registry, stream);
}
