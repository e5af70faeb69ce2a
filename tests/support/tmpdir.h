/* A folder of a test's own under TMPDIR, and looking at what was put there. Failures abort. */
#ifndef FIAT_TESTS_TMPDIR_H
#define FIAT_TESTS_TMPDIR_H

#include "base/file.h"
#include "base/mem.h"
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

/* A new, empty folder; the caller frees the name with tmpdir_remove(). */
static inline char *tmpdir_make(void) {
    const char *base = getenv("TMPDIR");
    const size_t size = strlen(base ? base : "/tmp") + sizeof "/fiat-test-XXXXXX";
    char *path = calloc(1, size);
    ck_assert_ptr_nonnull(path);
    snprintf(path, size, "%s/fiat-test-XXXXXX", base ? base : "/tmp");
    ck_assert_ptr_nonnull(mkdtemp(path));
    return path;
}

static inline void tmpdir_remove_tree(const char *path) {
    char **names;
    size_t count;
    if (unlink(path) == 0) return; /* a file, or a link, which is never followed */
    if (fiat__dir_list(path, &names, &count, NULL) != FIAT_OK) return;
    for (size_t i = 0; i < count; i++) {
        char *below = fiat__path_join(path, names[i]);
        ck_assert_ptr_nonnull(below);
        tmpdir_remove_tree(below);
        fiat__free(below);
    }
    fiat__dir_free_list(names, count);
    rmdir(path);
}

static inline void tmpdir_remove(char *path) {
    tmpdir_remove_tree(path);
    free(path);
}

static inline void tmpdir_list_below(fiat__buf *out, const char *dir, size_t dir_len, bool hidden) {
    char **names;
    size_t count;
    ck_assert_int_eq(fiat__dir_list(dir, &names, &count, NULL), FIAT_OK);
    for (size_t i = 0; i < count; i++) {
        if (names[i][0] == '.' && !hidden) continue;
        char *below = fiat__path_join(dir, names[i]);
        ck_assert_ptr_nonnull(below);
        if (fiat__path_is_dir(below))
            tmpdir_list_below(out, below, dir_len, hidden);
        else
            fiat__buf_printf(out, "%s\n", below + dir_len + 1);
        fiat__free(below);
    }
    fiat__dir_free_list(names, count);
}

/* Append the paths of all plain files below `dir`, relative to it, a line each, in byte order.
 * `hidden`: those with a part that starts with '.' as well. */
static inline void tmpdir_list(fiat__buf *out, const char *dir, bool hidden) {
    tmpdir_list_below(out, dir, strlen(dir), hidden);
}

/* Append the contents of DIR/NAME, unpacked if it is gzip. */
static inline void tmpdir_read(fiat__buf *out, const char *dir, const char *name) {
    char path[4096], chunk[8192];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    gzFile file = gzopen(path, "rb");
    ck_assert_msg(file != NULL, "cannot open %s", path);
    int got;
    while ((got = gzread(file, chunk, sizeof chunk)) > 0)
        ck_assert(fiat__buf_append(out, chunk, (size_t)got));
    ck_assert_int_eq(got, 0);
    ck_assert_int_eq(gzclose(file), Z_OK);
}

#endif
