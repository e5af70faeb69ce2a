/* The local Athena by its calls, without HTTP: bad input, DDL, queries, what a restart leaves.
 * Queries need libduckdb.so (scripts/fetch-duckdb); without it they must fail and say so. */
#include "local/athena.h"

#include "base/buf.h"
#include "duckdb/duckdb.h"
#include "json/doc.h"
#include "json/writer.h"
#include "support/test.h"
#include "support/tmpdir.h"

#include <time.h>

static char *s_dir;
static fiat__local_opts s_opts;
static fiat__athena *s_athena;
static fiat__doc *s_answer; /* the last one */

static void open_athena(void) {
    fiat_error err;
    ck_assert_fiat_ok(fiat__athena_open(&s_athena, &s_opts, &err), err);
}

static void setup(void) {
    s_dir = tmpdir_make();
    fiat__local_opts_init(&s_opts);
    s_opts.data_dir = s_dir;
    open_athena();
}

static void teardown(void) {
    fiat__athena_close(s_athena);
    s_athena = NULL;
    fiat__doc_free(s_answer);
    s_answer = NULL;
    tmpdir_remove(s_dir);
}

/* Call, and keep the answer; its HTTP status. */
static int call(const char *operation, const char *body) {
    fiat__reply reply;
    fiat_error err;
    fiat__reply_init(&reply);
    fiat__athena_call(s_athena, fiat__str_c(operation), fiat__str_c(body), &reply);
    fiat__doc_free(s_answer);
    ck_assert_fiat_ok(fiat__doc_parse(&s_answer, fiat__buf_str(&reply.body), &err), err);
    const int status = reply.http_status;
    fiat__reply_deinit(&reply);
    return status;
}

/* "a.b.c" of the last answer; "" when it is not there. An item of an array by its number. */
static const fiat__doc *at(const char *path) {
    const fiat__doc *node = s_answer;
    while (node && *path) {
        char name[64];
        const size_t len = strcspn(path, ".");
        snprintf(name, sizeof name, "%.*s", (int)len, path);
        if (fiat__doc_kind_of(node) == FIAT__DOC_ARRAY) {
            node = fiat__doc_first(node);
            for (long i = strtol(name, NULL, 10); i > 0 && node; i--)
                node = fiat__doc_next(node);
        } else {
            node = fiat__doc_get(node, name);
        }
        path += len + (path[len] == '.');
    }
    return node;
}

static const char *text_at(const char *path) {
    const char *text = "";
    (void)fiat__doc_string(at(path), &text);
    return text;
}

/* --- queries --- */

static char s_id[64];

/* Start; false when it was refused. */
static bool start(const char *sql, const char *more) {
    fiat__buf body;
    fiat__buf_init(&body, 1024 * 1024);
    fiat__buf_append_c(&body, "{\"QueryString\":");
    fiat__json_write_string_c(&body, sql);
    fiat__buf_printf(&body, "%s}", more);
    const int status = call("StartQueryExecution", fiat__buf_cstr(&body));
    fiat__buf_deinit(&body);
    snprintf(s_id, sizeof s_id, "%s", text_at("QueryExecutionId"));
    return status == 200;
}

static int call_id(const char *operation) {
    char body[128];
    snprintf(body, sizeof body, "{\"QueryExecutionId\":\"%s\"}", s_id);
    return call(operation, body);
}

/* The state that it ends in. */
static const char *wait_for_end(void) {
    for (int i = 0; i < 6000; i++) {
        ck_assert_int_eq(call_id("GetQueryExecution"), 200);
        const char *state = text_at("QueryExecution.Status.State");
        if (strcmp(state, "QUEUED") != 0 && strcmp(state, "RUNNING") != 0) return state;
        nanosleep(&(struct timespec){0, 5000000}, NULL);
    }
    ck_abort_msg("the query does not end");
    return "";
}

static const char *reason(void) {
    return text_at("QueryExecution.Status.StateChangeReason");
}

