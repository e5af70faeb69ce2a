/* Files of JSON lines, read and written. Ends the program when memory does. */
#include "schema_docs.h"

#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *must(void *block) {
    if (block) return block;
    fprintf(stderr, "out of memory\n");
    exit(1);
}

char *bench_read_file(const char *path, size_t *len) {
    FILE *file = fopen(path, "rb");
    if (!file) return NULL;
    size_t cap = 1 << 16;
    char *text = must(fiat__malloc(cap + BENCH_PADDING));
    *len = 0;
    for (size_t got; (got = fread(text + *len, 1, cap - *len, file)) > 0;) {
        *len += got;
        if (*len < cap) continue;
        cap *= 2;
        text = must(fiat__realloc(text, cap + BENCH_PADDING));
    }
    bool ok = !ferror(file);
    fclose(file);
    memset(text + *len, 0, BENCH_PADDING);
    if (ok) return text;
    fiat__free(text);
    return NULL;
}

static size_t count_lines(const char *text, size_t len) {
    size_t lines = 0;
    for (size_t i = 0; i < len; i++)
        lines += text[i] == '\n';
    return lines;
}

/* The texts are the lines of the buffer, each of which ends with a newline. */
static void index_lines(struct bench_docs *docs) {
    size_t lines = count_lines(docs->buffer, docs->bytes);
    docs->texts = must(fiat__calloc(lines + 1, sizeof *docs->texts));
    docs->lengths = must(fiat__calloc(lines + 1, sizeof *docs->lengths));
    const char *at = docs->buffer;
    for (docs->count = 0; docs->count < lines; docs->count++) {
        const char *end = memchr(at, '\n', docs->bytes - (size_t)(at - docs->buffer));
        docs->texts[docs->count] = at;
        docs->lengths[docs->count] = (size_t)(end - at);
        at = end + 1;
    }
}

bool bench_read_lines(struct bench_docs *docs, const char *path) {
    *docs = (struct bench_docs){0};
    docs->buffer = bench_read_file(path, &docs->bytes);
    if (!docs->buffer) return false;
    index_lines(docs);
    if (docs->count > 0) return true;
    bench_docs_free(docs);
    return false;
}

bool bench_write_lines(const struct bench_docs *docs, const char *path) {
    FILE *file = fopen(path, "wb");
    if (!file) return false;
    bool ok = fwrite(docs->buffer, 1, docs->bytes, file) == docs->bytes;
    return fclose(file) == 0 && ok;
}

void bench_docs_free(struct bench_docs *docs) {
    fiat__free(docs->buffer);
    fiat__free(docs->texts);
    fiat__free(docs->lengths);
    fiat__free(docs->kinds);
    *docs = (struct bench_docs){0};
}
