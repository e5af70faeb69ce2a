/* Hive's DDL: what it asks for, and what is refused and where. */
#include "local/hive_lex.h"
#include "local/hive_parse.h"

#include "base/arena.h"
#include "base/buf.h"
#include "support/chaos.h"
#include "support/test.h"

#include <string.h>

static fiat__arena s_arena;
static fiat__hive_statement s_out;
static fiat_error s_err;

static void setup(void) {
    fiat__arena_init(&s_arena, 16 * 1024 * 1024);
}

static void teardown(void) {
    fiat__arena_deinit(&s_arena);
}

static void parse(const char *sql) {
    ck_assert_fiat_ok(fiat__hive_parse(&s_out, fiat__str_c(sql), &s_arena, &s_err), s_err);
}

/* --- what is taken --- */

static const struct {
    const char *sql;
    fiat__hive_kind kind;
    const char *database, *name, *what;
    bool if_exists;
    const char *pattern;
} s_good[] = {
    {"SELECT 1", FIAT__HIVE_QUERY, "", "", "SELECT", false, NULL},
    {" -- a comment\n /* and\n another */ with t as (select 1) select * from t;", FIAT__HIVE_QUERY,
     "", "", "SELECT", false, NULL},
    {"(select 1)", FIAT__HIVE_QUERY, "", "", "SELECT", false, NULL},
    {"explain select 1", FIAT__HIVE_QUERY, "", "", "EXPLAIN", false, NULL},
    {"INSERT INTO t SELECT 1", FIAT__HIVE_OTHER, "", "", "INSERT", false, NULL},
    {"create database Fiat", FIAT__HIVE_CREATE_DATABASE, "fiat", "", "CREATE_DATABASE", false,
     NULL},
    {"CREATE SCHEMA IF NOT EXISTS `a_1` COMMENT 'it''s' LOCATION 's3://b/' WITH DBPROPERTIES "
     "('k'='v');",
     FIAT__HIVE_CREATE_DATABASE, "a_1", "", "CREATE_DATABASE", true, NULL},
    {"drop database if exists d cascade", FIAT__HIVE_DROP_DATABASE, "d", "", "DROP_DATABASE", true,
     NULL},
    {"DROP TABLE IF EXISTS `d`.`T` ;;", FIAT__HIVE_DROP_TABLE, "d", "t", "DROP_TABLE", true, NULL},
    {"drop table t", FIAT__HIVE_DROP_TABLE, "", "t", "DROP_TABLE", false, NULL},
    {"alter table t add columns (a int, b array<struct<x:string>>)", FIAT__HIVE_ADD_COLUMNS, "",
     "t", "ALTER_TABLE_ADD_COLUMNS", false, NULL},
    {"alter table d.t set tblproperties ('a'='b')", FIAT__HIVE_SET_PROPERTIES, "d", "t",
     "ALTER_TABLE_SET_TBLPROPERTIES", false, NULL},
    {"msck repair table d.t", FIAT__HIVE_REPAIR, "d", "t", "MSCK_REPAIR_TABLE", false, NULL},
    {"show databases", FIAT__HIVE_SHOW_DATABASES, "", "", "SHOW_DATABASES", false, NULL},
    {"show schemas like 'f*'", FIAT__HIVE_SHOW_DATABASES, "", "", "SHOW_DATABASES", false, "f*"},
    {"SHOW TABLES", FIAT__HIVE_SHOW_TABLES, "", "", "SHOW_TABLES", false, NULL},
    {"SHOW TABLES IN d '*x*'", FIAT__HIVE_SHOW_TABLES, "d", "", "SHOW_TABLES", false, "*x*"},
    {"show columns in d.t", FIAT__HIVE_SHOW_COLUMNS, "d", "t", "SHOW_COLUMNS", false, NULL},
    {"show columns from t in d", FIAT__HIVE_SHOW_COLUMNS, "d", "t", "SHOW_COLUMNS", false, NULL},
    {"show create table t", FIAT__HIVE_SHOW_CREATE, "", "t", "SHOW_CREATE_TABLE", false, NULL},
    {"show tblproperties t", FIAT__HIVE_SHOW_PROPERTIES, "", "t", "SHOW_TABLE_PROPERTIES", false,
     NULL},
    {"DESC FORMATTED d.t", FIAT__HIVE_DESCRIBE, "d", "t", "DESCRIBE_TABLE", false, NULL},
};

