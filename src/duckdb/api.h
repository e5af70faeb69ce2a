/* The part of DuckDB's C API that is used, with prototypes of our own, so that neither its header
 * nor its library is needed to build. Checked against libduckdb 1.4.4 and 1.5.6; DuckDB keeps the
 * functions of its stable C API from 1.2 on (https://duckdb.org/docs/stable/clients/c/overview). */
#ifndef FIAT_DUCKDB_API_H
#define FIAT_DUCKDB_API_H

#include <fiat/error.h>
#include <stdint.h>

/* duckdb_result, which travels by value. */
typedef struct fiat__duckdb_result {
    uint64_t deprecated_counts[3];
    void *deprecated_columns;
    char *deprecated_error_message;
    void *internal_data;
} fiat__duckdb_result;

/* duckdb_string_t: up to 12 bytes are held in place. */
typedef union fiat__duckdb_string {
    uint32_t length;
    struct {
        uint32_t length;
        char bytes[12];
    } near;
    struct {
        uint32_t length;
        char prefix[4];
        char *ptr;
    } far;
} fiat__duckdb_string;
_Static_assert(sizeof(void *) != 8 || sizeof(fiat__duckdb_string) == 16, "as duckdb_string_t");

enum { FIAT__DUCKDB_STATEMENT_SELECT = 1, FIAT__DUCKDB_STATEMENT_EXPLAIN = 4 };
enum { FIAT__DUCKDB_TYPE_VARCHAR = 17, FIAT__DUCKDB_TYPE_DECIMAL = 19 };

/* XX(result, name without "duckdb_", (parameters)). Handles are pointers; results of type int are
 * duckdb_state (0: success) or another enumeration. */
#define FIAT__DUCKDB_FUNCTIONS(XX)                                                                 \
    XX(const char *, library_version, (void))                                                      \
    XX(int, create_config, (void **config))                                                        \
    XX(int, set_config, (void *config, const char *name, const char *value))                       \
    XX(void, destroy_config, (void **config))                                                      \
    XX(int, open_ext, (const char *path, void **database, void *config, char **error))             \
    XX(void, close, (void **database))                                                             \
    XX(int, connect, (void *database, void **connection))                                          \
    XX(void, disconnect, (void **connection))                                                      \
    XX(void, interrupt, (void *connection))                                                        \
    XX(void, free, (void *block))                                                                  \
    XX(int, query, (void *connection, const char *sql, fiat__duckdb_result *result))               \
    XX(uint64_t, extract_statements, (void *connection, const char *sql, void **statements))       \
    XX(const char *, extract_statements_error, (void *statements))                                 \
    XX(void, destroy_extracted, (void **statements))                                               \
    XX(int, prepare_extracted_statement,                                                           \
       (void *connection, void *statements, uint64_t index, void **statement))                     \
    XX(int, prepare, (void *connection, const char *sql, void **statement))                        \
    XX(const char *, prepare_error, (void *statement))                                             \
    XX(void, destroy_prepare, (void **statement))                                                  \
    XX(uint64_t, nparams, (void *statement))                                                       \
    XX(int, prepared_statement_type, (void *statement))                                            \
    XX(uint64_t, prepared_statement_column_count, (void *statement))                               \
    XX(const char *, prepared_statement_column_name, (void *statement, uint64_t column))           \
    XX(void *, prepared_statement_column_logical_type, (void *statement, uint64_t column))         \
    XX(int, execute_prepared_streaming, (void *statement, fiat__duckdb_result *result))            \
    XX(const char *, result_error, (fiat__duckdb_result * result))                                 \
    XX(void, destroy_result, (fiat__duckdb_result * result))                                       \
    XX(void *, fetch_chunk, (fiat__duckdb_result result))                                          \
    XX(uint64_t, data_chunk_get_size, (void *chunk))                                               \
    XX(void *, data_chunk_get_vector, (void *chunk, uint64_t column))                              \
    XX(void, destroy_data_chunk, (void **chunk))                                                   \
    XX(void *, vector_get_data, (void *vector))                                                    \
    XX(uint64_t *, vector_get_validity, (void *vector))                                            \
    XX(int, get_type_id, (void *type))                                                             \
    XX(char *, logical_type_get_alias, (void *type))                                               \
    XX(uint8_t, decimal_width, (void *type))                                                       \
    XX(uint8_t, decimal_scale, (void *type))                                                       \
    XX(void, destroy_logical_type, (void **type))

typedef struct fiat__duckdb_api {
#define XX(result, name, parameters) result(*name) parameters;
    FIAT__DUCKDB_FUNCTIONS(XX)
#undef XX
} fiat__duckdb_api;

/* Load the library once a process; it stays loaded. Any thread. */
fiat_status fiat__duckdb_load(const fiat__duckdb_api **out, fiat_error *err);

#endif
