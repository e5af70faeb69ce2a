/* usage: aws_post URL [SETTING=VALUE]...
 * Send one signed request there and print what became of it, as tests/integration/aws_tls.py and
 * aws_proxy.py want to know: "CLASS HTTP-STATUS MAYBE-RECEIVED MESSAGE", and "anew" behind it when
 * it took a second attempt. The settings are those of fiat__net_opts, and body=BYTES,
 * timeout_ms=MS, times=COUNT of requests with pause_ms=MS in between. */
#include "aws/client.h"
#include "base/mem.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static const char *const s_classes[] = {"ok", "retry", "throttle", "refresh", "pause", "terminal"};

static bool s_done;

static void on_done(fiat__aws_call *call) {
    s_done = true;
    printf("%s %d %d %s%s\n", s_classes[call->result], call->http_status, call->maybe_received,
           call->result == FIAT__AWS_OK ? "" : call->err.message, call->sent_anew ? " anew" : "");
}

/* The value of SETTING=VALUE; NULL: none. */
static const char *find(char **settings, const char *name) {
    size_t len = strlen(name);
    for (; *settings; settings++)
        if (strncmp(*settings, name, len) == 0 && (*settings)[len] == '=')
            return *settings + len + 1;
    return NULL;
}

static size_t find_number(char **settings, const char *name, size_t otherwise) {
    const char *value = find(settings, name);
    return value ? strtoul(value, NULL, 10) : otherwise;
}

static void wait_ms(size_t ms) {
    const struct timespec time = {.tv_sec = (time_t)(ms / 1000),
                                  .tv_nsec = (long)(ms % 1000) * 1000000};
    nanosleep(&time, NULL);
}

static fiat_status post(const char *url, char **settings, fiat__str body, fiat_error *err) {
    fiat__aws_credentials_provider *keys;
    fiat__aws_client *client;
    fiat__aws_call call = {.target = "Firehose_20150804.PutRecordBatch",
                           .content_type = "application/x-amz-json-1.1",
                           .body = body,
                           .done = on_done};
    fiat_status status =
        fiat__aws_credentials_static_new(&keys, "AKIDEXAMPLE", "secret", NULL, err);
    if (status != FIAT_OK) return status;
    uint32_t timeout_ms = (uint32_t)find_number(settings, "timeout_ms", 10000);
    const fiat__aws_client_opts opts = {
        .service = "firehose",
        .region = "eu-central-1",
        .endpoint_url = url,
        .credentials = keys,
        .net = {.proxy_url = find(settings, "proxy_url"),
                .proxy_none = find(settings, "proxy_none"),
                .proxy_ca_file = find(settings, "proxy_ca_file"),
                .ca_file = find(settings, "ca_file"),
                .cert_file = find(settings, "cert_file"),
                .key_file = find(settings, "key_file"),
                .idle_ms = (uint32_t)find_number(settings, "idle_ms", 0)},
        .connect_timeout_ms = timeout_ms,
        .request_timeout_ms = timeout_ms,
        .max_connections = 1,
        .max_reply_bytes = 4096};
    status = fiat__aws_client_new(&client, &opts, err);
    if (status == FIAT_OK) {
        for (size_t left = find_number(settings, "times", 1); left > 0; left--) {
            s_done = false;
            fiat__aws_client_submit(client, &call);
            while (!s_done)
                fiat__aws_client_poll(client, 1000);
            if (left > 1) wait_ms(find_number(settings, "pause_ms", 0));
        }
        fiat__aws_client_free(client);
    }
    fiat__aws_credentials_provider_free(keys);
    return status;
}

int main(int argc, char **argv) {
    fiat_error err = FIAT_ERROR_INIT;
    signal(SIGPIPE, SIG_IGN);
    if (argc < 2) {
        fprintf(stderr, "usage: aws_post URL [SETTING=VALUE]...\n");
        return EXIT_FAILURE;
    }
    size_t len = find_number(argv + 2, "body", 2);
    char *body = fiat__malloc(len + 1);
    if (!body) return EXIT_FAILURE;
    memset(body, ' ', len);
    fiat_status status = post(argv[1], argv + 2, fiat__str_of(body, len), &err);
    fiat__free(body);
    if (status == FIAT_OK) return EXIT_SUCCESS;
    fprintf(stderr, "aws_post: %s\n", err.message);
    return EXIT_FAILURE;
}
