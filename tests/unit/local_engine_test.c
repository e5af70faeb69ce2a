/* The engine over HTTP, on a loopback port: start, stop, lock, routing, signatures, bounds, many
 * clients at once. */
#include "aws/sigv4.h"
#include "base/base64.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/thread.h"
#include "local/local.h"
#include "support/test.h"
#include "support/tmpdir.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#define CREATE                                                                                     \
    "{\"DeliveryStreamName\":\"one\",\"S3DestinationConfiguration\":{\"RoleARN\":"                 \
    "\"arn:aws:iam::123456789012:role/x\",\"BucketARN\":\"arn:aws:s3:::bkt\"}}"
#define PUT "{\"DeliveryStreamName\":\"one\",\"Record\":{\"Data\":\"YQo=\"}}"

static char *s_dir;
static fiat__local *s_engine;
static fiat__local_opts s_opts;

static void start(void) {
    fiat_error err = FIAT_ERROR_INIT;
    ck_assert_fiat_ok(fiat__local_start(&s_engine, &s_opts, &err), err);
}

static void stop(void) {
    fiat_error err = FIAT_ERROR_INIT;
    ck_assert_fiat_ok(fiat__local_stop(s_engine, &err), err);
    s_engine = NULL;
}

static void set_up(void) {
    s_dir = tmpdir_make();
    fiat__local_opts_init(&s_opts);
    s_opts.data_dir = s_dir;
}

static void tear_down(void) {
    if (s_engine) stop();
    tmpdir_remove(s_dir);
}

/* --- a client --------------------------------------------------------------------------------- */

typedef struct reply {
    long status;
    char body[4096], request_id[64], type[64];
    size_t len;
} reply;

static size_t keep_body(char *data, size_t size, size_t count, void *ctx) {
    reply *to = ctx;
    size_t len = size * count;
    if (to->len + len >= sizeof to->body) len = sizeof to->body - 1 - to->len;
    memcpy(to->body + to->len, data, len);
    to->len += len;
    to->body[to->len] = '\0';
    return size * count;
}

static size_t keep_header(char *data, size_t size, size_t count, void *ctx) {
    reply *to = ctx;
    static const char id[] = "x-amzn-RequestId: ";
    if (count >= sizeof id && strncasecmp(data, id, sizeof id - 1) == 0)
        snprintf(to->request_id, sizeof to->request_id, "%.36s", data + sizeof id - 1);
    return size * count;
}

/* Add what signs a request with the key "ID:SECRET". (libcurl 7.88 leaves the port out of the host
 * it signs.) */
static struct curl_slist *sign(struct curl_slist *headers, const char *target, fiat__str body,
                               const char *key) {
    char host[32], date[17], line[128];
    fiat_error err = FIAT_ERROR_INIT;
    const fiat__sigv4_scope scope = {"us-east-1", "firehose", fiat__wall_ms(&fiat__clock_system)};
    snprintf(host, sizeof host, "127.0.0.1:%u", (unsigned)fiat__local_port(s_engine));
    fiat__basic_time_write(date, scope.time_ms);
    const fiat__aws_header signed_headers[] = {
        {fiat__str_c("host"), fiat__str_c(host)},
        {fiat__str_c("x-amz-date"), fiat__str_c(date)},
        {fiat__str_c("x-amz-target"), fiat__str_c(strchr(target, ' ') + 1)},
    };
    const fiat__sigv4_request request = {.method = fiat__str_c("POST"),
                                         .path = fiat__str_c("/"),
                                         .headers = signed_headers,
                                         .header_count = 3,
                                         .body = body,
                                         .normalize_path = true};
    fiat__aws_credentials credentials = {0};
    snprintf(credentials.access_key_id, sizeof credentials.access_key_id, "%.*s",
             (int)strcspn(key, ":"), key);
    snprintf(credentials.secret_access_key, sizeof credentials.secret_access_key, "%s",
             strchr(key, ':') + 1);
    fiat__buf authorization;
    fiat__buf_init(&authorization, 4096);
    fiat__buf_append_c(&authorization, "Authorization: ");
    ck_assert_fiat_ok(
        fiat__sigv4_authorization(&authorization, &request, &scope, &credentials, &err), err);
    headers = curl_slist_append(headers, fiat__buf_cstr(&authorization));
    snprintf(line, sizeof line, "X-Amz-Date: %s", date);
    fiat__buf_deinit(&authorization);
    return curl_slist_append(headers, line);
}

