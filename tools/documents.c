/* Reading documents, by line or by file. */
#include "documents.h"

#include "json/scan.h"
#include "lines.h"

static const fiat__str s_mark = {"\xEF\xBB\xBF", 3}; /* UTF-8's byte order mark */

bool documents_are_lines(const char *path) {
    fiat__str name = fiat__str_c(path);
    if (fiat__str_ends(name, fiat__str_c(".gz"))) name.len -= strlen(".gz");
    return fiat__str_ends(name, fiat__str_c(".jsonl")) ||
           fiat__str_ends(name, fiat__str_c(".ndjson"));
}

static bool is_blank(fiat__str text) {
    for (size_t i = 0; i < text.len; i++)
        if (!memchr(" \t\n\r", text.ptr[i], 4)) return false;
    return true;
}

static fiat__str without_mark(fiat__str text) {
    if (!fiat__str_starts(text, s_mark)) return text;
    return fiat__str_of(text.ptr + s_mark.len, text.len - s_mark.len);
}

static fiat_status read_lines(lines *in, document *doc,
                              bool (*each)(const document *doc, void *user), void *user,
                              fiat_error *err) {
    bool more = true, whole = true;
    for (;;) {
        fiat_status status = lines_next(in, &doc->text, &more, &whole, err);
        if (status != FIAT_OK || !more) return status;
        doc->line = lines_number(in);
        doc->cut = !whole;
        if (doc->line == 1) doc->text = without_mark(doc->text);
        if (whole && is_blank(doc->text)) continue;
        if (!each(doc, user)) return FIAT_OK;
    }
}

static fiat_status read_whole(lines *in, document *doc,
                              bool (*each)(const document *doc, void *user), void *user,
                              fiat_error *err) {
    fiat__buf text;
    fiat__buf_init(&text, FIAT__SCAN_MAX_BYTES);
    fiat_status status = lines_rest(in, &text, err);
    doc->line = 1;
    doc->text = without_mark(fiat__buf_str(&text));
    if (status == FIAT_OK) (void)each(doc, user);
    fiat__buf_deinit(&text);
    return status;
}

fiat_status documents_read(const char *path, bool by_line,
                           bool (*each)(const document *doc, void *user), void *user,
                           fiat_error *err) {
    lines *in;
    document doc = {.file = strcmp(path, "-") == 0 ? "stdin" : path};
    fiat_status status = lines_open(&in, path, DOCUMENTS_LINE_MAX_BYTES, err);
    if (status != FIAT_OK) return status;
    status = (by_line ? read_lines : read_whole)(in, &doc, each, user, err);
    lines_close(in);
    return status;
}

document_place document_at(const document *doc, uint64_t offset) {
    document_place place = {doc->line, 1};
    for (uint64_t i = 0; i < offset && i < doc->text.len; i++) {
        unsigned char c = (unsigned char)doc->text.ptr[i];
        if (c == '\n') {
            place.line++;
            place.column = 1;
        } else if ((c & 0xC0) != 0x80) {
            place.column++; /* a character, not the rest of one */
        }
    }
    return place;
}
