/* Answers and checks; see reply.h. One thread, the one that serves the request. */
#include "local/reply.h"
#include "base/error.h"
#include "json/writer.h"

#include <stdarg.h>
#include <stdio.h>

#define BODY_MAX_BYTES    (4 * 1024 * 1024) /* 10,000 stream names, 500 record ids */
#define MESSAGE_MAX_BYTES (16 * 1024)
#define VALUE_SHOWN_BYTES 300

void fiat__reply_init(fiat__reply *reply) {
    reply->http_status = 0;
    fiat__buf_init(&reply->body, BODY_MAX_BYTES);
}

void fiat__reply_deinit(fiat__reply *reply) {
    fiat__buf_deinit(&reply->body);
}

static void put_error(fiat__reply *reply, int http_status, const char *code, const char *message) {
    bool first = true;
    reply->http_status = http_status;
    fiat__buf_clear(&reply->body);
    fiat__buf_append_char(&reply->body, '{');
    fiat__json_write_key(&reply->body, &first, "__type");
    fiat__json_write_string_c(&reply->body, code);
    fiat__json_write_key(&reply->body, &first, "message");
    fiat__json_write_string_c(&reply->body, message);
    fiat__buf_append_char(&reply->body, '}');
}

void fiat__reply_error(fiat__reply *reply, int http_status, const char *code, const char *format,
                       ...) {
    char text[4096], message[4000];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    fiat__err_copy(message, sizeof message, text, strlen(text)); /* cut at a whole character */
    put_error(reply, http_status, code, message);
}

void fiat__reply_failure(fiat__reply *reply, const fiat_error *err) {
    const bool retry = err->status == FIAT_E_IO || err->status == FIAT_E_NOMEM;
    put_error(reply, retry ? 503 : 500, retry ? "ServiceUnavailableException" : "InternalFailure",
              err->message);
}

void fiat__check_init(fiat__check *check) {
    check->count = 0;
    check->wrong_type = NULL;
    fiat__buf_init(&check->text, MESSAGE_MAX_BYTES);
}

bool fiat__check_done(fiat__check *check, fiat__reply *reply) {
    const bool good = check->count == 0 && !check->wrong_type;
    if (check->wrong_type) {
        fiat__reply_error(reply, 400, "SerializationException", "%s has a wrong JSON type",
                          check->wrong_type);
    } else if (!good) {
        fiat__buf message;
        fiat__buf_init(&message, MESSAGE_MAX_BYTES + 100);
        fiat__buf_printf(&message, "%u validation error%s detected: %s", check->count,
                         check->count == 1 ? "" : "s", fiat__buf_cstr(&check->text));
        put_error(reply, 400, "ValidationException", fiat__buf_cstr(&message));
        fiat__buf_deinit(&message);
    }
    fiat__buf_deinit(&check->text);
    return good;
}

void fiat__check_add(fiat__check *check, const char *value, const char *path, const char *format,
                     ...) {
    char shown[VALUE_SHOWN_BYTES], constraint[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(constraint, sizeof constraint, format, args);
    va_end(args);
    fiat__err_copy(shown, sizeof shown, value ? value : "", value ? strlen(value) : 0);
    const char *quote = value ? "'" : "";
    fiat__buf_printf(&check->text, "%sValue %s%s%s at '%s' failed to satisfy constraint: %s",
                     check->count ? "; " : "", quote, value ? shown : "null", quote, path,
                     constraint);
    check->count++;
}

const fiat__doc *fiat__check_member(fiat__check *check, const fiat__doc *object, const char *name,
                                    fiat__doc_kind kind, const char *path) {
    const fiat__doc *node = fiat__doc_get(object, name);
    if (!node || fiat__doc_kind_of(node) == FIAT__DOC_NULL) return NULL;
    if (fiat__doc_kind_of(node) == kind) return node;
    check->wrong_type = path;
    return NULL;
}

static size_t count_characters(const char *text) {
    size_t count = 0;
    for (; *text; text++)
        count += ((unsigned char)*text & 0xc0) != 0x80;
    return count;
}

void fiat__check_text(fiat__check *check, const char *text, const fiat__string_rule *rule) {
    const size_t len = count_characters(text);
    if (len < rule->min)
        fiat__check_add(check, text, rule->path,
                        "Member must have length greater than or equal to %zu", rule->min);
    if (len > rule->max)
        fiat__check_add(check, text, rule->path,
                        "Member must have length less than or equal to %zu", rule->max);
    if (rule->valid && len > 0 && !rule->valid(fiat__str_c(text)))
        fiat__check_add(check, text, rule->path, "Member must satisfy %s", rule->pattern);
}

const char *fiat__check_string(fiat__check *check, const fiat__doc *object,
                               const fiat__string_rule *rule) {
    const char *text = NULL;
    const fiat__doc *node =
        fiat__check_member(check, object, rule->member, FIAT__DOC_STRING, rule->path);
    if (fiat__doc_string(node, &text))
        fiat__check_text(check, text, rule);
    else if (rule->required && !check->wrong_type)
        fiat__check_add(check, NULL, rule->path, "Member must not be null");
    return text;
}

bool fiat__check_integer(fiat__check *check, const fiat__doc *object, const char *name,
                         const char *path, int64_t min, int64_t max, int64_t *out) {
    const fiat__doc *node = fiat__check_member(check, object, name, FIAT__DOC_NUMBER, path);
    if (!node) return false;
    int64_t value;
    if (!fiat__doc_integer(node, &value)) {
        check->wrong_type = path;
        return false;
    }
    char shown[32];
    snprintf(shown, sizeof shown, "%lld", (long long)value);
    if (value < min)
        fiat__check_add(check, shown, path, "Member must have value greater than or equal to %lld",
                        (long long)min);
    if (value > max)
        fiat__check_add(check, shown, path, "Member must have value less than or equal to %lld",
                        (long long)max);
    *out = value;
    return value >= min && value <= max;
}

bool fiat__check_bool(fiat__check *check, const fiat__doc *object, const char *name,
                      const char *path, bool *out) {
    return fiat__doc_bool(fiat__check_member(check, object, name, FIAT__DOC_BOOL, path), out);
}

bool fiat__text_only(fiat__str text, const char *more) {
    for (size_t i = 0; i < text.len; i++) {
        const char c = text.ptr[i];
        const bool plain =
            (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!plain && (c == '\0' || !strchr(more, c))) return false;
    }
    return true;
}
