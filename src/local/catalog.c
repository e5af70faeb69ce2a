/* Databases and tables; see catalog.h. The words of what fails are Hive's, as Athena gives them. */
#include "local/catalog.h"

#include "base/error.h"
#include "base/file.h"
#include "base/mem.h"
#include "json/writer.h"

#include <stdio.h>
#include <unistd.h>

#define PATH_MAX_BYTES (16 * 1024)
#define ARENA_BYTES    (16 * 1024 * 1024)
#define FILE_SUFFIX    ".json"
#define DDL_FAILED                                                                                 \
    "FAILED: Execution Error, return code 1 from org.apache.hadoop.hive.ql.exec.DDLTask. "

fiat_status fiat__catalog_open(fiat__catalog *catalog, const char *data_dir,
                               const fiat__clock *clock, fiat_error *err) {
    fiat__mutex_init(&catalog->lock);
    catalog->clock = clock;
    char *dir = fiat__path_join(data_dir, ".fiat/catalog");
    catalog->dir = dir;
    return dir ? FIAT_OK : fiat__err_nomem(err);
}

void fiat__catalog_close(fiat__catalog *catalog) {
    if (!catalog->dir) return;
    fiat__mutex_deinit(&catalog->lock);
    fiat__free(catalog->dir);
    catalog->dir = NULL;
}

/* --- paths ------------------------------------------------------------------------------------ */

static void database_path(const fiat__catalog *catalog, const char *database, const char *below,
                          fiat__buf *path) {
    fiat__buf_init(path, PATH_MAX_BYTES);
    fiat__buf_printf(path, "%s/%s%s", catalog->dir, database, below);
}

static void table_path(const fiat__catalog *catalog, const char *database, const char *name,
                       fiat__buf *path) {
    fiat__buf_init(path, PATH_MAX_BYTES);
    fiat__buf_printf(path, "%s/%s/tables/%s" FILE_SUFFIX, catalog->dir, database, name);
}

static bool path_exists(fiat__buf *path) {
    const bool is = fiat__path_exists(fiat__buf_cstr(path));
    fiat__buf_deinit(path);
    return is;
}

/* A name that came with a request is not yet one that is fit for a path. */
static bool is_name(const char *name) {
    return *name && !name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_")];
}

bool fiat__catalog_has_database(const fiat__catalog *catalog, const char *name) {
    fiat__buf path;
    if (!is_name(name)) return false;
    if (strcmp(name, FIAT__CATALOG_DEFAULT) == 0) return true;
    database_path(catalog, name, "/database" FILE_SUFFIX, &path);
    return path_exists(&path);
}

static bool has_table(const fiat__catalog *catalog, const char *database, const char *name) {
    fiat__buf path;
    if (!is_name(database) || !is_name(name)) return false;
    table_path(catalog, database, name, &path);
    return path_exists(&path);
}

static fiat_status no_database(const char *name, fiat_error *err) {
    return fiat__err_set(err, FIAT_E_SQL,
                         "FAILED: SemanticException [Error 10072]: Database does not exist: %s",
                         name);
}

/* --- looking ---------------------------------------------------------------------------------- */

/* Add "default" to a sorted list that lacks it. */
static fiat_status add_default(char ***names, size_t *count, fiat_error *err) {
    for (size_t i = 0; i < *count; i++)
        if (strcmp((*names)[i], FIAT__CATALOG_DEFAULT) == 0) return FIAT_OK;
    char **grown = fiat__realloc_array(*names, *count + 1, sizeof *grown);
    char *name = fiat__strdup(FIAT__CATALOG_DEFAULT);
    if (grown) *names = grown;
    if (!grown || !name) {
        fiat__free(name);
        return fiat__err_nomem(err);
    }
    size_t at = *count;
    for (; at > 0 && strcmp(grown[at - 1], name) > 0; at--)
        grown[at] = grown[at - 1];
    grown[at] = name;
    ++*count;
    return FIAT_OK;
}

fiat_status fiat__catalog_databases(const fiat__catalog *catalog, char ***names, size_t *count,
                                    fiat_error *err) {
    *names = NULL;
    *count = 0;
    fiat_status status = FIAT_OK;
    if (fiat__path_is_dir(catalog->dir)) status = fiat__dir_list(catalog->dir, names, count, err);
    if (status == FIAT_OK) status = add_default(names, count, err);
    if (status != FIAT_OK) {
        fiat__dir_free_list(*names, *count);
        *names = NULL;
        *count = 0;
    }
    return status;
}

