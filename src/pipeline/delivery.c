/* Reading the settings of a delivery stream, layer by layer; see delivery.h. */
#include "pipeline/delivery.h"
#include "base/error.h"
#include "pipeline/delivery_table.h"
#include "pipeline/delivery_text.h"

#include <strings.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define ARENA_MAX_BYTES (1024 * 1024)
#define NAME_MAX_BYTES  64
#define TAG_KEY_MAX     128
#define TAG_VALUE_MAX   256

const fiat__delivery_row fiat__delivery_rows[FIAT__DELIVERY_KEYS] = {
#define XX(id, member, flag, kind, fallback, min, max, form, arg, help)                            \
    {member, FIAT__DELIVERY_##kind, fallback, min, max, form},
    FIAT__DELIVERY_MAP(XX)
#undef XX
};

void fiat__delivery_add_fault(fiat__delivery_faults *faults, const char *place, const char *format,
                              ...) {
    char message[320];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    if (faults->each) faults->each(place ? place : "", message, faults->user);
    if (faults->status != FIAT_OK) return;
    faults->status = FIAT_E_CONFIG;
    fiat__err_set(faults->err, FIAT_E_CONFIG, "%.100s%s%s", place ? place : "",
                  place && *place ? ": " : "", message);
}

void fiat__delivery_no_memory(fiat__delivery_faults *faults) {
    if (faults->status == FIAT_OK) faults->status = fiat__err_nomem(faults->err);
}

static const char *copy(fiat__delivery *settings, const char *text) {
    return fiat__arena_str(&settings->arena, fiat__str_c(text)).ptr;
}

/* --- one value -------------------------------------------------------------------------------- */

static bool is_number(const char *text, const char *characters, double min, double max) {
    char *end;
    if (!*text || strspn(text, characters) != strlen(text)) return false;
    const double value = strtod(text, &end);
    return *end == '\0' && value >= min && value <= max;
}

/* What is wrong with the text as a value of the row; false: nothing. */
static bool find_fault(const fiat__delivery_row *row, const char *text, char *out, size_t size) {
    const size_t len = strlen(text);
    const char *must_be = NULL;
    *out = '\0';
    switch (row->kind) {
    case FIAT__DELIVERY_INTEGER:
        if (!is_number(text, "0123456789", (double)row->min, (double)row->max))
            snprintf(out, size, "%.40s is no whole number from %lld to %lld", text,
                     (long long)row->min, (long long)row->max);
        break;
    case FIAT__DELIVERY_DECIMAL: /* the one of them is Lambda's buffer */
        if (!is_number(text, "0123456789.", 0.2, (double)row->max))
            snprintf(out, size, "%.40s is no number from 0.2 to %lld", text, (long long)row->max);
        break;
    case FIAT__DELIVERY_FLAG:
        if (strcmp(text, "true") != 0 && strcmp(text, "false") != 0)
            snprintf(out, size, "\"%.40s\" is neither true nor false", text);
        break;
    case FIAT__DELIVERY_CHOICE:
        if (!fiat__delivery_is_choice(row->form, text))
            snprintf(out, size, "\"%.40s\" is none of %s", text, row->form);
        break;
    case FIAT__DELIVERY_TEXT:
        must_be = fiat__delivery_text_fault(row->form, text);
        if (len < (size_t)row->min || len > (size_t)row->max)
            snprintf(out, size, "%zu bytes; allowed are %lld to %lld", len, (long long)row->min,
                     (long long)row->max);
        else if (must_be)
            snprintf(out, size, "\"%.60s\" %s", text, must_be);
        break;
    }
    return *out != '\0';
}

static void put(fiat__delivery *settings, fiat__delivery_key key, const char *text,
                const char *from, fiat__delivery_faults *faults) {
    const fiat__delivery_row *row = &fiat__delivery_rows[key];
    char fault[240];
    if (find_fault(row, text, fault, sizeof fault)) {
        const bool flag = strncmp(from, "--", 2) == 0;
        fiat__delivery_add_fault(faults, from, "%s%s%s%s", flag ? "" : "delivery.",
                                 flag ? "" : row->member, flag ? "" : ": ", fault);
        return;
    }
    const fiat__delivery_value value = {copy(settings, text), copy(settings, from)};
    if (!value.text || !value.from)
        fiat__delivery_no_memory(faults);
    else
        settings->values[key] = value;
}

/* --- tags ------------------------------------------------------------------------------------- */

/* All but letters above ASCII is told apart exactly; those are let through. */
static bool is_tag_text(const char *text) {
    static const char others[] = " _.:/=+-@%";
    for (; *text; text++) {
        const unsigned char c = (unsigned char)*text;
        const bool letter =
            c >= 0x80 || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!letter && !strchr(others, c)) return false;
    }
    return true;
}

