/* Writing the reject file. The delivery callback and the reader both come here. */
#include "rejects.h"

#include "base/buf.h"
#include "base/error.h"
#include "base/mem.h"
#include "base/thread.h"
#include "json/writer.h"
#include "text.h"

#include <errno.h>
#include <stdio.h>

#define LINE_MAX_BYTES (64u * 1024 * 1024)

struct rejects {
    fiat__mutex mutex; /* of all below */
    char *path;
    FILE *file;     /* NULL before the first line */
    fiat__buf line; /* scratch */
    fiat__buf text; /* scratch: an event made valid */
};

fiat_status rejects_new(rejects **out, const char *path, fiat_error *err) {
    *out = NULL;
    rejects *file = fiat__calloc(1, sizeof *file);
    if (!file) return fiat__err_nomem(err);
    file->path = fiat__strdup(path);
    if (!file->path) {
        fiat__free(file);
        return fiat__err_nomem(err);
    }
    fiat__mutex_init(&file->mutex);
    fiat__buf_init(&file->line, LINE_MAX_BYTES);
    fiat__buf_init(&file->text, LINE_MAX_BYTES);
    *out = file;
    return FIAT_OK;
}

fiat_status rejects_close(rejects *file, bool *any, fiat_error *err) {
    fiat_status status = FIAT_OK;
    if (!file) return FIAT_OK;
    if (any) *any = file->file != NULL;
    if (file->file) {
        bool failed = ferror(file->file) != 0;
        if (fclose(file->file) != 0 || failed)
            status = fiat__err_sys(err, errno, "cannot write %s", file->path);
    }
    fiat__mutex_deinit(&file->mutex);
    fiat__buf_deinit(&file->line);
    fiat__buf_deinit(&file->text);
    fiat__free(file->path);
    fiat__free(file);
    return status;
}

static void write_line(rejects *file, const char *input, uint64_t line, const fiat_error *reason,
                       fiat__str event) {
    bool first = true;
    fiat__buf *out = &file->line;
    fiat__buf_clear(out);
    fiat__buf_append_char(out, '{');
    fiat__json_write_key(out, &first, "file");
    text_make_valid(&file->text, fiat__str_c(input));
    fiat__json_write_string(out, fiat__buf_str(&file->text));
    fiat__json_write_key(out, &first, "line");
    fiat__json_write_uint(out, line);
    const char *rows[][2] = {{"status", fiat_status_name((fiat_status)reason->status)},
                             {"instance_path", reason->instance_path},
                             {"keyword", reason->keyword},
                             {"schema_path", reason->schema_path},
                             {"message", reason->message}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        fiat__json_write_key(out, &first, rows[i][0]);
        text_make_valid(&file->text, fiat__str_c(rows[i][1]));
        fiat__json_write_string(out, fiat__buf_str(&file->text));
    }
    fiat__json_write_key(out, &first, "event");
    text_make_valid(&file->text, event);
    fiat__json_write_string(out, fiat__buf_str(&file->text));
    fiat__buf_append_c(out, "}\n");
}

fiat_status rejects_add(rejects *file, const char *input, uint64_t line, const fiat_error *reason,
                        fiat__str event, fiat_error *err) {
    fiat__mutex_lock(&file->mutex);
    write_line(file, input, line, reason, event);
    fiat_status status = fiat__buf_status(&file->line, err);
    if (status == FIAT_OK && !file->file) {
        file->file = fopen(file->path, "ae");
        if (!file->file) status = fiat__err_sys(err, errno, "cannot open %s", file->path);
    }
    if (status == FIAT_OK &&
        fwrite(file->line.ptr, 1, file->line.len, file->file) != file->line.len)
        status = fiat__err_sys(err, errno, "cannot write %s", file->path);
    fiat__mutex_unlock(&file->mutex);
    return status;
}