fiat_status fiat__catalog_tables(const fiat__catalog *catalog, const char *database, char ***names,
                                 size_t *count, fiat_error *err) {
    fiat__buf path;
    *names = NULL;
    *count = 0;
    if (!fiat__catalog_has_database(catalog, database)) return no_database(database, err);
    database_path(catalog, database, "/tables", &path);
    fiat_status status = FIAT_OK;
    if (fiat__path_is_dir(fiat__buf_cstr(&path)))
        status = fiat__dir_list(fiat__buf_cstr(&path), names, count, err);
    fiat__buf_deinit(&path);
    size_t kept = 0;
    for (size_t i = 0; status == FIAT_OK && i < *count; i++) {
        char *name = (*names)[i];
        const size_t len = strlen(name), suffix = strlen(FILE_SUFFIX);
        const bool table =
            name[0] != '.' && len > suffix && strcmp(name + len - suffix, FILE_SUFFIX) == 0;
        if (table) {
            name[len - suffix] = '\0';
            (*names)[kept++] = name;
        } else {
            fiat__free(name);
        }
    }
    *count = kept;
    return status;
}

fiat_status fiat__catalog_table(const fiat__catalog *catalog, const char *database,
                                const char *name, fiat__arena *arena, fiat__hive_table *out,
                                fiat_error *err) {
    fiat__buf path;
    if (!has_table(catalog, database, name))
        return fiat__err_set(err, FIAT_E_NOT_FOUND,
                             "FAILED: SemanticException [Error 10001]: Table not found %s.%s",
                             database, name);
    table_path(catalog, database, name, &path);
    fiat_status status = fiat__catalog_read(fiat__buf_cstr(&path), arena, out, err);
    fiat__buf_deinit(&path);
    out->database = fiat__arena_str(arena, fiat__str_c(database)).ptr;
    out->name = fiat__arena_str(arena, fiat__str_c(name)).ptr;
    if (status == FIAT_OK && (!out->database || !out->name)) status = fiat__err_nomem(err);
    return status;
}

/* --- changing --------------------------------------------------------------------------------- */

static fiat_status create_database(fiat__catalog *catalog, const fiat__hive_statement *statement,
                                   fiat_error *err) {
    /* The engine below has schemas and catalogues of these names in each query. */
    static const char *const reserved[] = {
        "main", "memory", "temp", "system", "pg_catalog", "awsdatacatalog", "information_schema"};
    const char *name = statement->table.database;
    fiat__buf path, text;
    bool first = true;
    for (size_t i = 0; i < sizeof reserved / sizeof reserved[0]; i++)
        if (strcmp(name, reserved[i]) == 0)
            return fiat__err_set(err, FIAT_E_SQL,
                                 DDL_FAILED "the local engine has a use of its own for the name "
                                            "%s: choose another for the database",
                                 name);
    if (fiat__catalog_has_database(catalog, name)) {
        if (statement->if_exists) return FIAT_OK;
        return fiat__err_set(err, FIAT_E_SQL, DDL_FAILED "Database %s already exists", name);
    }
    database_path(catalog, name, "/tables", &path);
    fiat_status status = fiat__dir_make(fiat__buf_cstr(&path), err);
    fiat__buf_deinit(&path);
    if (status != FIAT_OK) return status;
    database_path(catalog, name, "/database" FILE_SUFFIX, &path);
    fiat__buf_init(&text, PATH_MAX_BYTES * 64);
    fiat__buf_append_char(&text, '{');
    fiat__json_write_key(&text, &first, "comment");
    fiat__json_write_string_c(&text, statement->table.comment);
    fiat__json_write_key(&text, &first, "location");
    fiat__json_write_string_c(&text, statement->table.location);
    fiat__buf_append_c(&text, "}\n");
    status = fiat__buf_status(&text, err);
    if (status == FIAT_OK)
        status = fiat__file_replace(fiat__buf_cstr(&path), fiat__buf_str(&text), false, err);
    fiat__buf_deinit(&text);
    fiat__buf_deinit(&path);
    return status;
}

static void remove_table(const fiat__catalog *catalog, const char *database, const char *name) {
    fiat__buf path;
    table_path(catalog, database, name, &path);
    unlink(fiat__buf_cstr(&path));
    fiat__buf_deinit(&path);
}

static fiat_status drop_database(fiat__catalog *catalog, const fiat__hive_statement *statement,
                                 fiat_error *err) {
    static const char *const parts[] = {("/database" FILE_SUFFIX), "/tables", ""};
    const char *name = statement->table.database;
    char **tables;
    size_t count;
    if (statement->if_exists && !fiat__catalog_has_database(catalog, name)) return FIAT_OK;
    fiat_status status = fiat__catalog_tables(catalog, name, &tables, &count, err);
    if (status != FIAT_OK) return status;
    if (count && !statement->cascade)
        status = fiat__err_set(err, FIAT_E_SQL,
                               DDL_FAILED "InvalidOperationException(message:Database %s is not "
                                          "empty. One or more tables exist.)",
                               name);
    for (size_t i = 0; status == FIAT_OK && i < count; i++)
        remove_table(catalog, name, tables[i]);
    fiat__dir_free_list(tables, count);
    for (size_t i = 0; status == FIAT_OK && i < 3; i++) {
        fiat__buf path;
        database_path(catalog, name, parts[i], &path);
        (void)remove(fiat__buf_cstr(&path));
        fiat__buf_deinit(&path);
    }
    return status;
}

