/* Calls of aws/svc/ by hand, for tests/integration/aws_service_moto.py. The environment says where
 * and with which keys.
 *
 *     aws_service json SERVICE TARGET BODY [TOKEN-NAME]    a line a page
 *     aws_service query SERVICE ACTION [NAME VALUE]...     status and reply
 *     aws_service s3 METHOD BUCKET PATH QUERY BODY         the same
 *     aws_service list BUCKET PREFIX MAX-KEYS              lines of size and key; "--" ends a page
 *     aws_service athena SQL DATABASE OUTPUT               a line a state, then a line a row
 *     aws_service identity                                 account and ARN
 *
 * Ends with 1 and the error's message on stderr when a call fails. */
#include "aws/svc/athena.h"
#include "aws/svc/identity.h"
#include "aws/svc/s3.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static fiat_status print_page(const fiat__doc *page) {
    fiat__buf text;
    fiat__buf_init(&text, (size_t)16 * 1024 * 1024);
    fiat__doc_write(&text, page);
    puts(fiat__buf_cstr(&text));
    fiat__buf_deinit(&text);
    return FIAT_OK;
}

static fiat_status json(fiat__service *service, char **argv, int argc, fiat_error *err) {
    fiat__service_pages pages;
    const fiat__doc *page;
    fiat_status status;
    fiat__service_pages_init(&pages, service, argv[0], argv[1], argc > 2 ? argv[2] : "NextToken");
    while ((status = fiat__service_pages_next(&pages, &page, err)) == FIAT_OK && page)
        print_page(page);
    fiat__service_pages_deinit(&pages);
    return status;
}

static void print_reply(fiat__service_reply *reply, fiat_status status) {
    if (status == FIAT_OK) printf("%d %s\n", reply->http_status, fiat__buf_cstr(&reply->body));
    fiat__service_reply_deinit(reply);
}

static fiat_status query(fiat__service *service, char **argv, int argc, fiat_error *err) {
    fiat__buf params;
    fiat__service_reply reply;
    fiat__buf_init(&params, (size_t)1024 * 1024);
    for (int i = 1; i + 1 < argc; i += 2)
        fiat__service_param(&params, argv[i], argv[i + 1]);
    fiat_status status =
        fiat__service_query(service, argv[0], fiat__buf_cstr(&params), &reply, err);
    print_reply(&reply, status);
    fiat__buf_deinit(&params);
    return status;
}

static fiat_status s3(fiat__service *service, char **argv, int argc, fiat_error *err) {
    const fiat__service_request request = {.operation = "Request",
                                           .method = argv[0],
                                           .bucket = argv[1],
                                           .path = argv[2],
                                           .query = argv[3],
                                           .body = fiat__str_c(argv[4])};
    fiat__service_reply reply;
    (void)argc;
    fiat_status status = fiat__service_call(service, &request, &reply, err);
    print_reply(&reply, status);
    return status;
}

static fiat_status list_page(fiat__service *service, char **argv, fiat__service_tokens *tokens,
                             fiat_error *err) {
    fiat__buf query;
    fiat__service_reply reply;
    fiat__s3_list list = {0};
    const fiat__s3_object *object = NULL;
    fiat__buf_init(&query, 10000);
    fiat__s3_write_list(&query, argv[1], NULL, (uint32_t)strtoul(argv[2], NULL, 10), tokens);
    const fiat__service_request request = fiat__s3_list_objects(argv[0], fiat__buf_cstr(&query));
    fiat_status status = fiat__service_call(service, &request, &reply, err);
    if (status == FIAT_OK) status = fiat__s3_list_init(&list, &reply, tokens, err);
    while (status == FIAT_OK && (status = fiat__s3_list_next(&list, &object, err)) == FIAT_OK &&
           object)
        printf("%d %s\n", (int)object->size, fiat__buf_cstr(&object->key));
    fiat__s3_list_deinit(&list);
    fiat__service_reply_deinit(&reply);
    fiat__buf_deinit(&query);
    return status;
}

static fiat_status list(fiat__service *service, char **argv, int argc, fiat_error *err) {
    fiat__service_tokens tokens;
    fiat_status status;
    (void)argc;
    fiat__service_tokens_init(&tokens);
    do {
        status = list_page(service, argv, &tokens, err);
        puts("--");
    } while (status == FIAT_OK && tokens.token.len);
    fiat__service_tokens_deinit(&tokens);
    return status;
}

