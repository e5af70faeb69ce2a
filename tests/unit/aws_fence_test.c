/* That whoever calls libcurl or OpenSSL is inside the fence: while a thread that means to fork has
 * closed it, nobody is in one of their functions. Those below stand before the libraries' own. */
#define _GNU_SOURCE /* RTLD_NEXT */
#include "aws/client.h"
#include "aws/fetch.h"
#include "base/clock.h"
#include "base/fence.h"
#include "base/random.h"
#include "base/thread.h"
#include "support/http_server.h"
#include "support/test.h"

#include <curl/curl.h>
#include <dlfcn.h>
#include <openssl/evp.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#define ROUNDS    200
#define WAIT_MS   10000
#define LINGER_US 100 /* in each function, so that being there is not easily overlooked */

static atomic_int s_within; /* threads that are in one of the functions */
static atomic_uint s_calls;

static void come(void) {
    atomic_fetch_add(&s_within, 1);
    atomic_fetch_add(&s_calls, 1);
    usleep(LINGER_US);
}

static void go(void) {
    usleep(LINGER_US);
    atomic_fetch_sub(&s_within, 1);
}

/* POSIX: the pointer of a function may be read through one to void. */
static void find(const char *name, void *function) {
    void *found = dlsym(RTLD_NEXT, name);
    ck_assert_ptr_nonnull(found);
    memcpy(function, &found, sizeof found);
}

#undef curl_multi_perform
CURLMcode curl_multi_perform(CURLM *multi, int *running) {
    CURLMcode (*next)(CURLM *, int *);
    find("curl_multi_perform", &next);
    come();
    CURLMcode result = next(multi, running);
    go();
    return result;
}

void curl_easy_cleanup(CURL *easy) {
    void (*next)(CURL *);
    find("curl_easy_cleanup", &next);
    come();
    next(easy);
    go();
}

CURLMcode curl_multi_cleanup(CURLM *multi) {
    CURLMcode (*next)(CURLM *);
    find("curl_multi_cleanup", &next);
    come();
    CURLMcode result = next(multi);
    go();
    return result;
}

int EVP_DigestFinal_ex(EVP_MD_CTX *ctx, unsigned char *out, unsigned *len) {
    int (*next)(EVP_MD_CTX *, unsigned char *, unsigned *);
    find("EVP_DigestFinal_ex", &next);
    come();
    int result = next(ctx, out, len);
    go();
    return result;
}

static http_server *s_server;
static atomic_bool s_end;
static atomic_uint s_exchanges[2];

/* As the thread that fetches credentials does. */
static void *fetch_often(void *arg) {
    static const atomic_bool never;
    const fiat__aws_credentials_opts opts = {.region = "eu-central-1"};
    const fiat__aws_search search = {
        .clock = &fiat__clock_system, .opts = &opts, .cancelled = &never};
    const fiat__fetch_request request = {.method = "GET",
                                         .url = http_server_url(s_server),
                                         .name = "server",
                                         .timeout_ms = WAIT_MS,
                                         .max_attempts = 1};
    while (!atomic_load(&s_end)) {
        fiat__fetch_reply reply;
        if (fiat__fetch(&search, &request, &reply, NULL) == FIAT_OK)
            atomic_fetch_add(&s_exchanges[0], 1);
        fiat__fetch_reply_deinit(&reply);
    }
    return arg;
}

static void count(fiat__aws_call *call) {
    if (call->result == FIAT__AWS_OK) atomic_fetch_add(&s_exchanges[1], 1);
}

static fiat__aws_client *new_client(fiat__aws_credentials_provider *keys) {
    const fiat__aws_client_opts opts = {.service = "firehose",
                                        .region = "eu-central-1",
                                        .endpoint_url = http_server_url(s_server),
                                        .credentials = keys,
                                        .connect_timeout_ms = WAIT_MS,
                                        .request_timeout_ms = WAIT_MS,
                                        .max_connections = 2,
                                        .max_reply_bytes = 4096};
    fiat__aws_client *client = NULL;
    fiat__fence_enter();
    fiat_status status = fiat__aws_client_new(&client, &opts, NULL);
    fiat__fence_leave();
    return status == FIAT_OK ? client : NULL;
}

