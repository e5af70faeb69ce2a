#include "logger/settings.h"
#include "base/error.h"
#include "base/utf8.h"
#include "producer/producer.h"
#include "schema/schema.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#define STRING(name, env, default_value, doc)                                                      \
    { name, env, FIAT__SETTING_STRING, "", default_value, 0, 0, doc, false }
#define SECRET(name, env, default_value, doc)                                                      \
    { name, env, FIAT__SETTING_STRING, "", default_value, 0, 0, doc, true }
#define INTEGER(name, env, unit, default_value, min, max, doc)                                     \
    { name, env, FIAT__SETTING_INTEGER, unit, default_value, min, max, doc, false }
#define BOOLEAN(name, env, default_value, doc)                                                     \
    { name, env, FIAT__SETTING_BOOLEAN, "", default_value, 0, 1, doc, false }
#define CHOICE(name, env, values, default_value, doc)                                              \
    { name, env, FIAT__SETTING_CHOICE, values, default_value, 0, 0, doc, false }

const fiat__setting_row fiat__settings[FIAT__SET_COUNT] = {
    [FIAT__SET_APP] = STRING("app", "FIAT_APP", "", "Name of the application, stamped as `app`."),
    [FIAT__SET_EMAIL] =
        STRING("email", "FIAT_EMAIL", "", "Who answers for the application, stamped as `email`."),
    [FIAT__SET_HOST] =
        STRING("host", "FIAT_HOST", "", "Stamped as `host`; empty: the machine's host name."),
    [FIAT__SET_TAGS] = STRING("tags", "FIAT_TAGS", "",
                              "Pairs `name=value`, separated by commas, stamped as `tags`."),
    [FIAT__SET_SCHEMAS_DIR] =
        STRING("schemas.dir", "FIAT_SCHEMAS_DIR", "",
               "Folder with one folder a stream; empty: `schemas` if there is one."),
    [FIAT__SET_STREAM_PREFIX] =
        STRING("stream.prefix", "FIAT_STREAM_PREFIX", "",
               "Put before a stream's name to make its delivery stream's name."),
    [FIAT__SET_AWS_REGION] =
        STRING("aws.region", "FIAT_AWS_REGION", "",
               "AWS region; empty: AWS_REGION, AWS_DEFAULT_REGION, the shared config file."),
    [FIAT__SET_AWS_ENDPOINT_URL] =
        STRING("aws.endpoint.url", "FIAT_AWS_ENDPOINT_URL", "",
               "URL of Firehose; empty: AWS_ENDPOINT_URL_FIREHOSE, AWS_ENDPOINT_URL, AWS's own."),
    [FIAT__SET_AWS_FIPS] =
        BOOLEAN("aws.fips", "FIAT_AWS_FIPS", "false",
                "FIPS endpoint; false: AWS_USE_FIPS_ENDPOINT, the shared config file."),
    [FIAT__SET_AWS_DUALSTACK] =
        BOOLEAN("aws.dualstack", "FIAT_AWS_DUALSTACK", "false",
                "Endpoint with IPv6; false: AWS_USE_DUALSTACK_ENDPOINT, the shared config file."),
    [FIAT__SET_PROXY_URL] =
        SECRET("proxy.url", "FIAT_PROXY_URL", "",
               "`http://user:password@host:port`; empty: HTTPS_PROXY, HTTP_PROXY, ALL_PROXY."),
    [FIAT__SET_PROXY_NONE] =
        STRING("proxy.none", "FIAT_PROXY_NONE", "",
               "Hosts reached without the proxy, `*` for all; empty: NO_PROXY."),
    [FIAT__SET_PROXY_CA_FILE] =
        STRING("proxy.ca.file", "FIAT_PROXY_CA_FILE", "",
               "Authorities that vouch for an https:// proxy, PEM; empty: those of `tls.ca.file`."),
    [FIAT__SET_TLS_CA_FILE] = STRING(
        "tls.ca.file", "FIAT_TLS_CA_FILE", "",
        "Authorities to trust, PEM; empty: AWS_CA_BUNDLE, the shared config file, the system's."),
    [FIAT__SET_TLS_CERT_FILE] =
        STRING("tls.cert.file", "FIAT_TLS_CERT_FILE", "",
               "Certificate to show to the server, PEM, with its intermediates; empty: none."),
    [FIAT__SET_TLS_KEY_FILE] =
        STRING("tls.key.file", "FIAT_TLS_KEY_FILE", "",
               "Its key, PEM, with its password in FIAT_TLS_KEY_PASSWORD; empty: in "
               "`tls.cert.file`."),
    [FIAT__SET_LINGER_MS] = INTEGER("linger.ms", "FIAT_LINGER_MS", "ms", "200", 0, 900000,
                                    "How long an event may wait for others to share its record."),
    [FIAT__SET_RECORD_MAX_BYTES] =
        INTEGER("record.max.bytes", "FIAT_RECORD_MAX_BYTES", "bytes", "1024000", 1,
                FIAT__RECORD_MAX_BYTES, "Most bytes of events joined into one record."),
    [FIAT__SET_RECORD_MAX_EVENTS] =
        INTEGER("record.max.events", "FIAT_RECORD_MAX_EVENTS", "events", "500", 1,
                FIAT__RECORD_MAX_EVENTS, "Most events joined into one record; 1: none are joined."),
    [FIAT__SET_RECORD_NEWLINE] =
        BOOLEAN("record.newline", "FIAT_RECORD_NEWLINE", "true",
                "End each record with a newline; false, for delivery streams that add one: only "
                "joined events have one between them. With the sink `firehose` only."),
    [FIAT__SET_RECORD_COMPRESSION] =
        CHOICE("record.compression", "FIAT_RECORD_COMPRESSION", "none, gzip", "none",
               "Compress each record, for delivery streams whose Lambda function or destination "
               "expects that; with the sink `firehose` only."),
    [FIAT__SET_RECORD_COMPRESSION_LEVEL] =
        INTEGER("record.compression.level", "FIAT_RECORD_COMPRESSION_LEVEL", "", "3", 1, 9,
                "From 1, fast, to 9, small."),
    [FIAT__SET_BATCH_MAX_BYTES] =
        INTEGER("batch.max.bytes", "FIAT_BATCH_MAX_BYTES", "bytes", "4194304",
                FIAT__RECORD_MAX_BYTES, FIAT__BATCH_MAX_BYTES, "Most bytes of records a request."),
    [FIAT__SET_BATCH_MAX_RECORDS] =
        INTEGER("batch.max.records", "FIAT_BATCH_MAX_RECORDS", "records", "500", 1,
                FIAT__BATCH_MAX_RECORDS, "Most records a request."),
    [FIAT__SET_QUEUE_MAX_BYTES] =
        INTEGER("queue.max.bytes", "FIAT_QUEUE_MAX_BYTES", "bytes", "67108864", 1048576,
                INT64_C(68719476736),
                "Memory for events that wait or are in flight, and for reports that wait."),
    [FIAT__SET_QUEUE_FULL] =
        CHOICE("queue.full", "FIAT_QUEUE_FULL", "refuse, wait, evict", "refuse",
               "What a call does when the queue is full: it is refused at once, or after waiting "
               "for `queue.wait.ms`; evict: the oldest events that are not in flight are given up "
               "beforehand, to keep an eighth of the queue free. With a spool it is the spool that "
               "is full, and "
               "evict is refused."),
    [FIAT__SET_QUEUE_WAIT_MS] =
        INTEGER("queue.wait.ms", "FIAT_QUEUE_WAIT_MS", "ms", "1000", 1, 3600000,
                "How long a call waits for room with `queue.full=wait`."),
    [FIAT__SET_REQUESTS_MAX] = INTEGER("requests.max", "FIAT_REQUESTS_MAX", "requests", "4", 1, 64,
                                       "Most requests in flight at once; it begins with fewer."),
    [FIAT__SET_RATE_MAX_BYTES] =
        INTEGER("rate.max.bytes", "FIAT_RATE_MAX_BYTES", "bytes", "0", 0, INT64_C(1099511627776),
                "Most bytes a second to one delivery stream; 0: what the stream takes."),
    [FIAT__SET_RATE_MAX_RECORDS] =
        INTEGER("rate.max.records", "FIAT_RATE_MAX_RECORDS", "records", "0", 0, 1000000000,
                "Most records a second to one delivery stream; 0: what the stream takes."),
    [FIAT__SET_RETRY_BACKOFF_MS] =
        INTEGER("retry.backoff.ms", "FIAT_RETRY_BACKOFF_MS", "ms", "100", 1, 60000,
                "First wait before records are sent again; doubles each time, with jitter."),
    [FIAT__SET_RETRY_BACKOFF_MAX_MS] =
        INTEGER("retry.backoff.max.ms", "FIAT_RETRY_BACKOFF_MAX_MS", "ms", "10000", 1, 900000,
                "Longest wait before records are sent again."),
    [FIAT__SET_DELIVERY_TIMEOUT_MS] =
        INTEGER("delivery.timeout.ms", "FIAT_DELIVERY_TIMEOUT_MS", "ms", "0", 0, 86400000,
                "When an event is given up and reported; 0: never before close."),
    [FIAT__SET_DEAD_LETTER_FILE] =
        STRING("dead.letter.file", "FIAT_DEAD_LETTER_FILE", "",
               "File to which events that are given up are appended as JSON lines; empty: none."),
    [FIAT__SET_DEAD_LETTER_SYNC] =
        BOOLEAN("dead.letter.sync", "FIAT_DEAD_LETTER_SYNC", "true",
                "What is in `dead.letter.file` survives a power cut once it is reported."),
    [FIAT__SET_REPORTS] =
        CHOICE("reports", "FIAT_REPORTS", "sender, poll", "sender",
               "Where the delivery callback is called: on the sender thread, or inside "
               "`fiat_logger_poll()`."),
    [FIAT__SET_REPORTS_ONLY] =
        CHOICE("reports.only", "FIAT_REPORTS_ONLY", "all, failures", "all",
               "Which events are reported; failures: those that were not acknowledged."),
    [FIAT__SET_SPOOL] =
        CHOICE("spool", "FIAT_SPOOL", "off, async, sync", "off",
               "Whether events are kept on disk until they are acknowledged; async: they outlive "
               "the process, sync: a power cut as well."),
    [FIAT__SET_SPOOL_DIR] = STRING("spool.dir", "FIAT_SPOOL_DIR", "",
                                   "Folder of the spool, for one process alone; made if need be."),
    [FIAT__SET_SPOOL_MAX_BYTES] = INTEGER(
        "spool.max.bytes", "FIAT_SPOOL_MAX_BYTES", "bytes", "1073741824", 1048576,
        INT64_C(1099511627776),
        "Most bytes on disk, at least twice `spool.segment.bytes`; beyond it calls are refused."),
    [FIAT__SET_SPOOL_SEGMENT_BYTES] =
        INTEGER("spool.segment.bytes", "FIAT_SPOOL_SEGMENT_BYTES", "bytes", "16777216",
                FIAT__SPOOL_SEGMENT_MIN_BYTES, 1073741824,
                "Size of the spool's segments: one is deleted when all in it is acknowledged."),
    [FIAT__SET_CONNECT_TIMEOUT_MS] =
        INTEGER("connect.timeout.ms", "FIAT_CONNECT_TIMEOUT_MS", "ms", "5000", 1, 300000,
                "How long a connection may take to be made."),
    [FIAT__SET_REQUEST_TIMEOUT_MS] =
        INTEGER("request.timeout.ms", "FIAT_REQUEST_TIMEOUT_MS", "ms", "30000", 1, 900000,
                "How long a request may take, connection included."),
    [FIAT__SET_CONNECTION_IDLE_MS] =
        INTEGER("connection.idle.ms", "FIAT_CONNECTION_IDLE_MS", "ms", "5000", 2000, 3600000,
                "A connection that was idle for as long is not used again; whole seconds count."),
    [FIAT__SET_CONNECTION_MAX_AGE_MS] =
        INTEGER("connection.max.age.ms", "FIAT_CONNECTION_MAX_AGE_MS", "ms", "300000", 2000,
                86400000, "Nor is one of that age, so that changes of DNS are followed."),
    [FIAT__SET_LOCAL_PREFIX] =
        STRING("local.prefix", "FIAT_LOCAL_PREFIX", "",
               "Prefix of objects below DIR with the sink `local:DIR`; empty: `STREAM/`."),
    [FIAT__SET_LOCAL_GZIP] =
        BOOLEAN("local.gzip", "FIAT_LOCAL_GZIP", "true", "Compress objects of `local:DIR`."),
    [FIAT__SET_LOCAL_SYNC] =
        BOOLEAN("local.sync", "FIAT_LOCAL_SYNC", "true",
                "Objects of `local:DIR` survive a power cut once their events are reported."),
    [FIAT__SET_EVENT_MAX_DEPTH] =
        INTEGER("event.max.depth", "FIAT_EVENT_MAX_DEPTH", "levels", "128", 1, 1000,
                "Deepest nesting of arrays and objects in an event."),
    [FIAT__SET_LOG_LEVEL] = CHOICE("log.level", "FIAT_LOG_LEVEL", FIAT__LOG_LEVELS, "notice",
                                   "The last level of lines that fiat_logger_on_log() passes on."),
    [FIAT__SET_STATS_INTERVAL_MS] =
        INTEGER("stats.interval.ms", "FIAT_STATS_INTERVAL_MS", "ms", "0", 0, 86400000,
                "How often fiat_logger_on_stats() hands statistics over; 0: never."),
};

