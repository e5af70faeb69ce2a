/* See server.h. The accepting thread also joins connections that have ended, so that a storm of
 * short connections does not pile up threads. */
#include "mock/server.h"
#include "base/error.h"
#include "base/thread.h"
#include "mock/heap.h"
#include "mock/wire.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <unistd.h>

#define HEAD_MAX_BYTES (64 * 1024)
#define BODY_MAX_BYTES (16 * 1024 * 1024)
#define PIECE_BYTES    (16 * 1024) /* of a body that is read slowly */
#define DRIP_BYTES     16          /* of one that is written slowly */

typedef struct connection {
    fiat__server *server;
    struct connection *next; /* of the living, then of the ended */
    fiat__wire wire;
    fiat__server_welcome welcome;
    size_t number;
    pthread_t thread;
    char *text; /* HEAD_MAX_BYTES + 1: what has come and is not used up */
    size_t len;
} connection;

struct fiat__server {
    fiat__server_opts opts;
    fiat__wire listening; /* its fd listens */
    int wake[2];          /* readable once the server stops */
    uint16_t port;
    pthread_t acceptor;
    fiat__mutex mutex;  /* guards what follows */
    fiat__cond emptied; /* no connection lives */
    connection *living, *ended;
    size_t accepted;
};

/* A request on its way through one connection. */
typedef struct exchange {
    fiat__server_request request;
    fiat__server_reply reply;
    fiat__server_head head;
    char *body;
} exchange;

/* --- reading ---------------------------------------------------------------------------------- */

/* The header of the next request. Returns its length with the empty line, 0 at the end. */
static size_t read_head(connection *c) {
    for (;;) {
        c->text[c->len] = '\0';
        const char *end = strstr(c->text, "\r\n\r\n");
        if (end) return (size_t)(end - c->text) + 4;
        if (!fiat__wire_receive(&c->wire, c->text, HEAD_MAX_BYTES, &c->len)) return 0;
    }
}

/* "Expect: 100-continue" : clients wait a second for this before a large body. */
static bool encourage(connection *c, const exchange *x) {
    static const char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";
    fiat__str value;
    if (!fiat__server_header(x->head.lines, "expect", &value)) return true;
    return fiat__wire_send(&c->wire, go_on, sizeof go_on - 1);
}

/* Up to `want` bytes of body; what came after it stays in c->text. */
static bool read_body(connection *c, exchange *x, size_t head_len, size_t want, uint32_t pace_ms) {
    const size_t have = c->len - head_len;
    size_t taken = have < want ? have : want;
    if (!(x->body = fiat__heap_new(want + 1))) return false;
    memcpy(x->body, c->text + head_len, taken);
    memmove(c->text, c->text + head_len + taken, have - taken);
    c->len = have - taken;
    if (taken < want && !encourage(c, x)) return false;
    while (taken < want) {
        size_t most = want - taken;
        if (pace_ms && most > PIECE_BYTES) most = PIECE_BYTES;
        if (pace_ms && !fiat__wire_sleep(&c->wire, pace_ms)) return false;
        if (!fiat__wire_receive(&c->wire, x->body, taken + most, &taken)) return false;
    }
    x->request.body = x->body;
    x->request.body_len = want;
    return true;
}

/* Fall silent until the client goes or the server stops. */
static void stall(connection *c, bool read_on) {
    char waste[4096];
    size_t len = 0;
    if (!read_on) {
        while (fiat__wire_sleep(&c->wire, 60 * 1000))
            continue;
        return;
    }
    while (fiat__wire_receive(&c->wire, waste, sizeof waste, &len))
        len = 0;
}

/* --- answering -------------------------------------------------------------------------------- */

static bool send_head(connection *c, const fiat__server_reply *reply, size_t body_len) {
    char head[HEAD_MAX_BYTES];
    const long length = reply->content_length ? reply->content_length : (long)body_len;
    const int len =
        snprintf(head, sizeof head, "HTTP/1.1 %d Mock\r\nContent-Length: %ld\r\n%s%s\r\n",
                 reply->status ? reply->status : 200, length,
                 reply->close ? "Connection: close\r\n" : "", reply->headers ? reply->headers : "");
    return len > 0 && (size_t)len < sizeof head && fiat__wire_send(&c->wire, head, (size_t)len);
}

static bool send_body(connection *c, const fiat__server_reply *reply, size_t len) {
    if (!reply->pace_ms) return fiat__wire_send(&c->wire, reply->body, len);
    for (size_t at = 0; at < len; at += DRIP_BYTES) {
        const size_t piece = len - at < DRIP_BYTES ? len - at : DRIP_BYTES;
        if (!fiat__wire_sleep(&c->wire, reply->pace_ms) ||
            !fiat__wire_send(&c->wire, reply->body + at, piece))
            return false;
    }
    return true;
}

