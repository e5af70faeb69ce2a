#include "logger/event.h"
#include "base/error.h"
#include "json/cjson_bridge.h"
#include "json/tape.h"
#include "json/writer.h"

#include <math.h>

static fiat_status write_field(fiat__buf *out, const fiat_field *field, unsigned depth,
                               fiat_error *err);

static const char *name_of(const fiat_field *field) {
    return field->name ? field->name : "item";
}

static fiat_status write_members(fiat__buf *out, const fiat_field *fields, size_t count,
                                 bool object, unsigned depth, fiat_error *err) {
    if (depth == 0) return fiat__err_set(err, FIAT_E_JSON_DEPTH, "fields nested too deeply");
    if (count > 0 && !fields)
        return fiat__err_set(err, FIAT_E_ARG, "%zu fields without an array of them", count);
    bool first = true;
    fiat__buf_append_char(out, object ? '{' : '[');
    for (size_t i = 0; i < count; i++) {
        if (object && !fields[i].name)
            return fiat__err_set(err, FIAT_E_ARG, "field %zu of an object has no name", i);
        if (object) {
            fiat__json_write_key(out, &first, fields[i].name);
        } else {
            if (!first) fiat__buf_append_char(out, ',');
            first = false;
        }
        fiat_status status = write_field(out, &fields[i], depth, err);
        if (status != FIAT_OK) return status;
        if (out->failed) return FIAT_OK; /* the caller asks the buffer; a ring of fields ends too */
    }
    fiat__buf_append_char(out, object ? '}' : ']');
    return FIAT_OK;
}

static fiat_status no_text(const fiat_field *field, fiat_error *err) {
    return fiat__err_set(err, FIAT_E_ARG, "field \"%s\" has no text, and a length of %zu",
                         name_of(field), field->length);
}

static fiat_status write_string(fiat__buf *out, const fiat_field *field, fiat_error *err) {
    if (!field->as.text && field->length) return no_text(field, err);
    fiat__json_write_string(out, fiat__str_of(field->as.text, field->length));
    return FIAT_OK;
}

/* Text from outside must be one whole value, or it could end the object around it. */
static fiat_status write_raw(fiat__buf *out, const fiat_field *field, unsigned depth,
                             fiat_error *err) {
    if (!field->as.text) return no_text(field, err);
    fiat__str text = fiat__str_of(field->as.text, field->length);
    if (text.len > out->max) {
        fiat__buf_reserve(out, text.len); /* the caller asks the buffer */
        return FIAT_OK;
    }
    fiat_status status = fiat__tape_check(text, depth, err);
    if (status != FIAT_OK) return fiat__err_wrap(err, status, "field \"%s\"", name_of(field));
    fiat__buf_append(out, text.ptr, text.len);
    return FIAT_OK;
}

static fiat_status write_double(fiat__buf *out, const fiat_field *field, fiat_error *err) {
    if (!isfinite(field->as.real))
        return fiat__err_set(err, FIAT_E_ARG,
                             "field \"%s\" is not a finite number: JSON has no such value",
                             name_of(field));
    fiat__json_write_double(out, field->as.real);
    return FIAT_OK;
}

static fiat_status write_field(fiat__buf *out, const fiat_field *field, unsigned depth,
                               fiat_error *err) {
    switch (field->kind) {
    case FIAT_KIND_NULL:
        fiat__buf_append_c(out, "null");
        return FIAT_OK;
    case FIAT_KIND_BOOL:
        fiat__buf_append_c(out, field->as.boolean ? "true" : "false");
        return FIAT_OK;
    case FIAT_KIND_INT:
        fiat__json_write_int(out, field->as.integer);
        return FIAT_OK;
    case FIAT_KIND_UINT:
        fiat__json_write_uint(out, field->as.uinteger);
        return FIAT_OK;
    case FIAT_KIND_DOUBLE:
        return write_double(out, field, err);
    case FIAT_KIND_STRING:
        return write_string(out, field, err);
    case FIAT_KIND_JSON:
        return write_raw(out, field, depth - 1, err);
    case FIAT_KIND_OBJECT:
    case FIAT_KIND_ARRAY:
        return write_members(out, field->as.fields, field->length, field->kind == FIAT_KIND_OBJECT,
                             depth - 1, err);
    }
    return fiat__err_set(err, FIAT_E_ARG, "field \"%s\" has no valid kind (%d)", name_of(field),
                         (int)field->kind);
}

static fiat_status written(const fiat__buf *scratch, fiat_status status, fiat_error *err) {
    if (status == FIAT_OK) status = fiat__buf_status(scratch, err);
    if (status == FIAT_E_LIMIT && scratch->failed)
        return fiat__err_set(err, FIAT_E_EVENT_TOO_LARGE, "event has more than %zu bytes",
                             scratch->max);
    return status;
}

fiat_status fiat__event_text(fiat_event event, unsigned max_depth, fiat__buf *scratch,
                             fiat__str *text, fiat_error *err) {
    fiat_status status = FIAT_E_ARG;
    fiat__buf_clear(scratch);
    switch (event.form) {
    case FIAT_EVENT_JSON:
        if (!event.data) return fiat__err_set(err, FIAT_E_ARG, "event has no text");
        *text = fiat__str_of(event.data, event.length);
        return FIAT_OK;
    case FIAT_EVENT_CJSON:
        status = fiat__cjson_write(scratch, event.data, max_depth, err);
        break;
    case FIAT_EVENT_FIELDS:
        status = write_members(scratch, event.data, event.length, true, max_depth, err);
        break;
    default:
        return fiat__err_set(err, FIAT_E_ARG, "event has no valid form (%d)", (int)event.form);
    }
    *text = fiat__buf_str(scratch);
    return written(scratch, status, err);
}
