#include "support/suite_known.h"
#include "base/error.h"
#include "base/file.h"

#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>

#define LIST_MAX_BYTES (1024 * 1024)

static fiat__str trim(fiat__str text) {
    while (text.len > 0 && text.ptr[0] == ' ')
        text = fiat__str_of(text.ptr + 1, text.len - 1);
    while (text.len > 0 && text.ptr[text.len - 1] == ' ')
        text.len--;
    return text;
}

static bool read_row(fiat__str line, suite_known_row *out) {
    fiat__str fields[4];
    for (int i = 0; i < 3; i++) {
        const char *bar = memchr(line.ptr, '|', line.len);
        if (!bar) return false;
        size_t len = (size_t)(bar - line.ptr);
        fields[i] = trim(fiat__str_of(line.ptr, len));
        line = fiat__str_of(bar + 1, line.len - len - 1);
    }
    fields[3] = trim(line);
    *out = (suite_known_row){fields[0], fields[1], fields[2], fields[3], 0};
    return fields[0].len > 0 && fields[1].len > 0 && fields[2].len > 0 && fields[3].len > 0;
}

void suite_known_read(suite_known *known, const char *path) {
    fiat_error err;
    known->count = 0;
    fiat__buf_init(&known->text, LIST_MAX_BYTES);
    if (fiat__file_read(path, &known->text, &err) != FIAT_OK) {
        fprintf(stderr, "%s\n", err.message);
        exit(EXIT_FAILURE);
    }
    const char *at = fiat__buf_cstr(&known->text);
    while (*at != '\0') {
        fiat__str line = fiat__str_of(at, strcspn(at, "\n"));
        at += line.len + (at[line.len] == '\n');
        if (line.len == 0 || line.ptr[0] == '#') continue;
        if (known->count == SUITE_KNOWN_MAX || !read_row(line, &known->rows[known->count++])) {
            fprintf(stderr, "%s: malformed: %.*s\n", path, (int)line.len, line.ptr);
            exit(EXIT_FAILURE);
        }
    }
}

void suite_known_deinit(suite_known *known) {
    fiat__buf_deinit(&known->text);
}

static bool names(const suite_known_row *row, const char *path, fiat__str group, fiat__str test,
                  bool valid) {
    char pattern[256];
    fiat__err_copy(pattern, sizeof pattern, row->path.ptr, row->path.len);
    if (fnmatch(pattern, path, FNM_PATHNAME) != 0) return false;
    if (!fiat__str_eq_c(row->group, "*") && !fiat__str_eq(row->group, group)) return false;
    if (fiat__str_eq_c(row->test, "*invalid")) return !valid;
    return fiat__str_eq_c(row->test, "*") || fiat__str_eq(row->test, test);
}

bool suite_known_has(suite_known *known, const char *path, fiat__str group, fiat__str test,
                     bool valid) {
    for (size_t i = 0; i < known->count; i++) {
        if (!names(&known->rows[i], path, group, test, valid)) continue;
        known->rows[i].used++;
        return true;
    }
    return false;
}

unsigned suite_known_stale(const suite_known *known) {
    unsigned stale = 0;
    for (size_t i = 0; i < known->count; i++) {
        const suite_known_row *row = &known->rows[i];
        if (row->used > 0) continue;
        printf("STALE exclusion, names no test: %.*s | %.*s | %.*s\n", (int)row->path.len,
               row->path.ptr, (int)row->group.len, row->group.ptr, (int)row->test.len,
               row->test.ptr);
        stale++;
    }
    return stale;
}
