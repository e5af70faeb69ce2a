#include "support/chaos.h"
#include "support/test.h"
#include "table/compare.h"
#include "table/glue.h"
#include "table_fake.h"

/* The catalogue's answer for a table, as Glue gives it back. */
static fiat_status read_back(fiat__table *out, fiat__doc **doc, const fiat__table *table,
                             fiat_error *err) {
    fiat__buf text;
    fiat__buf_init(&text, 1000000);
    *out = (fiat__table){0};
    *doc = NULL;
    bool whole = fiat__glue_table_input(&text, table);
    fiat_status status =
        whole ? fiat__doc_parse(doc, fiat__buf_str(&text), err) : fiat__buf_status(&text, err);
    if (status == FIAT_OK) status = fiat__glue_table_read(out, *doc, err);
    fiat__buf_deinit(&text);
    return status;
}

/* "BREAKS column "a": int -> string" and so on, a line each. */
static void describe(fiat__buf *out, const fiat__changes *changes) {
    static const char *const kinds[] = {"ADD", "WIDEN", "SERDE", "PROPERTY", "BREAKS"};
    for (size_t i = 0; i < changes->count; i++) {
        const fiat__change *change = &changes->items[i];
        fiat__buf_printf(out, "%s %s: %s -> %s\n", kinds[change->kind], change->what, change->live,
                         change->wanted);
        ck_assert(*change->remedy);
    }
}

static const struct {
    table_fake live, wanted;
    const char *changes; /* "": they agree */
} s_rows[] = {
    {{"{\"a\":\"int\"}", NULL, NULL, NULL, false},
     {"{\"A\":\"int\"}", NULL, NULL, NULL, false},
     "BREAKS SerDe property \"mapping.a\":  -> A\n"},
    {{"{\"a\":\"int\"}", NULL, NULL, NULL, false},
     {"{\"a\":\"int\"}", NULL, NULL, NULL, false},
     ""},
    {{"{\"a\":\"int\"}", NULL, NULL, NULL, false},
     {"[{\"name\":\"b\",\"type\":\"date\"},{\"name\":\"a\",\"type\":\"int\",\"comment\":\"x\"}]",
      NULL, NULL, NULL, false},
     "ADD column \"b\":  -> date\n"},
    {{"{\"a\":\"int\",\"b\":\"string\"}", NULL, NULL, NULL, false},
     {"{\"a\":\"int\"}", NULL, NULL, NULL, false},
     "BREAKS column \"b\": string -> \n"},
    {{"{\"a\":\"int\"}", NULL, NULL, NULL, false},
     {"{\"a\":\"bigint\"}", NULL, NULL, NULL, false},
     "WIDEN column \"a\": int -> bigint\n"},
    {{"{\"a\":\"bigint\"}", NULL, NULL, NULL, false},
     {"{\"a\":\"int\"}", NULL, NULL, NULL, false},
     "BREAKS column \"a\": bigint -> int\n"},
    {{"{\"a\":\"int\"}", NULL, NULL, NULL, false},
     {"{\"a\":\"string\"}", NULL, NULL, NULL, false},
     "BREAKS column \"a\": int -> string\n"},
    {{"{\"a\":\"int\"}", NULL, "{\"format\":\"parquet\"}", NULL, false},
     {"{\"a\":\"bigint\"}", NULL, "{\"format\":\"parquet\"}", NULL, false},
     "BREAKS column \"a\": int -> bigint\n"},
    {{"{\"a\":\"int\"}", NULL, NULL, NULL, false},
     {"{\"a\":\"int\"}", NULL, NULL, "x/dt=!{timestamp:yyyy}/", false},
     "BREAKS partitions: datehour string -> dt string\n"
     "BREAKS location: s3://bkt/Orders/ -> s3://bkt/x/\n"
     "PROPERTY property \"projection.dt.type\":  -> date\n"
     "PROPERTY property \"projection.dt.format\":  -> yyyy\n"
     "PROPERTY property \"projection.dt.range\":  -> 2026,NOW\n"
     "PROPERTY property \"projection.dt.interval\":  -> 1\n"
     "PROPERTY property \"projection.dt.interval.unit\":  -> YEARS\n"
     "BREAKS property \"storage.location.template\": s3://bkt/Orders/${datehour}/ -> "
     "s3://bkt/x/dt=${dt}/\n"},
    {{"{\"a\":\"int\"}", NULL, NULL, NULL, false},
     {"{\"a\":\"int\"}", NULL, NULL, "Orders/!{timestamp:yyyy-MM-dd-HH}/", false},
     "BREAKS property \"projection.datehour.format\": yyyy/MM/dd/HH -> yyyy-MM-dd-HH\n"
     "PROPERTY property \"projection.datehour.range\": 2026/01/01/00,NOW -> 2026-01-01-00,NOW\n"},
    {{"{\"a\":\"int\"}", NULL, NULL, NULL, false},
     {"{\"a\":\"int\"}", NULL, "{\"projection_from\":\"2020\"}", NULL, false},
     "PROPERTY property \"projection.datehour.range\": 2026/01/01/00,NOW -> 2020/01/01/00,NOW\n"},
    {{"{\"a\":\"int\"}", NULL, NULL, NULL, false},
     {"{\"a\":\"int\"}", NULL, "{\"format\":\"parquet\"}", NULL, false},
     "BREAKS SerDe: org.openx.data.jsonserde.JsonSerDe -> "
     "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe\n"
     "PROPERTY property \"classification\": json -> parquet\n"},
    /* A key spelt otherwise loses what is stored under the old one. */
    {{"{\"userid\":\"int\"}", "{\"properties\":{\"userId\":{}}}", NULL, NULL, false},
     {"{\"userid\":\"int\"}", "{\"properties\":{\"userID\":{}}}", NULL, NULL, false},
     "BREAKS SerDe property \"mapping.userid\": userId -> userID\n"},
    {{"{\"userid\":\"int\"}", "{\"properties\":{\"userId\":{}}}", NULL, NULL, false},
     {"{\"userid\":\"int\"}", "{\"properties\":{\"userid\":{}}}", NULL, NULL, false},
     "BREAKS SerDe property \"mapping.userid\": userId -> \n"},
};

