/* Hive's DDL by statements; see hive_parse.h. */
#include "local/hive_parse.h"

#include "base/error.h"
#include "local/hive_cursor.h"

/* What Athena takes beside DDL and queries, or DDL that is not offered here. */
static const char *const s_other[] = {"INSERT",   "DELETE", "UPDATE",     "MERGE",   "UNLOAD",
                                      "PREPARE",  "VACUUM", "DEALLOCATE", "EXECUTE", "OPTIMIZE",
                                      "TRUNCATE", "USE",    "ANALYZE"};

static void begin(fiat__hive_statement *out, fiat__hive_kind kind, const char *what) {
    out->kind = kind;
    out->what = what;
}

static void create(fiat__hive_cursor *c, fiat__hive_statement *out) {
    if (fiat__hive_take(c, "DATABASE") || fiat__hive_take(c, "SCHEMA")) {
        begin(out, FIAT__HIVE_CREATE_DATABASE, "CREATE_DATABASE");
        out->if_exists = fiat__hive_take(c, "IF NOT EXISTS");
        out->table.database = fiat__hive_name(c, "a database's name");
        if (fiat__hive_take(c, "COMMENT")) out->table.comment = fiat__hive_string(c);
        if (fiat__hive_take(c, "LOCATION")) out->table.location = fiat__hive_string(c);
        if (fiat__hive_take(c, "WITH DBPROPERTIES")) fiat__hive_pairs(c, &out->table.properties);
    } else if (fiat__hive_take(c, "EXTERNAL TABLE")) {
        fiat__hive_create_table(c, out);
    } else if (fiat__hive_at(c, "TABLE") || fiat__hive_at(c, "VIEW") || fiat__hive_at(c, "OR")) {
        fiat__hive_fault(c, "CREATE TABLE AS, tables that are not EXTERNAL, and views are not "
                            "offered by the local engine");
    } else {
        fiat__hive_expected(c, "DATABASE, SCHEMA or EXTERNAL TABLE");
    }
}

static void drop(fiat__hive_cursor *c, fiat__hive_statement *out) {
    if (fiat__hive_take(c, "TABLE")) {
        begin(out, FIAT__HIVE_DROP_TABLE, "DROP_TABLE");
        out->if_exists = fiat__hive_take(c, "IF EXISTS");
        fiat__hive_table_name(c, &out->table);
    } else if (fiat__hive_take(c, "DATABASE") || fiat__hive_take(c, "SCHEMA")) {
        begin(out, FIAT__HIVE_DROP_DATABASE, "DROP_DATABASE");
        out->if_exists = fiat__hive_take(c, "IF EXISTS");
        out->table.database = fiat__hive_name(c, "a database's name");
        out->cascade = fiat__hive_take(c, "CASCADE");
        if (!out->cascade) (void)fiat__hive_take(c, "RESTRICT");
    } else {
        fiat__hive_expected(c, "TABLE, DATABASE or SCHEMA");
    }
}

static void alter(fiat__hive_cursor *c, fiat__hive_statement *out) {
    fiat__hive_expect(c, "TABLE");
    fiat__hive_table_name(c, &out->table);
    if (fiat__hive_take(c, "ADD COLUMNS")) {
        begin(out, FIAT__HIVE_ADD_COLUMNS, "ALTER_TABLE_ADD_COLUMNS");
        fiat__hive_columns(c, &out->table, false);
    } else if (fiat__hive_take(c, "SET TBLPROPERTIES")) {
        begin(out, FIAT__HIVE_SET_PROPERTIES, "ALTER_TABLE_SET_TBLPROPERTIES");
        fiat__hive_pairs(c, &out->table.properties);
    } else {
        fiat__hive_expected(c, "ADD COLUMNS or SET TBLPROPERTIES (others are not offered by the "
                               "local engine)");
    }
}

/* [IN|FROM database] */
static void in_database(fiat__hive_cursor *c, fiat__hive_table *table) {
    if (fiat__hive_take(c, "IN") || fiat__hive_take(c, "FROM"))
        table->database = fiat__hive_name(c, "a database's name");
}

/* [LIKE] ['pattern'] */
static void like(fiat__hive_cursor *c, fiat__hive_statement *out) {
    const bool wanted = fiat__hive_take(c, "LIKE");
    if (wanted || (c->status == FIAT_OK && c->token.kind == FIAT__HIVE_STRING))
        out->pattern = fiat__hive_string(c);
}

