/* The easy handle: its options, its callbacks, what it received. */
#include "aws/http.h"
#include "aws/http_date.h"
#include "base/error.h"

#include <openssl/crypto.h>
#include <pthread.h>
#include <stdio.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#define CA_CACHE_S          300
#define UPLOAD_BUFFER_BYTES (128 * 1024)
#define GATHER_MIN_BYTES    (64 * 1024) /* of a body; below, there is little to gather */

static pthread_once_t s_once = PTHREAD_ONCE_INIT;
static CURLcode s_init_result;

static void init_once(void) {
    s_init_result = curl_global_init(CURL_GLOBAL_DEFAULT);
}

fiat_status fiat__http_global_init(fiat_error *err) {
    pthread_once(&s_once, init_once);
    if (s_init_result == CURLE_OK) return FIAT_OK;
    return fiat__err_set(err, FIAT_E_NETWORK, "libcurl cannot be initialised: %s",
                         curl_easy_strerror(s_init_result));
}

void fiat__http_sockets_init(fiat__http_sockets *sockets) {
    for (size_t i = 0; i < FIAT__HTTP_MAX_SOCKETS; i++)
        atomic_init(&sockets->fds[i], -1);
}

void fiat__http_sockets_abandon(fiat__http_sockets *sockets) {
    for (size_t i = 0; i < FIAT__HTTP_MAX_SOCKETS; i++) {
        int fd = atomic_exchange(&sockets->fds[i], -1);
        if (fd >= 0) close(fd);
    }
}

/* A socket that finds no place in the table is not closed in a child; nothing else depends on it.
 */
static curl_socket_t open_socket(void *ctx, curlsocktype purpose, struct curl_sockaddr *address) {
    fiat__http_sockets *sockets = ctx;
    (void)purpose;
    int fd = socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
    if (fd < 0) return CURL_SOCKET_BAD;
    for (size_t i = 0; i < FIAT__HTTP_MAX_SOCKETS; i++)
        if (atomic_load(&sockets->fds[i]) < 0) {
            atomic_store(&sockets->fds[i], fd);
            break;
        }
    return fd;
}

static int close_socket(void *ctx, curl_socket_t fd) {
    fiat__http_sockets *sockets = ctx;
    for (size_t i = 0; i < FIAT__HTTP_MAX_SOCKETS; i++)
        if (atomic_load(&sockets->fds[i]) == fd) atomic_store(&sockets->fds[i], -1);
    return close(fd);
}

static size_t body_len(const fiat__http_transfer *transfer) {
    return transfer->source ? transfer->source->len : transfer->body.len;
}

/* libcurl sends a request a second time by itself when a kept connection broke without an answer.
 * Where the first may have arrived (RFC 9110 section 9.2.2), that is for the caller to decide. */
static bool may_begin(fiat__http_transfer *transfer) {
    if (transfer->reused && transfer->body_at == body_len(transfer)) return false;
    transfer->body_at = 0;
    if (transfer->source) transfer->source->rewind(transfer->source->ctx);
    return true;
}

/* Called when a connection stands, before the request goes out. */
static int before_request(void *ctx, char *remote_ip, char *local_ip, int remote_port,
                          int local_port) {
    fiat__http_transfer *transfer = ctx;
    (void)remote_ip, (void)local_ip, (void)remote_port, (void)local_port;
    if (!may_begin(transfer)) return CURL_PREREQFUNC_ABORT;
    long connects = 0;
    curl_easy_getinfo(transfer->easy, CURLINFO_NUM_CONNECTS, &connects);
    transfer->reused = connects == 0;
    SSL *ssl = fiat__tls_gather_session(transfer->easy);
    transfer->gather =
        ssl && body_len(transfer) >= GATHER_MIN_BYTES ? fiat__tls_gather_start(ssl) : NULL;
    return CURL_PREREQFUNC_OK;
}

/* Called before a second time, when some of the body went out the first time. */
static int rewind_body(void *ctx, curl_off_t offset, int origin) {
    return offset == 0 && origin == SEEK_SET && may_begin(ctx) ? CURL_SEEKFUNC_OK
                                                               : CURL_SEEKFUNC_FAIL;
}

