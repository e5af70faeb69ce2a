#include "sink.h"
#include "base/mem.h"
#include "sink_tls.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define MAX_CONNECTIONS 64
#define MAX_HEAD_BYTES  (16 * 1024)
#define READ_BYTES      (64 * 1024)
#define MAX_RECORDS     500
/* As long as those of AWS. */
#define RECORD_ID_LEN 224

struct connection {
    struct bench_sink *sink;
    SSL *ssl; /* NULL: no TLS */
    int fd;
    pthread_t thread;
    char buffer[READ_BYTES];
    size_t held; /* bytes in buffer */
};

struct bench_sink {
    struct bench_sink_opts opts;
    SSL_CTX *tls;
    int listener, port;
    pthread_t thread;
    pthread_mutex_t lock; /* guards what follows */
    struct sink_counts counts;
    struct connection *connections[MAX_CONNECTIONS];
    size_t connection_count;
    bool stopping;
};

static void give_up(const char *what) {
    fprintf(stderr, "the benchmark's sink: %s\n", what);
    ERR_print_errors_fp(stderr);
    exit(1);
}

/* ---- bytes ---- */

static bool read_some(struct connection *c) {
    char *to = c->buffer + c->held;
    size_t room = sizeof c->buffer - c->held;
    long got = c->ssl ? SSL_read(c->ssl, to, (int)room) : (long)read(c->fd, to, room);
    if (got <= 0) return false;
    c->held += (size_t)got;
    return true;
}

static bool write_all(struct connection *c, const char *text, size_t len) {
    while (len > 0) {
        long put = c->ssl ? SSL_write(c->ssl, text, (int)len) : (long)write(c->fd, text, len);
        if (put <= 0) return false;
        text += put;
        len -= (size_t)put;
    }
    return true;
}

/* ---- one request ---- */

static bool read_head(struct connection *c, size_t *head_len) {
    for (;;) {
        const char *end = memmem(c->buffer, c->held, "\r\n\r\n", 4);
        if (end) {
            *head_len = (size_t)(end - c->buffer) + 4;
            return true;
        }
        if (c->held > MAX_HEAD_BYTES || !read_some(c)) return false;
    }
}

/* The clients all send it; 0 when there is none, which then counts as a bad request. */
static size_t content_length(char *head, size_t len) {
    static const char name[] = "\r\ncontent-length:";
    head[len - 1] = '\0';
    const char *line = strcasestr(head, name);
    return line ? strtoul(line + sizeof name - 1, NULL, 10) : 0;
}

static bool read_body(struct connection *c, size_t head_len, size_t length,
                      struct sink_body *body) {
    size_t from = head_len;
    sink_body_begin(body);
    while (length > 0) {
        size_t len = c->held - from < length ? c->held - from : length;
        sink_body_feed(body, c->buffer + from, len);
        length -= len;
        from += len;
        if (from == c->held) from = c->held = 0;
        if (length > 0 && !read_some(c)) return false;
    }
    memmove(c->buffer, c->buffer + from, c->held - from);
    c->held -= from;
    return true;
}

static bool reply(struct connection *c, uint64_t records) {
    static const char begin[] = "{\"FailedPutCount\":0,\"Encrypted\":false,\"RequestResponses\":[";
    char text[MAX_RECORDS * (RECORD_ID_LEN + 20) + 512], id[RECORD_ID_LEN + 1];
    size_t at = 256, first = at;
    memset(id, 'x', RECORD_ID_LEN);
    id[RECORD_ID_LEN] = '\0';
    at += (size_t)sprintf(text + at, "%s", begin);
    for (uint64_t i = 0; i < records && i < MAX_RECORDS; i++)
        at += (size_t)sprintf(text + at, "%s{\"RecordId\":\"%s\"}", i ? "," : "", id);
    at += (size_t)sprintf(text + at, "]}");
    char head[256];
    int head_len = snprintf(head, sizeof head,
                            "HTTP/1.1 200 OK\r\nContent-Type: application/x-amz-json-1.1\r\n"
                            "x-amzn-RequestId: 0\r\nContent-Length: %zu\r\n\r\n",
                            at - first);
    char *whole = text + first - head_len;
    memcpy(whole, head, (size_t)head_len);
    return write_all(c, whole, at - first + (size_t)head_len);
}

static void add_counts(struct bench_sink *sink, const struct sink_counts *more, bool good) {
    struct sink_counts *sum = &sink->counts;
    pthread_mutex_lock(&sink->lock);
    sum->requests++;
    sum->bad_requests += !good;
    sum->records += more->records;
    sum->events += more->events;
    sum->bytes += more->bytes;
    sum->billed_bytes += more->billed_bytes;
    pthread_mutex_unlock(&sink->lock);
}

