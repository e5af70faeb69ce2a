/* What services are asked and what their answers say; no server. */
#include "aws/svc/athena.h"
#include "aws/svc/identity.h"
#include "aws/svc/s3.h"
#include "support/test.h"

static fiat_error s_err;

static fiat__doc *parse(const char *text) {
    fiat__doc *doc;
    ck_assert_fiat_ok(fiat__doc_parse(&doc, fiat__str_c(text), &s_err), s_err);
    return doc;
}

START_TEST(queries_of_athena_are_written) {
    const fiat__athena_query bare = {.sql = "SELECT \"a\"\n", .token = "t"};
    const fiat__athena_query full = {.sql = "S",
                                     .token = "t",
                                     .catalog = "C",
                                     .database = "d",
                                     .workgroup = "w",
                                     .output = "s3://b/"};
    fiat__buf body;
    fiat__buf_init(&body, 1000);
    ck_assert(fiat__athena_write_start(&body, &bare));
    ck_assert_str_eq(fiat__buf_cstr(&body),
                     "{\"QueryString\":\"SELECT \\\"a\\\"\\n\",\"ClientRequestToken\":\"t\"}");
    fiat__buf_clear(&body);
    ck_assert(fiat__athena_write_start(&body, &full));
    ck_assert_str_eq(fiat__buf_cstr(&body),
                     "{\"QueryString\":\"S\",\"ClientRequestToken\":\"t\",\"WorkGroup\":\"w\","
                     "\"QueryExecutionContext\":{\"Catalog\":\"C\",\"Database\":\"d\"},"
                     "\"ResultConfiguration\":{\"OutputLocation\":\"s3://b/\"}}");
    fiat__buf_clear(&body);
    ck_assert(fiat__athena_write_id(&body, "a\"b"));
    ck_assert_str_eq(fiat__buf_cstr(&body), "{\"QueryExecutionId\":\"a\\\"b\"}");
    fiat__buf_deinit(&body);
}
END_TEST

START_TEST(executions_of_athena_are_read) {
    static const char *const bad[] = {
        "{}",
        "{\"QueryExecution\":{\"Status\":{\"State\":\"DONE\"}}}",
        "{\"QueryExecution\":{\"Status\":{\"State\":1}}}",
        "{\"QueryExecution\":[\"Status\"]}",
    };
    fiat__athena_execution execution;
    const char *id;
    fiat__doc *doc =
        parse("{\"QueryExecution\":{\"StatementType\":\"DML\",\"ResultConfiguration\":"
              "{\"OutputLocation\":\"s3://b/x.csv\"},\"Statistics\":{\"DataScannedInBytes\":12,"
              "\"TotalExecutionTimeInMillis\":34},\"Status\":{\"State\":\"FAILED\","
              "\"StateChangeReason\":\"why\",\"AthenaError\":{\"Retryable\":true}}}}");
    ck_assert_fiat_ok(fiat__athena_read_execution(doc, &execution, &s_err), s_err);
    ck_assert_int_eq(execution.state, FIAT__ATHENA_FAILED);
    ck_assert_str_eq(execution.state_name, "FAILED");
    ck_assert_str_eq(execution.reason, "why");
    ck_assert_str_eq(execution.output, "s3://b/x.csv");
    ck_assert(execution.retryable && execution.has_header);
    ck_assert_int_eq(execution.scanned_bytes, 12);
    ck_assert_int_eq(execution.total_ms, 34);
    ck_assert_fiat_status(fiat__athena_read_start(doc, &id, &s_err), FIAT_E_AWS_REPLY);
    fiat__doc_free(doc);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        doc = parse(bad[i]);
        ck_assert_fiat_status(fiat__athena_read_execution(doc, &execution, &s_err),
                              FIAT_E_AWS_REPLY);
        fiat__doc_free(doc);
    }
    doc =
        parse("{\"QueryExecution\":{\"StatementType\":\"DDL\",\"Status\":{\"State\":\"QUEUED\"}}}");
    ck_assert_fiat_ok(fiat__athena_read_execution(doc, &execution, &s_err), s_err);
    ck_assert(execution.state == FIAT__ATHENA_QUEUED && !execution.has_header);
    ck_assert_str_eq(execution.reason, "");
    fiat__doc_free(doc);
}
END_TEST

#define V(text) "{\"VarCharValue\":\"" text "\"}"

