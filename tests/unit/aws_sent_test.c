/* Was a request sent whole when its connection ended? A server that counts bytes ends connections
 * at chosen places; what the client says must fit what that server saw. */
#include "aws/client.h"
#include "base/mem.h"
#include "base/thread.h"
#include "support/test.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define LIMIT_MS 10000
/* Twice what the kernel's buffers of both sides hold: net.ipv4.tcp_wmem allows 4 MiB by default. */
#define LARGE          (24 * 1024 * 1024)
#define RECEIVE_BUFFER (64 * 1024)

typedef enum ending { CLOSE, RESET, STALL } ending;

/* One connection after the other; each ends as `how` says after `bytes` bytes of a body. */
typedef struct byte_server {
    int listen_fd, port;
    atomic_bool serve_first; /* answer one request on each connection before that */
    size_t bytes;            /* SIZE_MAX: the whole body */
    ending how;
    pthread_t thread;
    atomic_size_t whole; /* bodies that were received whole and not answered */
    atomic_bool stop;
} byte_server;

/* false at the end of the connection, or of the server. */
static bool wait_readable(byte_server *server, int fd) {
    struct pollfd poll_fd = {fd, POLLIN, 0};
    while (!server->stop)
        if (poll(&poll_fd, 1, 20) > 0) return true;
    return false;
}

static size_t content_length(const char *head) {
    const char *at = strstr(head, "Content-Length: ");
    ck_assert_ptr_nonnull(at);
    return strtoul(at + 16, NULL, 10);
}

/* Read a head and at most `limit` bytes of its body; true when the body was read whole. */
static bool read_request(byte_server *server, int fd, size_t limit) {
    static char text[256 * 1024];
    size_t len = 0, body = 0;
    char *end = NULL;
    while (!end) {
        ssize_t got = wait_readable(server, fd) ? recv(fd, text + len, 8192 - len, 0) : 0;
        if (got <= 0) return false;
        len += (size_t)got;
        text[len] = '\0';
        end = strstr(text, "\r\n\r\n");
    }
    size_t want = content_length(text);
    body = len - (size_t)(end + 4 - text);
    while (body < want && body < limit) {
        size_t room = limit - body < sizeof text ? limit - body : sizeof text;
        ssize_t got = wait_readable(server, fd) ? recv(fd, text, room, 0) : 0;
        if (got <= 0) return false;
        body += (size_t)got;
    }
    return body == want;
}

static void end_connection(byte_server *server, int fd) {
    struct linger now = {1, 0};
    if (server->how == RESET) setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    while (server->how == STALL && !server->stop)
        poll(NULL, 0, 20);
    close(fd);
}

