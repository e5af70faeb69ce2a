#include "support/http_server.h"
#include "base/clock.h"
#include "base/thread.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    MAX_CONNECTIONS = 256,
    MAX_REQUESTS = 4096,
    MAX_SCRIPT = 4096,
    MAX_HEAD_BYTES = 64 * 1024,
    MAX_BODY_BYTES = 16 * 1024 * 1024,
    HEADER_SLOTS = 8
};

/* A request, its strings, and the last few header values handed out. */
typedef struct received {
    http_request request; /* first: http_request_header() goes back from it */
    char *head_text, *body_text;
    char method[16], path[512], query[512];
    char values[HEADER_SLOTS][4096];
    unsigned next_value;
} received;

typedef struct connection {
    http_server *server;
    size_t index;
    int fd;
    pthread_t thread;
} connection;

struct http_server {
    int listen_fd;
    int wake[2]; /* readable once the server stops */
    char url[64];
    int port;
    pthread_t acceptor;
    fiat__mutex mutex; /* guards all that follows */
    fiat__cond changed;
    bool stopping;
    http_reply script[MAX_SCRIPT];
    size_t script_len, script_at;
    http_reply fallback;
    http_handler handler;
    void *handler_ctx;
    received *requests[MAX_REQUESTS];
    size_t request_count;
    connection connections[MAX_CONNECTIONS];
    size_t connection_count;
};

static void must(bool ok, const char *what) {
    if (ok) return;
    fprintf(stderr, "http_server: %s failed: %s\n", what, strerror(errno));
    abort();
}

/* Plain calloc() here and below: a test may make the library's allocator fail, and the server is
 * not what it tests. */
static char *allocate(size_t bytes) {
    char *text = calloc(1, bytes);
    must(text != NULL, "malloc");
    return text;
}

static char *copy(const void *bytes, size_t len) {
    char *text = allocate(len + 1);
    if (len) memcpy(text, bytes, len);
    text[len] = '\0';
    return text;
}

static http_reply copy_reply(const http_reply *reply) {
    http_reply own = *reply;
    if (reply->headers) own.headers = copy(reply->headers, strlen(reply->headers));
    if (reply->body) {
        if (!own.body_len) own.body_len = strlen(reply->body);
        own.body = copy(reply->body, own.body_len);
    }
    return own;
}

static void free_reply(http_reply *reply) {
    free((char *)reply->headers);
    free((char *)reply->body);
    *reply = (http_reply){0};
}

/* Wait until fd has something, the time is up (-1: never) or the server stops: 1, 0, -1. */
static int wait_for(http_server *server, int fd, short events, int timeout_ms) {
    struct pollfd fds[2] = {{server->wake[0], POLLIN, 0}, {fd, events, 0}};
    for (;;) {
        int count = poll(fds, fd < 0 ? 1 : 2, timeout_ms);
        if (count < 0 && errno == EINTR) continue;
        must(count >= 0, "poll");
        if (fds[0].revents) return -1;
        return fd >= 0 && fds[1].revents ? 1 : 0;
    }
}

static bool send_all(http_server *server, int fd, const char *bytes, size_t len) {
    while (len > 0) {
        if (wait_for(server, fd, POLLOUT, -1) != 1) return false;
        ssize_t sent = send(fd, bytes, len, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0 && (errno == EINTR || errno == EAGAIN)) continue;
        if (sent <= 0) return false;
        bytes += sent;
        len -= (size_t)sent;
    }
    return true;
}

/* Read more into text[*len..cap); false at the end of the connection. */
static bool receive(http_server *server, int fd, char *text, size_t cap, size_t *len) {
    if (*len >= cap || wait_for(server, fd, POLLIN, -1) != 1) return false;
    ssize_t got = recv(fd, text + *len, cap - *len, 0);
    if (got <= 0) return false;
    *len += (size_t)got;
    return true;
}

