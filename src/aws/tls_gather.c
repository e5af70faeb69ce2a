/* A BIO between OpenSSL and libcurl's own. It holds bytes back only while the body is incomplete,
 * so that libcurl always has more to write, and with it the reason to wait until the socket takes
 * more; once libcurl has the last byte of the body, a write that succeeds has reached the kernel,
 * and everything before it as well. */
#include "aws/tls_gather.h"
#include "base/mem.h"

#include <pthread.h>
#include <stdbool.h>
#include <string.h>

#define ROOM (128 * 1024)

struct fiat__tls_gather {
    bool on;
    size_t at, len; /* of the bytes held back, what has gone out; and all */
    char bytes[ROOM];
};

static pthread_once_t s_once = PTHREAD_ONCE_INIT;
static int s_type;
static BIO_METHOD *s_method; /* for the life of the process; NULL: no memory */

/* Returns <= 0, with the flags that say whether to try again, when the socket takes no more. */
static int write_out(BIO *bio, fiat__tls_gather *gather) {
    while (gather->at < gather->len) {
        int put =
            BIO_write(BIO_next(bio), gather->bytes + gather->at, (int)(gather->len - gather->at));
        BIO_copy_next_retry(bio);
        if (put <= 0) return put;
        gather->at += (size_t)put;
    }
    gather->at = gather->len = 0;
    return 1;
}

static int gather_write(BIO *bio, const char *bytes, int len) {
    fiat__tls_gather *gather = BIO_get_data(bio);
    BIO_clear_retry_flags(bio);
    if (len <= 0) return 0;
    bool holds = gather->on && (size_t)len <= ROOM;
    if (!holds || gather->len + (size_t)len > ROOM) {
        int put = write_out(bio, gather);
        if (put <= 0) return put;
    }
    if (!holds) {
        int put = BIO_write(BIO_next(bio), bytes, len);
        BIO_copy_next_retry(bio);
        return put;
    }
    memcpy(gather->bytes + gather->len, bytes, (size_t)len);
    gather->len += (size_t)len;
    return len;
}

static long gather_ctrl(BIO *bio, int command, long number, void *pointer) {
    if (command == BIO_CTRL_FLUSH) {
        BIO_clear_retry_flags(bio);
        int put = write_out(bio, BIO_get_data(bio));
        if (put <= 0) return put;
    }
    return BIO_ctrl(BIO_next(bio), command, number, pointer);
}

static int gather_free(BIO *bio) {
    fiat__free(BIO_get_data(bio));
    BIO_set_data(bio, NULL);
    return 1;
}

static void make_method(void) {
    s_type = BIO_get_new_index() | BIO_TYPE_FILTER;
    BIO_METHOD *method = BIO_meth_new(s_type, "fiat gather");
    if (!method) return;
    BIO_meth_set_write(method, gather_write);
    BIO_meth_set_ctrl(method, gather_ctrl);
    BIO_meth_set_destroy(method, gather_free);
    s_method = method;
}

static fiat__tls_gather *add(SSL *ssl, BIO *wire) {
    fiat__tls_gather *gather = fiat__malloc(sizeof *gather);
    BIO *bio = gather ? BIO_new(s_method) : NULL;
    if (!bio) {
        fiat__free(gather);
        return NULL;
    }
    gather->at = gather->len = 0;
    BIO_set_data(bio, gather);
    BIO_set_init(bio, 1);
    BIO_up_ref(wire); /* one belongs to the SSL, which lets go of it now */
    SSL_clear_mode(ssl, SSL_MODE_RELEASE_BUFFERS);
    SSL_set0_wbio(ssl, BIO_push(bio, wire));
    return gather;
}

fiat__tls_gather *fiat__tls_gather_start(SSL *ssl) {
    pthread_once(&s_once, make_method);
    BIO *wire = SSL_get_wbio(ssl);
    if (!s_method || !wire) return NULL;
    fiat__tls_gather *gather =
        BIO_method_type(wire) == s_type ? BIO_get_data(wire) : add(ssl, wire);
    if (gather) gather->on = true;
    return gather;
}

SSL *fiat__tls_gather_session(CURL *easy) {
    struct curl_tlssessioninfo *info = NULL;
    CURLcode bad = curl_easy_getinfo(easy, CURLINFO_TLS_SSL_PTR, &info);
    if (bad != CURLE_OK || !info || info->backend != CURLSSLBACKEND_OPENSSL) return NULL;
    return info->internals;
}

void fiat__tls_gather_stop(fiat__tls_gather *gather) {
    if (gather) gather->on = false;
}