static void run_more(const char *sql, const char *more) {
    ck_assert_msg(start(sql, more), "%s: %s", sql, text_at("Message"));
    const char *state = wait_for_end();
    ck_assert_msg(strcmp(state, "SUCCEEDED") == 0, "%s: %s: %s", sql, state, reason());
    ck_assert_int_eq(call_id("GetQueryResults"), 200);
}

static void run(const char *sql) {
    run_more(sql, "");
}

static void expect_failure(const char *sql, const char *part) {
    ck_assert_msg(start(sql, ""), "%s: %s", sql, text_at("Message"));
    ck_assert_str_eq(wait_for_end(), "FAILED");
    ck_assert_msg(strstr(reason(), part), "%s: wanted \"%s\": %s", sql, part, reason());
    ck_assert_str_eq(text_at("QueryExecution.Status.AthenaError.ErrorMessage"), reason());
}

static const char *cell(int row, int column) {
    char path[64];
    snprintf(path, sizeof path, "ResultSet.Rows.%d.Data.%d.VarCharValue", row, column);
    return text_at(path);
}

static bool has_engine(void) {
    return fiat__duckdb_available(NULL) == FIAT_OK;
}

#define TABLE                                                                                      \
    "CREATE EXTERNAL TABLE d.t (n bigint, userid string, who struct<name:string>, x string) "      \
    "PARTITIONED BY (datehour string) ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' "      \
    "WITH SERDEPROPERTIES ('mapping.x'='Other') LOCATION 's3://logs/t/' TBLPROPERTIES ("           \
    "'projection.enabled'='true', 'projection.datehour.type'='date', "                             \
    "'projection.datehour.format'='yyyy/MM/dd/HH', "                                               \
    "'projection.datehour.range'='2020/01/01/00,NOW', "                                            \
    "'storage.location.template'='s3://logs/t/${datehour}')"

static void put(const char *key, const char *text) {
    fiat_error err;
    char path[1024], *slash;
    snprintf(path, sizeof path, "%s/%s", s_dir, key);
    slash = strrchr(path, '/');
    *slash = '\0';
    ck_assert_fiat_ok(fiat__dir_make(path, &err), err);
    *slash = '/';
    gzFile file = gzopen(path, "wb");
    ck_assert_ptr_nonnull(file);
    ck_assert_int_eq(gzputs(file, text), (int)strlen(text));
    ck_assert_int_eq(gzclose(file), Z_OK);
}

/* --- bad input --- */

