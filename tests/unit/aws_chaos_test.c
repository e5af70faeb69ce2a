/* The parts of aws/ without memory: they say so, leak nothing, and work once there is some. */
#include "aws/client.h"
#include "aws/endpoint.h"
#include "aws/sigv4.h"
#include "aws/svc/service.h"
#include "support/chaos.h"
#include "support/http_server.h"
#include "support/test.h"

#include <unistd.h>

static char s_config_path[] = "/tmp/fiat-chaos-XXXXXX";

static void set_up(void) {
    static const char *const names[] = {"AWS_ACCESS_KEY_ID",
                                        "AWS_SECRET_ACCESS_KEY",
                                        "AWS_PROFILE",
                                        "AWS_ENDPOINT_URL",
                                        "AWS_ENDPOINT_URL_FIREHOSE",
                                        "AWS_REGION",
                                        "AWS_DEFAULT_REGION",
                                        "http_proxy",
                                        "all_proxy"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        unsetenv(names[i]);
    setenv("AWS_CONFIG_FILE", s_config_path, 1);
    setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent/credentials", 1);
}

static fiat_status get_credentials(void *ctx) {
    fiat__aws_credentials_provider *chain;
    fiat__aws_credentials out;
    (void)ctx;
    fiat_status status = fiat__aws_credentials_chain_new(&chain, NULL, NULL);
    if (status != FIAT_OK) return status;
    status = fiat__aws_credentials_get(chain, &out, NULL);
    if (status == FIAT_OK) {
        ck_assert_str_eq(out.session_token, "t");
        fiat__aws_credentials_deinit(&out);
    }
    fiat__aws_credentials_provider_free(chain);
    return status;
}

/* A role whose keys come from a program: profiles, processes, STS and its XML. */
static fiat_status assume_role(void *ctx) {
    fiat__aws_credentials_provider *chain;
    fiat__aws_credentials out;
    setenv("AWS_PROFILE", "role", 1);
    setenv("AWS_ENDPOINT_URL_STS", http_server_url(ctx), 1);
    fiat_status status = fiat__aws_credentials_chain_new(&chain, NULL, NULL);
    if (status != FIAT_OK) return status;
    status = fiat__aws_credentials_get(chain, &out, NULL);
    if (status == FIAT_OK) {
        ck_assert_str_eq(out.session_token, "&t");
        fiat__aws_credentials_deinit(&out);
    }
    fiat__aws_credentials_provider_free(chain);
    return status;
}

/* Instance metadata: three replies, the last one JSON. */
static void reply_metadata(void *ctx, const http_request *request, http_reply *reply) {
    (void)ctx;
    reply->body = strstr(request->path, "/token")  ? "token"
                  : strstr(request->path, "/role") ? "{\"AccessKeyId\":\"A\",\"Token\":\"t\","
                                                     "\"SecretAccessKey\":\"s\",\"Expiration\":"
                                                     "\"2099-01-01T00:00:00Z\"}"
                                                   : "role";
}

static fiat_status ask_instance(void *ctx) {
    setenv("AWS_PROFILE", "instance", 1);
    setenv("AWS_EC2_METADATA_DISABLED", "false", 1);
    setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", http_server_url(ctx), 1);
    return get_credentials(ctx);
}

static fiat_status find_region(void *ctx) {
    fiat__buf out;
    (void)ctx;
    fiat__buf_init(&out, 64);
    fiat_status status = fiat__aws_region_find(&out, NULL);
    if (status == FIAT_OK) ck_assert_str_eq(fiat__buf_cstr(&out), "eu-west-1");
    fiat__buf_deinit(&out);
    return status;
}

static fiat_status resolve_endpoint(void *ctx) {
    fiat__aws_endpoint out;
    (void)ctx;
    const fiat__aws_endpoint_opts opts = {.service = "firehose", .region = "eu-west-1"};
    fiat_status status = fiat__aws_endpoint_resolve(&out, &opts, NULL);
    if (status == FIAT_OK) ck_assert_str_eq(out.url, "http://special/");
    return status;
}

static fiat_status find_way(void *ctx) {
    const fiat__net_opts asked = {.proxy_url = "http://u:p@proxy:1",
                                  .proxy_none = "example",
                                  .proxy_ca_file = "p.pem",
                                  .cert_file = "c.pem",
                                  .key_file = "k.pem"};
    fiat__aws_endpoint endpoint;
    fiat__net_opts opts;
    fiat__net net = {0};
    (void)ctx;
    ck_assert_int_eq(fiat__aws_endpoint_parse(&endpoint, "https://h", "test", NULL), FIAT_OK);
    fiat_status status = fiat__net_opts_copy(&opts, &asked, NULL);
    if (status == FIAT_OK) status = fiat__net_init(&net, &opts, &endpoint, NULL);
    if (status == FIAT_OK) ck_assert_str_eq(net.proxy.password, "p");
    fiat__net_deinit(&net);
    fiat__net_opts_free(&opts);
    return status;
}

static fiat_status sign(void *ctx) {
    const fiat__aws_header headers[] = {{fiat__str_c("host"), fiat__str_c("h")}};
    const fiat__sigv4_request request = {.method = fiat__str_c("GET"),
                                         .path = fiat__str_c("/a/b"),
                                         .query = fiat__str_c("b=2&a=1"),
                                         .headers = headers,
                                         .header_count = 1};
    const fiat__sigv4_scope scope = {"eu-west-1", "s3", 0};
    const fiat__aws_credentials keys = {.access_key_id = "A", .secret_access_key = "s"};
    fiat__buf out;
    (void)ctx;
    fiat__buf_init(&out, 4096);
    fiat_status status = fiat__sigv4_authorization(&out, &request, &scope, &keys, NULL);
    fiat__buf_deinit(&out);
    return status;
}

static void on_done(fiat__aws_call *call) {
    *(bool *)call->user = true;
}

/* One request over a client made for it. Without memory the call must still end, once. */
static fiat_status post(void *ctx) {
    fiat__aws_credentials_provider *keys;
    fiat__aws_client *client;
    bool done = false;
    fiat__aws_call call = {.target = "T",
                           .content_type = "application/x-amz-json-1.1",
                           .body = fiat__str_c("{}"),
                           .done = on_done,
                           .user = &done};
    fiat_status status = fiat__aws_credentials_static_new(&keys, "A", "s", "t", NULL);
    if (status != FIAT_OK) return status;
    const fiat__aws_client_opts opts = {.service = "firehose",
                                        .region = "eu-west-1",
                                        .endpoint_url = http_server_url(ctx),
                                        .credentials = keys,
                                        .connect_timeout_ms = 5000,
                                        .request_timeout_ms = 5000,
                                        .max_connections = 1,
                                        .max_reply_bytes = 1024};
    status = fiat__aws_client_new(&client, &opts, NULL);
    if (status == FIAT_OK) {
        fiat__aws_client_submit(client, &call);
        while (!done)
            fiat__aws_client_poll(client, 1000);
        status = call.result == FIAT__AWS_OK ? FIAT_OK : (fiat_status)call.err.status;
        if (status == FIAT_E_NOMEM) ck_assert_int_eq(call.result, FIAT__AWS_RETRY);
        fiat__aws_client_free(client);
    }
    fiat__aws_credentials_provider_free(keys);
    return status;
}

/* A blocking call with its answer, and a page that leads to another. */
static fiat_status call_service(void *ctx) {
    fiat__aws_credentials_provider *keys;
    fiat__service *service;
    fiat__service_pages pages;
    const fiat__doc *page;
    fiat_status status = fiat__aws_credentials_static_new(&keys, "A", "s", "t", NULL);
    if (status != FIAT_OK) return status;
    const fiat__service_opts opts = {.region = "eu-west-1",
                                     .endpoint_url = http_server_url(ctx),
                                     .credentials = keys,
                                     .max_attempts = 1};
    status = fiat__service_open(&service, "athena", &opts, NULL);
    if (status == FIAT_OK) {
        fiat__service_pages_init(&pages, service, "A.GetX", "{}", "NextToken");
        status = fiat__service_pages_next(&pages, &page, NULL);
        if (status == FIAT_OK) ck_assert_str_eq(fiat__buf_cstr(&pages.tokens.token), "t");
        fiat__service_pages_deinit(&pages);
        fiat__service_free(service);
    }
    fiat__aws_credentials_provider_free(keys);
    return status;
}

START_TEST(service_without_memory) {
    http_server *server = http_server_start();
    http_server_set_default(server, &(http_reply){.body = "{\"NextToken\":\"t\"}"});
    chaos_loop(call_service, server);
    http_server_stop(server);
}
END_TEST

START_TEST(without_memory) {
    static fiat_status (*const runs[])(void *) = {get_credentials, find_region, resolve_endpoint,
                                                  find_way, sign};
    chaos_loop(runs[_i], NULL);
}
END_TEST

START_TEST(role_without_memory) {
    http_server *server = http_server_start();
    http_server_set_default(
        server, &(http_reply){.body = "<R><Credentials><AccessKeyId>A</AccessKeyId>"
                                      "<SecretAccessKey>s</SecretAccessKey><SessionToken>&amp;t"
                                      "</SessionToken><Expiration>2099-01-01T00:00:00Z"
                                      "</Expiration></Credentials></R>"});
    chaos_loop(assume_role, server);
    http_server_stop(server);
}
END_TEST

START_TEST(instance_without_memory) {
    http_server *server = http_server_start();
    http_server_set_handler(server, reply_metadata, NULL);
    chaos_loop(ask_instance, server);
    http_server_stop(server);
}
END_TEST

START_TEST(client_without_memory) {
    http_server *server = http_server_start();
    chaos_loop(post, server);
    http_server_stop(server);
}
END_TEST

int main(void) {
    static const char config[] =
        "[default]\naws_access_key_id = A\naws_secret_access_key = s\naws_session_token = t\n"
        "region = eu-west-1\nendpoint_url = http://general\nservices = mine\n"
        "[services mine]\nfirehose =\n  endpoint_url = http://special\n"
        "[profile role]\nrole_arn = r\nsource_profile = program\n[profile instance]\nregion = x\n"
        "[profile program]\ncredential_process = echo '{\"Version\":1,\"AccessKeyId\":\"A\","
        "\"SecretAccessKey\":\"s\"}'\n";
    int fd = mkstemp(s_config_path);
    if (fd < 0 || write(fd, config, sizeof config - 1) != sizeof config - 1) return EXIT_FAILURE;
    close(fd);
    Suite *suite = suite_create("aws/chaos");
    TCase *tcase = tcase_create("chaos");
    tcase_set_timeout(tcase, 60);
    tcase_add_checked_fixture(tcase, set_up, NULL);
    tcase_add_loop_test(tcase, without_memory, 0, 5);
    tcase_add_test(tcase, role_without_memory);
    tcase_add_test(tcase, instance_without_memory);
    tcase_add_test(tcase, client_without_memory);
    tcase_add_test(tcase, service_without_memory);
    suite_add_tcase(suite, tcase);
    int result = fiat_test_run(suite);
    unlink(s_config_path);
    return result;
}
