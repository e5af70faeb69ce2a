#include "logger/builtin.h"
#include "logger/builtin_data.h"

#define TEXT(array)                                                                                \
    { array, sizeof array - 1 }

static const fiat__builtin_stream s_streams[] = {
    {"Audit", TEXT(Audit_json_schema), TEXT(Audit_athena), TEXT(Audit_stream)},
};

const fiat__builtin_stream *fiat__builtin_at(size_t index) {
    return index < sizeof s_streams / sizeof *s_streams ? &s_streams[index] : NULL;
}

const fiat__builtin_stream *fiat__builtin_find(const char *name) {
    for (size_t i = 0; i < sizeof s_streams / sizeof *s_streams; i++)
        if (strcmp(name, s_streams[i].name) == 0) return &s_streams[i];
    return NULL;
}
