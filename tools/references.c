/* Filling the registry of a schema. */
#include "references.h"

#include "base/error.h"
#include "base/file.h"
#include "base/mem.h"
#include "documents.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>

#define URI_MAX_BYTES (4 * PATH_MAX)
#define MAX_FOLDERS   32 /* nested; also ends a circle of links */

struct loading {
    fiat_schema_registry *registry;
    char except[PATH_MAX]; /* absolute; "" when there is none */
    const char *uri;       /* of the file at hand; NULL: its file URI */
    fiat_status status;
    fiat_error *err;
};

fiat_status references_uri(fiat__buf *out, const char *path, fiat_error *err) {
    char absolute[PATH_MAX];
    if (!realpath(path, absolute)) return fiat__err_sys(err, errno, "cannot open %s", path);
    fiat__buf_append_c(out, "file://");
    for (const char *at = absolute; *at; at++) {
        /* RFC 3986 section 2.3, and the slash */
        if (isalnum((unsigned char)*at) || strchr("-._~/", *at))
            fiat__buf_append_char(out, *at);
        else
            fiat__buf_printf(out, "%%%02X", (unsigned char)*at);
    }
    return fiat__buf_status(out, err);
}

static bool add(const document *doc, void *user) {
    struct loading *loading = user;
    loading->status = fiat_schema_registry_add(loading->registry, loading->uri, doc->text.ptr,
                                               doc->text.len, loading->err);
    return true;
}

static fiat_status load_file(struct loading *loading, const char *path) {
    char absolute[PATH_MAX];
    const char *given = loading->uri;
    fiat__buf uri;
    fiat__buf_init(&uri, URI_MAX_BYTES);
    fiat_status status = FIAT_OK;
    if (!given && realpath(path, absolute) && strcmp(absolute, loading->except) == 0)
        return FIAT_OK;
    if (!given) status = references_uri(&uri, path, loading->err);
    if (status == FIAT_OK) {
        if (!given) loading->uri = fiat__buf_cstr(&uri);
        status = documents_read(path, false, add, loading, loading->err);
        if (status == FIAT_OK && loading->status != FIAT_OK)
            status = fiat__err_wrap(loading->err, loading->status, "%s", path);
    }
    loading->uri = given;
    fiat__buf_deinit(&uri);
    return status;
}

static fiat_status load_folder(struct loading *loading, const char *folder, unsigned depth);

static fiat_status load_entry(struct loading *loading, const char *folder, const char *name,
                              unsigned depth) {
    fiat_status status = FIAT_OK;
    char *path = fiat__path_join(folder, name);
    if (!path) return fiat__err_nomem(loading->err);
    if (name[0] != '.' && fiat__path_is_dir(path))
        status = load_folder(loading, path, depth + 1);
    else if (fiat__str_ends(fiat__str_c(name), fiat__str_c(".json")))
        status = load_file(loading, path);
    fiat__free(path);
    return status;
}

static fiat_status load_folder(struct loading *loading, const char *folder, unsigned depth) {
    char **names;
    size_t count;
    if (depth == MAX_FOLDERS)
        return fiat__err_set(loading->err, FIAT_E_LIMIT, "%s: folders are nested too deeply",
                             folder);
    fiat_status status = fiat__dir_list(folder, &names, &count, loading->err);
    if (status != FIAT_OK) return status;
    for (size_t i = 0; i < count && status == FIAT_OK; i++)
        status = load_entry(loading, folder, names[i], depth);
    fiat__dir_free_list(names, count);
    return status;
}

/* The '=' of "URI=PATH": either may hold more of them, but the path is there. NULL: a path alone.
 */
static const char *find_sign(const char *operand) {
    const char *last = strrchr(operand, '=');
    if (!last || fiat__path_exists(operand)) return NULL;
    for (const char *sign = strchr(operand, '='); sign; sign = strchr(sign + 1, '='))
        if (fiat__path_exists(sign + 1)) return sign;
    return last;
}

static fiat_status load(struct loading *loading, const char *operand) {
    const char *sign = find_sign(operand);
    if (!sign && fiat__path_is_dir(operand)) return load_folder(loading, operand, 0);
    if (!sign) return load_file(loading, operand);
    char *uri = fiat__strndup(operand, (size_t)(sign - operand));
    if (!uri) return fiat__err_nomem(loading->err);
    loading->uri = uri;
    fiat_status status = load_file(loading, sign + 1);
    loading->uri = NULL;
    fiat__free(uri);
    return status;
}

fiat_status references_load(fiat_schema_registry **out, const struct opt_list *operands,
                            const char *except, fiat_error *err) {
    struct loading loading = {.err = err};
    fiat_status status = fiat_schema_registry_new(&loading.registry, err);
    if (status != FIAT_OK) return status;
    if (!except || !realpath(except, loading.except)) loading.except[0] = '\0';
    for (size_t i = 0; i < operands->count && status == FIAT_OK; i++)
        status = load(&loading, operands->items[i]);
    if (status == FIAT_OK)
        *out = loading.registry;
    else
        fiat_schema_registry_free(loading.registry);
    return status;
}