/* `key` "ID:SECRET" to sign with; NULL: do not sign. */
static reply post(const char *operation, const char *body, size_t len, const char *key) {
    reply got = {0};
    char url[64], target[128];
    const char *type = NULL;
    CURL *curl = curl_easy_init();
    ck_assert_ptr_nonnull(curl);
    snprintf(url, sizeof url, "http://127.0.0.1:%u/", (unsigned)fiat__local_port(s_engine));
    snprintf(target, sizeof target, "X-Amz-Target: %s", operation);
    struct curl_slist *headers = curl_slist_append(NULL, target);
    headers = curl_slist_append(headers, "Content-Type: application/x-amz-json-1.1");
    headers = curl_slist_append(headers, "Expect:");
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, 20L);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)len);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, keep_body);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &got);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, keep_header);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, &got);
    if (key) headers = sign(headers, target, fiat__str_of(body, len), key);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    const CURLcode code = curl_easy_perform(curl);
    ck_assert_msg(code == CURLE_OK, "%s", curl_easy_strerror(code));
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &got.status);
    if (curl_easy_getinfo(curl, CURLINFO_CONTENT_TYPE, &type) == CURLE_OK && type)
        snprintf(got.type, sizeof got.type, "%s", type);
    curl_slist_free_all(headers);
    curl_easy_cleanup(curl);
    return got;
}

static reply ask(const char *operation, const char *body, const char *key) {
    char target[96];
    snprintf(target, sizeof target, "Firehose_20150804.%s", operation);
    return post(target, body, strlen(body), key);
}

static void ask_well(const char *operation, const char *body) {
    const reply got = ask(operation, body, s_opts.verify ? "local:local" : NULL);
    ck_assert_msg(got.status == 200, "%s: %ld %s", operation, got.status, got.body);
}

/* Send bytes as they are; the first line of the answer. */
static void raw(const char *text, char *line, size_t size) {
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_port = htons(fiat__local_port(s_engine)),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(connect(fd, (struct sockaddr *)(void *)&to, sizeof to), 0);
    ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    size_t len = 0;
    ssize_t got;
    while (len + 1 < size && (got = read(fd, line + len, size - 1 - len)) > 0)
        len += (size_t)got;
    line[len] = '\0';
    close(fd);
}

/* --- tests ------------------------------------------------------------------------------------ */

START_TEST(two_engines_never_share_a_folder) {
    fiat__local *other;
    fiat_error err = FIAT_ERROR_INIT;
    char pid[32];
    start();
    snprintf(pid, sizeof pid, "process %ld;", (long)getpid());
    ck_assert_fiat_status(fiat__local_start(&other, &s_opts, &err), FIAT_E_IO);
    ck_assert_msg(strstr(err.message, pid) && strstr(err.message, s_dir), "%s", err.message);
    stop();
    start();
}
END_TEST

START_TEST(bad_options_are_refused) {
    static const struct {
        const char *data_dir, *bind, *key, *want;
    } rows[] = {
        {NULL, NULL, "k", "data folder"},
        {"", NULL, "k", "data folder"},
        {".", "localhost", "k", "numeric address"},
        {".", "192.0.2.1", "k", "cannot listen on 192.0.2.1"}, /* for documentation: not ours */
        {".", NULL, "", "no key"},
        {"/dev/null/x", NULL, "k", "/dev/null"},
    };
    fiat_error err = FIAT_ERROR_INIT;
    s_opts.data_dir =
        rows[_i].data_dir && strcmp(rows[_i].data_dir, ".") == 0 ? s_dir : rows[_i].data_dir;
    s_opts.bind = rows[_i].bind;
    s_opts.access_key_id = rows[_i].key;
    ck_assert_int_ne(fiat__local_start(&s_engine, &s_opts, &err), FIAT_OK);
    s_engine = NULL;
    ck_assert_msg(strstr(err.message, rows[_i].want), "%s", err.message);
}
END_TEST

