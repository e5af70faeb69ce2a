/* See wire.h. Sockets do not block; waiting is all done in poll(2), beside the server's stop. */
#include "mock/wire.h"

#include <errno.h>
#include <openssl/err.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

/* 1: `events` on fd (when it is not -1). 0: the time is up. -1: the server stops. */
static int wait_for(const fiat__wire *wire, int fd, short events, int timeout_ms) {
    struct pollfd fds[2] = {{wire->stop_fd, POLLIN, 0}, {fd, events, 0}};
    int count;
    do {
        count = poll(fds, fd < 0 ? 1 : 2, timeout_ms);
    } while (count < 0 && errno == EINTR);
    if (count < 0 || fds[0].revents) return -1;
    return count > 0 ? 1 : 0;
}

bool fiat__wire_wait(const fiat__wire *wire, short events) {
    return wait_for(wire, wire->fd, events, -1) == 1;
}

bool fiat__wire_sleep(const fiat__wire *wire, uint32_t ms) {
    return wait_for(wire, -1, 0, (int)ms) == 0;
}

/* After a call of OpenSSL: true when it is to be tried again. */
static bool tls_again(const fiat__wire *wire, int result) {
    const int why = SSL_get_error(wire->ssl, result);
    ERR_clear_error();
    if (why == SSL_ERROR_WANT_READ) return fiat__wire_wait(wire, POLLIN);
    if (why == SSL_ERROR_WANT_WRITE) return fiat__wire_wait(wire, POLLOUT);
    return false;
}

bool fiat__wire_secure(fiat__wire *wire, SSL_CTX *context) {
    wire->ssl = SSL_new(context);
    if (!wire->ssl || SSL_set_fd(wire->ssl, wire->fd) != 1) return false;
    int result;
    do {
        result = SSL_accept(wire->ssl);
    } while (result != 1 && tls_again(wire, result));
    return result == 1;
}

static int read_tls(fiat__wire *wire, char *to, size_t room) {
    int got;
    do {
        got = SSL_read(wire->ssl, to, room < INT32_MAX ? (int)room : INT32_MAX);
    } while (got <= 0 && tls_again(wire, got));
    return got;
}

static ssize_t read_plain(fiat__wire *wire, char *to, size_t room) {
    ssize_t got;
    do {
        if (!fiat__wire_wait(wire, POLLIN)) return -1;
        got = recv(wire->fd, to, room, MSG_DONTWAIT);
    } while (got < 0 && (errno == EINTR || errno == EAGAIN));
    return got;
}

bool fiat__wire_receive(fiat__wire *wire, char *text, size_t cap, size_t *len) {
    if (*len >= cap) return false;
    const ssize_t got = wire->ssl ? (ssize_t)read_tls(wire, text + *len, cap - *len)
                                  : read_plain(wire, text + *len, cap - *len);
    if (got <= 0) return false;
    *len += (size_t)got;
    return true;
}

static ssize_t write_some(fiat__wire *wire, const char *bytes, size_t len) {
    if (wire->ssl) return SSL_write(wire->ssl, bytes, len < INT32_MAX ? (int)len : INT32_MAX);
    return send(wire->fd, bytes, len, MSG_NOSIGNAL | MSG_DONTWAIT);
}

static bool write_again(const fiat__wire *wire, ssize_t result) {
    if (wire->ssl) return tls_again(wire, (int)result);
    if (result < 0 && errno == EINTR) return true;
    return result < 0 && errno == EAGAIN && fiat__wire_wait(wire, POLLOUT);
}

bool fiat__wire_send(fiat__wire *wire, const char *bytes, size_t len) {
    while (len > 0) {
        const ssize_t sent = write_some(wire, bytes, len);
        if (sent <= 0 && write_again(wire, sent)) continue;
        if (sent <= 0) return false;
        bytes += sent;
        len -= (size_t)sent;
    }
    return true;
}

void fiat__wire_reset(fiat__wire *wire) {
    const struct linger now = {1, 0}; /* close() then sends a reset */
    setsockopt(wire->fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

void fiat__wire_close(fiat__wire *wire) {
    SSL_free(wire->ssl);
    close(wire->fd);
}
