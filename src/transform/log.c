#include "transform/log.h"
#include "base/error.h"
#include "base/gunzip.h"
#include "json/object.h"

/* "\n" as a member of its own: what follows another member is read as if it were part of it
 * (RFC 1952 section 2.2). */
static const unsigned char s_gzip_newline[] = {0x1f, 0x8b, 8,    0,    0,    0,    0, 0, 0, 3, 0xe3,
                                               2,    0,    0x93, 0x06, 0xd7, 0x32, 1, 0, 0, 0};

fiat_status fiat__transform_log_init(fiat__transform_log *log, bool newline, fiat_error *err) {
    *log = (fiat__transform_log){.newline = newline};
    fiat__buf_init(&log->text, FIAT__TRANSFORM_LOG_TEXT_MAX_BYTES);
    return fiat_validator_new(&log->validator, err);
}

void fiat__transform_log_deinit(fiat__transform_log *log) {
    fiat_validator_free(log->validator);
    fiat__buf_deinit(&log->text);
}

static bool keep(void *user, const char *text, size_t len) {
    return fiat__buf_append(user, text, len);
}

/* Does the status speak of the record, rather than of the machine? */
static bool is_verdict(fiat_status status) {
    return status != FIAT_OK && status != FIAT_E_NOMEM;
}

static void fail(fiat__verdict *verdict, uint64_t event, const fiat_error *reason) {
    verdict->result = FIAT__RESULT_FAILED;
    verdict->event = event;
    verdict->reason = *reason;
}

/* The record's text; what is wrong with the gzip is a verdict. */
static fiat_status unpack(fiat__transform_log *log, fiat__str record, fiat__str *text,
                          fiat__verdict *verdict, fiat_error *err) {
    fiat_error reason;
    *text = record;
    if (!fiat__gunzip_is_gzip(record)) return FIAT_OK;
    fiat__buf_clear(&log->text);
    fiat_status status = fiat__gunzip(record, keep, &log->text, &reason);
    *text = fiat__buf_str(&log->text);
    if (status == FIAT_E_NOMEM || (log->text.failed && !log->text.too_long))
        return fiat__err_nomem(err);
    if (log->text.too_long)
        status = fiat__err_set(&reason, FIAT_E_LIMIT,
                               "the record holds more than %zu bytes of text: send smaller records",
                               log->text.max);
    if (status != FIAT_OK) fail(verdict, 0, &reason);
    return FIAT_OK;
}

static fiat_status judge(fiat__transform_log *log, const fiat_schema *schema, fiat__str line,
                         fiat_error *reason) {
    fiat_status status = fiat__json_check_object(line, reason);
    if (status != FIAT_OK) return status;
    return fiat_schema_validate(schema, log->validator, line.ptr, line.len, reason);
}

/* Each line that is not blank is an event. */
static fiat_status judge_lines(fiat__transform_log *log, const fiat_schema *schema, fiat__str text,
                               uint64_t *events, fiat__verdict *verdict, fiat_error *err) {
    fiat_error reason;
    while (text.len && verdict->result == FIAT__RESULT_OK) {
        const char *newline = memchr(text.ptr, '\n', text.len);
        size_t len = newline ? (size_t)(newline - text.ptr) : text.len;
        fiat__str line = fiat__json_trim(fiat__str_of(text.ptr, len));
        len += newline != NULL;
        text = fiat__str_of(text.ptr + len, text.len - len);
        if (line.len == 0) continue;
        ++*events;
        fiat_status status = judge(log, schema, line, &reason);
        if (status == FIAT_E_NOMEM) return fiat__err_nomem(err);
        if (is_verdict(status)) fail(verdict, *events, &reason);
    }
    return FIAT_OK;
}

/* Plain text, its last line ended as it is wanted. */
static void write_plain(const fiat__transform_log *log, fiat__str text, fiat__buf *out) {
    while (text.len && (text.ptr[text.len - 1] == '\n' || text.ptr[text.len - 1] == '\r'))
        text.len--;
    fiat__buf_append(out, text.ptr, text.len);
    if (log->newline) fiat__buf_append_char(out, '\n');
}

static void write_gzip(const fiat__transform_log *log, fiat__str record, fiat__str text,
                       fiat__buf *out) {
    fiat__buf_append(out, record.ptr, record.len);
    if (log->newline && !fiat__str_ends(text, fiat__str_c("\n")))
        fiat__buf_append(out, s_gzip_newline, sizeof s_gzip_newline);
}

fiat_status fiat__transform_log_record(fiat__transform_log *log, const fiat_schema *schema,
                                       fiat__str record, fiat__buf *out, fiat__verdict *verdict,
                                       fiat_error *err) {
    fiat__str text;
    uint64_t events = 0;
    *verdict = (fiat__verdict){.result = FIAT__RESULT_OK};
    fiat_status status = unpack(log, record, &text, verdict, err);
    if (status == FIAT_OK) status = judge_lines(log, schema, text, &events, verdict, err);
    if (status != FIAT_OK || verdict->result == FIAT__RESULT_FAILED) return status;
    if (events == 0)
        verdict->result = FIAT__RESULT_DROPPED;
    else if (fiat__gunzip_is_gzip(record))
        write_gzip(log, record, text, out);
    else
        write_plain(log, text, out);
    return fiat__buf_status(out, err);
}
