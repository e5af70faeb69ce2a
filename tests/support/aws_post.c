/* usage: aws_post URL: send one signed request there and print what became of it, as
 * tests/integration/aws_tls.py wants to know: "CLASS HTTP-STATUS MAYBE-RECEIVED MESSAGE". */
#include "aws/client.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

static const char *const s_classes[] = {"ok", "retry", "throttle", "refresh", "pause", "terminal"};

static bool s_done;

static void on_done(fiat__aws_call *call) {
    s_done = true;
    printf("%s %d %d %s\n", s_classes[call->result], call->http_status, call->maybe_received,
           call->result == FIAT__AWS_OK ? "" : call->err.message);
}

static fiat_status post(const char *url, fiat_error *err) {
    fiat__aws_credentials_provider *keys;
    fiat__aws_client *client;
    fiat__aws_call call = {.target = "Firehose_20150804.PutRecordBatch",
                           .content_type = "application/x-amz-json-1.1",
                           .body = fiat__str_c("{}"),
                           .done = on_done};
    fiat_status status =
        fiat__aws_credentials_static_new(&keys, "AKIDEXAMPLE", "secret", NULL, err);
    if (status != FIAT_OK) return status;
    const fiat__aws_client_opts opts = {.service = "firehose",
                                        .region = "eu-central-1",
                                        .endpoint_url = url,
                                        .credentials = keys,
                                        .connect_timeout_ms = 10000,
                                        .request_timeout_ms = 10000,
                                        .max_connections = 1,
                                        .max_reply_bytes = 4096};
    status = fiat__aws_client_new(&client, &opts, err);
    if (status == FIAT_OK) {
        fiat__aws_client_submit(client, &call);
        while (!s_done)
            fiat__aws_client_poll(client, 1000);
        fiat__aws_client_free(client);
    }
    fiat__aws_credentials_provider_free(keys);
    return status;
}

int main(int argc, char **argv) {
    fiat_error err = FIAT_ERROR_INIT;
    signal(SIGPIPE, SIG_IGN);
    if (argc != 2 || post(argv[1], &err) != FIAT_OK) {
        fprintf(stderr, "aws_post: %s\n", argc != 2 ? "usage: aws_post URL" : err.message);
        return EXIT_FAILURE;
    }
    return EXIT_SUCCESS;
}
