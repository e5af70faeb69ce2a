/* Large bodies over TLS: gathered into large writes, every byte once and in order, none held back
 * when the body has ended, and no doubt about what has gone out. */
#include "aws/client.h"
#include "aws/tls_gather.h"
#include "base/mem.h"
#include "mock/certificate.h"
#include "mock/server.h"
#include "support/test.h"

#include <stdatomic.h>
#include <stdio.h>

#define PIECE 16384
#define LARGE (15 * 1024 * 1024) /* more than the kernel's buffers of both sides hold */

/* ---- by itself: a socket that takes what it likes ---- */

struct wire {
    fiat__buf taken;
    size_t writes, limit; /* most bytes of one write; 0: none, until `limit` is set anew */
};

static int wire_write(BIO *bio, const char *bytes, int len) {
    struct wire *wire = BIO_get_data(bio);
    BIO_clear_retry_flags(bio);
    if (!wire->limit) {
        BIO_set_retry_write(bio);
        return -1;
    }
    if ((size_t)len > wire->limit) len = (int)wire->limit;
    ck_assert(fiat__buf_append(&wire->taken, bytes, (size_t)len));
    wire->writes++;
    return len;
}

static long wire_ctrl(BIO *bio, int command, long number, void *pointer) {
    (void)bio, (void)number, (void)pointer;
    return command == BIO_CTRL_FLUSH;
}

struct session {
    struct wire wire;
    BIO_METHOD *method;
    SSL_CTX *context;
    SSL *ssl;
    fiat__tls_gather *gather;
    BIO *out;
    char sent[40 * PIECE];
    size_t sent_len;
};

static void open_session(struct session *s) {
    memset(s, 0, sizeof *s);
    fiat__buf_init(&s->wire.taken, sizeof s->sent);
    s->wire.limit = SIZE_MAX;
    s->method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "wire");
    BIO_meth_set_write(s->method, wire_write);
    BIO_meth_set_ctrl(s->method, wire_ctrl);
    BIO *wire = BIO_new(s->method);
    BIO_set_data(wire, &s->wire);
    BIO_set_init(wire, 1);
    s->context = SSL_CTX_new(TLS_client_method());
    s->ssl = SSL_new(s->context);
    SSL_set_bio(s->ssl, wire, wire);
    s->gather = fiat__tls_gather_start(s->ssl);
    ck_assert_ptr_nonnull(s->gather);
    s->out = SSL_get_wbio(s->ssl);
    for (size_t i = 0; i < sizeof s->sent; i++)
        s->sent[i] = (char)(i * 2654435761u >> 24);
}

static void close_session(struct session *s) {
    SSL_free(s->ssl);
    SSL_CTX_free(s->context);
    BIO_meth_free(s->method);
    fiat__buf_deinit(&s->wire.taken);
}

/* As OpenSSL does: what was not taken is offered again. */
static int offer(struct session *s, size_t len) {
    int put = BIO_write(s->out, s->sent + s->sent_len, (int)len);
    if (put > 0)
        s->sent_len += (size_t)put;
    else
        ck_assert(BIO_should_retry(s->out));
    return put;
}

static void assert_all_taken(const struct session *s) {
    ck_assert_uint_eq(s->wire.taken.len, s->sent_len);
    ck_assert_mem_eq(s->wire.taken.ptr, s->sent, s->sent_len);
}

START_TEST(many_writes_become_few) {
    struct session s;
    open_session(&s);
    for (int i = 0; i < 32; i++)
        ck_assert_int_eq(offer(&s, PIECE), PIECE);
    ck_assert_uint_ge(s.wire.writes, 1);
    ck_assert_uint_le(s.wire.writes, 4);
    fiat__tls_gather_stop(s.gather);
    ck_assert_int_eq(offer(&s, 100), 100);
    assert_all_taken(&s);
    ck_assert_int_eq(offer(&s, 100), 100); /* each by itself from here on */
    assert_all_taken(&s);
    close_session(&s);
}
END_TEST