START_TEST(takes) {
    parse(s_good[_i].sql);
    ck_assert_int_eq(s_out.kind, s_good[_i].kind);
    ck_assert_str_eq(s_out.table.database, s_good[_i].database);
    ck_assert_str_eq(s_out.table.name, s_good[_i].name);
    ck_assert_str_eq(s_out.what, s_good[_i].what);
    ck_assert_int_eq(s_out.if_exists, s_good[_i].if_exists);
    ck_assert_pstr_eq(s_out.pattern, s_good[_i].pattern);
}
END_TEST

#define TABLE                                                                                      \
    "CREATE EXTERNAL TABLE IF NOT EXISTS `fiat`.`Orders` (\n"                                      \
    "  `id` string COMMENT 'who''s \\'it\\' \\u00e4\\n',\n"                                        \
    "  price DECIMAL ( 10 , 2 ), who struct<`Name`:string,tags:array<map<string,int>>>,\n"         \
    "  `n` integer, s struct<a:int COMMENT 'x', b:string>)\n"                                      \
    "COMMENT \"a \\\"table\\\"\"\n"                                                                \
    "PARTITIONED BY (`datehour` string COMMENT 'h', part int)\n"                                   \
    "ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'\n"                                      \
    "WITH SERDEPROPERTIES ('mapping.n'='N', 'case.insensitive' = 'true')\n"                        \
    "STORED AS INPUTFORMAT 'in' OUTPUTFORMAT 'out'\n"                                              \
    "LOCATION 's3://bucket/orders/'\n"                                                             \
    "TBLPROPERTIES ('projection.enabled'='true');"

START_TEST(takes_a_whole_table) {
    static const char *const columns[][2] = {
        {"id", "string"},
        {"price", "decimal(10,2)"},
        {"who", "struct<name:string,tags:array<map<string,int>>>"},
        {"n", "int"},
        {"s", "struct<a:int,b:string>"}};
    parse(TABLE);
    const fiat__hive_table *table = &s_out.table;
    ck_assert_int_eq(s_out.kind, FIAT__HIVE_CREATE_TABLE);
    ck_assert(s_out.if_exists);
    ck_assert_str_eq(table->database, "fiat");
    ck_assert_str_eq(table->name, "orders");
    const fiat__hive_column *column = table->columns;
    for (size_t i = 0; i < 5; i++, column = column->next) {
        ck_assert_ptr_nonnull(column);
        ck_assert_str_eq(column->name, columns[i][0]);
        ck_assert_str_eq(column->type, columns[i][1]);
    }
    ck_assert_ptr_null(column);
    ck_assert_str_eq(table->columns->comment, "who's 'it' \xc3\xa4\n");
    ck_assert_str_eq(table->comment, "a \"table\"");
    ck_assert_str_eq(table->partitions->name, "datehour");
    ck_assert_str_eq(table->partitions->next->type, "int");
    ck_assert_str_eq(table->serde, "org.openx.data.jsonserde.JsonSerDe");
    ck_assert_str_eq(fiat__hive_get(table->serde_properties, "MAPPING.N"), "N");
    ck_assert_ptr_null(fiat__hive_get(table->serde_properties, "mapping.x"));
    ck_assert_str_eq(table->input_format, "in");
    ck_assert_str_eq(table->output_format, "out");
    ck_assert_str_eq(table->location, "s3://bucket/orders/");
    ck_assert_str_eq(fiat__hive_get(table->properties, "projection.enabled"), "true");
}
END_TEST

/* --- what is refused --- */