static void compare(const table_fake *live_fake, const table_fake *wanted_fake, fiat__buf *out) {
    fiat__table made, live, wanted;
    fiat__doc *doc;
    fiat__changes changes;
    fiat_error err;
    ck_assert_fiat_ok(table_fake_make(&made, live_fake, &err), err);
    ck_assert_fiat_ok(read_back(&live, &doc, &made, &err), err);
    ck_assert_fiat_ok(table_fake_make(&wanted, wanted_fake, &err), err);
    ck_assert_fiat_ok(fiat__table_compare(&changes, &live, &wanted, &err), err);
    describe(out, &changes);
    fiat__changes_deinit(&changes);
    fiat__table_deinit(&made);
    fiat__table_deinit(&live);
    fiat__table_deinit(&wanted);
    fiat__doc_free(doc);
}

START_TEST(finds_what_differs) {
    fiat__buf text;
    fiat__buf_init(&text, 100000);
    compare(&s_rows[_i].live, &s_rows[_i].wanted, &text);
    ck_assert_str_eq(fiat__buf_cstr(&text), s_rows[_i].changes);
    fiat__buf_deinit(&text);
}
END_TEST

/* '=' the same, '<' wider, 'x' neither; as JSON, then as Parquet. */
static const struct {
    const char *from, *to, *json, *parquet;
} s_types[] = {
    {"int", "int", "=", "="},
    {"tinyint", "smallint", "<", "x"},
    {"int", "bigint", "<", "x"},
    {"bigint", "int", "x", "x"},
    {"int", "double", "<", "x"},
    {"bigint", "double", "x", "x"},
    {"float", "double", "<", "x"},
    {"double", "float", "x", "x"},
    {"int", "decimal(10,0)", "<", "x"},
    {"int", "decimal(10,1)", "x", "x"},
    {"bigint", "decimal(19,0)", "<", "x"},
    {"decimal(5,2)", "decimal(6,2)", "<", "x"},
    {"decimal(5,2)", "decimal(6,3)", "<", "x"},
    {"decimal(5,2)", "decimal(6,4)", "x", "x"},
    {"decimal(5,2)", "decimal(4,2)", "x", "x"},
    {"decimal(5,2)", "double", "x", "x"},
    {"varchar(5)", "varchar(6)", "<", "<"},
    {"varchar(5)", "string", "<", "<"},
    {"string", "varchar(5)", "x", "x"},
    {"varchar(5)", "varchar(4)", "x", "x"},
    {"char(5)", "string", "x", "x"}, /* padded, then not */
    {"date", "timestamp", "x", "x"},
    {"boolean", "string", "x", "x"},
    {"array<int>", "array<int>", "=", "="},
    {"array<int>", "array<bigint>", "<", "x"},
    {"array<int>", "array<string>", "x", "x"},
    {"map<string,int>", "map<string,bigint>", "<", "x"},
    {"struct<a:int>", "struct<a:int,b:string>", "<", "<"},
    {"struct<a:int>", "struct<A:int>", "=", "="},
    {"struct<a:int,b:int>", "struct<a:int>", "x", "x"},
    {"struct<a:int,b:int>", "struct<b:int,a:int>", "x", "x"},
    {"struct<a:int>", "struct<b:int,a:int>", "x", "x"},
    {"struct<a:array<int>>", "struct<a:array<bigint>>", "<", "x"},
    {"struct<a:int>", "map<string,int>", "x", "x"},
    {"struct<a:int>", "string", "x", "x"},
};

