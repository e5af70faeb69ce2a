/* Settings of the tools for a stream, from several files: the first file that has a setting counts.
 *
 *   the member "table" (or "delivery") of schemas/STREAM/stream.json
 *   the same member of schemas/stream.json: for all streams of a project
 *
 * A setting is taken whole: an object of the first file is not merged with one of the second. null
 * means "not set", whatever a later file says. One thread. */
#ifndef FIAT_TABLE_LAYERS_H
#define FIAT_TABLE_LAYERS_H

#include "base/buf.h"
#include "json/doc.h"

#define FIAT__LAYERS_MAX        2
#define FIAT__LAYERS_PATH_BYTES 192

typedef struct fiat__layers {
    const char *member;       /* whose settings: "table"; kept, not copied */
    const char *const *names; /* all settings there are, NULL at the end; kept, not copied */
    size_t count;
    struct fiat__layer {
        fiat__doc *doc;
        char file[FIAT__LAYERS_PATH_BYTES];
    } items[FIAT__LAYERS_MAX];
} fiat__layers;

void fiat__layers_init(fiat__layers *layers, const char *member, const char *const *names);
void fiat__layers_deinit(fiat__layers *layers);

/* Add a stream's stream.json, called `file` in messages; what stands beside the member is for
 * others to check (logger/stream_json.h). FIAT_E_CONFIG names a setting that there is not, or a
 * member that is no object; FIAT_E_JSON_*, FIAT_E_NOMEM. */
fiat_status fiat__layers_add_stream(fiat__layers *layers, fiat__str text, const char *file,
                                    fiat_error *err);

/* The same for the project's file, which can have the members "delivery", "table" and
 * "description" only. Add it after the stream's. */
fiat_status fiat__layers_add_project(fiat__layers *layers, fiat__str text, const char *file,
                                     fiat_error *err);

/* The value; NULL when it is not set. *file, unless `file` is NULL: where it is from. Borrowed
 * until deinit. */
const fiat__doc *fiat__layers_get(const fiat__layers *layers, const char *name, const char **file);

/* A value of a kind; *out stays as it is when the setting is not set. FIAT_E_CONFIG names the file,
 * the setting, and what it must be. */
fiat_status fiat__layers_string(const fiat__layers *layers, const char *name, const char **out,
                                fiat_error *err);
fiat_status fiat__layers_integer(const fiat__layers *layers, const char *name, int64_t min,
                                 int64_t max, int64_t *out, fiat_error *err);
fiat_status fiat__layers_bool(const fiat__layers *layers, const char *name, bool *out,
                              fiat_error *err);

/* Is every member of an object one of the names? FIAT_E_CONFIG: FILE: "WHERE" has an unknown
 * member. For the objects that are settings themselves. */
fiat_status fiat__layers_check_names(const fiat__doc *object, const char *const *names,
                                     const char *file, const char *where, fiat_error *err);

#endif