/* Until it has ended. */
static fiat_status follow(fiat__service *service, const char *body, bool *has_header,
                          fiat_error *err) {
    fiat__athena_execution execution = {.state = FIAT__ATHENA_QUEUED};
    fiat_status status = FIAT_OK;
    while (status == FIAT_OK && execution.state <= FIAT__ATHENA_RUNNING) {
        fiat__doc *reply;
        status = fiat__service_json(service, FIAT__ATHENA_GET, body, &reply, err);
        if (status == FIAT_OK) status = fiat__athena_read_execution(reply, &execution, err);
        if (status == FIAT_OK) printf("%s %s\n", execution.state_name, execution.output);
        *has_header = execution.has_header;
        fiat__doc_free(reply);
    }
    return status;
}

static fiat_status print_results(fiat__service *service, const char *body, bool has_header,
                                 fiat_error *err) {
    fiat__service_pages pages;
    const fiat__doc *doc;
    fiat_status status;
    fiat__service_pages_init(&pages, service, FIAT__ATHENA_RESULTS, body, "NextToken");
    while ((status = fiat__service_pages_next(&pages, &doc, err)) == FIAT_OK && doc) {
        fiat__athena_page page;
        const char *values[8];
        status = fiat__athena_page_read(&page, doc, has_header, err);
        if (status != FIAT_OK || page.column_count > 8) break;
        while (fiat__athena_page_next(&page, values))
            for (size_t i = 0; i < page.column_count; i++)
                printf("%s%s", values[i] ? values[i] : "NULL",
                       i + 1 < page.column_count ? "," : "\n");
        has_header = false;
    }
    fiat__service_pages_deinit(&pages);
    return status;
}

static fiat_status athena(fiat__service *service, char **argv, int argc, fiat_error *err) {
    const fiat__athena_query query = {.sql = argv[0],
                                      .token = "0123456789012345678901234567890123456789",
                                      .catalog = "AwsDataCatalog",
                                      .database = argv[1],
                                      .output = argv[2]};
    fiat__buf body;
    fiat__doc *reply;
    const char *id;
    bool has_header = false;
    (void)argc;
    fiat__buf_init(&body, (size_t)1024 * 1024);
    fiat__athena_write_start(&body, &query);
    fiat_status status = fiat__service_json_repeatable(service, FIAT__ATHENA_START,
                                                       fiat__buf_cstr(&body), &reply, err);
    if (status == FIAT_OK) status = fiat__athena_read_start(reply, &id, err);
    fiat__buf_clear(&body);
    if (status == FIAT_OK) {
        fiat__athena_write_id(&body, id);
        status = follow(service, fiat__buf_cstr(&body), &has_header, err);
    }
    if (status == FIAT_OK) status = print_results(service, fiat__buf_cstr(&body), has_header, err);
    if (status == FIAT_OK)
        status = fiat__service_json_repeatable(service, FIAT__ATHENA_STOP, fiat__buf_cstr(&body),
                                               NULL, err);
    fiat__doc_free(reply);
    fiat__buf_deinit(&body);
    return status;
}

static fiat_status identity(fiat__service *service, char **argv, int argc, fiat_error *err) {
    fiat__service_reply reply;
    fiat__identity who;
    (void)argv, (void)argc;
    fiat_status status = fiat__service_query(service, FIAT__IDENTITY_ACTION, "", &reply, err);
    if (status == FIAT_OK) status = fiat__identity_read(&who, &reply, err);
    if (status == FIAT_OK) printf("%s %s\n", who.account, who.arn);
    fiat__service_reply_deinit(&reply);
    return status;
}

static const struct word {
    const char *name;
    const char *service; /* NULL: the argument after it */
    int argc;            /* at least, after these */
    fiat_status (*run)(fiat__service *service, char **argv, int argc, fiat_error *err);
} s_words[] = {
    {"json", NULL, 2, json}, {"query", NULL, 1, query},       {"s3", "s3", 5, s3},
    {"list", "s3", 3, list}, {"athena", "athena", 3, athena}, {"identity", "sts", 0, identity}};

static int run(const struct word *word, char **argv, int argc) {
    const fiat__service_opts opts = {.backoff_ms = 10};
    fiat__service *service;
    fiat_error err = FIAT_ERROR_INIT;
    int skip = word->service ? 0 : 1;
    if (argc < word->argc + skip) return 2;
    fiat_status status =
        fiat__service_open(&service, word->service ? word->service : argv[0], &opts, &err);
    if (status == FIAT_OK) {
        status = word->run(service, argv + skip, argc - skip, &err);
        fiat__service_free(service);
    }
    if (status != FIAT_OK) fprintf(stderr, "%s\n", err.message);
    return status == FIAT_OK ? 0 : 1;
}

int main(int argc, char **argv) {
    for (size_t i = 0; argc > 1 && i < sizeof s_words / sizeof s_words[0]; i++)
        if (strcmp(argv[1], s_words[i].name) == 0) return run(&s_words[i], argv + 2, argc - 2);
    return 2;
}