static fiat_status write_table(fiat__catalog *catalog, const char *database,
                               const fiat__hive_table *table, fiat_error *err) {
    fiat__buf path;
    database_path(catalog, database, "/tables", &path);
    fiat_status status = fiat__dir_make(fiat__buf_cstr(&path), err);
    fiat__buf_deinit(&path);
    if (status != FIAT_OK) return status;
    table_path(catalog, database, table->name, &path);
    status = fiat__catalog_write(fiat__buf_cstr(&path), table, err);
    fiat__buf_deinit(&path);
    return status;
}

static fiat_status create_table(fiat__catalog *catalog, const fiat__hive_statement *statement,
                                const char *database, fiat_error *err) {
    fiat__hive_table table = statement->table;
    if (!fiat__catalog_has_database(catalog, database)) return no_database(database, err);
    if (has_table(catalog, database, table.name)) {
        if (statement->if_exists) return FIAT_OK;
        return fiat__err_set(err, FIAT_E_SQL,
                             DDL_FAILED "AlreadyExistsException(message:Table %s already exists.)",
                             table.name);
    }
    table.created_ms = fiat__wall_ms(catalog->clock);
    return write_table(catalog, database, &table, err);
}

/* Put the columns behind those that are there. */
static fiat_status add_columns(fiat__hive_table *table, const fiat__hive_table *more,
                               fiat_error *err) {
    fiat__hive_column **end = &table->columns;
    for (const fiat__hive_column *new = more->columns; new; new = new->next)
        for (int part = 0; part < 2; part++)
            for (const fiat__hive_column *old = part ? table->partitions : table->columns; old;
                 old = old->next)
                if (strcmp(old->name, new->name) == 0)
                    return fiat__err_set(err, FIAT_E_SQL, DDL_FAILED "Duplicate column name: %s",
                                         new->name);
    while (*end)
        end = &(*end)->next;
    *end = more->columns;
    return FIAT_OK;
}

/* The new pairs before the old ones of other names. */
static void set_properties(fiat__hive_table *table, const fiat__hive_table *more) {
    fiat__hive_pair **at = &table->properties, *last = more->properties;
    while (*at) {
        if (fiat__hive_get(more->properties, (*at)->key))
            *at = (*at)->next;
        else
            at = &(*at)->next;
    }
    while (last->next)
        last = last->next;
    last->next = table->properties;
    table->properties = more->properties;
}

static fiat_status alter_table(fiat__catalog *catalog, const fiat__hive_statement *statement,
                               const char *database, fiat_error *err) {
    fiat__hive_table table;
    fiat__arena arena;
    fiat__arena_init(&arena, ARENA_BYTES);
    fiat_status status =
        fiat__catalog_table(catalog, database, statement->table.name, &arena, &table, err);
    if (status == FIAT_OK && statement->kind == FIAT__HIVE_ADD_COLUMNS)
        status = add_columns(&table, &statement->table, err);
    else if (status == FIAT_OK)
        set_properties(&table, &statement->table);
    if (status == FIAT_OK) status = write_table(catalog, database, &table, err);
    fiat__arena_deinit(&arena);
    return status;
}

static fiat_status drop_table(fiat__catalog *catalog, const fiat__hive_statement *statement,
                              const char *database, fiat_error *err) {
    if (has_table(catalog, database, statement->table.name))
        remove_table(catalog, database, statement->table.name);
    else if (!statement->if_exists)
        return fiat__err_set(err, FIAT_E_SQL,
                             "FAILED: SemanticException [Error 10001]: Table not found %s.%s",
                             database, statement->table.name);
    return FIAT_OK;
}

fiat_status fiat__catalog_apply(fiat__catalog *catalog, const fiat__hive_statement *statement,
                                const char *database, fiat_error *err) {
    fiat_status status;
    if (*statement->table.database) database = statement->table.database;
    fiat__mutex_lock(&catalog->lock);
    switch (statement->kind) {
    case FIAT__HIVE_CREATE_DATABASE:
        status = create_database(catalog, statement, err);
        break;
    case FIAT__HIVE_DROP_DATABASE:
        status = drop_database(catalog, statement, err);
        break;
    case FIAT__HIVE_CREATE_TABLE:
        status = create_table(catalog, statement, database, err);
        break;
    case FIAT__HIVE_DROP_TABLE:
        status = drop_table(catalog, statement, database, err);
        break;
    default:
        status = alter_table(catalog, statement, database, err);
    }
    fiat__mutex_unlock(&catalog->lock);
    return status;
}
