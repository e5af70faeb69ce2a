/* The documents of a workload: lines of JSON in one buffer, as a file of JSON lines has them. */
#ifndef FIAT_BENCH_SCHEMA_DOCS_H
#define FIAT_BENCH_SCHEMA_DOCS_H

#include <stdbool.h>
#include <stddef.h>

/* Readable bytes behind the last text, which simdjson wants. */
#define BENCH_PADDING 64

/* What an event of bench_events() violates. */
enum { BENCH_VALID, BENCH_INVALID_CONTENT, BENCH_INVALID };

struct bench_docs {
    char *buffer;
    size_t bytes; /* of the buffer, without the padding */
    const char **texts;
    size_t *lengths;
    unsigned char *kinds; /* of events: BENCH_*; NULL: what is right is not known */
    size_t count;
};

/* `count` audit events made with a fixed seed: about 440 bytes, 15 members, of which 5 % are
 * invalid in a dozen ways. BENCH_INVALID_CONTENT: for a pattern or a format, and else valid. */
void bench_events(struct bench_docs *docs, size_t count);
/* The lines of a file; false when it cannot be read or has none. */
bool bench_read_lines(struct bench_docs *docs, const char *path);
bool bench_write_lines(const struct bench_docs *docs, const char *path);
void bench_docs_free(struct bench_docs *docs);

/* A whole file; NULL when it cannot be read. */
char *bench_read_file(const char *path, size_t *len);

#endif