START_TEST(a_socket_that_is_full_is_tried_again_and_nothing_is_held_twice) {
    struct session s;
    open_session(&s);
    size_t refused = 0;
    for (int turn = 0; s.sent_len < 30 * PIECE; turn++) {
        s.wire.limit = turn % 3 ? 0 : 7001;
        if (offer(&s, 1 + (size_t)turn % PIECE * 37 % PIECE) <= 0) refused++;
        ck_assert_int_lt(turn, 100000);
    }
    ck_assert_uint_gt(refused, 0);
    fiat__tls_gather_stop(s.gather);
    s.wire.limit = 0;
    ck_assert_int_le(offer(&s, 100), 0); /* what is behind may not overtake */
    s.wire.limit = 7001;
    ck_assert_int_eq(offer(&s, 100), 100);
    assert_all_taken(&s);
    close_session(&s);
}
END_TEST

START_TEST(a_flush_leaves_nothing_behind) {
    struct session s;
    open_session(&s);
    ck_assert_int_eq(offer(&s, 100), 100);
    ck_assert_uint_eq(s.wire.taken.len, 0);
    s.wire.limit = 0;
    ck_assert_int_le((int)BIO_flush(s.out), 0);
    ck_assert(BIO_should_retry(s.out));
    s.wire.limit = 60;
    ck_assert_int_eq((int)BIO_flush(s.out), 1);
    assert_all_taken(&s);
    close_session(&s);
}
END_TEST

START_TEST(a_session_has_one) {
    struct session s;
    open_session(&s);
    ck_assert_ptr_eq(fiat__tls_gather_start(s.ssl), s.gather);
    ck_assert_ptr_eq(SSL_get_wbio(s.ssl), s.out);
    fiat__tls_gather_stop(NULL);
    close_session(&s);
}
END_TEST

/* ---- in the client ---- */

struct peer {
    fiat__certificates certificates;
    fiat__server *server;
    fiat__aws_credentials_provider *keys;
    fiat__aws_client *client;
    char *body;
    fiat__wire_fault fault; /* of bodies of LARGE */
    size_t fault_at;
    atomic_size_t whole;
    atomic_bool differs;
};

static void begin(void *ctx, fiat__server_request *request, fiat__server_reply *early) {
    struct peer *peer = ctx;
    fiat__str length;
    ck_assert(fiat__server_header(request->head, "content-length", &length));
    if (strtoul(length.ptr, NULL, 10) < LARGE) return;
    early->fault = peer->fault;
    early->fault_at = peer->fault_at;
    early->pace_ms = 1;
}

static void handle(void *ctx, fiat__server_request *request, fiat__server_reply *reply) {
    struct peer *peer = ctx;
    if (memcmp(request->body, peer->body, request->body_len) != 0) peer->differs = true;
    peer->whole++;
    reply->body = "{}";
    if (request->body_len == LARGE && peer->fault == FIAT__WIRE_RESET) reply->fault = peer->fault;
}

static void open_peer(struct peer *peer) {
    fiat_error err;
    char url[64];
    memset(peer, 0, sizeof *peer);
    peer->body = fiat__malloc(LARGE);
    for (size_t i = 0; i < LARGE; i++)
        peer->body[i] = (char)(' ' + i * 2654435761u % 4294967291u % 89);
    ck_assert_fiat_ok(fiat__certificates_init(&peer->certificates, &err), err);
    const fiat__server_opts opts = {.tls = peer->certificates.right,
                                    .handler = {.ctx = peer, .begin = begin, .handle = handle}};
    ck_assert_fiat_ok(fiat__server_start(&peer->server, &opts, &err), err);
    snprintf(url, sizeof url, "https://localhost:%d", fiat__server_port(peer->server));
    ck_assert_fiat_ok(fiat__aws_credentials_static_new(&peer->keys, "A", "s", NULL, &err), err);
    const fiat__aws_client_opts client = {.service = "firehose",
                                          .region = "eu-west-1",
                                          .endpoint_url = url,
                                          .net = {.ca_file = peer->certificates.ca_file},
                                          .credentials = peer->keys,
                                          .connect_timeout_ms = 30000,
                                          .request_timeout_ms = 30000,
                                          .max_connections = 1,
                                          .max_reply_bytes = 1024};
    ck_assert_fiat_ok(fiat__aws_client_new(&peer->client, &client, &err), err);
}

