/* Opening, locking and closing a database. */
#include "duckdb/internal.h"

#include "base/error.h"
#include "base/mem.h"

#include <inttypes.h>
#include <stdio.h>

#define SETTINGS_MAX_BYTES (64 * 1024)

static fiat_status set_config(const fiat__duckdb_api *api, void *config,
                              const fiat__duckdb_opts *opts, fiat_error *err) {
    char threads[16], memory[32];
    snprintf(threads, sizeof threads, "%u", opts->threads);
    snprintf(memory, sizeof memory, "%" PRIu64 "B", opts->memory_limit_bytes);
    const struct {
        bool wanted;
        const char *name, *value;
    } rows[] = {
        {true, "autoinstall_known_extensions", "false"},
        {true, "autoload_known_extensions", "false"},
        {opts->threads > 0, "threads", threads},
        {opts->memory_limit_bytes > 0, "memory_limit", memory},
        {true, "temp_directory", opts->temp_dir ? opts->temp_dir : ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (rows[i].wanted && api->set_config(config, rows[i].name, rows[i].value) != 0)
            return fiat__err_set(err, FIAT_E_SQL, "the SQL engine refuses the setting %s=%s",
                                 rows[i].name, rows[i].value);
    return FIAT_OK;
}

fiat_status fiat__duckdb_open(fiat__duckdb **out, const fiat__duckdb_opts *opts, fiat_error *err) {
    static const fiat__duckdb_opts none = {0, 0, NULL};
    const fiat__duckdb_api *api;
    void *config = NULL;
    char *text = NULL;
    *out = NULL;
    fiat_status status = fiat__duckdb_load(&api, err);
    if (status != FIAT_OK) return status;
    fiat__duckdb *db = fiat__calloc(1, sizeof *db);
    if (!db) return fiat__err_nomem(err);
    db->api = api;
    if (api->create_config(&config) != 0) {
        status = fiat__err_nomem(err);
        goto out;
    }
    status = set_config(api, config, opts ? opts : &none, err);
    if (status != FIAT_OK) goto out;
    if (api->open_ext(NULL, &db->database, config, &text) != 0 ||
        api->connect(db->database, &db->connection) != 0)
        status = fiat__duckdb_error(text, fiat__str_c(""), 0, err);
    else
        status = fiat__duckdb_exec(db, "SET errors_as_json=true", err);
out:
    api->free(text);
    if (config) api->destroy_config(&config);
    if (status != FIAT_OK)
        fiat__duckdb_close(db);
    else
        *out = db;
    return status;
}

void fiat__duckdb_close(fiat__duckdb *db) {
    if (!db) return;
    if (db->connection) db->api->disconnect(&db->connection);
    if (db->database) db->api->close(&db->database);
    fiat__free(db);
}

const char *fiat__duckdb_version(const fiat__duckdb *db) {
    return db->api->library_version();
}

void fiat__duckdb_interrupt(fiat__duckdb *db) {
    db->api->interrupt(db->connection);
}

fiat_status fiat__duckdb_exec(fiat__duckdb *db, const char *sql, fiat_error *err) {
    fiat__duckdb_result result;
    fiat_status status = FIAT_OK;
    if (db->api->query(db->connection, sql, &result) != 0)
        status = fiat__duckdb_error(db->api->result_error(&result), fiat__str_c(""), 0, err);
    db->api->destroy_result(&result);
    return status;
}

/* The order matters: once external access is off, neither of the others can be set. */
fiat_status fiat__duckdb_lock(fiat__duckdb *db, const char *const *dirs, size_t dir_count,
                              fiat_error *err) {
    fiat__buf sql;
    fiat__buf_init(&sql, SETTINGS_MAX_BYTES);
    fiat__buf_append_c(&sql, "SET allowed_directories=[");
    for (size_t i = 0; i < dir_count; i++) {
        if (i) fiat__buf_append_c(&sql, ", ");
        fiat__duckdb_quote_text(&sql, fiat__str_c(dirs[i]));
    }
    fiat__buf_append_c(&sql, "]; SET enable_external_access=false; SET lock_configuration=true");
    fiat_status status = fiat__buf_status(&sql, err);
    if (status == FIAT_OK) status = fiat__duckdb_exec(db, fiat__buf_cstr(&sql), err);
    fiat__buf_deinit(&sql);
    return status;
}
