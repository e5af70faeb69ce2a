/* Are the files of a stream right, and do they agree? For the commands that tell. */
#ifndef FIAT_TOOLS_STREAM_CHECK_H
#define FIAT_TOOLS_STREAM_CHECK_H

#include "project.h"

typedef struct stream_check_finding {
    bool fault;                       /* events or columns would be lost; else a note */
    const char *file;                 /* "athena.json" */
    const char *column, *schema_path; /* NULL: it is about none */
    const char *message;
} stream_check_finding;

/* Texts are borrowed for the call. */
typedef void stream_check_each(const stream_check_finding *finding, void *user);

/* Tell `each` everything that is found. The number of faults. */
size_t stream_check(const fiat_config *config, const project_stream *stream,
                    stream_check_each *each, void *user);

#endif