/* https://docs.aws.amazon.com/firehose/latest/APIReference/API_Tag.html */
static void put_tag(fiat__delivery *settings, const char *key, const char *value, const char *from,
                    fiat__delivery_faults *faults) {
    size_t at = 0;
    while (at < settings->tag_count && strcmp(settings->tags[at].key, key) != 0)
        at++;
    if (!*key || strlen(key) > TAG_KEY_MAX || strncmp(key, "aws:", 4) == 0 || !is_tag_text(key))
        fiat__delivery_add_fault(faults, from,
                                 "tag \"%.60s\": a key has 1 to %d letters, digits, spaces or "
                                 "_.:/=+-@%% and does not begin with aws:",
                                 key, TAG_KEY_MAX);
    else if (strlen(value) > TAG_VALUE_MAX || !is_tag_text(value))
        fiat__delivery_add_fault(faults, from,
                                 "tag \"%.60s\": a value has at most %d letters, digits, spaces or "
                                 "_.:/=+-@%%",
                                 key, TAG_VALUE_MAX);
    else if (at == FIAT__DELIVERY_TAGS_MAX)
        fiat__delivery_add_fault(faults, from, "more than %d tags", FIAT__DELIVERY_TAGS_MAX);
    else {
        const fiat__delivery_tag tag = {copy(settings, key), copy(settings, value)};
        if (!tag.key || !tag.value) {
            fiat__delivery_no_memory(faults);
            return;
        }
        settings->tags[at] = tag;
        if (at == settings->tag_count) settings->tag_count++;
    }
}

static void read_tags(fiat__delivery *settings, const fiat__doc *tags, const char *from,
                      fiat__delivery_faults *faults) {
    if (fiat__doc_kind_of(tags) != FIAT__DOC_OBJECT) {
        fiat__delivery_add_fault(faults, from, "delivery.tags must be an object of strings");
        return;
    }
    for (const fiat__doc *at = fiat__doc_first(tags); at; at = fiat__doc_next(at)) {
        const char *value = NULL;
        if (fiat__doc_string(at, &value))
            put_tag(settings, fiat__doc_name(at), value, from, faults);
        else
            fiat__delivery_add_fault(faults, from, "delivery.tags.%.60s must be a string",
                                     fiat__doc_name(at));
    }
}

/* --- a layer ---------------------------------------------------------------------------------- */

/* The row of "PARENT.NAME", or "NAME" without a parent; FIAT__DELIVERY_KEYS: there is none. */
static size_t find_row(const char *parent, const char *name) {
    char member[160];
    size_t at = 0;
    snprintf(member, sizeof member, "%.60s%s%.60s", parent, *parent ? "." : "", name);
    while (at < FIAT__DELIVERY_KEYS && strcmp(fiat__delivery_rows[at].member, member) != 0)
        at++;
    return at;
}

static bool is_below(const fiat__delivery_row *row, const char *parent) {
    const size_t len = strlen(parent);
    return strncmp(row->member, parent, len) == 0 && row->member[len] == '.';
}

/* In the order of the table; an object's name stands where its members do. */
const char *const fiat__delivery_names[] = {
    "bucket",      "prefix",         "error_prefix", "buffer_mb",  "buffer_seconds",
    "compression", "file_extension", "time_zone",    "role",       "encryption",
    "kms_key",     "logging",        "log_group",    "log_stream", "newline",
    "transform",   "source",         "partitioning", "parquet",    "tags",
    NULL};

static void refuse_unknown(const char *parent, const char *name, const char *from,
                           fiat__delivery_faults *faults) {
    fiat__buf names;
    fiat__buf_init(&names, 1024);
    for (size_t i = 0; i < FIAT__DELIVERY_KEYS; i++)
        if (is_below(&fiat__delivery_rows[i], parent))
            fiat__buf_printf(&names, "%s%s", names.len ? ", " : "",
                             fiat__delivery_rows[i].member + strlen(parent) + 1);
    fiat__delivery_add_fault(faults, from, "delivery.%s: unknown member \"%.40s\"; there are %s",
                             parent, name, fiat__buf_cstr(&names));
    fiat__buf_deinit(&names);
}