START_TEST(tells_wider_types_apart) {
    static const char marks[] = "=<x";
    fiat__arena arena;
    fiat__type from, to;
    fiat_error err;
    fiat__arena_init(&arena, 100000);
    ck_assert_fiat_ok(fiat__type_parse(&from, fiat__str_c(s_types[_i].from), &arena, &err), err);
    ck_assert_fiat_ok(fiat__type_parse(&to, fiat__str_c(s_types[_i].to), &arena, &err), err);
    ck_assert_int_eq(marks[fiat__type_compare(&from, &to, false)], *s_types[_i].json);
    ck_assert_int_eq(marks[fiat__type_compare(&from, &to, true)], *s_types[_i].parquet);
    fiat__arena_deinit(&arena);
}
END_TEST

/* Statements, a line for each; or why there are none. */
static const struct {
    const char *live, *wanted, *table, *ddl;
} s_updates[] = {
    {"{\"a\":\"int\"}", "{\"b\":\"int\",\"a\":\"int\",\"c\":\"struct<date:int>\"}", NULL,
     "ALTER TABLE `fiat`.`orders` ADD COLUMNS (\n  `b` int,\n  `c` struct<`date`:int>\n)\n"},
    {"{\"a\":\"int\"}", "{\"a\":\"int\",\"b\":\"int\"}", "{\"projection_from\":\"2020\"}",
     "ALTER TABLE `fiat`.`orders` ADD COLUMNS (\n  `b` int\n)\n"
     "ALTER TABLE `fiat`.`orders` SET TBLPROPERTIES (\n  'projection.datehour.range' = "
     "'2020/01/01/00,NOW'\n)\n"},
    {"{\"a\":\"int\"}", "{\"a\":\"int\",\"b\":\"date\"}", NULL,
     "Athena's ADD COLUMNS does not take the type date"},
    {"{\"a\":\"int\"}", "{\"a\":\"bigint\"}", NULL,
     "Athena's DDL cannot change the type of a column"},
    {"{\"a\":\"int\"}", "{\"a\":\"int\",\"bB\":\"int\"}", NULL,
     "Athena's DDL cannot change the properties of a SerDe"},
};

START_TEST(writes_what_changes) {
    fiat__table live, wanted;
    fiat__changes changes;
    fiat__buf text;
    fiat_error err;
    const table_fake live_fake = {.athena = s_updates[_i].live};
    const table_fake fake = {.athena = s_updates[_i].wanted, .table = s_updates[_i].table};
    fiat__buf_init(&text, 10000);
    ck_assert_fiat_ok(table_fake_make(&live, &live_fake, &err), err);
    ck_assert_fiat_ok(table_fake_make(&wanted, &fake, &err), err);
    ck_assert_fiat_ok(fiat__table_compare(&changes, &live, &wanted, &err), err);
    const char *why = fiat__changes_need_glue(&changes, &wanted);
    for (size_t i = 0; !why && fiat__changes_write_ddl(&text, &changes, &wanted, i); i++)
        fiat__buf_append_char(&text, '\n');
    ck_assert_str_eq(why ? why : fiat__buf_cstr(&text), s_updates[_i].ddl);
    fiat__buf_deinit(&text);
    fiat__changes_deinit(&changes);
    fiat__table_deinit(&live);
    fiat__table_deinit(&wanted);
}
END_TEST