static void close_peer(struct peer *peer) {
    fiat__aws_client_free(peer->client);
    fiat__aws_credentials_provider_free(peer->keys);
    fiat__server_stop(peer->server);
    fiat__certificates_deinit(&peer->certificates);
    fiat__free(peer->body);
}

static void on_done(fiat__aws_call *call) {
    *(bool *)call->user = true;
}

static void post(struct peer *peer, fiat__aws_call *call, size_t len) {
    bool done = false;
    *call = (fiat__aws_call){.target = "T",
                             .content_type = "application/x-amz-json-1.1",
                             .body = fiat__str_of(peer->body, len),
                             .done = on_done,
                             .user = &done};
    fiat__aws_client_submit(peer->client, call);
    while (!done)
        fiat__aws_client_poll(peer->client, 100);
}

START_TEST(bodies_of_all_sizes_arrive_over_one_connection) {
    static const size_t sizes[] = {2,       65535, 65536,  65537, 131072, 262144,
                                   4000001, 12,    131073, 700,   5600000};
    struct peer peer;
    fiat__aws_call call;
    open_peer(&peer);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        post(&peer, &call, sizes[i]);
        ck_assert_msg(call.result == FIAT__AWS_OK, "%zu: %s", sizes[i], call.err.message);
    }
    ck_assert_uint_eq(peer.whole, sizeof sizes / sizeof *sizes);
    ck_assert(!peer.differs);
    ck_assert_uint_eq(fiat__server_connections(peer.server), 1);
    close_peer(&peer);
}
END_TEST

START_TEST(a_reader_that_is_slow_gets_every_byte) {
    struct peer peer;
    fiat__aws_call call;
    open_peer(&peer);
    peer.fault = FIAT__WIRE_SLOW_READ;
    post(&peer, &call, LARGE);
    ck_assert_msg(call.result == FIAT__AWS_OK, "%s", call.err.message);
    ck_assert_uint_eq(peer.whole, 1);
    ck_assert(!peer.differs);
    close_peer(&peer);
}
END_TEST

static const struct {
    fiat__wire_fault fault;
    size_t at;
    bool maybe;
} s_breaks[] = {{FIAT__WIRE_RESET_UNREAD, 0, false},
                {FIAT__WIRE_RESET_UNREAD, LARGE / 16, false},
                {FIAT__WIRE_RESET, 0, true}};

START_TEST(doubt_is_told_from_certainty) {
    struct peer peer;
    fiat__aws_call call;
    open_peer(&peer);
    post(&peer, &call, 100000);
    ck_assert_int_eq(call.result, FIAT__AWS_OK);
    peer.fault = s_breaks[_i].fault;
    peer.fault_at = s_breaks[_i].at;
    post(&peer, &call, LARGE);
    ck_assert_int_eq(call.result, FIAT__AWS_RETRY);
    ck_assert_msg(call.maybe_received == s_breaks[_i].maybe, "maybe: %d, %s", call.maybe_received,
                  call.err.message);
    peer.fault = FIAT__WIRE_NONE;
    post(&peer, &call, 100000); /* nothing of the broken one is left */
    ck_assert_int_eq(call.result, FIAT__AWS_OK);
    ck_assert(!peer.differs);
    close_peer(&peer);
}
END_TEST

int main(void) {
    unsetenv("https_proxy");
    unsetenv("all_proxy");
    setenv("AWS_CONFIG_FILE", "/dev/null", 1);
    setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null", 1);
    Suite *suite = suite_create("aws/tls_gather");
    TCase *alone = tcase_create("alone");
    tcase_add_test(alone, many_writes_become_few);
    tcase_add_test(alone, a_socket_that_is_full_is_tried_again_and_nothing_is_held_twice);
    tcase_add_test(alone, a_flush_leaves_nothing_behind);
    tcase_add_test(alone, a_session_has_one);
    suite_add_tcase(suite, alone);
    TCase *client = tcase_create("client");
    tcase_set_timeout(client, 60);
    tcase_add_test(client, bodies_of_all_sizes_arrive_over_one_connection);
    tcase_add_test(client, a_reader_that_is_slow_gets_every_byte);
    tcase_add_loop_test(client, doubt_is_told_from_certainty, 0,
                        sizeof s_breaks / sizeof *s_breaks);
    suite_add_tcase(suite, client);
    return fiat_test_run(suite);
}