static const struct {
    const char *operation, *body, *type, *code, *message;
} s_bad[] = {
    {"Nonsense", "{}", "UnknownOperationException", "", "does not offer the operation Nonsense"},
    {"CreateNamedQuery", "{}", "UnknownOperationException", "", "CreateNamedQuery"},
    {"StartQueryExecution", "[]", "SerializationException", "", ""},
    {"StartQueryExecution", "{", "SerializationException", "", ""},
    {"StartQueryExecution", "{}", "InvalidRequestException", "INVALID_INPUT",
     "1 validation error detected: Value null at 'queryString' failed to satisfy constraint: "
     "Member must not be null"},
    {"StartQueryExecution", "{\"QueryString\":\"\"}", "InvalidRequestException", "INVALID_INPUT",
     "greater than or equal to 1"},
    {"StartQueryExecution", "{\"QueryString\":5}", "SerializationException", "", ""},
    {"StartQueryExecution", "{\"QueryString\":\"select 1\",\"ClientRequestToken\":\"short\"}",
     "InvalidRequestException", "INVALID_INPUT", "greater than or equal to 32"},
    {"StartQueryExecution", "{\"QueryString\":\"select 1\",\"WorkGroup\":\"other\"}",
     "InvalidRequestException", "INVALID_INPUT", "WorkGroup other is not found."},
    {"StartQueryExecution",
     "{\"QueryString\":\"select 1\",\"QueryExecutionContext\":{\"Catalog\":\"c\"}}",
     "InvalidRequestException", "INVALID_INPUT", "The catalog c does not exist"},
    {"StartQueryExecution",
     "{\"QueryString\":\"select 1\",\"ResultConfiguration\":{\"OutputLocation\":\"/tmp/\"}}",
     "InvalidRequestException", "INVALID_INPUT", "outputLocation is not a valid S3 path."},
    {"StartQueryExecution",
     "{\"QueryString\":\"select 1\",\"ResultConfiguration\":{\"OutputLocation\":"
     "\"s3://bucket/../../etc/\"}}",
     "InvalidRequestException", "INVALID_INPUT", "outputLocation is not a valid S3 path."},
    {"StartQueryExecution",
     "{\"QueryString\":\"select 1\",\"ResultConfiguration\":{\"OutputLocation\":\"s3://.fiat/\"}}",
     "InvalidRequestException", "INVALID_INPUT", "outputLocation is not a valid S3 path."},
    {"StartQueryExecution", "{\"QueryString\":\"drop tabel x\"}", "InvalidRequestException",
     "MALFORMED_QUERY", "line 1:6: mismatched input 'tabel'"},
    {"StartQueryExecution", "{\"QueryString\":\"insert into t select 1\"}",
     "InvalidRequestException", "MALFORMED_QUERY", "INSERT is not offered"},
    {"StartQueryExecution", "{\"QueryString\":\"select ?\",\"ExecutionParameters\":[1]}",
     "InvalidRequestException", "INVALID_INPUT", "executionParameters"},
    {"GetQueryExecution", "{}", "InvalidRequestException", "INVALID_INPUT", "queryExecutionId"},
    {"GetQueryExecution", "{\"QueryExecutionId\":\"nobody\"}", "InvalidRequestException",
     "INVALID_INPUT", "QueryExecution nobody was not found"},
    {"StopQueryExecution", "{\"QueryExecutionId\":\"nobody\"}", "InvalidRequestException",
     "INVALID_INPUT", "QueryExecution nobody was not found"},
    {"GetQueryResults", "{\"QueryExecutionId\":\"nobody\"}", "InvalidRequestException",
     "INVALID_INPUT", "QueryExecution nobody was not found"},
    {"GetQueryResults", "{\"QueryExecutionId\":\"nobody\",\"MaxResults\":1001}",
     "InvalidRequestException", "INVALID_INPUT",
     "MaxResults is more than maximum allowed length 1000."},
    {"GetQueryResults", "{\"QueryExecutionId\":\"nobody\",\"MaxResults\":0}",
     "InvalidRequestException", "INVALID_INPUT", "greater than or equal to 1"},
    {"GetQueryResults", "{\"QueryExecutionId\":\"nobody\",\"NextToken\":\"x\"}",
     "InvalidRequestException", "INVALID_INPUT", "Invalid NextToken."},
    {"ListQueryExecutions", "{\"MaxResults\":51}", "InvalidRequestException", "INVALID_INPUT",
     "less than or equal to 50"},
    {"ListQueryExecutions", "{\"WorkGroup\":\"other\"}", "InvalidRequestException", "INVALID_INPUT",
     "WorkGroup other is not found."},
    {"BatchGetQueryExecution", "{\"QueryExecutionIds\":[]}", "InvalidRequestException",
     "INVALID_INPUT", "between 1 and 50"},
    {"BatchGetQueryExecution", "{\"QueryExecutionIds\":[7]}", "SerializationException", "", ""},
    {"GetWorkGroup", "{\"WorkGroup\":\"other\"}", "InvalidRequestException", "INVALID_INPUT",
     "WorkGroup other is not found."},
    {"ListDatabases", "{\"CatalogName\":\"c\"}", "MetadataException", "", ""},
    {"ListTableMetadata", "{\"CatalogName\":\"AwsDataCatalog\",\"DatabaseName\":\"no\"}",
     "MetadataException", "", ""},
    {"ListTableMetadata", "{\"CatalogName\":\"AwsDataCatalog\",\"DatabaseName\":\"../x\"}",
     "MetadataException", "", ""},
    {"GetTableMetadata",
     "{\"CatalogName\":\"AwsDataCatalog\",\"DatabaseName\":\"default\",\"TableName\":\"../t\"}",
     "MetadataException", "", ""},
    {"GetDatabase", "{\"CatalogName\":\"AwsDataCatalog\",\"DatabaseName\":\"no\"}",
     "MetadataException", "", ""},
};

