/* One document's verdict. What is valid costs one pass over its bytes; only a document that fails
 * is looked at again, for the words. */
#include "verdicts.h"

#include "base/error.h"
#include "json/writer.h"
#include "text.h"

#include <inttypes.h>

/* fiat_schema_report() gives no more. */
#define REPORT_MAX 10000

/* One failure, of the schema's or of JSON itself. */
struct failure {
    fiat_status status;
    const char *instance_path, *keyword, *schema_path, *message;
    uint64_t offset;
};

/* Where a document's failures go. */
struct report {
    verdicts *verdicts;
    const document *doc;
};

static bool is_syntax(fiat_status status) {
    return status >= FIAT_E_JSON_SYNTAX && status < FIAT_E_SCHEMA_MISMATCH;
}

/* Messages for people may start with the place, which is printed before them in another form. */
static const char *without_place(const struct failure *failure) {
    char place[40];
    const char *message = failure->message, *path = failure->instance_path;
    size_t len = strlen(path);
    if (len && strncmp(message, path, len) == 0 && strncmp(message + len, ": ", 2) == 0)
        return message + len + 2;
    len = (size_t)snprintf(place, sizeof place, "offset %" PRIu64 ": ", failure->offset);
    return strncmp(message, place, len) == 0 ? message + len : message;
}

static void print_text(const document *doc, document_place place, const struct failure *failure) {
    const char *open = " (", *close = "";
    printf("%s:%" PRIu64 ":%" PRIu64 ": ", doc->file, place.line, place.column);
    if (is_syntax(failure->status)) fputs("not JSON: ", stdout);
    if (*failure->instance_path) {
        text_print(stdout, failure->instance_path);
        fputs(": ", stdout);
    }
    text_print(stdout, without_place(failure));
    const char *const rows[][2] = {{"keyword", failure->keyword}, {"schema", failure->schema_path}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (!*rows[i][1]) continue;
        printf("%s%s ", open, rows[i][0]);
        text_print(stdout, rows[i][1]);
        open = ", ";
        close = ")";
    }
    puts(close);
}

static void write_string(fiat__buf *out, bool *first, const char *name, const char *value) {
    fiat__buf valid;
    fiat__buf_init(&valid, SIZE_MAX);
    text_make_valid(&valid, fiat__str_c(value));
    fiat__json_write_key(out, first, name);
    fiat__json_write_string(out, fiat__buf_str(&valid));
    fiat__buf_deinit(&valid);
}

static void write_number(fiat__buf *out, bool *first, const char *name, uint64_t value) {
    fiat__json_write_key(out, first, name);
    fiat__json_write_uint(out, value);
}

static bool print_json(const document *doc, document_place place, const struct failure *failure) {
    fiat__buf line;
    bool first = true;
    fiat__buf_init(&line, SIZE_MAX);
    fiat__buf_append_char(&line, '{');
    write_string(&line, &first, "file", doc->file);
    write_number(&line, &first, "line", place.line);
    write_number(&line, &first, "column", place.column);
    write_number(&line, &first, "offset", failure->offset);
    write_string(&line, &first, "status", fiat_status_name(failure->status));
    write_string(&line, &first, "instance_path", failure->instance_path);
    write_string(&line, &first, "keyword", failure->keyword);
    write_string(&line, &first, "schema_path", failure->schema_path);
    write_string(&line, &first, "message", without_place(failure));
    fiat__buf_append_char(&line, '}');
    bool written = !line.failed;
    if (written) puts(fiat__buf_cstr(&line));
    fiat__buf_deinit(&line);
    return written;
}

/* Count and print; false when no more is wanted. */
static bool take(verdicts *v, const document *doc, const struct failure *failure) {
    document_place place = document_at(doc, failure->offset);
    v->failures++;
    if (!v->quiet && !v->json) print_text(doc, place, failure);
    if (!v->quiet && v->json && !print_json(doc, place, failure)) {
        v->status = fiat__err_nomem(&v->error);
        return false;
    }
    if (v->failures >= v->max_errors || ferror(stdout)) v->stopped = true;
    return !v->stopped;
}

static bool take_failure(const fiat_schema_failure *from, void *user) {
    struct report *report = user;
    const struct failure failure = {FIAT_E_SCHEMA_MISMATCH, from->instance_path, from->keyword,
                                    from->schema_path,      from->message,       from->offset};
    return take(report->verdicts, report->doc, &failure);
}

/* The failure is in the error object alone. */
static void take_error(verdicts *v, const document *doc, const fiat_error *err) {
    const struct failure failure = {(fiat_status)err->status,
                                    err->instance_path,
                                    err->keyword,
                                    err->schema_path,
                                    err->message[0] ? err->message
                                                    : fiat_status_text((fiat_status)err->status),
                                    err->offset};
    (void)take(v, doc, &failure);
}

static void take_mismatch(verdicts *v, const document *doc, fiat_error *err) {
    struct report report = {v, doc};
    uint64_t before = v->failures;
    if (v->quiet) {
        take_error(v, doc, err);
        return;
    }
    /* The verdict is known; this is for the words. */
    fiat_status status = fiat_schema_report(v->schema, v->validator, doc->text.ptr, doc->text.len,
                                            v->all ? REPORT_MAX : 1, take_failure, &report, err);
    if (v->failures == before) {
        if (status == FIAT_OK) status = FIAT_E_SCHEMA_MISMATCH;
        err->status = (int32_t)status;
        take_error(v, doc, err);
    }
}

/* Is the text no document, and its first line one? Of lines there is only the first. */
static bool looks_like_lines(const verdicts *v, const document *doc, fiat_status status) {
    const char *newline = doc->text.len ? memchr(doc->text.ptr, '\n', doc->text.len) : NULL;
    if (status != FIAT_E_JSON_SYNTAX || !newline) return false;
    return !is_syntax(fiat_schema_validate(v->schema, v->validator, doc->text.ptr,
                                           (size_t)(newline - doc->text.ptr), NULL));
}

/* Does the status speak of the document, rather than of the machine? */
static bool is_verdict(fiat_status status) {
    return status == FIAT_E_SCHEMA_MISMATCH || status == FIAT_E_SCHEMA_LIMIT ||
           status == FIAT_E_LIMIT || is_syntax(status);
}

bool verdicts_judge(const document *doc, void *user) {
    verdicts *v = user;
    fiat_error *err = &v->error;
    v->documents++;
    fiat_status status =
        doc->cut ? fiat__err_set(err, FIAT_E_LIMIT, "the line is longer than %d bytes",
                                 DOCUMENTS_LINE_MAX_BYTES)
                 : fiat_schema_validate(v->schema, v->validator, doc->text.ptr, doc->text.len, err);
    if (status == FIAT_OK) return true;
    if (!is_verdict(status)) {
        v->status = status;
        return false;
    }
    v->invalid++;
    if (status == FIAT_E_SCHEMA_MISMATCH)
        take_mismatch(v, doc, err);
    else
        take_error(v, doc, err);
    if (looks_like_lines(v, doc, status)) v->looks_like_lines = true;
    if (v->fail_fast) v->stopped = true;
    return !v->stopped && v->status == FIAT_OK;
}