/* An answer that begins as one. true when the connection stays open for another request. */
static bool send_reply(connection *c, const fiat__server_reply *reply) {
    const size_t body_len = reply->body && !reply->body_len ? strlen(reply->body) : reply->body_len;
    const bool cut = reply->fault != FIAT__WIRE_NONE && reply->fault_at < body_len;
    if (!send_head(c, reply, body_len) || !send_body(c, reply, cut ? reply->fault_at : body_len))
        return false;
    if (reply->fault == FIAT__WIRE_STALL_IN_BODY) stall(c, true);
    if (reply->fault == FIAT__WIRE_RESET_IN_BODY) fiat__wire_reset(&c->wire);
    return reply->fault == FIAT__WIRE_NONE && !reply->close && !reply->content_length;
}

static bool answer(connection *c, const fiat__server_reply *reply) {
    if (reply->delay_ms && !fiat__wire_sleep(&c->wire, reply->delay_ms)) return false;
    switch (reply->fault) {
    case FIAT__WIRE_CLOSE:
        return false;
    case FIAT__WIRE_RESET:
        fiat__wire_reset(&c->wire);
        return false;
    case FIAT__WIRE_STALL:
        stall(c, true);
        return false;
    case FIAT__WIRE_GARBAGE:
        fiat__wire_send(&c->wire, "\x16\x03\x01 garbage\r\n\r\n", 16);
        return false;
    default:
        return send_reply(c, reply);
    }
}

/* --- one connection --------------------------------------------------------------------------- */

/* Read the body as `early` has it, then answer. */
static bool serve_body(connection *c, exchange *x, size_t head_len,
                       const fiat__server_reply *early) {
    const fiat__server_handler *handler = &c->server->opts.handler;
    size_t want = x->request.body_len;
    if (early->fault == FIAT__WIRE_STALL_UNREAD) {
        stall(c, false);
        return false;
    }
    const bool broken = early->fault == FIAT__WIRE_RESET_UNREAD;
    if (broken && want > early->fault_at) want = early->fault_at;
    if (want > BODY_MAX_BYTES) return false;
    if (!read_body(c, x, head_len, want, early->fault == FIAT__WIRE_SLOW_READ ? early->pace_ms : 0))
        return false;
    if (broken) {
        fiat__wire_reset(&c->wire);
        return false;
    }
    handler->handle(handler->ctx, &x->request, &x->reply);
    return answer(c, &x->reply);
}

static bool serve_head(connection *c, exchange *x, size_t head_len) {
    const fiat__server_handler *handler = &c->server->opts.handler;
    fiat__server_reply early = {0};
    x->request.connection = c->number;
    if (!fiat__server_head_read(&x->head, &x->request, c->text, head_len)) return false;
    if (handler->begin) handler->begin(handler->ctx, &x->request, &early);
    const bool stays = serve_body(c, x, head_len, &early);
    if (handler->done) handler->done(handler->ctx, &x->request, &x->reply);
    return stays;
}

static bool serve_one(connection *c) {
    const size_t head_len = read_head(c);
    if (!head_len) return false;
    exchange *x = fiat__heap_new(sizeof *x);
    const bool stays = x && serve_head(c, x, head_len);
    if (x) {
        fiat__server_head_deinit(&x->head);
        fiat__heap_free(x->body);
    }
    fiat__heap_free(x);
    return stays;
}

/* A fatal alert in place of a ServerHello. */
static void refuse_tls(connection *c) {
    static const char alert[] = {0x15, 0x03, 0x03, 0x00, 0x02, 0x02, 0x28}; /* handshake_failure */
    if (fiat__wire_wait(&c->wire, POLLIN)) fiat__wire_send(&c->wire, alert, sizeof alert);
}

static bool welcome(connection *c) {
    SSL_CTX *tls = c->welcome.tls ? c->welcome.tls : c->server->opts.tls;
    if (c->welcome.refuse_tls) refuse_tls(c);
    return !c->welcome.refuse_tls && (!tls || fiat__wire_secure(&c->wire, tls));
}

/* From the living to the ended. */
static void end_connection(connection *c) {
    fiat__server *server = c->server;
    fiat__mutex_lock(&server->mutex);
    connection **at = &server->living;
    while (*at != c)
        at = &(*at)->next;
    *at = c->next;
    c->next = server->ended;
    server->ended = c;
    if (!server->living) fiat__cond_signal(&server->emptied);
    fiat__mutex_unlock(&server->mutex);
}

static void *serve(void *arg) {
    connection *c = arg;
    if (welcome(c))
        while (serve_one(c))
            continue;
    fiat__wire_close(&c->wire);
    end_connection(c);
    return NULL;
}

/* --- accepting -------------------------------------------------------------------------------- */

static void join_all(connection *list) {
    while (list) {
        connection *c = list;
        list = c->next;
        fiat__thread_join(c->thread);
        fiat__heap_free(c->text);
        fiat__heap_free(c);
    }
}

static void join_ended(fiat__server *server) {
    fiat__mutex_lock(&server->mutex);
    connection *ended = server->ended;
    server->ended = NULL;
    fiat__mutex_unlock(&server->mutex);
    join_all(ended);
}

