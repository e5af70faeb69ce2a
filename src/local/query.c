/* Building a stream's view. */
#include "local/query.h"

#include "base/error.h"
#include "base/file.h"
#include "base/mem.h"
#include "json/doc.h"
#include "local/view.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>

#define PATH_MAX_BYTES  (16 * 1024)
#define STATE_MAX_BYTES (1024 * 1024)
#define STREAM_WORD     "!{stream}"

/* Where a stream's objects are. */
struct place {
    fiat__layout layout;
    fiat__buf base; /* folder of the bucket, absolute */
};

/* --- where the objects are --- */

/* Append the pattern with the stream's name in place of !{stream}, as the sink `local:DIR` does. */
static void write_pattern(fiat__buf *out, const char *pattern, const char *stream) {
    for (const char *at; (at = strstr(pattern, STREAM_WORD)) != NULL;) {
        fiat__buf_append(out, pattern, (size_t)(at - pattern));
        fiat__buf_append_c(out, stream);
        pattern = at + strlen(STREAM_WORD);
    }
    fiat__buf_append_c(out, pattern);
}

/* What the local engine knows of the delivery stream: FIAT_E_NOT_FOUND when nothing. */
static fiat_status read_state(const char *dir, const char *name, fiat__buf *bucket,
                              fiat__buf *prefix, fiat_error *err) {
    fiat__buf path;
    fiat__doc *doc;
    const char *text = "";
    fiat__buf_init(&path, PATH_MAX_BYTES);
    fiat__buf_printf(&path, "%s/.fiat/streams/%s.json", dir, name);
    fiat_status status = fiat__buf_status(&path, err);
    if (status == FIAT_OK)
        status = fiat__doc_read(&doc, fiat__buf_cstr(&path), STATE_MAX_BYTES, err);
    if (status == FIAT_OK) {
        if (fiat__doc_string(fiat__doc_get(doc, "bucket"), &text))
            fiat__buf_append_c(bucket, text);
        else
            status =
                fiat__err_set(err, FIAT_E_CONFIG, "%s has no \"bucket\"", fiat__buf_cstr(&path));
        if (fiat__doc_string(fiat__doc_get(doc, "prefix"), &text)) fiat__buf_append_c(prefix, text);
        fiat__doc_free(doc);
    }
    fiat__buf_deinit(&path);
    return status;
}

/* The folder's absolute name, without symbolic links: the engine compares names. */
static fiat_status find_dir(const char *path, char out[PATH_MAX], fiat_error *err) {
    if (realpath(path, out)) return FIAT_OK;
    return fiat__err_sys(err, errno, "cannot open the data folder %s", path);
}

static fiat_status find_objects(struct place *place, const fiat__query_opts *opts,
                                const fiat__query_stream *stream, fiat_error *err) {
    fiat__buf bucket, prefix;
    fiat_error absent;
    const char *pattern = opts->local_prefix;
    char dir[PATH_MAX];
    fiat__buf_init(&bucket, PATH_MAX_BYTES);
    fiat__buf_init(&prefix, PATH_MAX_BYTES);
    fiat_status status = find_dir(opts->data_dir, dir, err);
    if (status != FIAT_OK) goto out;
    fiat__buf_append_c(&place->base, dir);
    status = read_state(dir, stream->delivery_name, &bucket, &prefix, &absent);
    if (status == FIAT_E_NOT_FOUND) {
        if (!pattern || !*pattern) pattern = STREAM_WORD "/";
        write_pattern(&prefix, pattern, stream->delivery_name);
        status = fiat__buf_status(&prefix, err);
    } else if (status == FIAT_OK) {
        fiat__buf_printf(&place->base, "/%s", fiat__buf_cstr(&bucket));
    } else {
        fiat__err_assign(err, &absent);
    }
    if (status == FIAT_OK) status = fiat__layout_init(&place->layout, fiat__buf_str(&prefix), err);
    if (status == FIAT_OK) status = fiat__buf_status(&place->base, err);
out:
    fiat__buf_deinit(&bucket);
    fiat__buf_deinit(&prefix);
    return status;
}

fiat_status fiat__query_add_view(fiat__duckdb *db, const fiat__query_opts *opts,
                                 const fiat__query_stream *stream, fiat_error *err) {
    struct place place = {.layout = {.partition_count = 0}};
    fiat__columns *columns = NULL;
    fiat__doc *schema = NULL;
    fiat__buf_init(&place.base, PATH_MAX_BYTES);
    fiat_status status = fiat__columns_parse(&columns, stream->athena, err);
    if (status != FIAT_OK) fiat__err_wrap(err, status, "athena.json");
    if (status == FIAT_OK && stream->json_schema.len) {
        status = fiat__doc_parse(&schema, stream->json_schema, err);
        if (status != FIAT_OK) fiat__err_wrap(err, status, "json_schema.json");
    }
    if (status == FIAT_OK) status = find_objects(&place, opts, stream, err);
    if (status == FIAT_OK) {
        const fiat__view view = {.name = stream->name,
                                 .columns = columns,
                                 .schema = schema,
                                 .base = fiat__buf_cstr(&place.base),
                                 .layout = &place.layout};
        status = fiat__view_create(db, &view, err);
    }
    fiat__layout_deinit(&place.layout);
    fiat__columns_free(columns);
    fiat__doc_free(schema);
    fiat__buf_deinit(&place.base);
    return status;
}

fiat_status fiat__query_lock(fiat__duckdb *db, const char *data_dir, fiat_error *err) {
    char dir[PATH_MAX];
    fiat_status status = find_dir(data_dir, dir, err);
    if (status != FIAT_OK) return status;
    fiat__buf glob;
    fiat__buf_init(&glob, PATH_MAX_BYTES);
    fiat__view_write_glob(&glob, fiat__str_c(dir));
    status = fiat__buf_status(&glob, err);
    /* The engine compares the pattern, too, with the folders that it may see. */
    const char *dirs[] = {dir, fiat__buf_cstr(&glob)};
    if (status == FIAT_OK) status = fiat__duckdb_lock(db, dirs, 2, err);
    fiat__buf_deinit(&glob);
    return status;
}