static size_t read_body(char *out, size_t size, size_t count, void *ctx) {
    fiat__http_transfer *transfer = ctx;
    size_t len = size * count, left = body_len(transfer) - transfer->body_at;
    if (len > left) len = left;
    if (transfer->source)
        len = transfer->source->read(transfer->source->ctx, out, len);
    else if (len)
        memcpy(out, transfer->body.ptr + transfer->body_at, len);
    transfer->body_at += len;
    if (transfer->body_at == body_len(transfer)) fiat__tls_gather_stop(transfer->gather);
    return len;
}

static size_t write_reply(char *bytes, size_t size, size_t count, void *ctx) {
    fiat__http_transfer *transfer = ctx;
    size_t len = size * count;
    if (fiat__buf_append(&transfer->reply, bytes, len)) return len;
    transfer->reply_cut = true;
    return CURL_WRITEFUNC_ERROR;
}

bool fiat__http_header_value(fiat__str line, const char *name, fiat__str *value) {
    size_t len = strlen(name);
    if (line.len <= len || line.ptr[len] != ':' || strncasecmp(line.ptr, name, len) != 0)
        return false;
    *value = fiat__str_of(line.ptr + len + 1, line.len - len - 1);
    while (value->len && (*value->ptr == ' ' || *value->ptr == '\t'))
        *value = fiat__str_of(value->ptr + 1, value->len - 1);
    while (value->len && (unsigned char)value->ptr[value->len - 1] <= ' ')
        value->len--;
    return true;
}

/* Copy as printable ASCII: it goes into messages. */
static void copy_ascii(char *out, size_t size, fiat__str text) {
    size_t len = text.len < size - 1 ? text.len : size - 1;
    for (size_t i = 0; i < len; i++)
        out[i] = text.ptr[i] >= ' ' && text.ptr[i] <= '~' ? text.ptr[i] : '?';
    out[len] = '\0';
}

static size_t read_header(char *bytes, size_t size, size_t count, void *ctx) {
    fiat__http_transfer *transfer = ctx;
    fiat__str line = fiat__str_of(bytes, size * count), value;
    transfer->replied = true;
    /* Of the last answer alone, should others ("100 Continue") come before it. */
    if (transfer->lines && fiat__str_starts(line, fiat__str_c("HTTP/")))
        fiat__buf_clear(transfer->lines);
    else if (transfer->lines)
        fiat__buf_append(transfer->lines, line.ptr, line.len);
    if (fiat__http_header_value(line, "x-amzn-errortype", &value))
        copy_ascii(transfer->error_type, sizeof transfer->error_type, value);
    else if (fiat__http_header_value(line, "x-amzn-requestid", &value) ||
             fiat__http_header_value(line, "x-amz-request-id", &value))
        copy_ascii(transfer->request_id, sizeof transfer->request_id, value);
    else if (fiat__http_header_value(line, "date", &value))
        (void)fiat__http_date_read(value, &transfer->date_ms);
    return line.len;
}

static CURLcode first(CURLcode bad, CURLcode result) {
    return bad == CURLE_OK ? result : bad;
}

#if LIBCURL_VERSION_NUM >= 0x075700
/* Do not wait for a resolver that hangs when the handle goes. Look at the authorities' file again
 * now and then; libcurl would after a day. */
static CURLcode set_newer_options(CURL *easy) {
    CURLcode bad = curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
    return first(bad, curl_easy_setopt(easy, CURLOPT_CA_CACHE_TIMEOUT, (long)CA_CACHE_S));
}
#else
static CURLcode set_newer_options(CURL *easy) {
    (void)easy;
    return CURLE_OK;
}
#endif

static CURLcode set_connection_options(CURL *easy, const fiat__http_opts *opts,
                                       fiat__http_sockets *sockets) {
    CURLcode bad = CURLE_OK;
    bad = first(bad, curl_easy_setopt(easy, CURLOPT_URL, opts->url));
    bad = first(bad, curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https"));
    bad = first(bad, curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L));
    bad = first(bad, curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1));
    bad = first(bad, curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L));
    bad = first(bad, curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L));
    bad = first(bad,
                curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)opts->connect_timeout_ms));
    bad = first(bad, curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)opts->request_timeout_ms));
    bad = first(bad, fiat__net_apply(opts->net, easy));
    bad = first(bad, curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L));
    bad = first(bad, curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket));
    bad = first(bad, curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, sockets));
    bad = first(bad, curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, close_socket));
    bad = first(bad, curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, sockets));
    bad = first(bad, set_newer_options(easy));
    return bad;
}

