/* A project as the commands see it: its settings, and its streams' folders below schemas/. */
#ifndef FIAT_TOOLS_PROJECT_H
#define FIAT_TOOLS_PROJECT_H

#include "base/buf.h"
#include "table/layers.h"

#include <fiat/fiat.h>

#define PROJECT_FILE_MAX_BYTES (16 * 1024 * 1024)
#define PROJECT_CONFIG         "fiat.conf"

/* The file of settings: what FIAT_CONFIG names (*named: true), else fiat.conf in the working
 * folder, which need not be there. */
const char *project_config_path(bool *named);

/* The settings in force, with `schemas.dir` set to `schemas_dir` unless that is NULL, read from
 * fiat.conf in the working folder when FIAT_CONFIG names no other file. */
fiat_status project_config(fiat_config **out, const char *schemas_dir, fiat_error *err);

/* The folder of schemas: the setting, or "schemas" when there is one; NULL when there is none.
 * Borrowed until the settings are changed or freed. */
const char *project_schemas_dir(const fiat_config *config);

/* Names of all streams, sorted: every folder below the schemas', and with `builtin` those that are
 * built in. Free with fiat__dir_free_list(). */
fiat_status project_streams(const char *schemas_dir, bool builtin, char ***names, size_t *count,
                            fiat_error *err);

/* One stream's files; "" for a file that is not there. */
typedef struct project_stream {
    const char *name; /* borrowed from the caller */
    bool builtin;     /* there is no folder of that name */
    bool has_json_schema, has_athena, has_stream;
    fiat__buf json_schema, athena, stream;
} project_stream;

/* FIAT_E_STREAM_UNKNOWN when there is neither a folder nor a built-in stream of that name. */
fiat_status project_stream_read(project_stream *out, const char *schemas_dir, const char *name,
                                fiat_error *err);
void project_stream_free(project_stream *stream);

/* Append the name of its delivery stream: the setting stream.prefix, and what stream.json says, or
 * the stream's name. */
bool project_delivery_name(fiat__buf *out, const project_stream *stream, const fiat_config *config);

/* The settings that the stream's stream.json, and stream.json of the schemas' folder for all
 * streams, have for the tools in their member `member`; see table/layers.h. `names`: those there
 * are, kept. Deinit in any case. */
fiat_status project_layers(fiat__layers *out, const char *schemas_dir, const project_stream *stream,
                           const char *member, const char *const *names, fiat_error *err);

#endif