static void show(fiat__hive_cursor *c, fiat__hive_statement *out) {
    if (fiat__hive_take(c, "DATABASES") || fiat__hive_take(c, "SCHEMAS")) {
        begin(out, FIAT__HIVE_SHOW_DATABASES, "SHOW_DATABASES");
        like(c, out);
    } else if (fiat__hive_take(c, "TABLES")) {
        begin(out, FIAT__HIVE_SHOW_TABLES, "SHOW_TABLES");
        in_database(c, &out->table);
        like(c, out);
    } else if (fiat__hive_take(c, "COLUMNS")) {
        begin(out, FIAT__HIVE_SHOW_COLUMNS, "SHOW_COLUMNS");
        if (!fiat__hive_take(c, "IN")) fiat__hive_expect(c, "FROM");
        fiat__hive_table_name(c, &out->table);
        in_database(c, &out->table);
    } else if (fiat__hive_take(c, "CREATE TABLE")) {
        begin(out, FIAT__HIVE_SHOW_CREATE, "SHOW_CREATE_TABLE");
        fiat__hive_table_name(c, &out->table);
    } else if (fiat__hive_take(c, "TBLPROPERTIES")) {
        begin(out, FIAT__HIVE_SHOW_PROPERTIES, "SHOW_TABLE_PROPERTIES");
        fiat__hive_table_name(c, &out->table);
    } else {
        fiat__hive_expected(c,
                            "DATABASES, SCHEMAS, TABLES, COLUMNS, CREATE TABLE or TBLPROPERTIES");
    }
}

static void describe(fiat__hive_cursor *c, fiat__hive_statement *out) {
    begin(out, FIAT__HIVE_DESCRIBE, "DESCRIBE_TABLE");
    if (!fiat__hive_take(c, "FORMATTED")) (void)fiat__hive_take(c, "EXTENDED");
    (void)fiat__hive_take(c, "TABLE");
    fiat__hive_table_name(c, &out->table);
}

/* false: none of the statements that begin so. */
static bool statement(fiat__hive_cursor *c, fiat__hive_statement *out) {
    if (fiat__hive_take(c, "CREATE")) {
        create(c, out);
    } else if (fiat__hive_take(c, "DROP")) {
        drop(c, out);
    } else if (fiat__hive_take(c, "ALTER")) {
        alter(c, out);
    } else if (fiat__hive_take(c, "SHOW")) {
        show(c, out);
    } else if (fiat__hive_take(c, "DESCRIBE") || fiat__hive_take(c, "DESC")) {
        describe(c, out);
    } else if (fiat__hive_take(c, "MSCK REPAIR TABLE")) {
        begin(out, FIAT__HIVE_REPAIR, "MSCK_REPAIR_TABLE");
        fiat__hive_table_name(c, &out->table);
    } else {
        return false;
    }
    return true;
}

static void query(fiat__hive_cursor *c, fiat__hive_statement *out) {
    begin(out, FIAT__HIVE_QUERY, fiat__hive_at(c, "EXPLAIN") ? "EXPLAIN" : "SELECT");
    for (size_t i = 0; i < sizeof s_other / sizeof *s_other; i++)
        if (fiat__hive_at(c, s_other[i])) begin(out, FIAT__HIVE_OTHER, s_other[i]);
    if (c->token.kind == FIAT__HIVE_END) fiat__hive_expected(c, "a statement");
}

fiat_status fiat__hive_parse(fiat__hive_statement *out, fiat__str sql, fiat__arena *arena,
                             fiat_error *err) {
    fiat__hive_cursor c = {.sql = sql, .arena = arena, .err = err};
    *out = (fiat__hive_statement){.table = {.database = "",
                                            .name = "",
                                            .comment = "",
                                            .serde = "",
                                            .input_format = "",
                                            .output_format = "",
                                            .location = ""}};
    if (!sql.ptr) c.sql = fiat__str_of("", 0);
    fiat__hive_advance(&c);
    if (!statement(&c, out)) {
        if (c.status == FIAT_OK) query(&c, out);
        return c.status;
    }
    while (fiat__hive_take_mark(&c, ';'))
        continue;
    if (c.status == FIAT_OK && c.token.kind != FIAT__HIVE_END)
        fiat__hive_expected(&c, "the end of the statement");
    return c.status;
}
