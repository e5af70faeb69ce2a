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
    const char *keyword_location, *absolute_keyword_location; /* NULL: not known */
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

static void print_text(FILE *out, const document *doc, document_place place,
                       const struct failure *failure) {
    const char *open = " (", *close = "";
    fprintf(out, "%s:%" PRIu64 ":%" PRIu64 ": ", doc->file, place.line, place.column);
    if (is_syntax(failure->status)) fputs("not JSON: ", out);
    if (*failure->instance_path) {
        text_print(out, failure->instance_path);
        fputs(": ", out);
    }
    text_print(out, without_place(failure));
    const char *const rows[][2] = {{"keyword", failure->keyword}, {"schema", failure->schema_path}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (!*rows[i][1]) continue;
        fprintf(out, "%s%s ", open, rows[i][0]);
        text_print(out, rows[i][1]);
        open = ", ";
        close = ")";
    }
    fprintf(out, "%s\n", close);
}

static void write_string(fiat__buf *out, bool *first, const char *name, const char *value) {
    fiat__buf valid;
    if (!value) return;
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
    write_string(&line, &first, "keyword_location", failure->keyword_location);
    write_string(&line, &first, "absolute_keyword_location", failure->absolute_keyword_location);
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
    if (!v->quiet && !v->json) print_text(v->output ? stderr : stdout, doc, place, failure);
    if (!v->quiet && v->json && !print_json(doc, place, failure)) {
        v->status = fiat__err_nomem(&v->error);
        return false;
    }
    if (v->failures >= v->max_errors || ferror(stdout)) v->stopped = true;
    return !v->stopped;
}

static bool take_failure(const fiat_schema_failure *from, void *user) {
    struct report *report = user;
    const struct failure failure = {.status = FIAT_E_SCHEMA_MISMATCH,
                                    .instance_path = from->instance_path,
                                    .keyword = from->keyword,
                                    .schema_path = from->schema_path,
                                    .message = from->message,
                                    .keyword_location = from->keyword_location,
                                    .absolute_keyword_location = from->absolute_keyword_location,
                                    .offset = from->offset};
    return take(report->verdicts, report->doc, &failure);
}

/* The failure is in the error object alone. */
static void take_error(verdicts *v, const document *doc, const fiat_error *err) {
    fiat_status status = (fiat_status)err->status;
    const struct failure failure = {.status = status,
                                    .instance_path = err->instance_path,
                                    .keyword = err->keyword,
                                    .schema_path = err->schema_path,
                                    .message =
                                        err->message[0] ? err->message : fiat_status_text(status),
                                    .offset = err->offset};
    (void)take(v, doc, &failure);
}

/* It has been printed. */
static void take_output(verdicts *v) {
    v->failures++;
    if (v->failures >= v->max_errors || ferror(stdout)) v->stopped = true;
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

static bool print_part(const char *bytes, size_t len, void *user) {
    *(bool *)user = true;
    return fwrite(bytes, 1, len, stdout) == len;
}

/* The standard formats have no room for a text that is no JSON: its result is the verdict alone,
 * and the reason goes to stderr. */
static fiat_status print_output(verdicts *v, const document *doc) {
    bool begun = false;
    fiat_status status =
        fiat_schema_output(v->schema, v->validator, doc->text.ptr, doc->text.len,
                           (fiat_schema_output_format)v->output, print_part, &begun, &v->error);
    if (!begun) fputs("{\"valid\":false}", stdout);
    putchar('\n');
    return status;
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

static fiat_status judge(verdicts *v, const document *doc) {
    if (doc->cut)
        return fiat__err_set(&v->error, FIAT_E_LIMIT, "the line is longer than %d bytes",
                             DOCUMENTS_LINE_MAX_BYTES);
    if (v->output && !v->quiet) return print_output(v, doc);
    return fiat_schema_validate(v->schema, v->validator, doc->text.ptr, doc->text.len, &v->error);
}

bool verdicts_judge(const document *doc, void *user) {
    verdicts *v = user;
    v->documents++;
    fiat_status status = judge(v, doc);
    if (status == FIAT_OK) return true;
    if (!is_verdict(status)) {
        v->status = status;
        return false;
    }
    v->invalid++;
    if (status != FIAT_E_SCHEMA_MISMATCH)
        take_error(v, doc, &v->error);
    else if (v->output)
        take_output(v);
    else
        take_mismatch(v, doc, &v->error);
    if (looks_like_lines(v, doc, status)) v->looks_like_lines = true;
    if (v->fail_fast) v->stopped = true;
    return !v->stopped && v->status == FIAT_OK;
}