static bool serve_request(struct connection *c) {
    struct sink_body body;
    size_t head_len;
    if (!read_head(c, &head_len)) return false;
    size_t length = content_length(c->buffer, head_len);
    if (!read_body(c, head_len, length, &body)) return false;
    add_counts(c->sink, &body.counts, sink_body_end(&body));
    unsigned delay_ms = c->sink->opts.reply_delay_ms;
    struct timespec delay = {delay_ms / 1000, delay_ms % 1000 * 1000000L};
    if (delay_ms) nanosleep(&delay, NULL);
    return reply(c, body.counts.records);
}

static void *run_connection(void *arg) {
    struct connection *c = arg;
    if (!c->ssl || SSL_accept(c->ssl) == 1)
        while (serve_request(c)) {
        }
    shutdown(c->fd, SHUT_RDWR);
    return NULL;
}

/* ---- the server ---- */

static void free_connection(struct connection *c) {
    pthread_join(c->thread, NULL);
    SSL_free(c->ssl);
    close(c->fd);
    fiat__free(c);
}

/* A connection stays in the table until the sink stops: benchmarks make few. */
static void take_connection(struct bench_sink *sink, int fd) {
    struct connection *c = fiat__calloc(1, sizeof *c);
    if (!c) give_up("out of memory");
    c->sink = sink;
    c->fd = fd;
    if (sink->tls && (!(c->ssl = SSL_new(sink->tls)) || !SSL_set_fd(c->ssl, fd)))
        give_up("no TLS for a connection");
    pthread_mutex_lock(&sink->lock);
    if (sink->connection_count == MAX_CONNECTIONS) give_up("too many connections");
    sink->connections[sink->connection_count++] = c;
    if (pthread_create(&c->thread, NULL, run_connection, c) != 0) give_up("no thread");
    if (sink->stopping) shutdown(fd, SHUT_RDWR);
    pthread_mutex_unlock(&sink->lock);
}

static void *run_listener(void *arg) {
    struct bench_sink *sink = arg;
    int fd;
    while ((fd = accept4(sink->listener, NULL, NULL, SOCK_CLOEXEC)) >= 0)
        take_connection(sink, fd);
    return NULL;
}

static void listen_on_loopback(struct bench_sink *sink) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof address;
    sink->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (sink->listener < 0 || bind(sink->listener, (struct sockaddr *)&address, len) != 0 ||
        listen(sink->listener, MAX_CONNECTIONS) != 0 ||
        getsockname(sink->listener, (struct sockaddr *)&address, &len) != 0)
        give_up("cannot listen on 127.0.0.1");
    sink->port = ntohs(address.sin_port);
}

struct bench_sink *bench_sink_start(const struct bench_sink_opts *opts) {
    struct bench_sink *sink = fiat__calloc(1, sizeof *sink);
    if (!sink) give_up("out of memory");
    signal(SIGPIPE, SIG_IGN);
    sink->opts = *opts;
    if (opts->ca_file && !(sink->tls = bench_tls_new(opts->ca_file))) give_up("no certificate");
    pthread_mutex_init(&sink->lock, NULL);
    listen_on_loopback(sink);
    if (pthread_create(&sink->thread, NULL, run_listener, sink) != 0) give_up("no thread");
    return sink;
}

int bench_sink_port(const struct bench_sink *sink) {
    return sink->port;
}

struct sink_counts bench_sink_take(struct bench_sink *sink) {
    pthread_mutex_lock(&sink->lock);
    struct sink_counts counts = sink->counts;
    sink->counts = (struct sink_counts){0};
    pthread_mutex_unlock(&sink->lock);
    return counts;
}

void bench_sink_stop(struct bench_sink *sink) {
    pthread_mutex_lock(&sink->lock);
    sink->stopping = true;
    for (size_t i = 0; i < sink->connection_count; i++)
        shutdown(sink->connections[i]->fd, SHUT_RDWR);
    pthread_mutex_unlock(&sink->lock);
    shutdown(sink->listener, SHUT_RDWR);
    pthread_join(sink->thread, NULL);
    for (size_t i = 0; i < sink->connection_count; i++)
        free_connection(sink->connections[i]);
    close(sink->listener);
    pthread_mutex_destroy(&sink->lock);
    SSL_CTX_free(sink->tls);
    fiat__free(sink);
}