static void read_value(fiat__delivery *settings, fiat__delivery_key key, const fiat__doc *node,
                       const char *from, fiat__delivery_faults *faults) {
    static const char *const wanted[] = {"a string", "a whole number", "a number", "true or false",
                                         "a string"};
    const fiat__delivery_row *row = &fiat__delivery_rows[key];
    const fiat__doc_kind kind = fiat__doc_kind_of(node);
    const bool number = row->kind == FIAT__DELIVERY_INTEGER || row->kind == FIAT__DELIVERY_DECIMAL;
    const bool flag = row->kind == FIAT__DELIVERY_FLAG;
    fiat__buf text;
    fiat__buf_init(&text, 128);
    const char *given = NULL;
    if ((number && kind == FIAT__DOC_NUMBER) || (flag && kind == FIAT__DOC_BOOL)) {
        if (fiat__doc_write(&text, node))
            put(settings, key, fiat__buf_cstr(&text), from, faults);
        else
            fiat__delivery_no_memory(faults);
    } else if (!number && !flag && fiat__doc_string(node, &given)) {
        put(settings, key, given, from, faults);
    } else {
        fiat__delivery_add_fault(faults, from, "delivery.%s must be %s, not %s", row->member,
                                 wanted[row->kind], fiat__doc_kind_name(node));
    }
    fiat__buf_deinit(&text);
}

static void read_object(fiat__delivery *settings, const fiat__doc *object, const char *from,
                        fiat__delivery_faults *faults) {
    const char *parent = fiat__doc_name(object);
    if (fiat__doc_kind_of(object) != FIAT__DOC_OBJECT) {
        fiat__delivery_add_fault(faults, from, "delivery.%s must be an object, not %s", parent,
                                 fiat__doc_kind_name(object));
        return;
    }
    for (const fiat__doc *at = fiat__doc_first(object); at; at = fiat__doc_next(at)) {
        const size_t row = find_row(parent, fiat__doc_name(at));
        if (row == FIAT__DELIVERY_KEYS)
            refuse_unknown(parent, fiat__doc_name(at), from, faults);
        else
            read_value(settings, (fiat__delivery_key)row, at, from, faults);
    }
}

fiat_status fiat__delivery_read(fiat__delivery *settings, const fiat__layers *layers,
                                fiat__delivery_fault *each, void *user, fiat_error *err) {
    fiat__delivery_faults faults = {each, user, err, FIAT_OK};
    for (const char *const *name = fiat__delivery_names; *name; name++) {
        const char *from = "";
        const fiat__doc *node = fiat__layers_get(layers, *name, &from);
        const size_t row = find_row("", *name);
        if (!node) continue;
        if (row < FIAT__DELIVERY_KEYS)
            read_value(settings, (fiat__delivery_key)row, node, from, &faults);
        else if (strcmp(*name, "tags") == 0)
            read_tags(settings, node, from, &faults);
        else
            read_object(settings, node, from, &faults);
    }
    return faults.status;
}

fiat_status fiat__delivery_set(fiat__delivery *settings, fiat__delivery_key key, const char *text,
                               const char *from, fiat_error *err) {
    fiat__delivery_faults faults = {NULL, NULL, err, FIAT_OK};
    put(settings, key, text, from, &faults);
    return faults.status;
}

fiat_status fiat__delivery_set_tag(fiat__delivery *settings, const char *text, const char *from,
                                   fiat_error *err) {
    fiat__delivery_faults faults = {NULL, NULL, err, FIAT_OK};
    const char *equals = strchr(text, '=');
    char key[TAG_KEY_MAX + 2];
    if (!equals) {
        fiat__delivery_add_fault(&faults, from, "\"%.60s\" is no KEY=VALUE", text);
        return faults.status;
    }
    snprintf(key, sizeof key, "%.*s", (int)(equals - text), text);
    put_tag(settings, key, equals + 1, from, &faults);
    return faults.status;
}

/* --- the whole -------------------------------------------------------------------------------- */

fiat_status fiat__delivery_init(fiat__delivery *settings, const char *stream, fiat_error *err) {
    *settings = (fiat__delivery){0};
    fiat__arena_init(&settings->arena, ARENA_MAX_BYTES);
    if (!*stream || strlen(stream) > NAME_MAX_BYTES ||
        fiat__delivery_text_fault("log_group", stream) || strpbrk(stream, "/#"))
        return fiat__err_set(err, FIAT_E_ARG,
                             "\"%.80s\" is no name of a delivery stream: 1 to %d letters, digits "
                             "and _ . -; name another with \"delivery_stream\" in stream.json",
                             stream, NAME_MAX_BYTES);
    settings->stream = copy(settings, stream);
    return settings->stream ? FIAT_OK : fiat__err_nomem(err);
}

void fiat__delivery_deinit(fiat__delivery *settings) {
    fiat__arena_deinit(&settings->arena);
    *settings = (fiat__delivery){0};
}

