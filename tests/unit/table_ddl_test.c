#include "support/chaos.h"
#include "support/test.h"
#include "table/ddl.h"
#include "table/reserved.h"
#include "table_fake.h"

#define SCHEMA                                                                                     \
    "{\"properties\": {\"orderId\": {}, \"lines\": {\"items\": {\"properties\": {\"order\": {},"   \
    "\"unitPrice\": {}}}}, \"user-agent\": {}, \"free\": {}}}"

START_TEST(writes_a_whole_table) {
    static const char wanted[] =
        "CREATE EXTERNAL TABLE `fiat`.`orders` (\n"
        "  `id` string,\n"
        "  `orderid` string COMMENT 'the shop\\'s \\\\ own',\n"
        "  `lines` array<struct<`order`:int,unitprice:decimal(10,2)>>,\n"
        "  `user_agent` string,\n"
        "  `free` string\n"
        ")\n"
        "PARTITIONED BY (\n"
        "  `datehour` string\n"
        ")\n"
        "ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'\n"
        "WITH SERDEPROPERTIES (\n"
        "  'case.insensitive' = 'FALSE',\n"
        "  'ignore.malformed.json' = 'FALSE',\n"
        "  'mapping.orderid' = 'orderId',\n"
        "  'mapping.unitprice' = 'unitPrice',\n"
        "  'mapping.user_agent' = 'user-agent'\n"
        ")\n"
        "STORED AS INPUTFORMAT 'org.apache.hadoop.mapred.TextInputFormat'\n"
        "OUTPUTFORMAT 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat'\n"
        "LOCATION 's3://bkt/Orders/'\n"
        "TBLPROPERTIES (\n"
        "  'classification' = 'json',\n"
        "  'projection.enabled' = 'true',\n"
        "  'projection.datehour.type' = 'date',\n"
        "  'projection.datehour.format' = 'yyyy/MM/dd/HH',\n"
        "  'projection.datehour.range' = '2026/01/01/00,NOW',\n"
        "  'projection.datehour.interval' = '1',\n"
        "  'projection.datehour.interval.unit' = 'HOURS',\n"
        "  'storage.location.template' = 's3://bkt/Orders/${datehour}/'\n"
        ")";
    const table_fake fake = {
        .athena = "[{\"name\":\"id\",\"type\":\"string\"},{\"name\":\"orderId\",\"type\":"
                  "\"string\",\"comment\":\"the shop's \\\\ own\"},{\"name\":\"lines\",\"type\":"
                  "\"array<struct<order:int,unitprice:decimal(10,2)>>\"},{\"name\":\"user_agent\","
                  "\"type\":\"string\"},{\"name\":\"free\",\"type\":\"string\"}]",
        .schema = SCHEMA};
    fiat__table table;
    fiat__buf text;
    fiat_error err;
    fiat__buf_init(&text, 100000);
    ck_assert_fiat_ok(table_fake_make(&table, &fake, &err), err);
    ck_assert(fiat__ddl_create(&text, &table));
    ck_assert_str_eq(fiat__buf_cstr(&text), wanted);
    fiat__buf_clear(&text);
    ck_assert(fiat__ddl_create_database(&text, &table) && fiat__ddl_drop(&text, &table));
    ck_assert_str_eq(fiat__buf_cstr(&text),
                     "CREATE DATABASE IF NOT EXISTS `fiat`DROP TABLE `fiat`.`orders`");
    fiat__buf_deinit(&text);
    fiat__table_deinit(&table);
}
END_TEST