static void reset(int fd) {
    struct linger now = {1, 0}; /* close() then sends a reset */
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

/* Fall silent until the client goes or the server stops. */
static void stall(http_server *server, int fd, bool read_on) {
    char waste[4096];
    size_t len = 0;
    if (!read_on) {
        wait_for(server, -1, 0, -1);
        return;
    }
    while (receive(server, fd, waste, sizeof waste, &len))
        len = 0;
}

/* The header of the next request in text, which may hold its beginning already. Returns the length
 * of the header with its empty line, 0 when the connection ended. */
static size_t read_head(http_server *server, int fd, char *text, size_t *len) {
    for (;;) {
        text[*len] = '\0';
        char *end = strstr(text, "\r\n\r\n");
        if (end) return (size_t)(end - text) + 4;
        if (!receive(server, fd, text, MAX_HEAD_BYTES, len)) return 0;
    }
}

static bool find_header(const char *head, const char *name, const char **value, size_t *value_len) {
    size_t name_len = strlen(name);
    for (const char *line = head; line && *line; line = strchr(line, '\n')) {
        if (*line == '\n') line++;
        if (strncasecmp(line, name, name_len) != 0 || line[name_len] != ':') continue;
        const char *from = line + name_len + 1;
        while (*from == ' ')
            from++;
        *value = from;
        *value_len = strcspn(from, "\r\n");
        return true;
    }
    return false;
}

const char *http_request_header(const http_request *request, const char *name) {
    received *from = (received *)(uintptr_t)request;
    const char *value;
    size_t len;
    if (!find_header(request->head, name, &value, &len)) return NULL;
    char *slot = from->values[from->next_value++ % HEADER_SLOTS];
    must(len < sizeof from->values[0], "a header value over 4095 bytes: enlarge the slots");
    memcpy(slot, value, len);
    slot[len] = '\0';
    return slot;
}

static void parse_request_line(received *in, const char *head) {
    char target[1024] = "";
    sscanf(head, "%15s %1023s", in->method, target);
    char *mark = strchr(target, '?');
    if (mark) {
        *mark = '\0';
        snprintf(in->query, sizeof in->query, "%.*s", (int)sizeof in->query - 1, mark + 1);
    }
    snprintf(in->path, sizeof in->path, "%.*s", (int)sizeof in->path - 1, target);
}

static received *new_request(const char *text, size_t head_len, size_t connection_index) {
    received *in = calloc(1, sizeof *in);
    must(in != NULL, "malloc");
    parse_request_line(in, text);
    const char *lines = memchr(text, '\n', head_len);
    lines = lines ? lines + 1 : text;
    in->head_text = copy(lines, head_len - (size_t)(lines - text));
    in->request = (http_request){.method = in->method,
                                 .path = in->path,
                                 .query = in->query,
                                 .head = in->head_text,
                                 .connection = connection_index};
    return in;
}

static void free_request(received *in) {
    free(in->head_text);
    free(in->body_text);
    free(in);
}

/* Body of Content-Length bytes; what came after it is left in text[0..*len). */
static bool read_body(http_server *server, int fd, received *in, char *text, size_t head_len,
                      size_t *len) {
    const char *value;
    size_t value_len, want = 0, have = *len - head_len;
    if (find_header(in->head_text, "content-length", &value, &value_len))
        want = strtoul(value, NULL, 10);
    must(want <= MAX_BODY_BYTES, "a body that large");
    in->body_text = allocate(want + 1);
    size_t taken = have < want ? have : want;
    memcpy(in->body_text, text + head_len, taken);
    memmove(text, text + head_len + taken, have - taken);
    *len = have - taken;
    while (taken < want)
        if (!receive(server, fd, in->body_text, want, &taken)) return false;
    in->request.body = in->body_text;
    in->request.body_len = want;
    return true;
}

/* Put the request on record and take its reply, which the caller frees. */
static http_reply record(http_server *server, received *in) {
    http_reply reply = {0};
    fiat__mutex_lock(&server->mutex);
    must(server->request_count < MAX_REQUESTS, "more than MAX_REQUESTS requests");
    server->requests[server->request_count++] = in;
    if (server->script_at < server->script_len) {
        reply = server->script[server->script_at];
        server->script[server->script_at++] = (http_reply){0};
    } else if (server->handler) {
        server->handler(server->handler_ctx, &in->request, &reply);
        reply = copy_reply(&reply);
    } else {
        reply = copy_reply(&server->fallback);
    }
    fiat__cond_broadcast(&server->changed);
    fiat__mutex_unlock(&server->mutex);
    return reply;
}

/* The fault that the next request is to meet before its body is read. */
static http_fault early_fault(http_server *server) {
    http_fault fault = HTTP_FAULT_NONE;
    fiat__mutex_lock(&server->mutex);
    if (server->script_at < server->script_len) fault = server->script[server->script_at].fault;
    if (fault != HTTP_FAULT_RESET_UNREAD && fault != HTTP_FAULT_STALL_UNREAD)
        fault = HTTP_FAULT_NONE;
    if (fault != HTTP_FAULT_NONE) free_reply(&server->script[server->script_at++]);
    fiat__mutex_unlock(&server->mutex);
    return fault;
}

static bool send_head(http_server *server, int fd, const http_reply *reply) {
    char head[MAX_HEAD_BYTES];
    long length = reply->content_length ? reply->content_length : (long)reply->body_len;
    int len =
        snprintf(head, sizeof head, "HTTP/1.1 %d Scripted\r\nContent-Length: %ld\r\n%s%s\r\n",
                 reply->status ? reply->status : 200, length,
                 reply->close ? "Connection: close\r\n" : "", reply->headers ? reply->headers : "");
    must(len > 0 && (size_t)len < sizeof head, "header of the reply");
    return send_all(server, fd, head, (size_t)len);
}

/* true when the connection stays open for another request. */
static bool answer(http_server *server, int fd, const http_reply *reply) {
    if (reply->delay_ms && wait_for(server, -1, 0, (int)reply->delay_ms) < 0) return false;
    switch (reply->fault) {
    case HTTP_FAULT_CLOSE:
        return false;
    case HTTP_FAULT_RESET:
        reset(fd);
        return false;
    case HTTP_FAULT_STALL:
        stall(server, fd, true);
        return false;
    case HTTP_FAULT_GARBAGE:
        send_all(server, fd, "\x16\x03\x01 garbage\r\n\r\n", 16);
        return false;
    default:
        break;
    }
    size_t len = reply->body_len;
    if (reply->fault != HTTP_FAULT_NONE && reply->fault_at < len) len = reply->fault_at;
    if (!send_head(server, fd, reply) || !send_all(server, fd, reply->body, len)) return false;
    if (reply->fault == HTTP_FAULT_STALL_IN_BODY) stall(server, fd, true);
    if (reply->fault == HTTP_FAULT_RESET_IN_BODY) reset(fd);
    return reply->fault == HTTP_FAULT_NONE && !reply->close && !reply->content_length;
}

static bool serve_one(connection *to, char *text, size_t *len) {
    http_server *server = to->server;
    size_t head_len = read_head(server, to->fd, text, len);
    if (!head_len) return false;
    http_fault fault = early_fault(server);
    if (fault == HTTP_FAULT_RESET_UNREAD) reset(to->fd);
    if (fault == HTTP_FAULT_STALL_UNREAD) stall(server, to->fd, false);
    if (fault != HTTP_FAULT_NONE) return false;
    received *in = new_request(text, head_len, to->index);
    if (!read_body(server, to->fd, in, text, head_len, len)) {
        free_request(in);
        return false;
    }
    http_reply reply = record(server, in);
    bool stays = answer(server, to->fd, &reply);
    free_reply(&reply);
    return stays;
}

static void *serve(void *arg) {
    connection *to = arg;
    char *text = allocate(MAX_HEAD_BYTES + 1);
    size_t len = 0;
    while (serve_one(to, text, &len))
        continue;
    free(text);
    close(to->fd);
    return NULL;
}

static void *accept_all(void *arg) {
    http_server *server = arg;
    while (wait_for(server, server->listen_fd, POLLIN, -1) == 1) {
        int fd = accept(server->listen_fd, NULL, NULL), on = 1;
        if (fd < 0) continue;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        fiat__mutex_lock(&server->mutex);
        must(server->connection_count < MAX_CONNECTIONS, "more than MAX_CONNECTIONS connections");
        connection *to = &server->connections[server->connection_count];
        *to = (connection){server, server->connection_count, fd, 0};
        must(fiat__thread_start(&to->thread, "http-test", serve, to, NULL) == FIAT_OK, "thread");
        server->connection_count++;
        fiat__cond_broadcast(&server->changed);
        fiat__mutex_unlock(&server->mutex);
    }
    return NULL;
}

http_server *http_server_start(void) {
    http_server *server = calloc(1, sizeof *server);
    must(server != NULL, "malloc");
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t at_len = sizeof at;
    server->listen_fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    must(server->listen_fd >= 0, "socket");
    must(bind(server->listen_fd, (struct sockaddr *)&at, at_len) == 0, "bind");
    must(listen(server->listen_fd, 128) == 0, "listen");
    must(getsockname(server->listen_fd, (struct sockaddr *)&at, &at_len) == 0, "getsockname");
    must(pipe(server->wake) == 0, "pipe");
    server->port = ntohs(at.sin_port);
    snprintf(server->url, sizeof server->url, "http://127.0.0.1:%d", server->port);
    server->fallback = copy_reply(&(http_reply){.body = "{}"});
    fiat__mutex_init(&server->mutex);
    fiat__cond_init(&server->changed);
    must(fiat__thread_start(&server->acceptor, "http-accept", accept_all, server, NULL) == FIAT_OK,
         "thread");
    return server;
}

void http_server_stop(http_server *server) {
    must(write(server->wake[1], "x", 1) == 1, "write");
    fiat__thread_join(server->acceptor);
    for (size_t i = 0; i < server->connection_count; i++)
        fiat__thread_join(server->connections[i].thread);
    for (size_t i = 0; i < server->request_count; i++)
        free_request(server->requests[i]);
    for (size_t i = server->script_at; i < server->script_len; i++)
        free_reply(&server->script[i]);
    free_reply(&server->fallback);
    close(server->listen_fd);
    close(server->wake[0]);
    close(server->wake[1]);
    fiat__cond_deinit(&server->changed);
    fiat__mutex_deinit(&server->mutex);
    free(server);
}

int http_server_port(const http_server *server) {
    return server->port;
}

const char *http_server_url(const http_server *server) {
    return server->url;
}

void http_server_push(http_server *server, const http_reply *reply) {
    fiat__mutex_lock(&server->mutex);
    must(server->script_len < MAX_SCRIPT, "a script that long");
    server->script[server->script_len++] = copy_reply(reply);
    fiat__mutex_unlock(&server->mutex);
}

void http_server_set_default(http_server *server, const http_reply *reply) {
    fiat__mutex_lock(&server->mutex);
    free_reply(&server->fallback);
    server->fallback = copy_reply(reply);
    fiat__mutex_unlock(&server->mutex);
}

void http_server_set_handler(http_server *server, http_handler handler, void *ctx) {
    fiat__mutex_lock(&server->mutex);
    server->handler = handler;
    server->handler_ctx = ctx;
    fiat__mutex_unlock(&server->mutex);
}

size_t http_server_request_count(http_server *server) {
    fiat__mutex_lock(&server->mutex);
    size_t count = server->request_count;
    fiat__mutex_unlock(&server->mutex);
    return count;
}

size_t http_server_connection_count(http_server *server) {
    fiat__mutex_lock(&server->mutex);
    size_t count = server->connection_count;
    fiat__mutex_unlock(&server->mutex);
    return count;
}

const http_request *http_server_request(http_server *server, size_t index) {
    fiat__mutex_lock(&server->mutex);
    must(index < server->request_count, "http_server_request: no such request");
    const http_request *request = &server->requests[index]->request;
    fiat__mutex_unlock(&server->mutex);
    return request;
}

bool http_server_wait(http_server *server, size_t count, int timeout_ms) {
    int64_t until = fiat__mono_ms(&fiat__clock_system) + timeout_ms;
    fiat__mutex_lock(&server->mutex);
    while (server->request_count < count) {
        int64_t left = until - fiat__mono_ms(&fiat__clock_system);
        if (left <= 0) break;
        fiat__cond_wait_ms(&server->changed, &server->mutex, left);
    }
    bool enough = server->request_count >= count;
    fiat__mutex_unlock(&server->mutex);
    return enough;
}