/* Without memory or a thread for it, a connection is dropped. */
static void begin_connection(fiat__server *server, int fd, const fiat__server_welcome *welcome) {
    connection *c = fiat__heap_new(sizeof *c);
    char *text = fiat__heap_new(HEAD_MAX_BYTES + 1);
    fiat_status status = c && text ? FIAT_OK : FIAT_E_NOMEM;
    if (status == FIAT_OK) {
        *c = (connection){.server = server,
                          .wire = {.fd = fd, .stop_fd = server->wake[0]},
                          .welcome = *welcome,
                          .text = text};
        fiat__mutex_lock(&server->mutex);
        c->number = server->accepted;
        status = fiat__thread_start(&c->thread, "mock", serve, c, NULL);
        if (status == FIAT_OK) {
            server->accepted++;
            c->next = server->living;
            server->living = c;
        }
        fiat__mutex_unlock(&server->mutex);
    }
    if (status == FIAT_OK) return;
    close(fd);
    fiat__heap_free(text);
    fiat__heap_free(c);
}

static void *accept_all(void *arg) {
    fiat__server *server = arg;
    const fiat__server_handler *handler = &server->opts.handler;
    while (fiat__wire_wait(&server->listening, POLLIN)) {
        fiat__server_welcome welcome = {0};
        if (handler->connecting) handler->connecting(handler->ctx, &welcome);
        if (welcome.accept_ms && !fiat__wire_sleep(&server->listening, welcome.accept_ms)) break;
        const int fd = accept(server->listening.fd, NULL, NULL), on = 1;
        if (fd < 0) continue;
        fcntl(fd, F_SETFD, FD_CLOEXEC);
        fcntl(fd, F_SETFL, O_NONBLOCK);
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        join_ended(server);
        begin_connection(server, fd, &welcome);
    }
    return NULL;
}

/* --- start and stop --------------------------------------------------------------------------- */

static fiat_status listen_on(fiat__server *server, uint16_t port, fiat_error *err) {
    struct sockaddr_in at = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t at_len = sizeof at;
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), on = 1;
    server->listening.fd = fd;
    if (fd < 0) return fiat__err_sys(err, errno, "mock: cannot make a socket");
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(fd, (struct sockaddr *)&at, at_len) != 0 || listen(fd, 128) != 0 ||
        getsockname(fd, (struct sockaddr *)&at, &at_len) != 0)
        return fiat__err_sys(err, errno, "mock: cannot listen on 127.0.0.1 port %u",
                             (unsigned)port);
    server->port = ntohs(at.sin_port);
    return FIAT_OK;
}

static void free_server(fiat__server *server) {
    if (server->listening.fd >= 0) close(server->listening.fd);
    if (server->wake[0] >= 0) close(server->wake[0]);
    if (server->wake[1] >= 0) close(server->wake[1]);
    fiat__cond_deinit(&server->emptied);
    fiat__mutex_deinit(&server->mutex);
    fiat__heap_free(server);
}

static fiat_status make_wake(fiat__server *server, fiat_error *err) {
    if (pipe(server->wake) != 0) {
        server->wake[0] = server->wake[1] = -1;
        return fiat__err_sys(err, errno, "mock: cannot make a pipe");
    }
    fcntl(server->wake[0], F_SETFD, FD_CLOEXEC);
    fcntl(server->wake[1], F_SETFD, FD_CLOEXEC);
    server->listening.stop_fd = server->wake[0];
    return FIAT_OK;
}

fiat_status fiat__server_start(fiat__server **out, const fiat__server_opts *opts, fiat_error *err) {
    fiat__server *server = fiat__heap_new(sizeof *server);
    if (!server) return fiat__err_nomem(err);
    server->opts = *opts;
    server->listening.fd = server->wake[0] = server->wake[1] = -1;
    fiat__mutex_init(&server->mutex);
    fiat__cond_init(&server->emptied);
    fiat_status status = make_wake(server, err);
    if (status == FIAT_OK) status = listen_on(server, opts->port, err);
    if (status == FIAT_OK)
        status = fiat__thread_start(&server->acceptor, "mock-accept", accept_all, server, err);
    if (status == FIAT_OK)
        *out = server;
    else
        free_server(server);
    return status;
}

void fiat__server_stop(fiat__server *server) {
    if (!server) return;
    /* All threads poll the other end. (To close it would not do: the child of a fork has it, too.)
     */
    while (write(server->wake[1], "", 1) < 0 && errno == EINTR)
        continue;
    fiat__thread_join(server->acceptor);
    fiat__mutex_lock(&server->mutex);
    while (server->living)
        fiat__cond_wait(&server->emptied, &server->mutex);
    fiat__mutex_unlock(&server->mutex);
    join_ended(server);
    free_server(server);
}

uint16_t fiat__server_port(const fiat__server *server) {
    return server->port;
}

size_t fiat__server_connections(fiat__server *server) {
    fiat__mutex_lock(&server->mutex);
    const size_t accepted = server->accepted;
    fiat__mutex_unlock(&server->mutex);
    return accepted;
}
