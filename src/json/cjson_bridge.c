/* The one file that knows cJSON. No state; a document belongs to its caller. */
#include "json/cjson_bridge.h"
#include "base/error.h"
#include "base/file.h"
#include "json/doc.h"
#include "json/tape.h"
#include "json/writer.h"

#include <cjson/cJSON.h>
#include <math.h>

#define NUMBER_MAX_BYTES 63                 /* cJSON's parse_number() reads into 64 */
#define EXACT_INTEGER    9007199254740992.0 /* 2^53 */

/* cJSON forgives more than RFC 8259 allows, ends strings at \u0000 and numbers at 63 bytes; so the
 * strict scanner reads the text first, and what cJSON cannot hold is refused here. */
static fiat_status check_value(const fiat__tape *tape, uint32_t item, fiat_error *err) {
    const fiat__tape_item *at = &tape->items[item];
    fiat_status status = FIAT_OK;
    if (at->kind & FIAT__JSON_NUMERIC && at->len > NUMBER_MAX_BYTES)
        status = fiat__err_set(err, FIAT_E_LIMIT,
                               "number of %u bytes at offset %u: at most %d are allowed here",
                               at->len, at->at, NUMBER_MAX_BYTES);
    else if (at->kind == FIAT__JSON_STRING && at->len &&
             memchr(fiat__tape_string(tape, item).ptr, 0, at->len))
        status = fiat__err_set(err, FIAT_E_UNSUPPORTED,
                               "string at offset %u holds \\u0000, which is not allowed here; "
                               "remove it",
                               at->at);
    if (status != FIAT_OK && err) err->offset = at->at;
    return status;
}

static fiat_status check_text(fiat__tape *tape, fiat__padded *padded, fiat__str text,
                              fiat_error *err) {
    fiat_status status = fiat__scan_load(padded, text, err);
    if (status != FIAT_OK) return status;
    fiat__tape_reset(tape, fiat__str_of(padded->ptr, padded->len), CJSON_NESTING_LIMIT);
    status = fiat__tape_parse(tape, err);
    for (uint32_t item = 0; status == FIAT_OK && item < tape->count; item++)
        status = check_value(tape, item, err);
    return status;
}

fiat_status fiat__doc_parse(fiat__doc **out, fiat__str text, fiat_error *err) {
    fiat__padded padded = {0};
    fiat__keyspace keys;
    fiat__tape tape;
    fiat__keyspace_init(&keys);
    fiat__tape_init(&tape, &keys);
    *out = NULL;
    fiat_status status = check_text(&tape, &padded, text, err);
    if (status == FIAT_OK) {
        *out = cJSON_ParseWithLength(padded.ptr, padded.len);
        if (!*out) status = fiat__err_nomem(err); /* nothing else is left to fail */
    }
    fiat__tape_deinit(&tape);
    fiat__keyspace_deinit(&keys);
    if (padded.ptr) explicit_bzero(padded.ptr, padded.len); /* it may be a reply with keys */
    fiat__padded_deinit(&padded);
    return status;
}

fiat_status fiat__doc_read(fiat__doc **out, const char *path, size_t max_bytes, fiat_error *err) {
    fiat__buf text;
    fiat__buf_init(&text, max_bytes);
    *out = NULL;
    fiat_status status = fiat__file_read(path, &text, err);
    if (status == FIAT_OK) {
        status = fiat__doc_parse(out, fiat__buf_str(&text), err);
        if (status != FIAT_OK) fiat__err_wrap(err, status, "%s", path);
    }
    fiat__buf_deinit(&text);
    return status;
}

void fiat__doc_free(fiat__doc *doc) {
    cJSON_Delete(doc);
}

/* As deep as CJSON_NESTING_LIMIT at most. */
static void wipe_strings(fiat__doc *node) {
    for (; node; node = node->next) {
        if (node->valuestring) explicit_bzero(node->valuestring, strlen(node->valuestring));
        wipe_strings(node->child);
    }
}

void fiat__doc_free_secret(fiat__doc *doc) {
    wipe_strings(doc);
    cJSON_Delete(doc);
}

fiat__doc_kind fiat__doc_kind_of(const fiat__doc *node) {
    if (cJSON_IsBool(node)) return FIAT__DOC_BOOL;
    if (cJSON_IsNumber(node)) return FIAT__DOC_NUMBER;
    if (cJSON_IsString(node)) return FIAT__DOC_STRING;
    if (cJSON_IsArray(node)) return FIAT__DOC_ARRAY;
    if (cJSON_IsObject(node)) return FIAT__DOC_OBJECT;
    return FIAT__DOC_NULL;
}

const char *fiat__doc_kind_name(const fiat__doc *node) {
    static const char *const names[] = {"null", "boolean", "number", "string", "array", "object"};
    return names[fiat__doc_kind_of(node)];
}

const fiat__doc *fiat__doc_get(const fiat__doc *object, const char *name) {
    return cJSON_IsObject(object) ? cJSON_GetObjectItemCaseSensitive(object, name) : NULL;
}

