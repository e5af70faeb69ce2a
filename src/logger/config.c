/* fiat_config: for each setting a value from each origin; the highest one that is set counts. */
#include "base/buf.h"
#include "base/error.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/thread.h"
#include "logger/settings.h"

#include <stdlib.h>

#define CONFIG_FILE_MAX_BYTES (1024 * 1024)

/* In ascending precedence. */
enum origin { ORIGIN_ENVIRONMENT, ORIGIN_FILE, ORIGIN_PROGRAM, ORIGIN_COUNT };

struct fiat_config {
    char *values[FIAT__SET_COUNT][ORIGIN_COUNT]; /* NULL: not set by that origin */
};

static fiat_status put(fiat_config *config, enum origin origin, fiat__str name, const char *value,
                       fiat_error *err) {
    fiat__setting_id id = fiat__setting_find(name);
    if (id == FIAT__SET_COUNT)
        return fiat__err_set(err, FIAT_E_CONFIG, "no setting \"%.*s\"; the nearest is \"%s\"",
                             (int)(name.len < 64 ? name.len : 64), name.ptr,
                             fiat__setting_nearest(name));
    char *copy = NULL;
    if (value) {
        fiat_status status = fiat__setting_check(id, value, err);
        if (status != FIAT_OK) return status;
        copy = fiat__strdup(value);
        if (!copy) return fiat__err_nomem(err);
    }
    fiat__free(config->values[id][origin]);
    config->values[id][origin] = copy;
    return FIAT_OK;
}

static fiat_status read_environment(fiat_config *config, fiat_error *err) {
    for (int id = 0; id < FIAT__SET_COUNT; id++) {
        const fiat__setting_row *row = &fiat__settings[id];
        const char *value = row->env ? getenv(row->env) : NULL;
        if (!value) continue;
        fiat_status status = put(config, ORIGIN_ENVIRONMENT, fiat__str_c(row->name), value, err);
        if (status != FIAT_OK) return fiat__err_wrap(err, status, "environment %s", row->env);
    }
    return FIAT_OK;
}

fiat_status fiat_config_new(fiat_config **out, fiat_error *err) {
    if (!out) return fiat__err_set(err, FIAT_E_ARG, "no place for the configuration");
    *out = NULL;
    fiat_config *config = fiat__calloc(1, sizeof *config);
    if (!config) return fiat__err_nomem(err);
    fiat_status status = read_environment(config, err);
    const char *file = getenv("FIAT_CONFIG");
    if (status == FIAT_OK && file && *file) status = fiat_config_load(config, file, err);
    if (status != FIAT_OK) {
        fiat_config_free(config);
        return status;
    }
    *out = config;
    return FIAT_OK;
}

void fiat_config_free(fiat_config *config) {
    if (!config) return;
    for (int id = 0; id < FIAT__SET_COUNT; id++)
        for (int origin = 0; origin < ORIGIN_COUNT; origin++)
            fiat__free(config->values[id][origin]);
    fiat__free(config);
}

fiat_status fiat_config_set(fiat_config *config, const char *name, const char *value,
                            fiat_error *err) {
    if (!config || !name) return fiat__err_set(err, FIAT_E_ARG, "no configuration or no name");
    return put(config, ORIGIN_PROGRAM, fiat__str_c(name), value, err);
}

static fiat__str trim(fiat__str text) {
    while (text.len && strchr(" \t\r", text.ptr[0]))
        text = fiat__str_of(text.ptr + 1, text.len - 1);
    while (text.len && strchr(" \t\r", text.ptr[text.len - 1]))
        text.len--;
    return text;
}

/* One line `name = value`; blank lines and lines that start with '#' say nothing. */
static fiat_status read_line(fiat_config *config, fiat__str line, fiat_error *err) {
    line = trim(line);
    if (line.len == 0 || line.ptr[0] == '#') return FIAT_OK;
    const char *equals = memchr(line.ptr, '=', line.len);
    if (!equals)
        return fiat__err_set(err, FIAT_E_CONFIG, "\"%.*s\" is not of the form name = value",
                             (int)(line.len < 64 ? line.len : 64), line.ptr);
    fiat__str name = trim(fiat__str_of(line.ptr, (size_t)(equals - line.ptr)));
    fiat__str text = trim(fiat__str_of(equals + 1, (size_t)(line.ptr + line.len - equals - 1)));
    char *value = fiat__strndup(text.ptr, text.len);
    if (!value) return fiat__err_nomem(err);
    fiat_status status = put(config, ORIGIN_FILE, name, value, err);
    fiat__free(value);
    return status;
}

static fiat_status read_lines(fiat_config *config, const char *path, fiat__str text,
                              fiat_error *err) {
    for (size_t number = 1; text.len > 0; number++) {
        const char *end = memchr(text.ptr, '\n', text.len);
        size_t len = end ? (size_t)(end - text.ptr) : text.len;
        fiat_status status = read_line(config, fiat__str_of(text.ptr, len), err);
        if (status != FIAT_OK) return fiat__err_wrap(err, status, "%s line %zu", path, number);
        text = fiat__str_of(text.ptr + len + (end != NULL), text.len - len - (end != NULL));
    }
    return FIAT_OK;
}

fiat_status fiat_config_load(fiat_config *config, const char *path, fiat_error *err) {
    if (!config || !path) return fiat__err_set(err, FIAT_E_ARG, "no configuration or no path");
    fiat__buf text;
    fiat__buf_init(&text, CONFIG_FILE_MAX_BYTES);
    const int cancel = fiat__cancel_hold();
    fiat_status status = fiat__file_read(path, &text, err);
    fiat__cancel_restore(cancel);
    if (status == FIAT_OK) status = read_lines(config, path, fiat__buf_str(&text), err);
    fiat__buf_deinit(&text);
    return status == FIAT_E_NOT_FOUND ? fiat__err_wrap(err, status, "configuration") : status;
}

const char *fiat__config_string(const fiat_config *config, fiat__setting_id id) {
    for (int origin = ORIGIN_COUNT - 1; origin >= 0; origin--)
        if (config->values[id][origin]) return config->values[id][origin];
    return fiat__settings[id].default_value;
}

const char *fiat_config_get(const fiat_config *config, const char *name) {
    if (!config || !name) return NULL;
    fiat__setting_id id = fiat__setting_find(fiat__str_c(name));
    return id == FIAT__SET_COUNT ? NULL : fiat__config_string(config, id);
}