START_TEST(keeps_what_is_not_its_own) {
    static const char glue[] =
        "{\"Name\":\"orders\",\"DatabaseName\":\"fiat\",\"Owner\":\"me\",\"Retention\":3,"
        "\"CreateTime\":1,\"VersionId\":\"7\",\"TableType\":\"EXTERNAL_TABLE\",\"Parameters\":{"
        "\"mine\":\"x\",\"classification\":\"csv\"},\"StorageDescriptor\":{\"Columns\":[{\"Name\":"
        "\"b\",\"Type\":\"INT\"},{\"Name\":\"A\",\"Type\":\"int\"}],\"Location\":\"s3://bkt/"
        "Orders\","
        "\"Compressed\":false,\"SerdeInfo\":{\"Name\":\"n\",\"Parameters\":{\"mine\":\"y\"}}}}";
    static const char wanted_text[] =
        "{\"Name\":\"orders\",\"Owner\":\"me\",\"Retention\":3,\"TableType\":\"EXTERNAL_TABLE\","
        "\"Parameters\":{\"mine\":\"x\",\"classification\":\"json\",";
    static const char storage[] =
        "\"StorageDescriptor\":{\"Location\":\"s3://bkt/"
        "Orders\",\"Compressed\":false,\"Columns\":[{"
        "\"Name\":\"b\",\"Type\":\"bigint\"},{\"Name\":\"a\",\"Type\":\"int\"},{\"Name\":\"c\","
        "\"Type\":\"int\"}],\"SerdeInfo\":{\"Name\":\"n\",\"Parameters\":{\"mine\":\"y\","
        "\"case.insensitive\":\"FALSE\",\"ignore.malformed.json\":\"FALSE\"}}}}";
    const table_fake fake = {.athena = "{\"c\":\"int\",\"a\":\"int\",\"b\":\"bigint\"}"};
    fiat__table live, wanted;
    fiat__doc *doc;
    fiat__buf text;
    fiat_error err;
    fiat__buf_init(&text, 10000);
    ck_assert_fiat_ok(fiat__doc_parse(&doc, fiat__str_c(glue), &err), err);
    ck_assert_fiat_ok(fiat__glue_table_read(&live, doc, &err), err);
    ck_assert_fiat_ok(table_fake_make(&wanted, &fake, &err), err);
    ck_assert_str_eq(live.columns[0].type, "int");
    ck_assert(fiat__glue_update_input(&text, doc, &live, &wanted));
    ck_assert_msg(strstr(fiat__buf_cstr(&text), wanted_text) == text.ptr, "%s", text.ptr);
    ck_assert_msg(strstr(fiat__buf_cstr(&text), storage), "%s", text.ptr);
    fiat__buf_deinit(&text);
    fiat__doc_free(doc);
    fiat__table_deinit(&live);
    fiat__table_deinit(&wanted);
}
END_TEST

START_TEST(keeps_the_start_that_is_there) {
    const table_fake old = {.athena = "{\"a\":\"int\"}", .table = "{\"projection_from\":\"2019\"}"};
    const table_fake new = {.athena = "{\"a\":\"int\"}", .other_time_zone = true};
    fiat__table live, wanted;
    fiat_error err;
    ck_assert_fiat_ok(table_fake_make(&live, &old, &err), err);
    ck_assert_fiat_ok(table_fake_make(&wanted, &new, &err), err);
    ck_assert_fiat_ok(fiat__table_keep_start(&wanted, &live, &err), err);
    ck_assert_str_eq(fiat__property_get(&wanted.properties, "projection.datehour.range"),
                     "2019/01/01/00,NOW+14HOURS");
    fiat__table_deinit(&live);
    fiat__table_deinit(&wanted);
}
END_TEST

/* It would be no date of the new form. */
START_TEST(keeps_no_start_of_another_form) {
    const table_fake old = {.athena = "{\"a\":\"int\"}", .table = "{\"projection_from\":\"2019\"}"};
    const table_fake new = {.athena = "{\"a\":\"int\"}",
                            .prefix = "Orders/!{timestamp:yyyy-MM-dd-HH}/"};
    fiat__table live, wanted;
    fiat_error err;
    ck_assert_fiat_ok(table_fake_make(&live, &old, &err), err);
    ck_assert_fiat_ok(table_fake_make(&wanted, &new, &err), err);
    ck_assert_fiat_ok(fiat__table_keep_start(&wanted, &live, &err), err);
    ck_assert_str_eq(fiat__property_get(&wanted.properties, "projection.datehour.range"),
                     "2026-01-01-00,NOW");
    fiat__table_deinit(&live);
    fiat__table_deinit(&wanted);
}
END_TEST

