/* The server's end of one connection: bytes in and out, plain or through TLS. Every wait ends at
 * once when the server stops. One thread, the connection's. */
#ifndef FIAT_MOCK_WIRE_H
#define FIAT_MOCK_WIRE_H

#include <openssl/ssl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct fiat__wire {
    int fd;
    int stop_fd; /* readable once the server stops */
    SSL *ssl;    /* NULL: plain */
} fiat__wire;

/* true: `events` (poll(2)) happened on the descriptor. false: the server stops. */
bool fiat__wire_wait(const fiat__wire *wire, short events);
/* Let time pass. false: the server stops. */
bool fiat__wire_sleep(const fiat__wire *wire, uint32_t ms);

/* TLS from here on. false: the handshake failed. */
bool fiat__wire_secure(fiat__wire *wire, SSL_CTX *context);

/* Some bytes into text[*len..cap). false: the connection ended, or there is no room. */
bool fiat__wire_receive(fiat__wire *wire, char *text, size_t cap, size_t *len);
bool fiat__wire_send(fiat__wire *wire, const char *bytes, size_t len);

/* Make the close a TCP reset. */
void fiat__wire_reset(fiat__wire *wire);
void fiat__wire_close(fiat__wire *wire);

#endif