START_TEST(results_of_athena_are_read) {
    static const char *const bad[] = {"{}", "{\"ResultSet\":{\"Rows\":[]}}",
                                      ("{\"ResultSet\":{\"Rows\":{},\"ResultSetMetadata\":"
                                       "{\"ColumnInfo\":[]}}}")};
    const char *values[2], *name, *type;
    fiat__athena_page page;
    fiat__doc *doc = parse("{\"ResultSet\":{\"Rows\":[{\"Data\":[" V("a") "," V(
        "b") "]},"
             "{\"Data\":[" V("1") ",{}]},{\"Data\":[" V(
                 "2") "]},{},"
                      "{\"Data\":[" V("3") "," V("") "," V(
                          "x") "]}],\"ResultSetMetadata\":{\"ColumnInfo\":["
                               "{\"Name\":\"a\",\"Type\":\"bigint\"},{\"Name\":\"b\"}]}}}");
    ck_assert_fiat_ok(fiat__athena_page_read(&page, doc, true, &s_err), s_err);
    ck_assert_uint_eq(page.column_count, 2);
    fiat__athena_page_column(&page, 0, &name, &type);
    ck_assert_str_eq(name, "a");
    ck_assert_str_eq(type, "bigint");
    fiat__athena_page_column(&page, 7, &name, &type);
    ck_assert_str_eq(name, "");
    static const char *const want[][2] = {{"1", NULL}, {"2", NULL}, {NULL, NULL}, {"3", ""}};
    for (size_t i = 0; i < sizeof want / sizeof want[0]; i++) {
        ck_assert(fiat__athena_page_next(&page, values));
        ck_assert_pstr_eq(values[0], want[i][0]);
        ck_assert_pstr_eq(values[1], want[i][1]);
    }
    ck_assert(!fiat__athena_page_next(&page, values));
    ck_assert_fiat_ok(fiat__athena_page_read(&page, doc, false, &s_err), s_err);
    ck_assert(fiat__athena_page_next(&page, values));
    ck_assert_str_eq(values[0], "a");
    fiat__doc_free(doc);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        doc = parse(bad[i]);
        ck_assert_fiat_status(fiat__athena_page_read(&page, doc, true, &s_err), FIAT_E_AWS_REPLY);
        fiat__doc_free(doc);
    }
}
END_TEST

START_TEST(requests_of_s3_are_written) {
    fiat__service_tokens tokens;
    fiat__buf text;
    fiat__service_tokens_init(&tokens);
    fiat__buf_init(&text, 1000);
    ck_assert(fiat__s3_write_list(&text, "", NULL, 0, &tokens));
    ck_assert_str_eq(fiat__buf_cstr(&text), "list-type=2&encoding-type=url");
    ck_assert_fiat_ok(fiat__service_tokens_step(&tokens, "t/+=", &s_err), s_err);
    fiat__buf_clear(&text);
    ck_assert(fiat__s3_write_list(&text, "a b/", "/", 7, &tokens));
    ck_assert_str_eq(fiat__buf_cstr(&text),
                     "list-type=2&encoding-type=url&prefix=a%20b%2F&delimiter=%2F&max-keys=7"
                     "&continuation-token=t%2F%2B%3D");
    fiat__buf_clear(&text);
    ck_assert(fiat__s3_write_path(&text, "a b/+%\xc3\xa4"));
    ck_assert_str_eq(fiat__buf_cstr(&text), "/a%20b/%2B%25%C3%A4");
    fiat__buf_clear(&text);
    ck_assert(fiat__s3_write_create(&text, "us-east-1"));
    ck_assert_uint_eq(text.len, 0);
    ck_assert(fiat__s3_write_create(&text, "eu-west-1"));
    ck_assert_ptr_nonnull(strstr(text.ptr, "<LocationConstraint>eu-west-1</LocationConstraint>"));
    fiat__buf_deinit(&text);
    fiat__service_tokens_deinit(&tokens);
}
END_TEST

#define OBJECT(key, size, time)                                                                    \
    "<Contents><Key>" key "</Key><LastModified>" time "</LastModified><ETag>&quot;e&quot;</ETag>"  \
    "<Size>" size "</Size></Contents>"
#define TIME       "2026-11-21T12:00:00.000Z"
#define LIST(more) "<ListBucketResult xmlns=\"x\"><Name>b</Name>" more "</ListBucketResult>"

static fiat_status begin(fiat__s3_list *list, fiat__service_reply *reply, const char *xml,
                         fiat__service_tokens *tokens) {
    *reply = (fiat__service_reply){.http_status = 200};
    fiat__buf_init(&reply->body, 10000);
    fiat__buf_init(&reply->lines, 10);
    fiat__buf_append_c(&reply->body, xml);
    fiat__service_tokens_init(tokens);
    return fiat__s3_list_init(list, reply, tokens, &s_err);
}

static void end(fiat__s3_list *list, fiat__service_reply *reply, fiat__service_tokens *tokens) {
    fiat__s3_list_deinit(list);
    fiat__service_tokens_deinit(tokens);
    fiat__service_reply_deinit(reply);
}