const fiat__doc *fiat__doc_first(const fiat__doc *node) {
    return node ? node->child : NULL;
}

const fiat__doc *fiat__doc_next(const fiat__doc *node) {
    return node ? node->next : NULL;
}

size_t fiat__doc_count(const fiat__doc *node) {
    size_t count = 0;
    for (node = fiat__doc_first(node); node; node = node->next)
        count++;
    return count;
}

const char *fiat__doc_name(const fiat__doc *node) {
    return node ? node->string : NULL;
}

bool fiat__doc_string(const fiat__doc *node, const char **out) {
    if (!cJSON_IsString(node)) return false;
    *out = node->valuestring;
    return true;
}

bool fiat__doc_integer(const fiat__doc *node, int64_t *out) {
    double value;
    if (!fiat__doc_double(node, &value) || value != floor(value) || fabs(value) >= EXACT_INTEGER)
        return false;
    *out = (int64_t)value;
    return true;
}

bool fiat__doc_double(const fiat__doc *node, double *out) {
    if (!cJSON_IsNumber(node)) return false;
    *out = node->valuedouble;
    return true;
}

bool fiat__doc_bool(const fiat__doc *node, bool *out) {
    if (!cJSON_IsBool(node)) return false;
    *out = cJSON_IsTrue(node);
    return true;
}

static fiat_status write_node(fiat__buf *out, const cJSON *node, unsigned depth, fiat_error *err);

static fiat_status write_children(fiat__buf *out, const cJSON *node, unsigned depth,
                                  fiat_error *err) {
    bool object = cJSON_IsObject(node), first = true;
    if (depth == 0) return fiat__err_set(err, FIAT_E_JSON_DEPTH, "cJSON tree nested too deeply");
    fiat__buf_append_char(out, object ? '{' : '[');
    for (const cJSON *child = node->child; child; child = child->next) {
        if (object && !child->string)
            return fiat__err_set(err, FIAT_E_ARG, "cJSON object has a member without a name");
        if (object) {
            fiat__json_write_key(out, &first, child->string);
        } else {
            if (!first) fiat__buf_append_char(out, ',');
            first = false;
        }
        fiat_status status = write_node(out, child, depth - 1, err);
        if (status != FIAT_OK) return status;
        if (out->failed) return FIAT_OK; /* the caller asks the buffer; a ring of nodes ends too */
    }
    fiat__buf_append_char(out, object ? '}' : ']');
    return FIAT_OK;
}

static fiat_status write_number(fiat__buf *out, double value, fiat_error *err) {
    if (!isfinite(value))
        return fiat__err_set(err, FIAT_E_ARG, "cJSON number is not finite: JSON has no such value");
    if (value == floor(value) && fabs(value) < EXACT_INTEGER && !(value == 0 && signbit(value)))
        fiat__json_write_int(out, (int64_t)value);
    else
        fiat__json_write_double(out, value);
    return FIAT_OK;
}

/* A raw node must hold one whole value, or it could end the object around it. */
static fiat_status write_raw(fiat__buf *out, const char *text, unsigned depth, fiat_error *err) {
    fiat_status status = fiat__tape_check(fiat__str_c(text), depth, err);
    if (status != FIAT_OK) return fiat__err_wrap(err, status, "raw cJSON node");
    fiat__buf_append_c(out, text);
    return FIAT_OK;
}

static fiat_status write_node(fiat__buf *out, const cJSON *node, unsigned depth, fiat_error *err) {
    if (cJSON_IsObject(node) || cJSON_IsArray(node)) return write_children(out, node, depth, err);
    if (cJSON_IsNumber(node)) return write_number(out, node->valuedouble, err);
    if (cJSON_IsString(node) && node->valuestring)
        fiat__json_write_string_c(out, node->valuestring);
    else if (cJSON_IsRaw(node) && node->valuestring)
        return write_raw(out, node->valuestring, depth, err);
    else if (cJSON_IsTrue(node) || cJSON_IsFalse(node))
        fiat__buf_append_c(out, cJSON_IsTrue(node) ? "true" : "false");
    else if (cJSON_IsNull(node))
        fiat__buf_append_c(out, "null");
    else
        return fiat__err_set(err, FIAT_E_ARG, "cJSON node holds no value");
    return FIAT_OK;
}

fiat_status fiat__cjson_write(fiat__buf *out, const cJSON *tree, unsigned max_depth,
                              fiat_error *err) {
    if (!tree) return fiat__err_set(err, FIAT_E_ARG, "cJSON tree is NULL");
    fiat_status status = write_node(out, tree, max_depth, err);
    return status == FIAT_OK ? fiat__buf_status(out, err) : status;
}

bool fiat__doc_write(fiat__buf *out, const fiat__doc *node) {
    return fiat__cjson_write(out, node, CJSON_NESTING_LIMIT, NULL) == FIAT_OK;
}