static const struct {
    const char *sql, *message;
} s_bad[] = {
    {"", "line 1:1: the statement ends too early: expected a statement"},
    {" -- nothing\n", "line 2:1: the statement ends too early"},
    {"/* open", "line 1:1: a string, a quoted name or a comment does not end"},
    {"create", "line 1:7: the statement ends too early: expected DATABASE, SCHEMA or EXTERNAL"},
    {"create database 'x'", "line 1:17: mismatched input ''x''"},
    {"create database `a-b`", "line 1:17: a database's name 'a-b': allowed are"},
    {"create database ``", "line 1:17: a database's name '': allowed are"},
    {"create database if exists d", "line 1:20: mismatched input 'exists': expected NOT"},
    {"create table t (a int)",
     "line 1:8: CREATE TABLE AS, tables that are not EXTERNAL, and views"},
    {"create or replace view v as select 1", "line 1:8: CREATE TABLE AS"},
    {"create external table t (a int)", "line 1:32: an external table needs LOCATION"},
    {"create external table t (a intt) location 's3://b/'", "line 1:28: column 'a': unknown type"},
    {"create external table t (a) location 's3://b/'", "line 1:27: column 'a'"},
    {"create external table t () location 's3://b/'", "line 1:26: mismatched input ')'"},
    {"create external table t (a int, A string) location 's3://b/'",
     "line 1:35: the column 'a' is there twice"},
    {"create external table t (a int) partitioned by (a string) location 's3://b/'",
     "line 1:51: the column 'a' is there twice"},
    {"create external table t (a int) location 's3://b/", "line 1:42: a string"},
    {"create external table t (a int) row format delimited fields terminated by ','",
     "line 1:44: ROW FORMAT DELIMITED is not offered"},
    {"create external table t (a int) stored as orc location 's3://b/'",
     "line 1:43: mismatched input 'orc': expected INPUTFORMAT, TEXTFILE, JSON or PARQUET"},
    {"create external table t (a int) clustered by (a) location 's3://b/'",
     "line 1:33: mismatched input 'clustered': expected COMMENT, PARTITIONED BY"},
    {"create external table t (a int) tblproperties ('a' 'b')", "line 1:52: mismatched input"},
    {"create external table t (a int) location 's3://b/' x", "line 1:52: mismatched input 'x'"},
    {"drop view v", "line 1:6: mismatched input 'view': expected TABLE, DATABASE or SCHEMA"},
    {"drop table", "line 1:11: the statement ends too early: expected a table's name"},
    {"drop table a.b.c", "line 1:15: mismatched input '.': expected the end of the statement"},
    {"drop table a; drop table b", "line 1:15: mismatched input 'drop': expected the end"},
    {"alter table t add partition (x='1')", "line 1:19: mismatched input 'partition'"},
    {"alter table t replace columns (a int)", "line 1:15: mismatched input 'replace'"},
    {"show views", "line 1:6: mismatched input 'views': expected DATABASES"},
    {"msck repair t", "line 1:13: mismatched input 't': expected TABLE"},
};

START_TEST(refuses) {
    const fiat_status status =
        fiat__hive_parse(&s_out, fiat__str_c(s_bad[_i].sql), &s_arena, &s_err);
    ck_assert_fiat_status(status, FIAT_E_SQL);
    ck_assert_msg(strncmp(s_err.message, s_bad[_i].message, strlen(s_bad[_i].message)) == 0,
                  "wanted \"%s\": %s", s_bad[_i].message, s_err.message);
}
END_TEST

START_TEST(bounds_depth) {
    fiat__buf sql;
    fiat__buf_init(&sql, 1000000);
    fiat__buf_append_c(&sql, "create external table t (a ");
    for (int i = 0; i < 20000; i++)
        fiat__buf_append_c(&sql, "array<");
    ck_assert_fiat_status(fiat__hive_parse(&s_out, fiat__buf_str(&sql), &s_arena, &s_err),
                          FIAT_E_SQL);
    ck_assert_msg(strstr(s_err.message, "nested more than"), "%s", s_err.message);
    fiat__buf_deinit(&sql);
}
END_TEST

static fiat_status parse_once(void *ctx) {
    fiat_error err;
    (void)ctx;
    fiat__arena arena;
    fiat__hive_statement out;
    fiat__arena_init(&arena, 1024 * 1024);
    const fiat_status status = fiat__hive_parse(&out, fiat__str_c(TABLE), &arena, &err);
    fiat__arena_deinit(&arena);
    return status;
}

START_TEST(survives_no_memory) {
    chaos_loop(parse_once, NULL);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("local/hive");
    TCase *tc = tcase_create("statements");
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_loop_test(tc, takes, 0, sizeof s_good / sizeof *s_good);
    tcase_add_test(tc, takes_a_whole_table);
    tcase_add_loop_test(tc, refuses, 0, sizeof s_bad / sizeof *s_bad);
    tcase_add_test(tc, bounds_depth);
    tcase_add_test(tc, survives_no_memory);
    suite_add_tcase(suite, tc);
    return fiat_test_run(suite);
}