/* As a sender does, and whoever closes a logger. */
static void *send_often(void *arg) {
    fiat__aws_credentials_provider *keys = arg;
    while (!atomic_load(&s_end)) {
        fiat__aws_call calls[3];
        fiat__aws_client *client = new_client(keys);
        if (!client) return NULL;
        for (size_t i = 0; i < 3; i++) {
            calls[i] = (fiat__aws_call){.target = "Firehose_20150804.PutRecordBatch",
                                        .content_type = "application/x-amz-json-1.1",
                                        .body = fiat__str_c("{}"),
                                        .done = count};
            fiat__aws_client_submit(client, &calls[i]);
        }
        for (int i = 0; i < 20 && fiat__aws_client_in_flight(client) > 1; i++)
            fiat__aws_client_poll(client, 10);
        fiat__aws_client_free(client); /* mostly with a call in flight */
    }
    return arg;
}

START_TEST(closed_fence_keeps_everybody_out_of_the_libraries) {
    pthread_t threads[2];
    fiat__aws_credentials_provider *keys;
    fiat_error err;
    s_server = http_server_start();
    ck_assert_fiat_ok(fiat__aws_credentials_static_new(&keys, "id", "secret", NULL, &err), err);
    ck_assert_int_eq(fiat__thread_start(&threads[0], "fetch", fetch_often, keys, NULL), FIAT_OK);
    ck_assert_int_eq(fiat__thread_start(&threads[1], "send", send_often, keys, NULL), FIAT_OK);
    for (unsigned round = 0; round < ROUNDS; round++) {
        fiat__fence_close(WAIT_MS);
        const int within = atomic_load(&s_within);
        const unsigned calls = atomic_load(&s_calls);
        usleep(4 * LINGER_US);
        ck_assert_int_eq(within, 0);
        ck_assert_uint_eq(atomic_load(&s_calls), calls);
        fiat__fence_open();
        usleep(10 * LINGER_US + (unsigned)fiat__random_below(2000));
    }
    atomic_store(&s_end, true);
    for (int i = 0; i < 2; i++) {
        void *result = NULL;
        ck_assert_int_eq(pthread_join(threads[i], &result), 0);
        ck_assert_ptr_nonnull(result);
        ck_assert_uint_gt(atomic_load(&s_exchanges[i]), 0);
    }
    fiat__aws_credentials_provider_free(keys);
    http_server_stop(s_server);
}
END_TEST

/* Closing takes no longer than what happens inside: nobody waits there for an answer. */
START_TEST(closing_does_not_wait_for_servers) {
    pthread_t thread;
    s_server = http_server_start();
    http_server_set_default(s_server, &(http_reply){.fault = HTTP_FAULT_STALL});
    ck_assert_int_eq(fiat__thread_start(&thread, "fetch", fetch_often, s_server, NULL), FIAT_OK);
    ck_assert(http_server_wait(s_server, 1, WAIT_MS));
    for (unsigned round = 0; round < 20; round++) {
        int64_t since_ms = fiat__mono_ms(&fiat__clock_system);
        fiat__fence_close(WAIT_MS);
        ck_assert_int_lt(fiat__mono_ms(&fiat__clock_system) - since_ms, WAIT_MS / 2);
        fiat__fence_open();
    }
    atomic_store(&s_end, true);
    http_server_stop(s_server);
    fiat__thread_join(thread);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("aws/fence");
    TCase *tcase = tcase_create("fence");
    tcase_set_timeout(tcase, 120); /* sanitizers on a busy machine */
    tcase_add_test(tcase, closed_fence_keeps_everybody_out_of_the_libraries);
    tcase_add_test(tcase, closing_does_not_wait_for_servers);
    suite_add_tcase(suite, tcase);
    return fiat_test_run(suite);
}
