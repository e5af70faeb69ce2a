/* Streams that need no folder. The texts are those of schemas/, turned into C by scripts/embed. */
#ifndef FIAT_LOGGER_BUILTIN_H
#define FIAT_LOGGER_BUILTIN_H

#include "base/str.h"

typedef struct fiat__builtin_stream {
    const char *name;
    fiat__str json_schema, athena, stream;
} fiat__builtin_stream;

/* NULL when there is no built-in stream of that name. */
const fiat__builtin_stream *fiat__builtin_find(const char *name);
/* Row `index`; NULL past the end. */
const fiat__builtin_stream *fiat__builtin_at(size_t index);

#endif