static void fill(fiat__delivery *settings, fiat__delivery_key key, const char *text,
                 fiat__delivery_faults *faults) {
    if (settings->values[key].text) return;
    settings->values[key].text = copy(settings, text);
    if (!settings->values[key].text) fiat__delivery_no_memory(faults);
}

/* Defaults that are made of the stream's name. */
static void fill_names(fiat__delivery *settings, fiat__delivery_faults *faults) {
    char text[160], *at;
    snprintf(text, sizeof text, "%s/", settings->stream);
    fill(settings, FIAT__DELIVERY_PREFIX, text, faults);
    snprintf(text, sizeof text, "errors/%s/!{firehose:error-output-type}/", settings->stream);
    fill(settings, FIAT__DELIVERY_ERROR_PREFIX, text, faults);
    snprintf(text, sizeof text, "/aws/kinesisfirehose/%s", settings->stream);
    fill(settings, FIAT__DELIVERY_LOG_GROUP, text, faults);
    if (!fiat__delivery_to_parquet(settings)) return;
    snprintf(text, sizeof text, "%s", settings->stream);
    for (at = text; *at; at++) {
        if (*at >= 'A' && *at <= 'Z') *at = (char)(*at - 'A' + 'a');
        if (*at == '.' || *at == '-') *at = '_';
    }
    fill(settings, FIAT__DELIVERY_PARQUET_TABLE, text, faults);
    fill(settings, FIAT__DELIVERY_PARQUET_DATABASE, "fiat", faults);
}

/* What Firehose takes no smaller with these features: their own defaults. */
#define LARGE_BUFFER_MB "64"

fiat_status fiat__delivery_finish(fiat__delivery *settings, fiat__delivery_fault *each, void *user,
                                  fiat_error *err) {
    fiat__delivery_faults faults = {each, user, err, FIAT_OK};
    fill_names(settings, &faults);
    if (fiat__delivery_to_parquet(settings) || fiat__delivery_partitions(settings))
        fill(settings, FIAT__DELIVERY_BUFFER_MB, LARGE_BUFFER_MB, &faults);
    if (fiat__delivery_to_parquet(settings))
        fill(settings, FIAT__DELIVERY_COMPRESSION, "UNCOMPRESSED", &faults);
    if (fiat__delivery_from_kinesis(settings))
        fill(settings, FIAT__DELIVERY_ENCRYPTION, "NONE", &faults);
    for (size_t i = 0; i < FIAT__DELIVERY_KEYS; i++)
        if (fiat__delivery_rows[i].fallback)
            fill(settings, (fiat__delivery_key)i, fiat__delivery_rows[i].fallback, &faults);
    if (faults.status == FIAT_OK) fiat__delivery_check(settings, &faults);
    return faults.status;
}

const char *fiat__delivery_get(const fiat__delivery *settings, fiat__delivery_key key) {
    return settings->values[key].text;
}

const char *fiat__delivery_member(fiat__delivery_key key) {
    return fiat__delivery_rows[key].member;
}

bool fiat__delivery_is_on(const fiat__delivery *settings, fiat__delivery_key key) {
    const char *text = settings->values[key].text;
    return text && strcmp(text, "true") == 0;
}

bool fiat__delivery_from_kinesis(const fiat__delivery *settings) {
    return settings->values[FIAT__DELIVERY_SOURCE_KINESIS].text != NULL;
}

/* Did anybody say anything of the object's members? */
static bool is_said(const fiat__delivery *settings, const char *object) {
    for (size_t i = 0; i < FIAT__DELIVERY_KEYS; i++)
        if (is_below(&fiat__delivery_rows[i], object) && settings->values[i].from) return true;
    return false;
}

bool fiat__delivery_partitions(const fiat__delivery *settings) {
    const char *prefix = settings->values[FIAT__DELIVERY_PREFIX].text;
    return is_said(settings, "partitioning") || (prefix && strstr(prefix, "!{partitionKeyFrom"));
}

bool fiat__delivery_to_parquet(const fiat__delivery *settings) {
    const char *enabled = settings->values[FIAT__DELIVERY_PARQUET_ENABLED].text;
    if (enabled) return strcmp(enabled, "true") == 0;
    return is_said(settings, "parquet");
}

bool fiat__delivery_in_utc(const fiat__delivery *settings) {
    const char *zone = settings->values[FIAT__DELIVERY_TIME_ZONE].text;
    return !zone || strcasecmp(zone, "UTC") == 0 || strcasecmp(zone, "Etc/UTC") == 0;
}