START_TEST(refuses_bad_input) {
    ck_assert_int_eq(call(s_bad[_i].operation, s_bad[_i].body), 400);
    ck_assert_str_eq(text_at("__type"), s_bad[_i].type);
    ck_assert_str_eq(text_at("AthenaErrorCode"), s_bad[_i].code);
    const char *message = *text_at("Message") ? text_at("Message") : text_at("message");
    ck_assert_msg(strstr(message, s_bad[_i].message), "%s", message);
}
END_TEST

START_TEST(bounds_the_query) {
    const size_t max = 262144;
    char *sql = calloc(1, max + 2);
    ck_assert_ptr_nonnull(sql);
    memset(sql, ' ', max + 1);
    memcpy(sql, "show databases", 14);
    ck_assert(!start(sql, ""));
    ck_assert_msg(strstr(text_at("Message"), "less than or equal to 262144"), "%s",
                  text_at("Message"));
    sql[max] = '\0';
    run(sql);
    free(sql);
}
END_TEST

/* --- DDL --- */

START_TEST(keeps_a_catalogue) {
    expect_failure("create external table d.t (a int) row format serde 'x' location 's3://bbb/'",
                   "Database does not exist: d");
    run("create database d");
    expect_failure("CREATE DATABASE D", "Database d already exists");
    run("create database if not exists d");
    run(TABLE);
    ck_assert_ptr_null(at("NextToken"));
    ck_assert_ptr_null(at("ResultSet.Rows.0"));
    expect_failure(TABLE, "AlreadyExistsException(message:Table t already exists.)");
    run("show databases");
    ck_assert_str_eq(cell(0, 0), "d");
    ck_assert_str_eq(cell(1, 0), "default");
    run_more("show tables", ",\"QueryExecutionContext\":{\"Database\":\"D\"}");
    ck_assert_str_eq(cell(0, 0), "t");
    run("show tables in d 'x*|y*'");
    ck_assert_ptr_null(at("ResultSet.Rows.0"));
    expect_failure("alter table d.t add columns (N int)", "Duplicate column name: n");
    expect_failure("alter table d.t add columns (datehour int)", "Duplicate column name");
    run("alter table d.t add columns (`extra` array<int> comment 'new')");
    run("alter table d.t set tblproperties ('projection.enabled'='false', 'k'='v')");
    fiat__athena_close(s_athena); /* and it is all there again */
    open_athena();
    run("describe d.t");
    ck_assert_str_eq(cell(4, 0),
                     "extra               \tarray<int>          \tnew                 ");
    ck_assert_str_eq(cell(5, 0),
                     "datehour            \tstring              \t                    ");
    run("show tblproperties d.t");
    ck_assert_str_eq(cell(0, 0), "projection.enabled\tfalse");
    ck_assert_str_eq(cell(1, 0), "k\tv");
    run("msck repair table d.t");
    expect_failure("drop database d", "is not empty");
    run("drop table d.t");
    expect_failure("drop table d.t", "Table not found d.t");
    run("drop table if exists d.t");
    run("drop database d");
    expect_failure("drop database d", "Database does not exist: d");
    run("drop database if exists d");
}
END_TEST

