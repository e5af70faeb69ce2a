#include "table/layers.h"

#include "base/error.h"

#include <stdio.h>

static const char *const s_project_names[] = {"delivery", "table", "description", NULL};

void fiat__layers_init(fiat__layers *layers, const char *member, const char *const *names) {
    *layers = (fiat__layers){.member = member, .names = names};
}

void fiat__layers_deinit(fiat__layers *layers) {
    for (size_t i = 0; i < layers->count; i++)
        fiat__doc_free(layers->items[i].doc);
    layers->count = 0;
}

/* "a, b, c" */
static void write_names(char *out, size_t size, const char *const *names) {
    size_t len = 0;
    out[0] = '\0';
    for (size_t i = 0; names[i] && len < size; i++)
        len += (size_t)snprintf(out + len, size - len, "%s%s", i ? ", " : "", names[i]);
}

static bool is_in(const char *name, const char *const *names) {
    for (size_t i = 0; names[i]; i++)
        if (strcmp(names[i], name) == 0) return true;
    return false;
}

fiat_status fiat__layers_check_names(const fiat__doc *object, const char *const *names,
                                     const char *file, const char *where, fiat_error *err) {
    char all[256];
    for (const fiat__doc *at = fiat__doc_first(object); at; at = fiat__doc_next(at)) {
        const char *name = fiat__doc_name(at);
        if (is_in(name, names)) continue;
        write_names(all, sizeof all, names);
        return fiat__err_set(err, FIAT_E_CONFIG, "%s: %s%s%sunknown member \"%.60s\"; there are %s",
                             file, *where ? "\"" : "", where, *where ? "\" has the " : "", name,
                             all);
    }
    return FIAT_OK;
}

static fiat_status check(const fiat__layers *layers, const fiat__doc *doc, bool project,
                         const char *file, fiat_error *err) {
    if (fiat__doc_kind_of(doc) != FIAT__DOC_OBJECT)
        return fiat__err_set(err, FIAT_E_CONFIG, "%s: it must be an object, not %s", file,
                             fiat__doc_kind_name(doc));
    fiat_status status =
        project ? fiat__layers_check_names(doc, s_project_names, file, "", err) : FIAT_OK;
    const fiat__doc *member = fiat__doc_get(doc, layers->member);
    if (status != FIAT_OK || !member) return status;
    if (fiat__doc_kind_of(member) != FIAT__DOC_OBJECT)
        return fiat__err_set(err, FIAT_E_CONFIG, "%s: \"%s\" must be an object, not %s", file,
                             layers->member, fiat__doc_kind_name(member));
    return fiat__layers_check_names(member, layers->names, file, layers->member, err);
}

static fiat_status add(fiat__layers *layers, fiat__str text, bool project, const char *file,
                       fiat_error *err) {
    struct fiat__layer *layer = &layers->items[layers->count];
    if (layers->count == FIAT__LAYERS_MAX)
        return fiat__err_set(err, FIAT_E_LIMIT, "%s: there are more than %d files of settings",
                             file, FIAT__LAYERS_MAX);
    fiat_status status = fiat__doc_parse(&layer->doc, text, err);
    if (status != FIAT_OK) return fiat__err_wrap(err, status, "%s", file);
    layers->count++;
    snprintf(layer->file, sizeof layer->file, "%s", file);
    return check(layers, layer->doc, project, layer->file, err);
}

fiat_status fiat__layers_add_stream(fiat__layers *layers, fiat__str text, const char *file,
                                    fiat_error *err) {
    return add(layers, text, false, file, err);
}

fiat_status fiat__layers_add_project(fiat__layers *layers, fiat__str text, const char *file,
                                     fiat_error *err) {
    return add(layers, text, true, file, err);
}

const fiat__doc *fiat__layers_get(const fiat__layers *layers, const char *name, const char **file) {
    for (size_t i = 0; i < layers->count; i++) {
        const struct fiat__layer *layer = &layers->items[i];
        const fiat__doc *value = fiat__doc_get(fiat__doc_get(layer->doc, layers->member), name);
        if (!value) continue;
        if (file) *file = layer->file;
        return fiat__doc_kind_of(value) == FIAT__DOC_NULL ? NULL : value;
    }
    return NULL;
}

static fiat_status wrong(const fiat__layers *layers, const char *name, const char *what,
                         fiat_error *err) {
    const char *file = "";
    const fiat__doc *value = fiat__layers_get(layers, name, &file);
    return fiat__err_set(err, FIAT_E_CONFIG, "%s: \"%s\": \"%s\" must be %s, not %s", file,
                         layers->member, name, what, fiat__doc_kind_name(value));
}

fiat_status fiat__layers_string(const fiat__layers *layers, const char *name, const char **out,
                                fiat_error *err) {
    const fiat__doc *value = fiat__layers_get(layers, name, NULL);
    if (!value || fiat__doc_string(value, out)) return FIAT_OK;
    return wrong(layers, name, "a string", err);
}

fiat_status fiat__layers_integer(const fiat__layers *layers, const char *name, int64_t min,
                                 int64_t max, int64_t *out, fiat_error *err) {
    int64_t number;
    const char *file;
    const fiat__doc *value = fiat__layers_get(layers, name, &file);
    if (!value) return FIAT_OK;
    if (!fiat__doc_integer(value, &number)) return wrong(layers, name, "a whole number", err);
    if (number < min || number > max)
        return fiat__err_set(
            err, FIAT_E_CONFIG, "%s: \"%s\": \"%s\" is %lld; allowed are %lld to %lld", file,
            layers->member, name, (long long)number, (long long)min, (long long)max);
    *out = number;
    return FIAT_OK;
}

fiat_status fiat__layers_bool(const fiat__layers *layers, const char *name, bool *out,
                              fiat_error *err) {
    const fiat__doc *value = fiat__layers_get(layers, name, NULL);
    if (!value || fiat__doc_bool(value, out)) return FIAT_OK;
    return wrong(layers, name, "true or false", err);
}
