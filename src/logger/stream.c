#include "logger/stream.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/mem.h"
#include "logger/settings.h"

#include <stdio.h>

/* https://docs.aws.amazon.com/firehose/latest/APIReference/API_CreateDeliveryStream.html */
#define NAME_MAX_BYTES 64

bool fiat__stream_name_is_valid(const char *name) {
    size_t len = strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-");
    return len > 0 && len <= NAME_MAX_BYTES && name[len] == '\0' && name[0] != '.';
}

static fiat_status set_names(fiat__stream *stream, const char *name, const char *delivery,
                             const fiat_config *config, fiat_error *err) {
    const char *prefix = fiat__config_string(config, FIAT__SET_STREAM_PREFIX);
    char full[2 * NAME_MAX_BYTES + 2];
    snprintf(full, sizeof full, "%s%s", prefix, delivery ? delivery : name);
    if (!fiat__stream_name_is_valid(full))
        return fiat__err_set(
            err, FIAT_E_STREAM_INVALID,
            "delivery stream name \"%s\": allowed are 1 to %d of a-z A-Z 0-9 _ . -", full,
            NAME_MAX_BYTES);
    stream->name = fiat__strdup(name);
    stream->delivery_name = fiat__strdup(full);
    return stream->name && stream->delivery_name ? FIAT_OK : fiat__err_nomem(err);
}

static fiat_status compile(fiat__stream *stream, const fiat__stream_texts *texts, fiat_error *err) {
    fiat__schema_opts opts = {
        .base = {.formats = FIAT_SCHEMA_FORMATS_ASSERT, .max_depth = stream->max_depth},
        .provided = stream->stamp.names,
        .provided_count = stream->stamp.name_count,
        .reserved = stream->stamp.reserved,
        .reserved_count = stream->stamp.reserved_count,
        .also_required = texts->also_required,
    };
    stream->stamps_apart = true;
    fiat_status status = fiat__schema_compile(&stream->schema, texts->json_schema, &opts, err);
    if (status != FIAT_E_UNSUPPORTED || stream->stamp.name_count == 0) return status;
    stream->stamps_apart = false;
    opts.provided_count = 0;
    return fiat__schema_compile(&stream->schema, texts->json_schema, &opts, err);
}

/* Whatever else an event brings, these faults of its stamps remain. */
static bool is_final(const fiat_schema_failure *problem) {
    static const char *const at_root[] = {"", "/type", "/maxProperties", "/const", "/enum"};
    for (size_t i = 0; i < sizeof at_root / sizeof *at_root; i++)
        if (strcmp(problem->schema_path, at_root[i]) == 0) return true;
    return false;
}

/* Does a failure of the stamps alone mean that the schema refuses a stamp, and not merely that the
 * rest of the event is missing? */
static bool refuses_stamp(const fiat_schema_failure *problem) {
    static const char *const closed[] = {"additionalProperties", "unevaluatedProperties",
                                         "propertyNames", "patternProperties"};
    if (*problem->instance_path || is_final(problem)) return true;
    for (size_t i = 0; i < sizeof closed / sizeof *closed; i++)
        if (strcmp(problem->keyword, closed[i]) == 0) return true;
    return false;
}

struct refusal {
    fiat_error *err;
    bool found;
};

static bool note_refusal(const fiat_schema_failure *problem, void *user) {
    struct refusal *refusal = user;
    if (!refuses_stamp(problem)) return true;
    refusal->found = true;
    fiat__err_set(refusal->err, FIAT_E_STREAM_INVALID,
                  "json_schema.json refuses what \"stamp\" adds: %s; declare it or do not stamp it",
                  problem->message);
    return false;
}

