#include "logger/stream.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/mem.h"
#include "json/writer.h"
#include "logger/settings.h"

#include <stdio.h>

/* https://docs.aws.amazon.com/firehose/latest/APIReference/API_CreateDeliveryStream.html */
#define NAME_MAX_BYTES 64

bool fiat__stream_name_is_valid(const char *name) {
    size_t len = strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-");
    return len > 0 && len <= NAME_MAX_BYTES && name[len] == '\0' && name[0] != '.';
}

static bool is_known_member(const char *name) {
    /* "delivery" holds settings of the delivery stream, which the tools read. */
    static const char *const known[] = {"stamp", "delivery_stream", "delivery", "description"};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(name, known[i]) == 0) return true;
    return false;
}

static fiat_status read_stream_json(fiat__doc **out, fiat__str text, fiat_error *err) {
    *out = NULL;
    if (text.len == 0) return FIAT_OK;
    fiat_status status = fiat__doc_parse(out, text, err);
    if (status != FIAT_OK) return status;
    if (fiat__doc_kind_of(*out) != FIAT__DOC_OBJECT)
        return fiat__err_set(err, FIAT_E_STREAM_INVALID, "wanted is an object, not %s",
                             fiat__doc_kind_name(*out));
    for (const fiat__doc *member = fiat__doc_first(*out); member; member = fiat__doc_next(member))
        if (!is_known_member(fiat__doc_name(member)))
            return fiat__err_set(err, FIAT_E_STREAM_INVALID,
                                 "unknown member \"%s\"; there are stamp, delivery_stream, "
                                 "delivery, description",
                                 fiat__doc_name(member));
    return FIAT_OK;
}

static fiat_status set_names(fiat__stream *stream, const char *name, const fiat__doc *doc,
                             const fiat_config *config, fiat_error *err) {
    const char *delivery = name, *prefix = fiat__config_string(config, FIAT__SET_STREAM_PREFIX);
    const fiat__doc *given = fiat__doc_get(doc, "delivery_stream");
    if (given && !fiat__doc_string(given, &delivery))
        return fiat__err_set(err, FIAT_E_STREAM_INVALID, "\"delivery_stream\" must be a string");
    char full[2 * NAME_MAX_BYTES + 2];
    snprintf(full, sizeof full, "%s%s", prefix, delivery);
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
        .max_depth = stream->max_depth,
        .provided = stream->stamp.names,
        .provided_count = stream->stamp.name_count,
        .also_required = texts->also_required,
    };
    stream->stamps_apart = true;
    fiat_status status = fiat__schema_compile(&stream->schema, texts->json_schema, &opts, err);
    if (status != FIAT_E_UNSUPPORTED || stream->stamp.name_count == 0) return status;
    stream->stamps_apart = false;
    opts.provided_count = 0;
    return fiat__schema_compile(&stream->schema, texts->json_schema, &opts, err);
}

/* A name that is asked for is the logger's, also when nothing is configured for it: an event must
 * not say of itself what the configuration leaves open. */
static fiat_status reserve(fiat__stream *stream, const fiat__doc *list, fiat_error *err) {
    fiat__buf text;
    fiat_status status = FIAT_OK;
    bool first = true;
    fiat__buf_init(&text, 4096);
    fiat__buf_append_c(&text, "{\"properties\":{");
    for (const fiat__doc *item = fiat__doc_first(list); item; item = fiat__doc_next(item)) {
        const char *name;
        if (!fiat__doc_string(item, &name) || fiat__stamp_adds(&stream->stamp, name)) continue;
        if (strstr(fiat__buf_cstr(&text), name)) continue; /* asked for twice */
        fiat__json_write_key(&text, &first, name);
        fiat__buf_append_c(&text, "false");
    }
    fiat__buf_append_c(&text, "}}");
    const fiat__schema_opts opts = {.max_depth = stream->max_depth};
    status = fiat__buf_status(&text, err);
    if (status == FIAT_OK && !first)
        status = fiat__schema_compile(&stream->reserved, fiat__buf_str(&text), &opts, err);
    fiat__buf_deinit(&text);
    return status;
}

/* Whatever else an event brings, these faults of its stamps remain. */
static bool is_final(const fiat__schema_problem *problem) {
    static const char *const at_root[] = {"", "/type", "/maxProperties", "/const", "/enum"};
    for (size_t i = 0; i < sizeof at_root / sizeof *at_root; i++)
        if (strcmp(problem->schema_path, at_root[i]) == 0) return true;
    return false;
}

