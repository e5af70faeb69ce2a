/* See streams.h. A stream has a name and a birthday; what else AWS says of one is made up. */
#include "mock/streams.h"
#include "base/clock.h"
#include "base/error.h"
#include "json/writer.h"
#include "mock/heap.h"
#include "mock/mock_internal.h"

#include <inttypes.h>

#define ACCOUNT      "000000000000"
#define LIST_DEFAULT 10
#define LIST_MAX     10000

/* --- names ------------------------------------------------------------------------------------ */

/* Where the name is, or would be. */
static size_t place_of(const fiat__streams *streams, const char *name) {
    size_t at = 0;
    while (at < streams->count && strcmp(streams->list[at].name, name) < 0)
        at++;
    return at;
}

static bool is_listed(const fiat__streams *streams, const char *name) {
    const size_t at = place_of(streams, name);
    return at < streams->count && strcmp(streams->list[at].name, name) == 0;
}

/* false: out of memory. */
static bool add(fiat__streams *streams, const char *name) {
    const size_t at = place_of(streams, name);
    fiat__stream_name *grown = fiat__heap_grow(streams->list, streams->count, sizeof *grown);
    if (!grown) return false;
    streams->list = grown;
    memmove(grown + at + 1, grown + at, (streams->count - at) * sizeof *grown);
    streams->count++;
    grown[at].created_ms = fiat__wall_ms(&fiat__clock_system);
    fiat__err_copy(grown[at].name, sizeof grown[at].name, name, strlen(name));
    return true;
}

static void take_away(fiat__streams *streams, const char *name) {
    const size_t at = place_of(streams, name);
    streams->count--;
    memmove(streams->list + at, streams->list + at + 1,
            (streams->count - at) * sizeof *streams->list);
}

fiat_status fiat__streams_init(fiat__streams *streams, const char *names, fiat_error *err) {
    char name[FIAT__STREAM_NAME_BYTES + 1];
    *streams = (fiat__streams){.any = !names};
    while (names && *names) {
        const size_t len = strcspn(names, ",");
        if (len == 0 || len > FIAT__STREAM_NAME_BYTES ||
            !fiat__put_name_rule.valid(fiat__str_of(names, len)))
            return fiat__err_set(err, FIAT_E_ARG,
                                 "mock: streams: \"%.*s\" is no name of a delivery stream",
                                 len < 80 ? (int)len : 80, names);
        fiat__err_copy(name, sizeof name, names, len);
        if (!is_listed(streams, name) && !add(streams, name)) return fiat__err_nomem(err);
        names += len + (names[len] == ',');
    }
    return FIAT_OK;
}

void fiat__streams_deinit(fiat__streams *streams) {
    fiat__heap_free(streams->list);
}

/* @locks the mock's mutex */
static bool find(fiat__streams *streams, const char *name, fiat__reply *reply) {
    if (is_listed(streams, name) || (streams->any && add(streams, name))) return true;
    fiat__reply_error(reply, 400, "ResourceNotFoundException",
                      "Firehose %s under account " ACCOUNT " not found.", name);
    return false;
}

bool fiat__streams_find(fiat_mock *mock, const char *name, fiat__reply *reply) {
    fiat__mutex_lock(&mock->mutex);
    const bool found = find(&mock->streams, name, reply);
    fiat__mutex_unlock(&mock->mutex);
    return found;
}

/* --- operations ------------------------------------------------------------------------------- */

static void write_arn(fiat__buf *out, const char *name) {
    fiat__buf_printf(
        out, "\"DeliveryStreamARN\":\"arn:aws:firehose:us-east-1:" ACCOUNT ":deliverystream/%s\"",
        name);
}

/* @locks the mock's mutex; so in all of these */
static void create(fiat__streams *streams, const char *name, fiat__reply *reply) {
    if (is_listed(streams, name)) {
        fiat__reply_error(reply, 400, "ResourceInUseException",
                          "Firehose %s under accountId " ACCOUNT " already exists", name);
    } else if (!add(streams, name)) {
        fiat__reply_error(reply, 500, "InternalFailure", "Out of memory.");
    } else {
        fiat__buf_append_char(&reply->body, '{');
        write_arn(&reply->body, name);
        fiat__buf_append_char(&reply->body, '}');
    }
}