/* What SHOW CREATE TABLE says makes the same table again. */
START_TEST(shows_what_made_it) {
    fiat__buf first, second, *into = &first;
    fiat__buf_init(&first, 100000);
    fiat__buf_init(&second, 100000);
    run("create database d");
    run("create external table d.t (a string comment 'it''s \\\\ \\'x\\'', b struct<c:int>) "
        "comment "
        "'a\\nb' partitioned by (p int) row format serde 'org.openx.data.jsonserde.JsonSerDe' with "
        "serdeproperties ('mapping.a'='A b') location 's3://bbb/k/'");
    for (int i = 0; i < 2; i++, into = &second) {
        run("show create table d.t");
        for (int row = 0; at("ResultSet.Rows") && *cell(row, 0); row++)
            fiat__buf_printf(into, "%s\n", cell(row, 0));
        run("drop table d.t");
        char *quoted = strstr(first.ptr, "`d.t`"); /* as Hive writes it, and does not read it */
        if (quoted) memcpy(quoted, " d.t ", 5);
        run(fiat__buf_cstr(&first));
    }
    ck_assert_ptr_nonnull(strstr(second.ptr, "`d.t`"));
    memcpy(strstr(second.ptr, "`d.t`"), " d.t ", 5);
    ck_assert_str_eq(fiat__buf_cstr(&first), fiat__buf_cstr(&second));
    fiat__buf_deinit(&first);
    fiat__buf_deinit(&second);
}
END_TEST

/* A mapping counts for members of structs as for columns, also where keys are taken as spelt. */
START_TEST(maps_members_of_structs) {
    if (!has_engine()) return;
    run("create database d");
    put("logs/m/a.gz", "{\"userId\":\"a\",\"lines\":[{\"unitPrice\":2,\"unitprice\":3}]}\n");
    run("create external table d.m (userid string, lines array<struct<unitprice:int>>) row format "
        "serde 'org.openx.data.jsonserde.JsonSerDe' with serdeproperties ('case.insensitive'="
        "'FALSE', 'mapping.userid'='userId', 'mapping.unitprice'='unitPrice') location "
        "'s3://logs/m/'");
    run("select * from d.m");
    ck_assert_str_eq(cell(1, 0), "a");
    ck_assert_str_eq(cell(1, 1), "[{unitprice=2}]");
}
END_TEST

/* A name that a mapping gives is a name, whatever marks are in it. */
START_TEST(quotes_mapped_names) {
    static const char *const names[] = {"y$fiat$||chr(34)||", "y\\'", "y\"", "y$$"};
    char sql[1024], made[64];
    if (!has_engine()) return;
    run("create database d");
    put("logs/q/a.gz", "{\"a\":{\"x\":1}}\n");
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        snprintf(sql, sizeof sql,
                 "create external table d.q%zu (a struct<x:int,z:int>, b string) row format serde "
                 "'org.openx.data.jsonserde.JsonSerDe' with serdeproperties ('mapping.x'='%s', "
                 "'case.insensitive'='FALSE') location 's3://logs/q/'",
                 i, names[i]);
        run(sql);
        snprintf(made, sizeof made, "select count(*), count(b) from d.q%zu", i);
        run(made);
        ck_assert_str_eq(cell(1, 0), "1");
        ck_assert_str_eq(cell(1, 1), "0");
    }
}
END_TEST

/* Names that the engine below has itself. */
START_TEST(keeps_its_own_names) {
    static const char *const names[] = {"main", "memory", "information_schema", "awsdatacatalog"};
    char sql[64];
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        snprintf(sql, sizeof sql, "create database %s", names[i]);
        expect_failure(sql, "choose another");
    }
}
END_TEST