static CURLcode set_request_options(fiat__http_transfer *transfer, const fiat__http_opts *opts) {
    CURL *easy = transfer->easy;
    CURLcode bad = CURLE_OK;
    bad = first(bad, curl_easy_setopt(easy, CURLOPT_POST, 1L));
    bad = first(bad, curl_easy_setopt(easy, CURLOPT_UPLOAD_BUFFERSIZE, (long)UPLOAD_BUFFER_BYTES));
    bad = first(bad, curl_easy_setopt(easy, CURLOPT_USERAGENT, opts->user_agent));
    bad = first(bad, curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, before_request));
    bad = first(bad, curl_easy_setopt(easy, CURLOPT_PREREQDATA, transfer));
    bad = first(bad, curl_easy_setopt(easy, CURLOPT_READFUNCTION, read_body));
    bad = first(bad, curl_easy_setopt(easy, CURLOPT_READDATA, transfer));
    bad = first(bad, curl_easy_setopt(easy, CURLOPT_SEEKFUNCTION, rewind_body));
    bad = first(bad, curl_easy_setopt(easy, CURLOPT_SEEKDATA, transfer));
    bad = first(bad, curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, write_reply));
    bad = first(bad, curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer));
    bad = first(bad, curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, read_header));
    bad = first(bad, curl_easy_setopt(easy, CURLOPT_HEADERDATA, transfer));
    bad = first(bad, curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer->error_text));
    return bad;
}

fiat_status fiat__http_transfer_init(fiat__http_transfer *transfer, const fiat__http_opts *opts,
                                     fiat__http_sockets *sockets, fiat_error *err) {
    memset(transfer, 0, sizeof *transfer);
    fiat__buf_init(&transfer->reply, opts->max_reply_bytes);
    transfer->url = opts->url;
    transfer->easy = curl_easy_init();
    if (!transfer->easy) return fiat__err_nomem(err);
    CURLcode bad = set_connection_options(transfer->easy, opts, sockets);
    bad = first(bad, set_request_options(transfer, opts));
    bad = first(bad, fiat__tls_peer_watch(&transfer->peer, transfer->easy));
    if (bad == CURLE_OK) return FIAT_OK;
    return fiat__err_set(err, FIAT_E_NETWORK, "libcurl refuses an option: %s",
                         curl_easy_strerror(bad));
}

static void free_headers(fiat__http_transfer *transfer) {
    /* Token and signature are in there. */
    for (struct curl_slist *line = transfer->headers; line; line = line->next)
        OPENSSL_cleanse(line->data, strlen(line->data));
    curl_slist_free_all(transfer->headers);
    transfer->headers = NULL;
}

void fiat__http_transfer_deinit(fiat__http_transfer *transfer) {
    if (transfer->easy) curl_easy_cleanup(transfer->easy);
    free_headers(transfer);
    fiat__buf_deinit(&transfer->reply);
    memset(transfer, 0, sizeof *transfer);
}

/* Back to a POST to the transfer's own URL. */
static void aim_back(fiat__http_transfer *transfer) {
    CURL *easy = transfer->easy;
    curl_easy_setopt(easy, CURLOPT_NOBODY, 0L);
    curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, NULL);
    curl_easy_setopt(easy, CURLOPT_POST, 1L);
    curl_easy_setopt(easy, CURLOPT_URL, transfer->url);
    transfer->aimed = false;
    transfer->lines = NULL;
}

void fiat__http_transfer_reset(fiat__http_transfer *transfer, fiat__str body,
                               const fiat__source *source) {
    curl_easy_setopt(transfer->easy, CURLOPT_HTTPHEADER, NULL);
    curl_easy_setopt(transfer->easy, CURLOPT_FRESH_CONNECT, 0L);
    free_headers(transfer);
    if (transfer->aimed) aim_back(transfer);
    fiat__buf_clear(&transfer->reply);
    transfer->body = body;
    transfer->source = source;
    transfer->body_at = 0;
    transfer->gather = NULL;
    transfer->reused = transfer->replied = transfer->reply_cut = false;
    transfer->error_type[0] = transfer->request_id[0] = transfer->error_text[0] = '\0';
    transfer->date_ms = INT64_MIN;
    fiat__tls_peer_reset(&transfer->peer);
}