static void describe(fiat__streams *streams, const char *name, fiat__reply *reply) {
    const int64_t ms = streams->list[place_of(streams, name)].created_ms;
    fiat__buf_printf(&reply->body, "{\"DeliveryStreamDescription\":{\"DeliveryStreamName\":\"%s\",",
                     name);
    write_arn(&reply->body, name);
    fiat__buf_printf(&reply->body,
                     ",\"DeliveryStreamStatus\":\"ACTIVE\",\"DeliveryStreamType\":\"DirectPut\","
                     "\"VersionId\":\"1\",\"CreateTimestamp\":%" PRId64 ".%03d,"
                     "\"HasMoreDestinations\":false,\"Destinations\":[{\"DestinationId\":"
                     "\"destinationId-000000000001\",\"S3DestinationDescription\":{"
                     "\"RoleARN\":\"arn:aws:iam::" ACCOUNT ":role/mock-role\","
                     "\"BucketARN\":\"arn:aws:s3:::mock\","
                     "\"BufferingHints\":{\"SizeInMBs\":5,\"IntervalInSeconds\":300},"
                     "\"CompressionFormat\":\"UNCOMPRESSED\","
                     "\"EncryptionConfiguration\":{\"NoEncryptionConfig\":\"NoEncryption\"}}}]}}",
                     ms / 1000, (int)(ms % 1000));
}

static void delete (fiat__streams *streams, const char *name, fiat__reply *reply) {
    take_away(streams, name);
    fiat__buf_append_c(&reply->body, "{}");
}

static void list(fiat_mock *mock, const fiat__doc *body, fiat__reply *reply) {
    static const fiat__string_rule rule = {.member = "ExclusiveStartDeliveryStreamName",
                                           .path = "exclusiveStartDeliveryStreamName",
                                           .min = 1,
                                           .max = FIAT__STREAM_NAME_BYTES};
    const fiat__streams *streams = &mock->streams;
    int64_t limit = LIST_DEFAULT;
    fiat__check check;
    fiat__check_init(&check);
    (void)fiat__check_integer(&check, body, "Limit", "limit", 1, LIST_MAX, &limit);
    const char *after = fiat__check_string(&check, body, &rule);
    if (!fiat__check_done(&check, reply)) return;
    fiat__mutex_lock(&mock->mutex);
    size_t at = after ? place_of(streams, after) + is_listed(streams, after) : 0;
    fiat__buf_append_c(&reply->body, "{\"DeliveryStreamNames\":[");
    for (int64_t i = 0; i < limit && at < streams->count; i++, at++)
        fiat__buf_printf(&reply->body, "%s\"%s\"", i ? "," : "", streams->list[at].name);
    fiat__buf_printf(&reply->body, "],\"HasMoreDeliveryStreams\":%s}",
                     at < streams->count ? "true" : "false");
    fiat__mutex_unlock(&mock->mutex);
    reply->http_status = 200;
}

bool fiat__streams_perform(fiat_mock *mock, fiat__str operation, const fiat__doc *body,
                           fiat__reply *reply) {
    static const struct {
        const char *name;
        void (*perform)(fiat__streams *streams, const char *name, fiat__reply *reply);
    } rows[] = {{"CreateDeliveryStream", create},
                {"DescribeDeliveryStream", describe},
                {"DeleteDeliveryStream", delete}};
    if (fiat__str_eq_c(operation, "ListDeliveryStreams")) {
        list(mock, body, reply);
        return true;
    }
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (!fiat__str_eq_c(operation, rows[i].name)) continue;
        fiat__check check;
        fiat__check_init(&check);
        const char *name = fiat__check_string(&check, body, &fiat__put_name_rule);
        if (!fiat__check_done(&check, reply)) return true;
        fiat__mutex_lock(&mock->mutex);
        reply->http_status = 200;
        if (rows[i].perform == create || find(&mock->streams, name, reply))
            rows[i].perform(&mock->streams, name, reply);
        fiat__mutex_unlock(&mock->mutex);
        return true;
    }
    return false;
}