/* Does a failure of the stamps alone mean that the schema refuses a stamp, and not merely that the
 * rest of the event is missing? */
static bool refuses_stamp(const fiat__schema_problem *problem) {
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

static bool note_refusal(const fiat__schema_problem *problem, void *user) {
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
    fiat__schema *schema = NULL;
    fiat__schema_ctx *ctx = NULL;
    fiat__buf sample;
    fiat__buf_init(&sample, stream->stamp.constant.max + sizeof head + 2);
    fiat__buf_append(&sample, head, fiat__stamp_head(&stream->stamp, head, &id, now_ms, NULL));
    if (sample.len > 1 && stream->stamp.constant.len) fiat__buf_append_char(&sample, ',');
    fiat__buf_append(&sample, stream->stamp.constant.ptr, stream->stamp.constant.len);
    fiat__buf_append_char(&sample, '}');

    struct refusal refusal = {err, false};
    fiat_status status = fiat__buf_status(&sample, err);
    if (status == FIAT_OK) status = fiat__schema_compile(&schema, texts->json_schema, NULL, err);
    if (status == FIAT_OK) status = fiat__schema_ctx_new(&ctx, err);
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
    fiat__schema_ctx_free(ctx);
    fiat__schema_free(schema);
    fiat__buf_deinit(&sample);
    return status;
}

/* A schema that requires `app` with no app configured would refuse every event: say so at once. */
static fiat_status check_required(const fiat__stream *stream, const fiat__stream_texts *texts,
                                  const fiat__doc *doc, fiat_error *err) {
    fiat__doc *schema;
    fiat_status status = fiat__doc_parse(&schema, texts->json_schema, err);
    if (status == FIAT_E_NOMEM) return status;
    if (status != FIAT_OK) return FIAT_OK; /* a schema that compiles and a document cannot hold */
    const fiat__doc *item = fiat__doc_first(fiat__doc_get(schema, "required"));
    for (; status == FIAT_OK && item; item = fiat__doc_next(item)) {
        const char *name;
        if (!fiat__doc_string(item, &name) || fiat__stamp_adds(&stream->stamp, name)) continue;
        const fiat__doc *asked = fiat__doc_first(fiat__doc_get(doc, "stamp"));
        for (const char *wanted; asked; asked = fiat__doc_next(asked))
            if (fiat__doc_string(asked, &wanted) && strcmp(wanted, name) == 0)
                status = fiat__err_set(err, FIAT_E_CONFIG,
                                       "its schema requires \"%s\", which the logger stamps: set "
                                       "the setting \"%s\"",
                                       name, name);
    }
    fiat__doc_free(schema);
    return status;
}

static fiat_status load(fiat__stream *stream, const fiat__stream_texts *texts,
                        const fiat_config *config, fiat_error *err) {
    fiat__doc *doc = NULL;
    fiat_status status = read_stream_json(&doc, texts->stream, err);
    if (status == FIAT_OK) status = set_names(stream, texts->name, doc, config, err);
    if (status == FIAT_OK)
        status = fiat__stamp_init(&stream->stamp, fiat__doc_get(doc, "stamp"), config, err);
    stream->max_depth = (size_t)fiat__config_integer(config, FIAT__SET_EVENT_MAX_DEPTH);
    if (status == FIAT_OK) status = reserve(stream, fiat__doc_get(doc, "stamp"), err);
    if (status != FIAT_OK) {
        if (status != FIAT_E_CONFIG) fiat__err_wrap(err, status, "stream.json");
    } else {
        status = compile(stream, texts, err);
        if (status != FIAT_OK) fiat__err_wrap(err, status, "json_schema.json");
    }
    if (status == FIAT_OK) status = check_required(stream, texts, doc, err);
    if (status == FIAT_OK) status = check_stamps(stream, texts, err);
    fiat__doc_free(doc);
    return status;
}

fiat_status fiat__stream_load(fiat__stream **out, const fiat__stream_texts *texts,
                              const fiat_config *config, fiat_error *err) {
    *out = NULL;
    fiat__stream *stream = fiat__calloc(1, sizeof *stream);
    if (!stream) return fiat__err_nomem(err);
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
    fiat__schema_free(stream->schema);
    fiat__schema_free(stream->reserved);
    fiat__stamp_deinit(&stream->stamp);
    fiat__free(stream->delivery_name);
    fiat__free(stream->name);
    fiat__free(stream);
}