START_TEST(lists_of_s3_are_read) {
    fiat__s3_list list;
    fiat__service_reply reply;
    fiat__service_tokens tokens;
    const fiat__s3_object *object;
    const char *prefix;
    ck_assert_fiat_ok(
        begin(&list, &reply,
              LIST("<NextContinuationToken>n&amp;1</NextContinuationToken>" OBJECT(
                  "a+b%2Fc%0A%25", "123456789012",
                  TIME) "<CommonPrefixes><Prefix>p%2F</Prefix></CommonPrefixes>" OBJECT("z", "0",
                                                                                        TIME)),
              &tokens),
        s_err);
    ck_assert_str_eq(fiat__buf_cstr(&tokens.token), "n&1");
    ck_assert_fiat_ok(fiat__s3_list_next(&list, &object, &s_err), s_err);
    ck_assert_str_eq(fiat__buf_cstr(&object->key), "a b/c\n%");
    ck_assert_int_eq(object->size, INT64_C(123456789012));
    ck_assert_int_eq(object->modified_ms, INT64_C(1795262400000));
    ck_assert_fiat_ok(fiat__s3_list_next(&list, &object, &s_err), s_err);
    ck_assert_str_eq(fiat__buf_cstr(&object->key), "z");
    ck_assert_fiat_ok(fiat__s3_list_next(&list, &object, &s_err), s_err);
    ck_assert_ptr_null(object);
    ck_assert_fiat_ok(fiat__s3_list_prefix(&list, &prefix, &s_err), s_err);
    ck_assert_str_eq(prefix, "p/");
    ck_assert_fiat_ok(fiat__s3_list_prefix(&list, &prefix, &s_err), s_err);
    ck_assert_ptr_null(prefix);
    end(&list, &reply, &tokens);
}
END_TEST

static const char *const s_bad_lists[] = {
    "",
    "<Other/>",
    "<ListBucketResult>",
    LIST(OBJECT("", "1", TIME)),
    LIST(OBJECT("%4", "1", TIME)),
    LIST(OBJECT("%zz", "1", TIME)),
    LIST(OBJECT("a%00b", "1", TIME)),
    LIST(OBJECT("&x;", "1", TIME)),
    LIST(OBJECT("a", "", TIME)),
    LIST(OBJECT("a", "-1", TIME)),
    LIST(OBJECT("a", "1234567890123456", TIME)),
    LIST(OBJECT("a", "1", "yesterday")),
    LIST("<Contents/>"),
};

START_TEST(lists_that_cannot_be_right_are_refused) {
    fiat__s3_list list;
    fiat__service_reply reply;
    fiat__service_tokens tokens;
    const fiat__s3_object *object;
    fiat_status status = begin(&list, &reply, s_bad_lists[_i], &tokens);
    if (status == FIAT_OK) status = fiat__s3_list_next(&list, &object, &s_err);
    ck_assert_int_eq(status, FIAT_E_AWS_REPLY);
    end(&list, &reply, &tokens);
}
END_TEST

#define IDENTITY(account, arn)                                                                     \
    "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>" arn "</Arn><Account>" account      \
    "</Account></GetCallerIdentityResult></GetCallerIdentityResponse>"

static const struct identity {
    const char *xml;
    fiat_status status;
} s_identities[] = {
    {IDENTITY("123456789012", "arn:aws:iam::123456789012:user/u"), FIAT_OK},
    {IDENTITY("12345678901", "a"), FIAT_E_AWS_REPLY},
    {IDENTITY("12345678901234567890", "a"), FIAT_E_AWS_REPLY},
    {IDENTITY("12345678901a", "a"), FIAT_E_AWS_REPLY},
    {IDENTITY("123456789012", ""), FIAT_E_AWS_REPLY},
    {"<a/>", FIAT_E_AWS_REPLY},
};

START_TEST(identities_are_read) {
    fiat__service_reply reply = {.http_status = 200};
    fiat__identity identity;
    fiat__buf_init(&reply.body, 1000);
    fiat__buf_append_c(&reply.body, s_identities[_i].xml);
    fiat_status status = fiat__identity_read(&identity, &reply, &s_err);
    ck_assert_int_eq(status, s_identities[_i].status);
    if (status == FIAT_OK) {
        ck_assert_str_eq(identity.account, "123456789012");
        ck_assert_str_eq(identity.arn, "arn:aws:iam::123456789012:user/u");
    }
    fiat__service_reply_deinit(&reply);
}
END_TEST

#define COUNT(rows) ((int)(sizeof(rows) / sizeof(rows)[0]))

int main(void) {
    Suite *suite = suite_create("aws/svc");
    TCase *tests = tcase_create("texts");
    tcase_add_test(tests, queries_of_athena_are_written);
    tcase_add_test(tests, executions_of_athena_are_read);
    tcase_add_test(tests, results_of_athena_are_read);
    tcase_add_test(tests, requests_of_s3_are_written);
    tcase_add_test(tests, lists_of_s3_are_read);
    tcase_add_loop_test(tests, lists_that_cannot_be_right_are_refused, 0, COUNT(s_bad_lists));
    tcase_add_loop_test(tests, identities_are_read, 0, COUNT(s_identities));
    suite_add_tcase(suite, tests);
    return fiat_test_run(suite);
}
