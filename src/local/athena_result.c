/* See athena_result.h. */
#include "local/athena_result.h"

#include "base/error.h"
#include "base/file.h"
#include "base/mem.h"
#include "json/writer.h"
#include "producer/object.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#define ROW_MAX_BYTES (512u * 1024 * 1024)
#define FLUSH_BYTES   (256u * 1024)

struct fiat__result {
    char *path, *part; /* the file to be, and what it is called meanwhile */
    int fd;
    fiat__object_writer *object;
    bool text;
    fiat__buf csv, lines, columns; /* not yet written, of either file; ColumnInfo */
    uint64_t written_bytes, row_count;
    bool in_row;
};

fiat_status fiat__result_open(fiat__result **out, const char *path, const char *dir,
                              const char *object, bool text, fiat_error *err) {
    fiat__result *result = fiat__calloc(1, sizeof *result);
    *out = NULL;
    if (!result) return fiat__err_nomem(err);
    result->fd = -1;
    result->text = text;
    fiat__buf_init(&result->csv, ROW_MAX_BYTES);
    fiat__buf_init(&result->lines, ROW_MAX_BYTES);
    fiat__buf_init(&result->columns, ROW_MAX_BYTES);
    result->path = fiat__strdup(path);
    result->part = fiat__calloc(1, strlen(path) + sizeof ".part");
    fiat_status status = result->path && result->part ? FIAT_OK : fiat__err_nomem(err);
    if (status == FIAT_OK) {
        snprintf(result->part, strlen(path) + sizeof ".part", "%s.part", path);
        result->fd = open(result->part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
        if (result->fd < 0) status = fiat__err_sys(err, errno, "cannot open %s", result->part);
    }
    if (status == FIAT_OK && object)
        status = fiat__object_open(&result->object, dir, object, false, err);
    if (status != FIAT_OK)
        fiat__result_abort(result);
    else
        *out = result;
    return status;
}

void fiat__result_column(fiat__result *result, const char *name, const char *type,
                         unsigned precision, unsigned scale) {
    fiat__buf *out = &result->columns;
    bool first = true;
    fiat__buf_append_c(out, out->len ? ",{" : "[{");
    const char *const texts[][2] = {{"CatalogName", "hive"}, {"SchemaName", ""}, {"TableName", ""},
                                    {"Name", name},          {"Label", name},    {"Type", type}};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        fiat__json_write_key(out, &first, texts[i][0]);
        fiat__json_write_string_c(out, texts[i][1]);
    }
    fiat__buf_printf(
        out, ",\"Precision\":%u,\"Scale\":%u,\"Nullable\":\"UNKNOWN\",\"CaseSensitive\":%s}",
        precision, scale, strcmp(type, "varchar") == 0 ? "true" : "false");
}

void fiat__result_value(fiat__result *result, fiat__str value) {
    fiat__buf *out = &result->csv;
    if (result->in_row) fiat__buf_append_char(out, ',');
    if (result->text && result->in_row) fiat__buf_append_char(&result->lines, '\t');
    result->in_row = true;
    if (!value.ptr) return;
    if (result->text) fiat__buf_append(&result->lines, value.ptr, value.len);
    fiat__buf_append_char(out, '"');
    for (size_t start = 0; start < value.len;) {
        const char *mark = memchr(value.ptr + start, '"', value.len - start);
        const size_t end = mark ? (size_t)(mark + 1 - value.ptr) : value.len;
        fiat__buf_append(out, value.ptr + start, end - start);
        if (mark) fiat__buf_append_char(out, '"');
        start = end;
    }
    fiat__buf_append_char(out, '"');
}

static fiat_status flush(fiat__result *result, fiat_error *err) {
    fiat__buf *lines = result->text ? &result->lines : &result->csv;
    fiat_status status = fiat__buf_status(&result->csv, err);
    if (status == FIAT_OK) status = fiat__buf_status(&result->lines, err);
    if (status == FIAT_OK)
        status = fiat__file_write_fd(result->fd, result->part, fiat__buf_str(&result->csv), err);
    if (status == FIAT_OK && result->object)
        status = fiat__object_append(result->object, fiat__buf_str(lines), err);
    result->written_bytes += result->csv.len;
    fiat__buf_clear(&result->csv);
    fiat__buf_clear(&result->lines);
    if (status == FIAT_OK && result->written_bytes > FIAT__RESULT_MAX_BYTES)
        status = fiat__err_set(err, FIAT_E_LIMIT,
                               "the result is larger than 1 GiB, which the local engine keeps: add "
                               "conditions, or a LIMIT");
    return status;
}

fiat_status fiat__result_end_row(fiat__result *result, fiat_error *err) {
    fiat__buf_append_char(&result->csv, '\n');
    if (result->text) fiat__buf_append_char(&result->lines, '\n');
    result->in_row = false;
    result->row_count++;
    return result->csv.len >= FLUSH_BYTES || result->csv.failed ? flush(result, err) : FIAT_OK;
}

uint64_t fiat__result_rows(const fiat__result *result) {
    return result->row_count;
}

const char *fiat__result_columns(const fiat__result *result) {
    return fiat__buf_cstr(&result->columns);
}

static void result_free(fiat__result *result) {
    if (result->fd >= 0) close(result->fd);
    fiat__buf_deinit(&result->csv);
    fiat__buf_deinit(&result->lines);
    fiat__buf_deinit(&result->columns);
    fiat__free(result->path);
    fiat__free(result->part);
    fiat__free(result);
}

fiat_status fiat__result_commit(fiat__result *result, fiat_error *err) {
    fiat_status status = flush(result, err);
    if (status == FIAT_OK && result->object) {
        status = fiat__object_commit(result->object, false, err);
        result->object = NULL;
    }
    if (status == FIAT_OK && rename(result->part, result->path) != 0)
        status = fiat__err_sys(err, errno, "cannot rename %s", result->part);
    if (status != FIAT_OK) {
        fiat__result_abort(result);
        return status;
    }
    result_free(result);
    return FIAT_OK;
}

void fiat__result_abort(fiat__result *result) {
    if (!result) return;
    fiat__object_abort(result->object);
    if (result->fd >= 0) unlink(result->part);
    result_free(result);
}