START_TEST(requests_find_their_way_or_are_told_why) {
    static const struct {
        const char *text, *status, *part;
    } rows[] = {
        {"GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", "200", "\"ok\""},
        {"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", "404", "GET /health"},
        {"DELETE / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", "405", ""},
        {"POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}", "400",
         "UnknownOperationException"},
        {"POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 2\r\n"
         "X-Amz-Target: DynamoDB_20120810.GetItem\r\n\r\n{}",
         "400", "UnknownOperationException"},
        {"POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 2\r\n"
         "X-Amz-Target: Firehose_20150804.ListDeliveryStreams\r\n\r\n{}",
         "400", "MissingAuthenticationTokenException"},
        {"POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 2\r\n"
         "Authorization: AWS4-HMAC-SHA256 nonsense\r\n"
         "X-Amz-Target: Firehose_20150804.ListDeliveryStreams\r\n\r\n{}",
         "400", "IncompleteSignatureException"},
        {"POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 99999999999\r\n"
         "X-Amz-Target: Firehose_20150804.ListDeliveryStreams\r\n\r\n",
         "413", "RequestEntityTooLarge"},
        {"nonsense\r\n\r\n", "", ""},
    };
    char answer[8192];
    start();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char want[16];
        raw(rows[i].text, answer, sizeof answer);
        snprintf(want, sizeof want, "HTTP/1.1 %s", rows[i].status);
        ck_assert_msg(!*rows[i].status || strncmp(answer, want, strlen(want)) == 0, "%s -> %s",
                      rows[i].text, answer);
        ck_assert_msg(strstr(answer, rows[i].part), "%s -> %s", rows[i].text, answer);
    }
    ask_well("ListDeliveryStreams", "{}"); /* still alive */
}
END_TEST

START_TEST(signatures_are_checked_unless_turned_off) {
    start();
    reply got = ask("ListDeliveryStreams", "{}", "local:local");
    ck_assert_msg(got.status == 200, "%s", got.body);
    ck_assert_uint_eq(strlen(got.request_id), 36);
    ck_assert_str_eq(got.type, "application/x-amz-json-1.1");
    got = ask("ListDeliveryStreams", "{}", "local:wrong");
    ck_assert_int_eq(got.status, 400);
    ck_assert_ptr_nonnull(strstr(got.body, "InvalidSignatureException"));
    ck_assert_uint_eq(strlen(got.request_id), 36);
    got = ask("ListDeliveryStreams", "{}", "AKIDOTHER:local");
    ck_assert_ptr_nonnull(strstr(got.body, "UnrecognizedClientException"));
    stop();
    s_opts.verify = false;
    start();
    got = ask("ListDeliveryStreams", "{}", NULL);
    ck_assert_int_eq(got.status, 200);
}
END_TEST

START_TEST(a_body_that_grows_too_large_is_refused) {
    const size_t len = 17 * 1024 * 1024;
    char *body = calloc(1, len);
    ck_assert_ptr_nonnull(body);
    s_opts.verify = false;
    start();
    const reply got = post("Firehose_20150804.PutRecord", body, len, NULL);
    ck_assert_int_eq(got.status, 413);
    free(body);
    ask_well("ListDeliveryStreams", "{}");
}
END_TEST

START_TEST(stopping_delivers_and_abandoning_keeps) {
    s_opts.sync = _i;
    fiat__buf list, data;
    fiat__buf_init(&list, 1000);
    fiat__buf_init(&data, 1000);
    start();
    ask_well("CreateDeliveryStream", CREATE);
    ask_well("PutRecord", PUT);
    fiat__local_abandon(s_engine);
    s_engine = NULL;
    tmpdir_list(&list, s_dir, false);
    ck_assert_str_eq(fiat__buf_cstr(&list), "");
    start();
    ask_well("PutRecord", PUT);
    stop();
    tmpdir_list(&list, s_dir, false);
    char *second = strchr(list.ptr, '\n');
    ck_assert_ptr_nonnull(second);
    *second++ = '\0';
    second[strcspn(second, "\n")] = '\0';
    ck_assert_int_eq(strncmp(list.ptr, "bkt/20", 6), 0);
    tmpdir_read(&data, s_dir, list.ptr);
    tmpdir_read(&data, s_dir, second);
    ck_assert_str_eq(fiat__buf_cstr(&data), "a\na\n");
    fiat__buf_deinit(&list);
    fiat__buf_deinit(&data);
}
END_TEST