_Static_assert(FIAT__SCHEMA_MAX_DEPTH == 128, "default of event.max.depth");

fiat__setting_id fiat__setting_find(fiat__str name) {
    int id = 0;
    while (id < FIAT__SET_COUNT && !fiat__str_eq_c(name, fiat__settings[id].name))
        id++;
    return (fiat__setting_id)id;
}

const char *fiat__setting_nearest(fiat__str name) {
    const char *best = fiat__settings[0].name;
    size_t best_distance = SIZE_MAX;
    for (int id = 0; id < FIAT__SET_COUNT; id++) {
        size_t distance = fiat__str_distance(name, fiat__str_c(fiat__settings[id].name));
        if (distance < best_distance) {
            best_distance = distance;
            best = fiat__settings[id].name;
        }
    }
    return best;
}

static bool read_integer(const char *value, int64_t *out) {
    char *end;
    errno = 0;
    long long number = strtoll(value, &end, 10);
    *out = number;
    return errno == 0 && end != value && *end == '\0';
}

static bool read_boolean(const char *value, bool *out) {
    *out = strcmp(value, "true") == 0;
    return *out || strcmp(value, "false") == 0;
}

/* Which of "one, two, three" the value is, from 0; -1: none of them. */
static int find_choice(const char *choices, fiat__str value) {
    for (int index = 0;; index++) {
        size_t len = strcspn(choices, ",");
        if (fiat__str_eq(fiat__str_of(choices, len), value)) return index;
        if (choices[len] == '\0') return -1;
        choices += len + 2;
    }
}

