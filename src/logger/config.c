/* fiat_config: for each setting a value from each origin; the highest one that is set counts. */
#include "base/buf.h"
#include "base/error.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/thread.h"
#include "logger/config_line.h"
#include "logger/settings.h"

#include <stdlib.h>

#define CONFIG_FILE_MAX_BYTES (1024 * 1024)

/* In ascending precedence. */
enum origin { ORIGIN_ENVIRONMENT, ORIGIN_FILE, ORIGIN_PROGRAM, ORIGIN_COUNT };

/* The path of a file that was read. */
struct file {
    struct file *next;
    char path[];
};

struct place {
    const struct file *file;
    size_t line;
};

struct fiat_config {
    char *values[FIAT__SET_COUNT][ORIGIN_COUNT]; /* NULL: not set by that origin */
    struct place places[FIAT__SET_COUNT];        /* of the values of ORIGIN_FILE */
    struct file *files;
};

static fiat_status check(fiat__str name, const char *value, fiat__setting_id *id, fiat_error *err) {
    *id = fiat__setting_find(name);
    if (*id == FIAT__SET_COUNT)
        return fiat__err_set(err, FIAT_E_CONFIG, "no setting \"%.*s\"; the nearest is \"%s\"",
                             (int)(name.len < 64 ? name.len : 64), name.ptr,
                             fiat__setting_nearest(name));
    return value ? fiat__setting_check(*id, value, err) : FIAT_OK;
}

static fiat_status put(fiat_config *config, enum origin origin, fiat__str name, const char *value,
                       fiat__setting_id *id, fiat_error *err) {
    fiat_status status = check(name, value, id, err);
    if (status != FIAT_OK) return status;
    char *copy = value ? fiat__strdup(value) : NULL;
    if (value && !copy) return fiat__err_nomem(err);
    fiat__free(config->values[*id][origin]);
    config->values[*id][origin] = copy;
    return FIAT_OK;
}

static fiat_status read_environment(fiat_config *config, fiat_error *err) {
    fiat__setting_id put_id;
    for (int id = 0; id < FIAT__SET_COUNT; id++) {
        const fiat__setting_row *row = &fiat__settings[id];
        const char *value = row->env ? getenv(row->env) : NULL;
        if (!value) continue;
        fiat_status status =
            put(config, ORIGIN_ENVIRONMENT, fiat__str_c(row->name), value, &put_id, err);
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
    while (config->files) {
        struct file *file = config->files;
        config->files = file->next;
        fiat__free(file);
    }
    fiat__free(config);
}

fiat_status fiat_config_set(fiat_config *config, const char *name, const char *value,
                            fiat_error *err) {
    if (!config || !name) return fiat__err_set(err, FIAT_E_ARG, "no configuration or no name");
    fiat__setting_id id;
    return put(config, ORIGIN_PROGRAM, fiat__str_c(name), value, &id, err);
}

fiat_status fiat_config_check(const char *name, const char *value, fiat_error *err) {
    if (!name || !value) return fiat__err_set(err, FIAT_E_ARG, "no name or no value");
    fiat__setting_id id;
    return check(fiat__str_c(name), value, &id, err);
}

static fiat_status read_line(fiat_config *config, struct place place, fiat__str line,
                             fiat_error *err) {
    fiat__str name, text;
    fiat__setting_id id;
    const fiat__config_line kind = fiat__config_line_read(line, &name, &text);
    if (kind == FIAT__CONFIG_LINE_EMPTY) return FIAT_OK;
    if (kind == FIAT__CONFIG_LINE_FAULT)
        return fiat__err_set(err, FIAT_E_CONFIG, "\"%.*s\" is not of the form name = value",
                             (int)(name.len < 64 ? name.len : 64), name.ptr);
    char *value = fiat__strndup(text.ptr, text.len);
    if (!value) return fiat__err_nomem(err);
    fiat_status status = put(config, ORIGIN_FILE, name, value, &id, err);
    if (status == FIAT_OK) config->places[id] = place;
    fiat__free(value);
    return status;
}

static fiat_status read_lines(fiat_config *config, const struct file *file, fiat__str text,
                              fiat_error *err) {
    for (size_t number = 1; text.len > 0; number++) {
        const fiat__str line = fiat__config_line_next(&text);
        fiat_status status = read_line(config, (struct place){file, number}, line, err);
        if (status != FIAT_OK)
            return fiat__err_wrap(err, status, "%s line %zu", file->path, number);
    }
    return FIAT_OK;
}

static const struct file *add_file(fiat_config *config, const char *path) {
    const size_t size = strlen(path) + 1;
    struct file *file = fiat__malloc(sizeof *file + size);
    if (!file) return NULL;
    memcpy(file->path, path, size);
    file->next = config->files;
    config->files = file;
    return file;
}

fiat_status fiat_config_load(fiat_config *config, const char *path, fiat_error *err) {
    if (!config || !path) return fiat__err_set(err, FIAT_E_ARG, "no configuration or no path");
    fiat__buf text;
    fiat__buf_init(&text, CONFIG_FILE_MAX_BYTES);
    const int cancel = fiat__cancel_hold();
    fiat_status status = fiat__file_read(path, &text, err);
    fiat__cancel_restore(cancel);
    const struct file *file = status == FIAT_OK ? add_file(config, path) : NULL;
    if (file)
        status = read_lines(config, file, fiat__buf_str(&text), err);
    else if (status == FIAT_OK)
        status = fiat__err_nomem(err);
    fiat__buf_deinit(&text);
    return status == FIAT_E_NOT_FOUND ? fiat__err_wrap(err, status, "configuration") : status;
}

/* ORIGIN_COUNT: by none. */
static enum origin origin_of(const fiat_config *config, fiat__setting_id id) {
    for (int origin = ORIGIN_COUNT - 1; origin >= 0; origin--)
        if (config->values[id][origin]) return (enum origin)origin;
    return ORIGIN_COUNT;
}

const char *fiat__config_string(const fiat_config *config, fiat__setting_id id) {
    const enum origin origin = origin_of(config, id);
    return origin == ORIGIN_COUNT ? fiat__settings[id].default_value : config->values[id][origin];
}

const char *fiat_config_get(const fiat_config *config, const char *name) {
    if (!config || !name) return NULL;
    fiat__setting_id id = fiat__setting_find(fiat__str_c(name));
    return id == FIAT__SET_COUNT ? NULL : fiat__config_string(config, id);
}

fiat_config_source fiat_config_origin(const fiat_config *config, const char *name,
                                      const char **place, size_t *line) {
    fiat_config_source source = FIAT_CONFIG_SOURCE_DEFAULT;
    const char *where = NULL;
    size_t number = 0;
    fiat__setting_id id = config && name ? fiat__setting_find(fiat__str_c(name)) : FIAT__SET_COUNT;
    switch (id == FIAT__SET_COUNT ? ORIGIN_COUNT : origin_of(config, id)) {
    case ORIGIN_ENVIRONMENT:
        source = FIAT_CONFIG_SOURCE_ENVIRONMENT;
        where = fiat__settings[id].env;
        break;
    case ORIGIN_FILE:
        source = FIAT_CONFIG_SOURCE_FILE;
        where = config->places[id].file->path;
        number = config->places[id].line;
        break;
    case ORIGIN_PROGRAM:
        source = FIAT_CONFIG_SOURCE_PROGRAM;
        break;
    case ORIGIN_COUNT:
        break;
    }
    if (place) *place = where;
    if (line) *line = number;
    return source;
}