/* `part`: of the statement; with a '!' before it: it is not there. */
static const struct {
    table_fake fake;
    const char *part;
} s_parts[] = {
    {{"{\"a\":\"int\"}", NULL, "{\"database\":\"shop\",\"name\":\"o2\"}", NULL, false},
     "TABLE `shop`.`o2` ("},
    {{"{\"a\":\"int\"}", NULL, "{\"format\":\"parquet\"}", NULL, false},
     "ROW FORMAT SERDE 'org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe'\nWITH "
     "SERDEPROPERTIES (\n  'serialization.format' = '1'\n)\nSTORED AS INPUTFORMAT "
     "'org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat'\nOUTPUTFORMAT "
     "'org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat'\n"},
    {{"{\"a\":\"int\"}", NULL, "{\"format\":\"parquet\"}", NULL, false},
     "'classification' = 'parquet'"},
    {{"{\"a\":\"int\"}", NULL, "{\"projection_from\":\"2024-05-06T07\"}", NULL, false},
     "'2024/05/06/07,NOW'"},
    {{"{\"a\":\"int\"}", NULL, NULL, NULL, true}, "'2026/01/01/00,NOW+14HOURS'"},
    {{"{\"a\":\"int\"}", NULL, NULL, "x/dt=!{timestamp:yyyy-MM-dd}/hour=!{timestamp:HH}/", false},
     "PARTITIONED BY (\n  `dt` string,\n  `hour` string\n)"},
    {{"{\"a\":\"int\"}", NULL, NULL, "x/dt=!{timestamp:yyyy-MM-dd}/hour=!{timestamp:HH}/", false},
     "  'projection.hour.type' = 'integer',\n  'projection.hour.range' = '0,23',\n  "
     "'projection.hour.digits' = '2',\n  'storage.location.template' = "
     "'s3://bkt/x/dt=${dt}/hour=${hour}/'\n"},
    {{"{\"a\":\"int\"}", NULL, NULL, "r=eu/c=!{partitionKeyFromQuery:c}/", false},
     "'projection.r.type' = 'enum',\n  'projection.r.values' = 'eu',\n  'projection.c.type' = "
     "'injected',"},
    /* Without a schema, keys are what the columns are called. */
    {{"{\"userId\":\"int\"}", NULL, NULL, NULL, false}, "'mapping.userid' = 'userId'"},
    /* A comment stays on one line. */
    {{"[{\"name\":\"a\",\"type\":\"int\",\"comment\":\"b\\n; c\"}]", NULL, NULL, NULL, false},
     "`a` int COMMENT 'b ; c'\n"},
    /* One name for two keys: in any case, then with dots. */
    {{"{\"userid\":\"int\",\"s\":\"struct<userid:int,x:int>\"}",
      "{\"properties\":{\"userId\":{},\"s\":{\"properties\":{\"userID\":{},\"X\":{}}}}}", NULL,
      NULL, false},
     "'case.insensitive' = 'TRUE',\n  'ignore.malformed.json' = 'FALSE'\n)"},
    {{"{\"user_id\":\"int\",\"k\":\"int\",\"s\":\"struct<user_id:int>\"}",
      "{\"properties\":{\"user.id\":{},\"K-K\":{},\"k\":{},\"s\":{\"properties\":{\"user_ID\":{}}}}"
      "}",
      NULL, NULL, false},
     "'case.insensitive' = 'TRUE',\n  'dots.in.keys' = 'TRUE',\n  'ignore.malformed.json' = "
     "'FALSE'\n)"},
    {{"{\"userid\":\"int\",\"k_k\":\"int\",\"s\":\"struct<userid:int>\"}",
      "{\"properties\":{\"userId\":{},\"K-K\":{},\"s\":{\"properties\":{\"userID\":{}}}}}", NULL,
      NULL, false},
     "'mapping.k_k' = 'k-k'\n)"},
    /* Members of maps and arrays are found; what is in a string is not looked into. */
    {{"{\"m\":\"map<string,array<struct<aB:int>>>\"}",
      "{\"properties\":{\"m\":{\"additionalProperties\":{\"items\":{\"properties\":{\"Ab\":{}}}}}}"
      "}",
      NULL, NULL, false},
     "`m` map<string,array<struct<ab:int>>>"},
    {{"{\"m\":\"map<string,array<struct<aB:int>>>\"}",
      "{\"properties\":{\"m\":{\"additionalProperties\":{\"items\":{\"properties\":{\"Ab\":{}}}}}}"
      "}",
      NULL, NULL, false},
     "'mapping.ab' = 'Ab'"},
};

START_TEST(writes_parts) {
    fiat__table table;
    fiat__buf text;
    fiat_error err;
    fiat__buf_init(&text, 100000);
    ck_assert_fiat_ok(table_fake_make(&table, &s_parts[_i].fake, &err), err);
    ck_assert(fiat__ddl_create(&text, &table));
    ck_assert_msg(strstr(fiat__buf_cstr(&text), s_parts[_i].part), "%s\nis not in\n%s",
                  s_parts[_i].part, fiat__buf_cstr(&text));
    fiat__buf_deinit(&text);
    fiat__table_deinit(&table);
}
END_TEST