fiat_status fiat__http_transfer_header(fiat__http_transfer *transfer, const char *name,
                                       const char *value, fiat_error *err) {
    fiat__buf line;
    fiat_status status = FIAT_OK;
    for (const char *c = value ? value : ""; *c; c++)
        if ((unsigned char)*c < ' ' || *c == 0x7f)
            return fiat__err_set(err, FIAT_E_ARG, "value of header %s holds a control character",
                                 name);
    fiat__buf_init(&line, 64 * 1024);
    /* To libcurl "Name:" is the order to leave it out, and "Name;" a header without a value. */
    fiat__buf_append_c(&line, name);
    fiat__buf_append_c(&line, !value ? ":" : *value ? ": " : ";");
    fiat__buf_append_c(&line, value ? value : "");
    if (!line.failed) {
        struct curl_slist *longer = curl_slist_append(transfer->headers, fiat__buf_cstr(&line));
        if (longer)
            transfer->headers = longer;
        else
            status = fiat__err_nomem(err);
    } else {
        status = fiat__buf_status(&line, err);
    }
    if (line.ptr) OPENSSL_cleanse(line.ptr, line.cap);
    fiat__buf_deinit(&line);
    return status;
}

void fiat__http_transfer_arm(fiat__http_transfer *transfer) {
    curl_easy_setopt(transfer->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body_len(transfer));
    curl_easy_setopt(transfer->easy, CURLOPT_HTTPHEADER, transfer->headers);
}

fiat_status fiat__http_transfer_aim(fiat__http_transfer *transfer, const char *method,
                                    const char *url, fiat__buf *lines, fiat_error *err) {
    CURL *easy = transfer->easy;
    CURLcode bad = curl_easy_setopt(easy, CURLOPT_URL, url);
    transfer->aimed = true;
    transfer->lines = lines;
    if (strcmp(method, "HEAD") == 0)
        bad = first(bad, curl_easy_setopt(easy, CURLOPT_NOBODY, 1L));
    else if (strcmp(method, "GET") == 0 || strcmp(method, "DELETE") == 0)
        bad = first(bad, curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L));
    if (strcmp(method, "PUT") == 0 || strcmp(method, "DELETE") == 0)
        bad = first(bad, curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, method));
    return bad == CURLE_OK ? FIAT_OK : fiat__err_nomem(err);
}

void fiat__http_transfer_avoid_reuse(fiat__http_transfer *transfer) {
    curl_easy_setopt(transfer->easy, CURLOPT_FRESH_CONNECT, 1L);
}

bool fiat__http_transfer_was_sent(const fiat__http_transfer *transfer) {
    curl_off_t body_sent = 0;
    long head_sent = 0, connects = 0;
    curl_easy_getinfo(transfer->easy, CURLINFO_REQUEST_SIZE, &head_sent);
    curl_easy_getinfo(transfer->easy, CURLINFO_SIZE_UPLOAD_T, &body_sent);
    curl_easy_getinfo(transfer->easy, CURLINFO_NUM_CONNECTS, &connects);
    if (head_sent > 0 && (uint64_t)body_sent >= body_len(transfer)) return true;
    /* libcurl's figures are gone once it has begun anew; what it had taken is still known. */
    bool begun_anew = transfer->reused && (connects > 0 || body_sent == 0);
    return begun_anew && transfer->body_at == body_len(transfer);
}

bool fiat__http_transfer_was_stale(const fiat__http_transfer *transfer, CURLcode result) {
    if (!transfer->reused || transfer->replied) return false;
    return result == CURLE_ABORTED_BY_CALLBACK || result == CURLE_SEND_FAIL_REWIND || /* by us */
           result == CURLE_SEND_ERROR || result == CURLE_RECV_ERROR || result == CURLE_GOT_NOTHING;
}

int fiat__http_transfer_status(const fiat__http_transfer *transfer) {
    long status = 0;
    curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
    return (int)status;
}

int fiat__http_transfer_proxy_status(const fiat__http_transfer *transfer) {
    long status = 0;
    curl_easy_getinfo(transfer->easy, CURLINFO_HTTP_CONNECTCODE, &status);
    return (int)status;
}
