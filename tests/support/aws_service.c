/* Calls of aws/svc/service.h by hand, for tests/integration/aws_service_moto.py. The environment
 * says where and with which keys. usage: aws_service json SERVICE TARGET BODY [TOKEN-NAME]    a
 * line a page aws_service query SERVICE ACTION [NAME VALUE]...     the reply aws_service s3 METHOD
 * BUCKET PATH QUERY BODY         status and reply Ends with 1 and the error's message on stderr
 * when the call fails. */
#include "aws/svc/service.h"

#include <stdio.h>
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

static fiat_status s3(fiat__service *service, char **argv, fiat_error *err) {
    const fiat__service_request request = {.operation = "Request",
                                           .method = argv[0],
                                           .bucket = argv[1],
                                           .path = argv[2],
                                           .query = argv[3],
                                           .body = fiat__str_c(argv[4])};
    fiat__service_reply reply;
    fiat_status status = fiat__service_call(service, &request, &reply, err);
    print_reply(&reply, status);
    return status;
}

int main(int argc, char **argv) {
    const fiat__service_opts opts = {.backoff_ms = 10};
    fiat__service *service;
    fiat_error err = FIAT_ERROR_INIT;
    bool is_s3 = argc == 7 && strcmp(argv[1], "s3") == 0;
    if (argc < 4 || (!is_s3 && strcmp(argv[1], "json") != 0 && strcmp(argv[1], "query") != 0))
        return 2;
    fiat_status status = fiat__service_open(&service, is_s3 ? "s3" : argv[2], &opts, &err);
    if (status == FIAT_OK) {
        if (is_s3)
            status = s3(service, argv + 2, &err);
        else if (strcmp(argv[1], "json") == 0)
            status = json(service, argv + 3, argc - 3, &err);
        else
            status = query(service, argv + 3, argc - 3, &err);
        fiat__service_free(service);
    }
    if (status != FIAT_OK) fprintf(stderr, "%s\n", err.message);
    return status == FIAT_OK ? 0 : 1;
}