static const struct {
    const char *properties, *message;
} s_projections[] = {
    {"'projection.p.range'='1,2'", "projection.p.type: there is none"},
    {"'projection.p.type'='odd'", "projection.p.type: it must be date, integer"},
    {"'projection.p.type'='date'", "projection.p.format: a date needs one"},
    {"'projection.p.type'='date','projection.p.format'='yyyy'", "projection.p.range: a date needs"},
    {"'projection.p.type'='date','projection.p.format'='yyyy','projection.p.range'='NOW'",
     "projection.p.range: a date needs two ends"},
    {"'projection.p.type'='date','projection.p.format'='QQ','projection.p.range'='NOW,NOW'",
     "projection.p.format: of Java's letters"},
    {"'projection.p.type'='integer','projection.p.range'='1'", "an integer needs two ends"},
    {"'projection.p.type'='integer','projection.p.range'='1,9','projection.p.digits'='0'",
     "allowed are 1 to 18"},
    {"'projection.p.type'='enum'", "projection.p.values: an enum needs them"},
    {"'projection.p.type'='injected','storage.location.template'='s3://bbb/${q}/'",
     "has ${...} that is no partition column"},
    {"'projection.p.type'='injected','storage.location.template'='s3://bbb/../${p}/'",
     "is no place in S3"},
};

START_TEST(refuses_projections) {
    char sql[1024];
    snprintf(sql, sizeof sql,
             "create external table t (a int) partitioned by (p string) row format serde "
             "'org.openx.data.jsonserde.JsonSerDe' location 's3://bbb/' tblproperties ("
             "'projection.enabled'='true',%s)",
             s_projections[_i].properties);
    expect_failure(sql, s_projections[_i].message);
}
END_TEST

/* --- queries --- */

START_TEST(says_how_to_get_the_engine) {
    if (has_engine()) return;
    expect_failure("select 1", "scripts/fetch-duckdb");
}
END_TEST

START_TEST(selects) {
    if (!has_engine()) return;
    run("create database d");
    put("logs/t/2026/01/02/03/a.gz", "{\"n\":1,\"userId\":\"a\",\"who\":{\"Name\":\"x\"},"
                                     "\"OTHER\":{\"k\":[1]}}\n{\"n\":2,\"userId\":\"\"}\n");
    put("logs/t/2019/01/02/03/a.gz", "{\"n\":3}\n"); /* before the range */
    put("logs/t/2026/01/02/03/_hidden.gz", "{\"n\":4}\n");
    put("logs/t/2026/01/02/03/.hidden.gz", "{\"n\":5}\n");
    put("logs/t/2026/01/02/a.gz", "{\"n\":6}\n");
    run(TABLE);
    run("select * from d.t order by n");
    ck_assert_str_eq(cell(0, 0), "n");
    ck_assert_str_eq(cell(0, 4), "datehour");
    ck_assert_str_eq(cell(1, 1), "a");
    ck_assert_str_eq(cell(1, 2), "{name=x}");
    ck_assert_str_eq(cell(1, 3), "{\"k\":[1]}");
    ck_assert_str_eq(cell(1, 4), "2026/01/02/03");
    ck_assert_str_eq(cell(2, 0), "2");
    ck_assert_ptr_nonnull(at("ResultSet.Rows.2.Data.1.VarCharValue")); /* "" is not NULL */
    ck_assert_ptr_null(at("ResultSet.Rows.2.Data.2.VarCharValue"));
    ck_assert_ptr_null(at("ResultSet.Rows.3"));
    ck_assert_str_eq(text_at("ResultSet.ResultSetMetadata.ColumnInfo.2.Type"), "row");
    run("select count(*), 1+1 as two from \"AwsDataCatalog\".d.t where datehour < '2026/01/02/03'");
    ck_assert_str_eq(cell(0, 0), "_col0");
    ck_assert_str_eq(cell(0, 1), "two");
    ck_assert_str_eq(cell(1, 0), "0");
    expect_failure("select nope from d.t", "COLUMN_NOT_FOUND: line 1:8: ");
    expect_failure("select * from d.nope", "TABLE_NOT_FOUND: line 1:15: ");
    expect_failure("selec 1", "SYNTAX_ERROR: line 1:1: ");
    expect_failure("select * from read_text('/etc/hostname')", "PERMISSION_DENIED");
    expect_failure("copy (select 1) to '/tmp/x'", "");
    expect_failure("attach '/tmp/x.db'", "");
    expect_failure("set memory_limit='1GB'", "");
}
END_TEST

