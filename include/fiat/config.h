/* Settings. Every setting is one row of one table (name, environment variable, type, unit, bounds,
 * default, meaning); docs/configuration.md lists them and fiat_config_describe() reads the table.
 *
 * Precedence: a value set by the program wins over the configuration file, the file over the
 * environment, the environment over the default. The order of the calls does not matter. */
#ifndef FIAT_CONFIG_H
#define FIAT_CONFIG_H

#include <fiat/error.h>

FIAT_BEGIN_DECLS

/** A set of settings. One thread at a time. */
typedef struct fiat_config fiat_config;

/** A new set: defaults and the environment, and the file named by FIAT_CONFIG if that is set.
 *  @param out  receives the handle; caller frees it with fiat_config_free().
 *  @return FIAT_OK; FIAT_E_NOMEM; FIAT_E_CONFIG when a variable or the file has a bad value;
 *          FIAT_E_IO when the file cannot be read. */
FIAT_API FIAT_MUST_CHECK fiat_status fiat_config_new(fiat_config **out, fiat_error *err);

/** Set one value from text, as the highest precedence.
 *  @param name   for example "linger.ms"; borrowed for the call.
 *  @param value  copied; NULL takes the program's value back.
 *  @return FIAT_OK; FIAT_E_CONFIG for an unknown name (the message proposes the nearest) or a value
 *          out of bounds (the message says which are allowed), or not UTF-8 where it is stamped;
 *          FIAT_E_NOMEM. */
FIAT_API FIAT_MUST_CHECK fiat_status fiat_config_set(fiat_config *config, const char *name,
                                                     const char *value, fiat_error *err);

/** Read a configuration file: lines `name = value`, `#` starts a comment. Values from the file rank
 *  below those of fiat_config_set() and above the environment. On failure the lines before the one
 *  that is wrong have been taken.
 *  @param path  borrowed for the call.
 *  @return FIAT_OK; FIAT_E_IO; FIAT_E_CONFIG (the message names file and line). */
FIAT_API FIAT_MUST_CHECK fiat_status fiat_config_load(fiat_config *config, const char *path,
                                                      fiat_error *err);

/** The value in force, as text.
 *  @return borrowed until the set is changed or freed; NULL for an unknown name. */
FIAT_API const char *fiat_config_get(const fiat_config *config, const char *name);

/** Is the text a value of that setting? Asks the table alone: what is set changes nothing.
 *  @return as fiat_config_set().  @threads any. */
FIAT_API FIAT_MUST_CHECK fiat_status fiat_config_check(const char *name, const char *value,
                                                       fiat_error *err);

/** What a value in force comes from, in ascending precedence. */
typedef enum fiat_config_source {
    FIAT_CONFIG_SOURCE_DEFAULT = 0,
    FIAT_CONFIG_SOURCE_ENVIRONMENT = 1,
    FIAT_CONFIG_SOURCE_FILE = 2,
    FIAT_CONFIG_SOURCE_PROGRAM = 3 /**< fiat_config_set() */
} fiat_config_source;

/** What the value in force comes from.
 *  @param place  may be NULL; receives the name of the environment variable, or the path of the
 *                file as it was given, else NULL; borrowed until the set is changed or freed.
 *  @param line   may be NULL; receives the line of the file, counted from 1, else 0.
 *  @return FIAT_CONFIG_SOURCE_DEFAULT also for an unknown name. */
FIAT_API fiat_config_source fiat_config_origin(const fiat_config *config, const char *name,
                                               const char **place, size_t *line);

/** Free the set. NULL is allowed. Handles made with it keep their own copy. */
FIAT_API void fiat_config_free(fiat_config *config);

/** One row of the settings table. */
typedef struct fiat_setting {
    const char *name;          /**< "linger.ms" */
    const char *env;           /**< Environment variable, or NULL. */
    const char *type;          /**< "string", "integer", "boolean" or "choice". */
    const char *unit;          /**< Of an integer "ms", "bytes", ...; of a choice what may be
                                    chosen, separated by ", "; else "". */
    const char *default_value; /**< As text. */
    int64_t min, max;          /**< Inclusive, for integers. */
    const char *doc;           /**< One sentence. */
    bool secret;               /**< May hold a password, which the tools do not show. */
} fiat_setting;

/** Row number `index` of the settings table.
 *  @param out  receives the row; its strings are borrowed for ever.
 *  @return false past the end, and without `out`.  @threads any. */
FIAT_API bool fiat_config_describe(size_t index, fiat_setting *out);

FIAT_END_DECLS
#endif
