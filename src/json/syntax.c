/* What is wrong with a text that the tape refused, in words. Runs only after a failure. */
#include "json/tape.h"

#include "base/error.h"
#include "json/excerpt.h"
#include "json/pointer.h"

#include <stdio.h>

/* A reason, and where it shows. */
typedef struct reason {
    const char *at;
    const char *what; /* the whole message, or NULL: "found X where Y should stand" */
    const char *wanted;
} reason;

/* What stops the string that opens at p. */
static reason string_reason(const char *p, const char *end) {
    static const char *const escape =
        "an escape that JSON does not have; allowed are \\\" \\\\ \\/ \\b "
        "\\f \\n \\r \\t and \\uXXXX";
    for (p++;;) {
        p = fiat__scan_plain(p);
        if (*p != '\\')
            return (reason){p,
                            p == end ? "a string without its closing quote"
                                     : "a control character inside a string; escape it as \\u00XX",
                            NULL};
        const char *next = fiat__scan_escape(p);
        if (next) {
            p = next;
            continue;
        }
        if (p + 1 == end) return (reason){p, "a string without its closing quote", NULL};
        bool surrogate = p[1] == 'u' && (p[2] | 0x20) == 'd' && p[3] > '7';
        for (int i = 3; surrogate && i < 6; i++)
            surrogate = fiat__scan_is_digit(p[i]) || ((p[i] | 0x20) >= 'a' && (p[i] | 0x20) <= 'f');
        return (reason){p, surrogate ? "half of a surrogate pair; write both halves" : escape,
                        NULL};
    }
}

static reason number_reason(const char *p) {
    const char *digits = p + (*p == '-');
    if (!fiat__scan_is_digit(*digits)) return (reason){digits, NULL, "a digit after '-'"};
    if (*digits == '0' && fiat__scan_is_digit(digits[1]))
        return (reason){p, "a number with a leading zero", NULL};
    while (fiat__scan_is_digit(*digits))
        digits++;
    if (*digits == '.') {
        digits++;
        if (!fiat__scan_is_digit(*digits)) return (reason){digits, NULL, "a digit after '.'"};
        while (fiat__scan_is_digit(*digits))
            digits++;
    }
    digits++; /* the e */
    if (*digits == '+' || *digits == '-') digits++;
    return (reason){digits, NULL, "a digit of the exponent"};
}

static bool is_word(char c) {
    return fiat__scan_is_digit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '_';
}

/* Name what stands at p. */
static void describe(char *out, size_t size, const char *p, const char *end) {
    size_t len = 0;
    while (p + len < end && len < 24 && is_word(p[len]))
        len++;
    unsigned char c = (unsigned char)*p;
    if (p >= end)
        snprintf(out, size, "the end of the text");
    else if (len)
        snprintf(out, size, "%.*s", (int)len, p);
    else if (c == 0xEF && (unsigned char)p[1] == 0xBB && (unsigned char)p[2] == 0xBF)
        snprintf(out, size, "a byte order mark");
    else if (c > ' ' && c < 0x7f)
        snprintf(out, size, "'%c'", c);
    else
        snprintf(out, size, "byte 0x%02x", c);
}

static fiat_status explain_syntax(const fiat__tape *tape, fiat_error *err, const char **at) {
    const char *p = tape->fail_at, *end = tape->text.ptr + tape->text.len;
    reason why = {p, NULL, tape->wanted};
    char found[64];
    if (p < end && *p == '"' && strcmp(tape->wanted, "a string") == 0) why = string_reason(p, end);
    if (p < end && strcmp(tape->wanted, "a number") == 0) why = number_reason(p);
    *at = why.at;
    size_t offset = (size_t)(why.at - tape->text.ptr);
    if (why.what)
        return fiat__err_set(err, FIAT_E_JSON_SYNTAX, "offset %zu: found %s", offset, why.what);
    describe(found, sizeof found, why.at, end);
    return fiat__err_set(err, FIAT_E_JSON_SYNTAX, "offset %zu: found %s where %s should stand",
                         offset, found, why.wanted);
}

static fiat_status explain_duplicate(const fiat__tape *tape, fiat_error *err) {
    char key[FIAT__EXCERPT_BYTES];
    fiat__excerpt(key, sizeof key, fiat__tape_string(tape, tape->count - 1));
    return fiat__err_set(err, FIAT_E_JSON_DUPLICATE_KEY,
                         "offset %zu: key %s is there twice in one object; keep one of them",
                         (size_t)(tape->fail_at - tape->text.ptr), key);
}

/* Where in the document the failure is: the last value that was begun. What stands behind the whole
 * value is in none. */
static void set_path(const fiat__tape *tape, fiat_error *err) {
    if (tape->count == 0) return;
    if (tape->wanted && strcmp(tape->wanted, "the end of the text") == 0) return;
    fiat__buf path;
    fiat__buf_init(&path, 4096);
    fiat__pointer_write(&path, tape, tape->count - 1);
    fiat__err_copy(err->instance_path, sizeof err->instance_path, fiat__buf_cstr(&path), path.len);
    fiat__buf_deinit(&path);
}

fiat_status fiat__tape_explain(const fiat__tape *tape, fiat_error *err) {
    fiat_status status = tape->status;
    const char *at = tape->fail_at;
    switch (status) {
    case FIAT_E_NOMEM:
        return fiat__err_nomem(err);
    case FIAT_E_JSON_DEPTH:
        fiat__err_set(err, status, "offset %zu: nested more than %u deep, which is the limit",
                      (size_t)(at - tape->text.ptr), tape->max_depth);
        break;
    case FIAT_E_JSON_DUPLICATE_KEY:
        explain_duplicate(tape, err);
        break;
    default:
        status = explain_syntax(tape, err, &at);
        break;
    }
    if (!err) return status;
    err->offset = (uint64_t)(at - tape->text.ptr);
    set_path(tape, err);
    return status;
}
