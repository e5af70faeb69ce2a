/* A reply of AWS to a command, whichever it is: what is read of it lies within its limits, and the
 * error made of it is fit to be shown. */
#include "aws/error_class.h"
#include "aws/svc/athena.h"
#include "aws/svc/identity.h"
#include "aws/svc/s3.h"
#include "aws/svc/service_private.h"
#include "base/utf8.h"
#include "fuzz/fuzz.h"

#define MAX_COLUMNS 64

static void check_list(const fiat__service_reply *reply) {
    fiat__service_tokens tokens;
    fiat__s3_list list;
    const fiat__s3_object *object;
    const char *prefix;
    fiat_error err;
    fiat__service_tokens_init(&tokens);
    if (fiat__s3_list_init(&list, reply, &tokens, &err) == FIAT_OK) {
        while (fiat__s3_list_next(&list, &object, &err) == FIAT_OK && object)
            FUZZ_CHECK(object->size >= 0 && object->key.len &&
                       strlen(fiat__buf_cstr(&object->key)) == object->key.len);
        while (fiat__s3_list_prefix(&list, &prefix, &err) == FIAT_OK && prefix)
            FUZZ_CHECK(*prefix);
    }
    fiat__s3_list_deinit(&list);
    fiat__service_tokens_deinit(&tokens);
}

static void check_athena(fiat__str text) {
    fiat__doc *doc;
    fiat__athena_execution execution;
    fiat__athena_page page;
    const char *id, *name, *type, *values[MAX_COLUMNS];
    if (fiat__doc_parse(&doc, text, NULL) != FIAT_OK) return;
    if (fiat__athena_read_start(doc, &id, NULL) == FIAT_OK) FUZZ_CHECK(*id);
    if (fiat__athena_read_execution(doc, &execution, NULL) == FIAT_OK)
        FUZZ_CHECK(*execution.state_name && execution.reason && execution.output);
    if (fiat__athena_page_read(&page, doc, false, NULL) == FIAT_OK &&
        page.column_count <= MAX_COLUMNS)
        while (fiat__athena_page_next(&page, values))
            for (size_t i = 0; i < page.column_count; i++) {
                fiat__athena_page_column(&page, i, &name, &type);
                FUZZ_CHECK(name && type && (!values[i] || strlen(values[i]) <= text.len));
            }
    fiat__doc_free(doc);
}

static void check_error(const fiat__service_reply *reply, int http_status) {
    static char name[] = "athena";
    const fiat__service service = {.name = name};
    const fiat__service_request request = {.operation = "GetObject", .method = "GET"};
    const fiat__aws_reply raw = {
        .http_status = http_status, .body = fiat__buf_str(&reply->body), .host = "host"};
    fiat_error err;
    FUZZ_CHECK(fiat__aws_classify(&raw, &err) != FIAT__AWS_OK);
    fiat__service_explain(&service, &request, reply, &err);
    size_t len = strlen(err.message);
    FUZZ_CHECK(len < sizeof err.message && fiat__utf8_check(err.message, len) == len);
    FUZZ_CHECK(!strpbrk(err.message, "\r\n\x1b"));
    FUZZ_CHECK(strncmp(err.message, "athena GetObject: ", 18) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    fiat__service_reply reply = {.http_status = 200};
    fiat__identity identity;
    fiat__buf_init(&reply.body, size);
    fiat__buf_append(&reply.body, data, size);
    check_list(&reply);
    if (fiat__identity_read(&identity, &reply, NULL) == FIAT_OK)
        FUZZ_CHECK(strlen(identity.account) == 12 && *identity.arn);
    check_athena(fiat__buf_str(&reply.body));
    check_error(&reply, 400);
    check_error(&reply, 403);
    fiat__buf_deinit(&reply.body);
    return 0;
}