#define CLIENT_COUNT 8
#define PUTS_EACH    40

static void *put_many(void *arg) {
    char body[256], encoded[64];
    for (int i = 0; i < PUTS_EACH; i++) {
        fiat__buf text;
        char row[64];
        const int len = snprintf(row, sizeof row, "%d-%03d\n", *(int *)arg, i);
        fiat__buf_init(&text, 100);
        fiat__base64_encode(&text, row, (size_t)len);
        snprintf(encoded, sizeof encoded, "%s", fiat__buf_cstr(&text));
        fiat__buf_deinit(&text);
        snprintf(body, sizeof body, "{\"DeliveryStreamName\":\"one\",\"Record\":{\"Data\":\"%s\"}}",
                 encoded);
        ask_well("PutRecord", body);
        if (i % 10 == 0) ask_well("DescribeDeliveryStream", "{\"DeliveryStreamName\":\"one\"}");
        if (i % 10 == 5)
            ask_well("TagDeliveryStream",
                     "{\"DeliveryStreamName\":\"one\",\"Tags\":[{\"Key\":\"k\"}]}");
    }
    return NULL;
}

/* Each record of each client once, whichever thread serves it and however objects are cut. */
START_TEST(many_clients_at_once) {
    pthread_t threads[CLIENT_COUNT];
    int numbers[CLIENT_COUNT];
    s_opts.size_bytes = 100;
    s_opts.verify = false;
    start();
    ask_well("CreateDeliveryStream", CREATE);
    for (int i = 0; i < CLIENT_COUNT; i++) {
        numbers[i] = i;
        ck_assert_int_eq(pthread_create(&threads[i], NULL, put_many, &numbers[i]), 0);
    }
    for (int i = 0; i < CLIENT_COUNT; i++)
        pthread_join(threads[i], NULL);
    stop();
    fiat__buf list, data;
    fiat__buf_init(&list, 1 << 20);
    fiat__buf_init(&data, 1 << 20);
    tmpdir_list(&list, s_dir, false);
    for (char *at = list.ptr, *end; at && *at; at = end + 1) {
        end = strchr(at, '\n');
        *end = '\0';
        tmpdir_read(&data, s_dir, at);
    }
    ck_assert_uint_eq(data.len, CLIENT_COUNT * PUTS_EACH * 6);
    for (int i = 0; i < CLIENT_COUNT; i++) {
        for (int row = 0; row < PUTS_EACH; row++) {
            char want[32];
            snprintf(want, sizeof want, "%d-%03d\n", i, row);
            ck_assert_msg(strstr(data.ptr, want), "%s is missing", want);
        }
    }
    fiat__buf_deinit(&list);
    fiat__buf_deinit(&data);
}
END_TEST

int main(void) {
    curl_global_init(CURL_GLOBAL_DEFAULT);
    Suite *suite = suite_create("local/engine");
    TCase *tcase = tcase_create("engine");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_set_timeout(tcase, 60);
    tcase_add_loop_test(tcase, bad_options_are_refused, 0, 6);
    tcase_add_test(tcase, two_engines_never_share_a_folder);
    tcase_add_test(tcase, requests_find_their_way_or_are_told_why);
    tcase_add_test(tcase, signatures_are_checked_unless_turned_off);
    tcase_add_test(tcase, a_body_that_grows_too_large_is_refused);
    tcase_add_loop_test(tcase, stopping_delivers_and_abandoning_keeps, 0, 2);
    tcase_add_test(tcase, many_clients_at_once);
    suite_add_tcase(suite, tcase);
    return fiat_test_run(suite);
}
