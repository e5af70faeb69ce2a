/* An HTTP/1.1 server on a loopback port whose answers may be as wrong as is wanted. Each connection
 * has a thread; kept-alive connections are served until the client closes them or an answer says
 * so. What is answered is the handler's business; its functions are called on the connections'
 * threads, several at once. */
#ifndef FIAT_MOCK_SERVER_H
#define FIAT_MOCK_SERVER_H

#include "base/str.h"
#include <fiat/error.h>
#include <openssl/ssl.h>

typedef struct fiat__server fiat__server;

/* What is done to a request or to its answer. */
typedef enum fiat__wire_fault {
    FIAT__WIRE_NONE = 0,
    FIAT__WIRE_CLOSE,         /* read the request, close without a byte of reply */
    FIAT__WIRE_RESET,         /* the same with a TCP reset */
    FIAT__WIRE_STALL,         /* read the request, never answer (until stop or the client goes) */
    FIAT__WIRE_CLOSE_IN_BODY, /* close after `fault_at` bytes of the body */
    FIAT__WIRE_RESET_IN_BODY, /* reset there */
    FIAT__WIRE_STALL_IN_BODY, /* fall silent there */
    FIAT__WIRE_GARBAGE,       /* answer with bytes that are not HTTP */
    /* While the request is read: from begin(). */
    FIAT__WIRE_RESET_UNREAD, /* reset after `fault_at` bytes of the request's body */
    FIAT__WIRE_STALL_UNREAD, /* neither read the body nor answer */
    FIAT__WIRE_SLOW_READ     /* wait `pace_ms` before each 16 KiB of the body */
} fiat__wire_fault;

/* Texts are NUL-terminated and the server's, valid until handle() returns. */
typedef struct fiat__server_request {
    const char *method, *path, *query; /* query without '?', "" when none */
    const char *target;                /* path and query as received */
    const char *head;                  /* header lines as received */
    const char *body;                  /* NULL in begin() */
    size_t body_len;                   /* in begin(): as announced */
    size_t connection;                 /* 0: the first accepted, and so on */
    void *note;                        /* from begin() to handle() and done(); the handler's own */
} fiat__server_request;

typedef struct fiat__server_reply {
    int status;          /* 0: 200 */
    const char *headers; /* further lines, each "Name: value\r\n"; may be NULL */
    const char *body;    /* may be NULL */
    size_t body_len;     /* 0: strlen(body) */
    uint32_t delay_ms;   /* before the first byte of the reply */
    uint32_t pace_ms;    /* before each 16 bytes of its body */
    fiat__wire_fault fault;
    size_t fault_at;
    long content_length; /* 0: the true one; above: this wrong one */
    bool close;          /* answer with Connection: close, and close */
} fiat__server_reply;

/* What a connection meets before its first byte. */
typedef struct fiat__server_welcome {
    uint32_t accept_ms; /* wait before accepting; nobody else is accepted either */
    bool refuse_tls;    /* end the handshake with an alert */
    SSL_CTX *tls;       /* in place of the server's own; NULL: that one */
} fiat__server_welcome;

typedef struct fiat__server_handler {
    void *ctx;
    /* On the accepting thread. May be NULL. */
    void (*connecting)(void *ctx, fiat__server_welcome *welcome);
    /* The header is in, the body is not. `early` is zeroed; fault, fault_at and pace_ms of it
     * count. May be NULL. */
    void (*begin)(void *ctx, fiat__server_request *request, fiat__server_reply *early);
    /* The request is in. What `reply` points at must last until done(). */
    void (*handle)(void *ctx, fiat__server_request *request, fiat__server_reply *reply);
    /* The request is over, whether or not handle() was called (`reply` is zeroed if not); once for
     * each begin(). May be NULL. */
    void (*done)(void *ctx, fiat__server_request *request, fiat__server_reply *reply);
} fiat__server_handler;

typedef struct fiat__server_opts {
    uint16_t port; /* 0: any free one */
    SSL_CTX *tls;  /* NULL: plain HTTP; kept until stop */
    fiat__server_handler handler;
} fiat__server_opts;

fiat_status fiat__server_start(fiat__server **out, const fiat__server_opts *opts, fiat_error *err);
/* Ends delays and stalls, closes all connections, joins the threads. NULL is allowed. */
void fiat__server_stop(fiat__server *server);

uint16_t fiat__server_port(const fiat__server *server);
/* Accepted so far. */
size_t fiat__server_connections(fiat__server *server);

/* Where the texts of a request are. */
typedef struct fiat__server_head {
    char method[16], target[2048], path[2048];
    char *lines;
} fiat__server_head;

/* Fill in the request but for its body, from `len` bytes that end with an empty line and have a NUL
 * behind them; body_len as announced. false: that is too much, or out of memory. deinit in any
 * case.
 */
bool fiat__server_head_read(fiat__server_head *head, fiat__server_request *request,
                            const char *text, size_t len);
void fiat__server_head_deinit(fiat__server_head *head);

/* The value of a header, name in any case, in lines as received. false when there is none. */
bool fiat__server_header(const char *head, const char *name, fiat__str *value);

#endif