/* Look at the stamps once, with a sample, so that no event fails because of them later. */
static fiat_status check_stamps(const fiat__stream *stream, const fiat__stream_texts *texts,
                                fiat_error *err) {
    if (stream->stamp.name_count == 0) return FIAT_OK;
    char head[FIAT__STAMP_HEAD_BYTES];
    int64_t now_ms = fiat__wall_ms(&fiat__clock_system);
    fiat__uuid id = fiat__uuid7(now_ms);
    fiat_schema *schema = NULL;
    fiat_validator *ctx = NULL;
    fiat__buf sample;
    fiat__buf_init(&sample, stream->stamp.constant.max + sizeof head + 2);
    fiat__buf_append(&sample, head, fiat__stamp_head(&stream->stamp, head, &id, now_ms, NULL));
    if (sample.len > 1 && stream->stamp.constant.len) fiat__buf_append_char(&sample, ',');
    fiat__buf_append(&sample, stream->stamp.constant.ptr, stream->stamp.constant.len);
    fiat__buf_append_char(&sample, '}');

    struct refusal refusal = {err, false};
    fiat_status status = fiat__buf_status(&sample, err);
    if (status == FIAT_OK) status = fiat__schema_compile(&schema, texts->json_schema, NULL, err);
    if (status == FIAT_OK) status = fiat_validator_new(&ctx, err);
    if (status == FIAT_OK) {
        fiat_error mismatch;
        status = fiat__schema_report(schema, ctx, fiat__buf_str(&sample), 100, note_refusal,
                                     &refusal, &mismatch);
        if (refusal.found)
            status = FIAT_E_STREAM_INVALID;
        else if (status == FIAT_E_SCHEMA_MISMATCH)
            status = FIAT_OK;
        else
            fiat__err_assign(err, status == FIAT_OK ? NULL : &mismatch);
    }
    fiat_validator_free(ctx);
    fiat_schema_free(schema);
    fiat__buf_deinit(&sample);
    return status;
}

static bool requires(const fiat__doc *schema, const char *wanted) {
    const fiat__doc *item = fiat__doc_first(fiat__doc_get(schema, "required"));
    for (const char *name; item; item = fiat__doc_next(item))
        if (fiat__doc_string(item, &name) && strcmp(name, wanted) == 0) return true;
    return false;
}

/* A schema that requires `app` with no app configured would refuse every event: say so at once. */
static fiat_status check_required(const fiat__stamp *stamp, const fiat__stream_texts *texts,
                                  fiat_error *err) {
    fiat__doc *schema;
    fiat_status status = fiat__doc_parse(&schema, texts->json_schema, err);
    if (status == FIAT_E_NOMEM) return status;
    if (status != FIAT_OK) return FIAT_OK; /* a schema that compiles and a document cannot hold */
    for (size_t i = 0; i < stamp->reserved_count; i++)
        if (requires(schema, stamp->reserved[i]))
            status = fiat__err_set(err, FIAT_E_CONFIG,
                                   "its schema requires \"%s\", which the logger stamps: set "
                                   "the setting \"%s\"",
                                   stamp->reserved[i], stamp->reserved[i]);
    fiat__doc_free(schema);
    return status;
}

/* What stream.json asks for. */
static fiat_status load_asked(fiat__stream *stream, const fiat__stream_texts *texts,
                              const fiat_config *config, fiat_error *err) {
    fiat__stream_json asked;
    fiat_status status = fiat__stream_json_read(&asked, texts->stream, NULL, NULL, err);
    if (status == FIAT_OK)
        status = set_names(stream, texts->name, asked.delivery_stream, config, err);
    if (status == FIAT_OK && !texts->delivered)
        status = fiat__stamp_init(&stream->stamp, &asked, config, err);
    if (status != FIAT_OK && status != FIAT_E_CONFIG) fiat__err_wrap(err, status, "stream.json");
    fiat__stream_json_deinit(&asked);
    return status;
}

static fiat_status load(fiat__stream *stream, const fiat__stream_texts *texts,
                        const fiat_config *config, fiat_error *err) {
    stream->max_depth = (size_t)fiat__config_integer(config, FIAT__SET_EVENT_MAX_DEPTH);
    fiat_status status = load_asked(stream, texts, config, err);
    if (status != FIAT_OK) return status;
    status = compile(stream, texts, err);
    if (status != FIAT_OK) return fiat__err_wrap(err, status, "json_schema.json");
    status = check_required(&stream->stamp, texts, err);
    return status == FIAT_OK ? check_stamps(stream, texts, err) : status;
}

fiat_status fiat__stream_load(fiat__stream **out, const fiat__stream_texts *texts,
                              const fiat_config *config, fiat_error *err) {
    *out = NULL;
    fiat__stream *stream = fiat__calloc(1, sizeof *stream);
    if (!stream) return fiat__err_nomem(err);
    stream->refusals = &stream->own_refusals;
    fiat_status status = load(stream, texts, config, err);
    if (status != FIAT_OK) {
        fiat__stream_free(stream);
        return fiat__err_wrap(err, status, "stream %s", texts->name);
    }
    *out = stream;
    return FIAT_OK;
}

void fiat__stream_free(fiat__stream *stream) {
    if (!stream) return;
    fiat_schema_free(stream->schema);
    fiat__stamp_deinit(&stream->stamp);
    fiat__free(stream->delivery_name);
    fiat__free(stream->name);
    fiat__free(stream);
}