START_TEST(reads_what_athena_says) {
    static const char text[] =
        "{\"Name\":\"orders\",\"TableType\":\"EXTERNAL_TABLE\",\"Columns\":[{\"Name\":\"a\","
        "\"Type\":"
        "\"int\"}],\"PartitionKeys\":[{\"Name\":\"datehour\",\"Type\":\"string\"}],\"Parameters\":{"
        "\"EXTERNAL\":\"TRUE\",\"location\":\"s3://bkt/Orders\",\"inputformat\":"
        "\"org.apache.hadoop.mapred.TextInputFormat\",\"serde.serialization.lib\":"
        "\"org.openx.data.jsonserde.JsonSerDe\",\"serde.param.case.insensitive\":\"FALSE\","
        "\"serde.param.ignore.malformed.json\":\"FALSE\",\"serde.param.mapping.a\":\"A\","
        "\"classification\":\"json\",\"projection.enabled\":\"true\",\"projection.datehour.type\":"
        "\"date\",\"projection.datehour.format\":\"yyyy/MM/dd/HH\",\"projection.datehour.range\":"
        "\"2026/01/01/00,NOW\",\"projection.datehour.interval\":\"1\","
        "\"projection.datehour.interval.unit\":\"HOURS\",\"storage.location.template\":"
        "\"s3://bkt/Orders/${datehour}/\"}}";
    const table_fake fake = {.athena = "{\"A\":\"int\"}"};
    fiat__table live, wanted;
    fiat__changes changes;
    fiat__doc *doc;
    fiat_error err;
    ck_assert_fiat_ok(fiat__doc_parse(&doc, fiat__str_c(text), &err), err);
    ck_assert_fiat_ok(fiat__glue_metadata_read(&live, doc, "fiat", &err), err);
    ck_assert_str_eq(live.database, "fiat");
    ck_assert_fiat_ok(table_fake_make(&wanted, &fake, &err), err);
    ck_assert_fiat_ok(fiat__table_compare(&changes, &live, &wanted, &err), err);
    ck_assert_uint_eq(changes.count, 0);
    fiat__changes_deinit(&changes);
    fiat__table_deinit(&live);
    fiat__table_deinit(&wanted);
    fiat__doc_free(doc);
}
END_TEST

START_TEST(refuses_what_is_no_table) {
    fiat__table table;
    fiat__doc *doc;
    fiat_error err;
    ck_assert_fiat_ok(fiat__doc_parse(&doc, fiat__str_c("{}"), &err), err);
    ck_assert_fiat_status(fiat__glue_table_read(&table, doc, &err), FIAT_E_AWS_REPLY);
    fiat__table_deinit(&table);
    ck_assert_fiat_status(fiat__glue_metadata_read(&table, doc, "d", &err), FIAT_E_AWS_REPLY);
    fiat__table_deinit(&table);
    fiat__doc_free(doc);
}
END_TEST

static fiat_status compare_once(void *ctx) {
    const table_fake *fakes = ctx;
    fiat__table live, wanted;
    fiat__changes changes = {0};
    fiat_status status = table_fake_make(&live, &fakes[0], NULL);
    if (status == FIAT_OK) {
        status = table_fake_make(&wanted, &fakes[1], NULL);
        if (status == FIAT_OK) status = fiat__table_keep_start(&wanted, &live, NULL);
        if (status == FIAT_OK) status = fiat__table_compare(&changes, &live, &wanted, NULL);
        fiat__changes_deinit(&changes);
        fiat__table_deinit(&wanted);
    }
    fiat__table_deinit(&live);
    return status;
}

START_TEST(bears_the_lack_of_memory) {
    table_fake fakes[] = {{.athena = "{\"a\":\"int\",\"d\":\"int\"}"},
                          {.athena = "{\"a\":\"bigint\",\"b\":\"int\"}"}};
    chaos_loop(compare_once, fakes);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("table/compare");
    TCase *tcase = tcase_create("compare");
    tcase_add_loop_test(tcase, finds_what_differs, 0, sizeof s_rows / sizeof s_rows[0]);
    tcase_add_loop_test(tcase, tells_wider_types_apart, 0, sizeof s_types / sizeof s_types[0]);
    tcase_add_loop_test(tcase, writes_what_changes, 0, sizeof s_updates / sizeof s_updates[0]);
    tcase_add_test(tcase, keeps_what_is_not_its_own);
    tcase_add_test(tcase, keeps_the_start_that_is_there);
    tcase_add_test(tcase, keeps_no_start_of_another_form);
    tcase_add_test(tcase, reads_what_athena_says);
    tcase_add_test(tcase, refuses_what_is_no_table);
    tcase_add_test(tcase, bears_the_lack_of_memory);
    suite_add_tcase(suite, tcase);
    return fiat_test_run(suite);
}