START_TEST(reads_pages) {
    if (!has_engine()) return;
    char body[256], token[64] = "";
    int rows = 0, pages = 0;
    run("select i, chr(34) || chr(10) || ',' as odd from range(2500) t(i)");
    ck_assert_int_eq((int)fiat__doc_count(at("ResultSet.Rows")), 1000);
    do {
        snprintf(body, sizeof body, "{\"QueryExecutionId\":\"%s\",\"MaxResults\":700%s%s%s}", s_id,
                 *token ? ",\"NextToken\":\"" : "", token, *token ? "\"" : "");
        ck_assert_int_eq(call("GetQueryResults", body), 200);
        const int count = (int)fiat__doc_count(at("ResultSet.Rows"));
        char want[16];
        snprintf(want, sizeof want, "%d", rows - 1);
        ck_assert_str_eq(cell(0, 0), rows ? want : "i");
        ck_assert_str_eq(cell(count - 1, 1), "\"\n,");
        rows += count;
        pages++;
        snprintf(token, sizeof token, "%s", text_at("NextToken"));
    } while (*token);
    ck_assert_int_eq(rows, 2501);
    ck_assert_int_eq(pages, 4);
}
END_TEST

START_TEST(is_idempotent) {
    static const char token[] = ",\"ClientRequestToken\":\"0123456789abcdef0123456789abcdef\"";
    char id[64];
    ck_assert(start("show databases", token));
    snprintf(id, sizeof id, "%s", s_id);
    ck_assert(start("show databases", token));
    ck_assert_str_eq(s_id, id);
    ck_assert(!start("show tables", token));
    ck_assert_str_eq(text_at("Message"), "Idempotent parameters do not match");
    fiat__athena_close(s_athena);
    open_athena();
    ck_assert(start("show databases", token));
    ck_assert_str_eq(s_id, id);
}
END_TEST

START_TEST(takes_parameters) {
    if (!has_engine()) return;
    run_more("select ? as a, '?' as b, ? + 1 as c -- ?",
             ",\"ExecutionParameters\":[\"'it''s'\",\"41\"]");
    ck_assert_str_eq(cell(1, 0), "it's");
    ck_assert_str_eq(cell(1, 1), "?");
    ck_assert_str_eq(cell(1, 2), "42");
    ck_assert(start("select ?", ""));
    ck_assert_str_eq(wait_for_end(), "FAILED");
}
END_TEST

START_TEST(stops) {
    if (!has_engine()) return;
    ck_assert(
        start("select count(*) from range(1000000) a(x), range(10000000) b(y) where x * y % 7 "
              "= 3",
              ""));
    for (int i = 0; i < 1000; i++) {
        ck_assert_int_eq(call_id("GetQueryExecution"), 200);
        if (strcmp(text_at("QueryExecution.Status.State"), "RUNNING") == 0) break;
        nanosleep(&(struct timespec){0, 1000000}, NULL);
    }
    ck_assert_int_eq(call_id("GetQueryResults"), 400);
    ck_assert_str_eq(text_at("Message"), "Query has not yet finished. Current state: RUNNING");
    for (int i = 0; i < 20; i++) { /* an interrupt before the statement itself is lost */
        ck_assert_int_eq(call_id("StopQueryExecution"), 200);
        nanosleep(&(struct timespec){0, 50000000}, NULL);
    }
    ck_assert_str_eq(wait_for_end(), "CANCELLED");
    ck_assert_int_eq(call_id("GetQueryResults"), 400);
    ck_assert_str_eq(text_at("Message"),
                     "Query did not finish successfully. Final query state: CANCELLED");
}
END_TEST