static void *serve(void *arg) {
    static const char reply[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";
    byte_server *server = arg;
    while (wait_readable(server, server->listen_fd)) {
        int fd = accept(server->listen_fd, NULL, NULL);
        bool open = !server->serve_first ||
                    (read_request(server, fd, SIZE_MAX) &&
                     send(fd, reply, sizeof reply - 1, MSG_NOSIGNAL) == (ssize_t)sizeof reply - 1);
        if (open && read_request(server, fd, server->bytes)) server->whole++;
        end_connection(server, fd);
    }
    return NULL;
}

static void start_server(byte_server *server) {
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t at_len = sizeof at;
    server->listen_fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int room = RECEIVE_BUFFER; /* which the kernel then leaves as it is */
    setsockopt(server->listen_fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
    ck_assert_int_eq(bind(server->listen_fd, (struct sockaddr *)&at, at_len), 0);
    ck_assert_int_eq(listen(server->listen_fd, 8), 0);
    getsockname(server->listen_fd, (struct sockaddr *)&at, &at_len);
    server->port = ntohs(at.sin_port);
    ck_assert_int_eq(fiat__thread_start(&server->thread, "bytes", serve, server, NULL), FIAT_OK);
}

static void stop_server(byte_server *server) {
    server->stop = true;
    fiat__thread_join(server->thread);
    close(server->listen_fd);
}

static void on_done(fiat__aws_call *call) {
    *(bool *)call->user = true;
}

static void post(fiat__aws_client *client, fiat__aws_call *call, const char *body, size_t len) {
    bool done = false;
    *call = (fiat__aws_call){.target = "T",
                             .content_type = "application/x-amz-json-1.1",
                             .body = fiat__str_of(body, len),
                             .done = on_done,
                             .user = &done};
    fiat__aws_client_submit(client, call);
    while (!done)
        fiat__aws_client_poll(client, 100);
}

/* `maybe` is what must be said whatever the timing. A body that fits into the kernel's buffers is
 * handed over whole even when the server reads none of it: that is a "maybe", too. */
static const struct sent_row {
    const char *scheme;
    size_t body_len;
    bool reused;
    size_t bytes; /* read by the server before the end; 0: the head alone */
    ending how;
    bool maybe;
} s_rows[] = {
    {"http", LARGE, false, 0, CLOSE, false},
    {"http", LARGE, false, 0, RESET, false},
    {"http", LARGE, false, 0, STALL, false},
    {"http", LARGE, false, LARGE / 2, CLOSE, false},
    {"http", LARGE, false, LARGE / 2, RESET, false},
    {"http", LARGE, false, LARGE / 2, STALL, false},
    {"http", LARGE, false, SIZE_MAX, CLOSE, true},
    {"http", LARGE, false, SIZE_MAX, RESET, true},
    {"http", LARGE, false, SIZE_MAX, STALL, true},
    {"http", LARGE, true, 0, CLOSE, false},
    {"http", LARGE, true, 0, RESET, false},
    {"http", LARGE, true, 0, STALL, false},
    {"http", LARGE, true, LARGE / 2, CLOSE, false},
    {"http", LARGE, true, LARGE / 2, RESET, false},
    {"http", LARGE, true, LARGE / 2, STALL, false},
    {"http", LARGE, true, SIZE_MAX, CLOSE, true},
    {"http", LARGE, true, SIZE_MAX, RESET, true},
    {"http", LARGE, true, SIZE_MAX, STALL, true},
    {"http", 2, false, SIZE_MAX, CLOSE, true},
    {"http", 2, false, SIZE_MAX, RESET, true},
    {"http", 2, false, SIZE_MAX, STALL, true},
    {"http", 2, true, SIZE_MAX, CLOSE, true},
    {"http", 2, true, SIZE_MAX, RESET, true},
    {"http", 2, true, SIZE_MAX, STALL, true},
    {"https", 2, false, SIZE_MAX, STALL, false}, /* no end of the handshake */
};

START_TEST(doubt_is_told_from_certainty) {
    const struct sent_row *row = &s_rows[_i];
    byte_server server = {.serve_first = row->reused, .bytes = row->bytes, .how = row->how};
    start_server(&server);
    fiat__aws_credentials_provider *keys;
    fiat__aws_client *client;
    fiat__aws_call call;
    fiat_error err;
    char url[64], *body = fiat__malloc(row->body_len);
    memset(body, ' ', row->body_len);
    snprintf(url, sizeof url, "%s://127.0.0.1:%d", row->scheme, server.port);
    ck_assert_fiat_ok(fiat__aws_credentials_static_new(&keys, "A", "s", NULL, &err), err);
    const fiat__aws_client_opts opts = {.service = "firehose",
                                        .region = "eu-west-1",
                                        .endpoint_url = url,
                                        .credentials = keys,
                                        .connect_timeout_ms = row->how == STALL ? 700 : LIMIT_MS,
                                        .request_timeout_ms = row->how == STALL ? 700 : LIMIT_MS,
                                        .max_connections = 1,
                                        .max_reply_bytes = 1024};
    ck_assert_fiat_ok(fiat__aws_client_new(&client, &opts, &err), err);
    if (row->reused) {
        post(client, &call, "{}", 2);
        ck_assert_int_eq(call.result, FIAT__AWS_OK);
        server.serve_first = false; /* what is sent anew meets the same fault */
    }
    post(client, &call, body, row->body_len);
    ck_assert_int_eq(call.result, FIAT__AWS_RETRY);
    ck_assert_msg(call.maybe_received == row->maybe, "maybe: %d, %s", call.maybe_received,
                  call.err.message);
    if (server.whole) ck_assert(call.maybe_received);
    fiat__aws_client_free(client);
    fiat__aws_credentials_provider_free(keys);
    stop_server(&server);
    fiat__free(body);
}
END_TEST

int main(void) {
    unsetenv("http_proxy");
    unsetenv("https_proxy");
    unsetenv("all_proxy");
    setenv("AWS_CONFIG_FILE", "/dev/null", 1);
    setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null", 1);
    Suite *suite = suite_create("aws/sent");
    TCase *tcase = tcase_create("sent");
    tcase_set_timeout(tcase, 60);
    tcase_add_loop_test(tcase, doubt_is_told_from_certainty, 0, sizeof s_rows / sizeof s_rows[0]);
    suite_add_tcase(suite, tcase);
    return fiat_test_run(suite);
}