/* Written into events, which are UTF-8; paths need not be. */
static bool is_stamped(fiat__setting_id id) {
    return id == FIAT__SET_APP || id == FIAT__SET_EMAIL || id == FIAT__SET_HOST ||
           id == FIAT__SET_TAGS;
}

fiat_status fiat__setting_check(fiat__setting_id id, const char *value, fiat_error *err) {
    const fiat__setting_row *row = &fiat__settings[id];
    int64_t number;
    bool truth;
    size_t len = strlen(value);
    if (is_stamped(id) && fiat__utf8_check(value, len) < len)
        return fiat__err_set(err, FIAT_E_CONFIG,
                             "%s is stamped on events and must be UTF-8: it is not at byte %zu",
                             row->name, fiat__utf8_check(value, len));
    if (row->type == FIAT__SETTING_BOOLEAN && !read_boolean(value, &truth))
        return fiat__err_set(err, FIAT_E_CONFIG, "%s=%s: allowed are true and false", row->name,
                             value);
    if (row->type == FIAT__SETTING_CHOICE && find_choice(row->unit, fiat__str_c(value)) < 0)
        return fiat__err_set(err, FIAT_E_CONFIG, "%s=%s: allowed is one of %s", row->name, value,
                             row->unit);
    if (row->type == FIAT__SETTING_INTEGER &&
        (!read_integer(value, &number) || number < row->min || number > row->max))
        return fiat__err_set(err, FIAT_E_CONFIG,
                             "%s=%s: allowed is a whole number of %s from %" PRId64 " to %" PRId64,
                             row->name, value, row->unit, row->min, row->max);
    return FIAT_OK;
}

int64_t fiat__config_integer(const fiat_config *config, fiat__setting_id id) {
    int64_t number = 0;
    read_integer(fiat__config_string(config, id), &number); /* checked when it was set */
    return number;
}

bool fiat__config_boolean(const fiat_config *config, fiat__setting_id id) {
    bool truth = false;
    read_boolean(fiat__config_string(config, id), &truth);
    return truth;
}

int fiat__config_choice(const fiat_config *config, fiat__setting_id id) {
    return find_choice(fiat__settings[id].unit, fiat__str_c(fiat__config_string(config, id)));
}

bool fiat_config_describe(size_t index, fiat_setting *out) {
    static const char *const types[] = {"string", "integer", "boolean", "choice"};
    if (index >= FIAT__SET_COUNT || !out) return false;
    const fiat__setting_row *row = &fiat__settings[index];
    *out = (fiat_setting){.name = row->name,
                          .env = row->env,
                          .type = types[row->type],
                          .unit = row->unit,
                          .default_value = row->default_value,
                          .min = row->min,
                          .max = row->max,
                          .doc = row->doc,
                          .secret = row->secret};
    return true;
}