static const struct {
    table_fake fake;
    fiat_status status;
    const char *message;
} s_bad[] = {
    {{"{\"DateHour\":\"int\"}", NULL, NULL, NULL, false},
     FIAT_E_TABLE_COLUMN,
     "column \"datehour\" has the name of a partition"},
    {{"{\"a\":\"int\"}", NULL, "{\"database\":\"Shop\"}", NULL, false},
     FIAT_E_CONFIG,
     "database \"Shop\": Athena takes"},
    {{"{\"a\":\"int\"}", NULL, "{\"name\":\"a-b\"}", NULL, false},
     FIAT_E_CONFIG,
     "name \"a-b\": Athena takes"},
    {{"{\"a\":\"int\"}", NULL, "{\"name\":\"\"}", NULL, false}, FIAT_E_CONFIG, "name \"\""},
    {{"{\"a\":\"int\"}", NULL, "{\"output\":\"b/x\"}", NULL, false},
     FIAT_E_CONFIG,
     "output \"b/x\": it must be s3://"},
    {{"{\"a\":\"int\"}", NULL, "{\"projection_from\":\"May\"}", NULL, false},
     FIAT_E_CONFIG,
     "projection_from \"May\": it must be a year"},
    {{"{\"a\":\"int\"}", NULL, "{\"format\":\"orc\"}", NULL, false},
     FIAT_E_CONFIG,
     "stream.json: \"table\": \"format\": \"orc\" is none of json, parquet"},
    {{"{\"a\":\"int\"}", NULL, "{\"formt\":\"json\"}", NULL, false},
     FIAT_E_CONFIG,
     "has the unknown member \"formt\""},
    {{"{\"a_b\":\"int\",\"s\":\"struct<a_b:int>\"}",
      "{\"properties\":{\"a-b\":{},\"s\":{\"properties\":{\"a b\":{}}}}}", NULL, NULL, false},
     FIAT_E_TABLE_COLUMN,
     "the name \"a_b\" stands for the properties \"a-b\" and \"a b\""},
    {{"{\"a_b\":\"int\"}", "{\"properties\":{\"a|b\":{}}}", NULL, NULL, false},
     FIAT_E_TABLE_COLUMN,
     "the property \"a|b\""},
    {{"{\"a\":\"int\"}", NULL, NULL, "!{timestamp:EEE}/", false}, FIAT_E_CONFIG, "prefix \""},
};

START_TEST(refuses) {
    fiat__table table;
    fiat_error err = FIAT_ERROR_INIT;
    ck_assert_fiat_status(table_fake_make(&table, &s_bad[_i].fake, &err), s_bad[_i].status);
    ck_assert_msg(strstr(err.message, s_bad[_i].message), "%s", err.message);
    fiat__table_deinit(&table);
}
END_TEST

START_TEST(quotes_what_must_be) {
    static const char *const must[] = {"all", "with", "DATE", "cube", "_a", "1a", "timestamp"};
    static const char *const need_not[] = {"a", "id", "orders", "withs", "al"};
    for (size_t i = 0; i < sizeof must / sizeof must[0]; i++)
        ck_assert_msg(fiat__ddl_must_quote(must[i]), "%s", must[i]);
    for (size_t i = 0; i < sizeof need_not / sizeof need_not[0]; i++)
        ck_assert_msg(!fiat__ddl_must_quote(need_not[i]), "%s", need_not[i]);
}
END_TEST

static fiat_status make_once(void *ctx) {
    fiat__table table;
    fiat__buf text;
    fiat__buf_init(&text, 100000);
    fiat_status status = table_fake_make(&table, ctx, NULL);
    if (status == FIAT_OK && !fiat__ddl_create(&text, &table)) status = FIAT_E_NOMEM;
    fiat__table_deinit(&table);
    fiat__buf_deinit(&text);
    return status;
}

START_TEST(bears_the_lack_of_memory) {
    table_fake fake = {.athena = "{\"orderId\":\"string\",\"l\":\"array<struct<a:int>>\"}",
                       .schema = SCHEMA};
    chaos_loop(make_once, &fake);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("table/ddl");
    TCase *tcase = tcase_create("ddl");
    tcase_add_test(tcase, writes_a_whole_table);
    tcase_add_loop_test(tcase, writes_parts, 0, sizeof s_parts / sizeof s_parts[0]);
    tcase_add_loop_test(tcase, refuses, 0, sizeof s_bad / sizeof s_bad[0]);
    tcase_add_test(tcase, quotes_what_must_be);
    tcase_add_test(tcase, bears_the_lack_of_memory);
    suite_add_tcase(suite, tcase);
    return fiat_test_run(suite);
}
