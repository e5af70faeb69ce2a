/* Finding and loading libduckdb.so. The first success stays for the life of the process; a failure
 * is tried again on the next call, since the user may have fetched the library meanwhile. */
#include "duckdb/api.h"
#include "duckdb/duckdb.h"

#include "base/error.h"
#include "base/file.h"
#include "base/thread.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define REMEDY "run scripts/fetch-duckdb, or name a libduckdb.so in the variable FIAT_DUCKDB"

/* The files to try, in this order; the last is for the system's loader. */
static const char *const s_places[] = {FIAT_DUCKDB_INSTALLED, FIAT_DUCKDB_SOURCE, "libduckdb.so"};

static pthread_mutex_t s_mutex = PTHREAD_MUTEX_INITIALIZER;
static fiat__duckdb_api s_api; /* written once, under s_mutex */
static bool s_loaded;

static fiat_status open_library(void **out, const char **path, fiat_error *err) {
    const char *named = getenv("FIAT_DUCKDB");
    if (named && *named) {
        *path = named;
        *out = dlopen(named, RTLD_LAZY | RTLD_LOCAL);
        if (*out) return FIAT_OK;
        return fiat__err_set(err, FIAT_E_SQL_ENGINE,
                             "cannot load the SQL engine: %s; correct " REMEDY, dlerror());
    }
    for (size_t i = 0; i < sizeof s_places / sizeof s_places[0]; i++) {
        *path = s_places[i];
        bool is_path = strchr(*path, '/') != NULL;
        if (is_path && !fiat__path_exists(*path)) continue;
        *out = dlopen(*path, RTLD_LAZY | RTLD_LOCAL);
        if (*out) return FIAT_OK;
        if (is_path)
            return fiat__err_set(err, FIAT_E_SQL_ENGINE, "cannot load the SQL engine: %s; " REMEDY,
                                 dlerror());
    }
    return fiat__err_set(err, FIAT_E_SQL_ENGINE,
                         "the SQL engine (libduckdb.so) is not there: " REMEDY);
}

static fiat_status find_functions(void *library, const char *path, fiat__duckdb_api *api,
                                  fiat_error *err) {
    const char *missing = NULL;
    /* POSIX has dlsym() give functions as void *: https://pubs.opengroup.org, dlsym, RATIONALE. */
#define XX(result, name, parameters)                                                               \
    *(void **)&api->name = dlsym(library, "duckdb_" #name);                                        \
    if (!api->name) missing = "duckdb_" #name;
    FIAT__DUCKDB_FUNCTIONS(XX)
#undef XX
    if (missing)
        return fiat__err_set(err, FIAT_E_SQL_ENGINE, "%s has no function %s: " REMEDY, path,
                             missing);
    unsigned major = 0, minor = 0;
    const char *version = api->library_version();
    if (sscanf(version, "v%u.%u.", &major, &minor) != 2 || major != 1 || minor < 4)
        return fiat__err_set(err, FIAT_E_SQL_ENGINE,
                             "%s is DuckDB %s, and 1.4 or a later 1.x is needed: " REMEDY, path,
                             version);
    return FIAT_OK;
}

fiat_status fiat__duckdb_load(const fiat__duckdb_api **out, fiat_error *err) {
    fiat_status status = FIAT_OK;
    void *library = NULL;
    const char *path = NULL;
    pthread_mutex_lock(&s_mutex);
    if (!s_loaded) {
        fiat__duckdb_api api;
        status = open_library(&library, &path, err);
        if (status == FIAT_OK) status = find_functions(library, path, &api, err);
        if (status == FIAT_OK) {
            s_api = api;
            s_loaded = true;
        }
    }
    pthread_mutex_unlock(&s_mutex);
    *out = &s_api;
    return status;
}

fiat_status fiat__duckdb_available(fiat_error *err) {
    const fiat__duckdb_api *api;
    return fiat__duckdb_load(&api, err);
}