/* A file of a query that ran when the process was killed. */
START_TEST(fails_what_a_kill_left) {
    static const char id[] = "01a1fe47-c21d-73d9-8276-04d7227089cd";
    char path[1024];
    fiat_error err;
    const int64_t now = fiat__wall_ms(&fiat__clock_system);
    fiat__buf text;
    fiat__athena_close(s_athena);
    fiat__buf_init(&text, 1000);
    fiat__buf_printf(&text,
                     "{\"query\":\"select 1\",\"state\":\"RUNNING\",\"type\":\"DML\",\"what\":"
                     "\"SELECT\",\"times\":[%lld,%lld,0]}",
                     (long long)now, (long long)now);
    snprintf(path, sizeof path, "%s/.fiat/athena/%s.json", s_dir, id);
    ck_assert_fiat_ok(fiat__file_replace(path, fiat__buf_str(&text), false, &err), err);
    fiat__buf_deinit(&text);
    open_athena();
    snprintf(s_id, sizeof s_id, "%s", id);
    ck_assert_str_eq(wait_for_end(), "FAILED");
    ck_assert_msg(strstr(reason(), "the local engine ended while the query ran"), "%s", reason());
}
END_TEST

START_TEST(lists_newest_first) {
    char ids[3][64], token[64], body[128];
    for (int i = 0; i < 3; i++) {
        run("show databases");
        snprintf(ids[i], sizeof ids[i], "%s", s_id);
    }
    ck_assert_int_eq(call("ListQueryExecutions", "{\"MaxResults\":2}"), 200);
    ck_assert_str_eq(text_at("QueryExecutionIds.0"), ids[2]);
    ck_assert_str_eq(text_at("QueryExecutionIds.1"), ids[1]);
    snprintf(token, sizeof token, "%s", text_at("NextToken"));
    snprintf(body, sizeof body, "{\"NextToken\":\"%s\"}", token);
    ck_assert_int_eq(call("ListQueryExecutions", body), 200);
    ck_assert_str_eq(text_at("QueryExecutionIds.0"), ids[0]);
    ck_assert_ptr_null(at("NextToken"));
    snprintf(body, sizeof body, "{\"QueryExecutionIds\":[\"%s\",\"nobody\"]}", ids[1]);
    ck_assert_int_eq(call("BatchGetQueryExecution", body), 200);
    ck_assert_str_eq(text_at("QueryExecutions.0.Query"), "show databases");
    ck_assert_str_eq(text_at("QueryExecutions.0.StatementType"), "UTILITY");
    ck_assert_str_eq(text_at("UnprocessedQueryExecutionIds.0.QueryExecutionId"), "nobody");
}
END_TEST

int main(void) {
    Suite *suite = suite_create("local/athena");
    TCase *tc = tcase_create("calls");
    tcase_set_timeout(tc, 60);
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_loop_test(tc, refuses_bad_input, 0, sizeof s_bad / sizeof *s_bad);
    tcase_add_test(tc, bounds_the_query);
    tcase_add_test(tc, keeps_a_catalogue);
    tcase_add_test(tc, shows_what_made_it);
    tcase_add_loop_test(tc, refuses_projections, 0, sizeof s_projections / sizeof *s_projections);
    tcase_add_test(tc, says_how_to_get_the_engine);
    tcase_add_test(tc, selects);
    tcase_add_test(tc, maps_members_of_structs);
    tcase_add_test(tc, quotes_mapped_names);
    tcase_add_test(tc, keeps_its_own_names);
    tcase_add_test(tc, reads_pages);
    tcase_add_test(tc, is_idempotent);
    tcase_add_test(tc, takes_parameters);
    tcase_add_test(tc, stops);
    tcase_add_test(tc, fails_what_a_kill_left);
    tcase_add_test(tc, lists_newest_first);
    suite_add_tcase(suite, tc);
    return fiat_test_run(suite);
}
