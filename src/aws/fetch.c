/* An easy and a multi handle for one exchange; nothing is kept. */
#include "aws/fetch.h"
#include "base/error.h"
#include "base/fence.h"
#include "base/mem.h"
#include "json/doc.h"

#include <fiat/version.h>
#include <openssl/crypto.h>
#include <string.h>

static fiat_status add_headers(fiat__http_transfer *transfer, const fiat__fetch_request *request,
                               fiat_error *err) {
    /* libcurl adds these two to a request with a body unless told not to. */
    fiat_status status = fiat__http_transfer_header(transfer, "Expect", NULL, err);
    if (status == FIAT_OK && !request->signing)
        status = fiat__http_transfer_header(transfer, "Content-Type", request->content_type, err);
    for (size_t i = 0; i < request->header_count && status == FIAT_OK; i++)
        status = fiat__http_transfer_header(transfer, request->headers[i].name,
                                            request->headers[i].value, err);
    if (status == FIAT_OK && request->signing) {
        const fiat__aws_call call = {.content_type = request->content_type, .body = request->body};
        status = fiat__aws_request_sign(transfer, &call, request->signing, err);
    }
    return status;
}

static fiat_status set_method(fiat__http_transfer *transfer, const fiat__fetch_request *request,
                              fiat_error *err) {
    CURLcode bad = CURLE_OK;
    if (strcmp(request->method, "GET") == 0)
        bad = curl_easy_setopt(transfer->easy, CURLOPT_HTTPGET, 1L);
    else
        bad = curl_easy_setopt(transfer->easy, CURLOPT_CUSTOMREQUEST, request->method);

    return bad == CURLE_OK ? FIAT_OK : fiat__err_nomem(err);
}

/* Until the transfer ends, or the search is cancelled. */
static CURLcode perform(CURLM *multi, const fiat__aws_search *search) {
    for (;;) {
        int running, left;
        if (atomic_load(search->cancelled)) return CURLE_ABORTED_BY_CALLBACK;
        curl_multi_perform(multi, &running);
        const CURLMsg *message = curl_multi_info_read(multi, &left);
        if (message && message->msg == CURLMSG_DONE) return message->data.result;
        fiat__fence_leave();
        curl_multi_poll(multi, NULL, 0, FIAT__AWS_SEARCH_SLICE_MS, NULL);
        fiat__fence_enter();
    }
}

static fiat_status describe(const fiat__http_transfer *transfer, CURLcode code,
                            const fiat__fetch_request *request, fiat_error *err) {
    fiat_status status;
    if (code == CURLE_ABORTED_BY_CALLBACK) return fiat__aws_search_cancelled(err);
    if (code == CURLE_OUT_OF_MEMORY) return fiat__err_nomem(err);
    if (transfer->reply_cut)
        status =
            fiat__buf_status(&transfer->reply, NULL) == FIAT_E_NOMEM
                ? fiat__err_nomem(err)
                : fiat__err_set(err, FIAT_E_AWS_REPLY, "reply of %.128s is larger than %d bytes",
                                request->name, FIAT__FETCH_MAX_REPLY_BYTES);
    else if (code == CURLE_OPERATION_TIMEDOUT)
        status = fiat__err_set(err, FIAT_E_NETWORK, "%.128s did not answer within %u ms",
                               request->name, request->timeout_ms);
    else
        status =
            fiat__err_set(err, FIAT_E_NETWORK, "request to %.128s failed: %s", request->name,
                          *transfer->error_text ? transfer->error_text : curl_easy_strerror(code));
    if (!err) return status;
    err->sys_code = (int32_t)code;
    if (!transfer->reply_cut && fiat__http_failure_may_pass(transfer, code))
        err->flags |= FIAT_ERRF_RETRYABLE;
    return status;
}

/* The transfer is set up; run it and take over what came. */
static fiat_status run(fiat__http_transfer *transfer, const fiat__aws_search *search,
                       const fiat__fetch_request *request, fiat__fetch_reply *reply,
                       fiat_error *err) {
    fiat__http_transfer_reset(transfer, request->body, NULL);
    /* At once, so that no growth leaves a copy behind. */
    if (!fiat__buf_reserve(&transfer->reply, FIAT__FETCH_MAX_REPLY_BYTES))
        return fiat__err_nomem(err);
    fiat_status status = add_headers(transfer, request, err);
    if (status != FIAT_OK) return status;
    fiat__http_transfer_arm(transfer);
    status = set_method(transfer, request, err);
    if (status != FIAT_OK) return status;
    CURLM *multi = curl_multi_init();
    if (!multi || curl_multi_add_handle(multi, transfer->easy) != CURLM_OK) {
        curl_multi_cleanup(multi);
        return fiat__err_nomem(err);
    }
    CURLcode code = perform(multi, search);
    curl_multi_remove_handle(multi, transfer->easy);
    curl_multi_cleanup(multi);
    if (code != CURLE_OK) return describe(transfer, code, request, err);
    reply->http_status = fiat__http_transfer_status(transfer);
    reply->date_ms = transfer->date_ms;
    memcpy(reply->error_type, transfer->error_type, sizeof reply->error_type);
    fiat__buf empty = reply->body;
    reply->body = transfer->reply;
    transfer->reply = empty;
    return FIAT_OK;
}

static void wipe(fiat__buf *secret) {
    if (secret->ptr) OPENSSL_cleanse(secret->ptr, secret->cap);
    fiat__buf_deinit(secret);
}

/* A metadata service sees neither a proxy nor the client's certificate. */
static fiat_status find_way(fiat__net *net, const fiat__aws_search *search,
                            const fiat__fetch_request *request, fiat_error *err) {
    static const fiat__aws_endpoint here = {.host = "127.0.0.1"};
    const fiat__net_opts direct = {.ca_file = search->opts->net.ca_file};
    return request->endpoint ? fiat__net_init(net, &search->opts->net, request->endpoint, err)
                             : fiat__net_init(net, &direct, &here, err);
}

static fiat_status attempt(const fiat__aws_search *search, const fiat__fetch_request *request,
                           fiat__fetch_reply *reply, fiat_error *err) {
    fiat__http_sockets sockets;
    fiat__http_transfer transfer;
    fiat__net net;
    const fiat__http_opts opts = {.url = request->url,
                                  .user_agent = "fiat/" FIAT_VERSION,
                                  .net = &net,
                                  .connect_timeout_ms = request->timeout_ms,
                                  .request_timeout_ms = request->timeout_ms,
                                  .max_reply_bytes = FIAT__FETCH_MAX_REPLY_BYTES};
    fiat_status status = fiat__http_global_init(err);
    if (status != FIAT_OK) return status;
    status = find_way(&net, search, request, err);
    if (status != FIAT_OK) {
        fiat__net_deinit(&net);
        return status;
    }
    fiat__http_sockets_init(&sockets);
    status = fiat__http_transfer_init(&transfer, &opts, &sockets, err);
    if (status == FIAT_OK) status = run(&transfer, search, request, reply, err);
    wipe(&transfer.reply);
    fiat__http_transfer_deinit(&transfer);
    fiat__net_deinit(&net);
    return status;
}

bool fiat__fetch_status_may_pass(int http_status) {
    return http_status >= 500 || http_status == 408 || http_status == 429;
}

static bool may_pass(fiat_status status, const fiat__fetch_reply *reply) {
    return status == FIAT_OK ? fiat__fetch_status_may_pass(reply->http_status)
                             : status == FIAT_E_NETWORK;
}

fiat_status fiat__fetch(const fiat__aws_search *search, const fiat__fetch_request *request,
                        fiat__fetch_reply *reply, fiat_error *err) {
    memset(reply, 0, sizeof *reply);
    fiat__buf_init(&reply->body, FIAT__FETCH_MAX_REPLY_BYTES);
    fiat_status status;
    for (uint32_t tried = 1;; tried++) {
        wipe(&reply->body);
        fiat__buf_init(&reply->body, FIAT__FETCH_MAX_REPLY_BYTES);
        fiat__fence_enter();
        status = attempt(search, request, reply, err);
        fiat__fence_leave();
        if (!may_pass(status, reply) || tried >= request->max_attempts) return status;
        if (!fiat__aws_search_sleep(search, request->pause_ms))
            return fiat__aws_search_cancelled(err);
    }
}

void fiat__fetch_reply_deinit(fiat__fetch_reply *reply) {
    wipe(&reply->body);
}

/* What a refusal says of itself, in the members that AWS's services use, as printable ASCII. */
static void excerpt(char *out, size_t size, const fiat__doc *doc) {
    static const char *const names[] = {"message", "Message", "error_description", "error", "Code"};
    const char *text = "";
    for (size_t i = 0; i < sizeof names / sizeof names[0] && !*text; i++)
        (void)fiat__doc_string(fiat__doc_get(doc, names[i]), &text);
    fiat__err_copy(out, size, text, strlen(text));
    for (char *c = out; *c; c++)
        if (*c < ' ' || *c > '~') *c = '?';
}

fiat_status fiat__fetch_reply_json(const fiat__fetch_reply *reply, const char *what,
                                   fiat__doc **doc, fiat_error *err) {
    char said[128];
    fiat_status status = fiat__doc_parse(doc, fiat__buf_str(&reply->body), NULL);
    if (status == FIAT_E_NOMEM) return fiat__err_nomem(err);
    if (status == FIAT_OK && reply->http_status == 200 &&
        fiat__doc_kind_of(*doc) == FIAT__DOC_OBJECT)
        return FIAT_OK;
    excerpt(said, sizeof said, *doc);
    fiat__doc_free_secret(*doc);
    *doc = NULL;
    status = reply->http_status == 200
                 ? fiat__err_set(err, FIAT_E_AWS_REPLY, "%s: the reply is no JSON object", what)
                 : fiat__err_set(err, FIAT_E_AWS_CREDENTIALS, "%s: HTTP status %d%s%s", what,
                                 reply->http_status, *said ? ": " : "", said);
    if (!err) return status;
    err->http_status = reply->http_status;
    if (fiat__fetch_status_may_pass(reply->http_status)) err->flags |= FIAT_ERRF_RETRYABLE;
    return status;
}

bool fiat__fetch_write_encoded(fiat__buf *out, const char *text) {
    static const char plain[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~";
    for (; *text; text++)
        if (strchr(plain, *text))
            fiat__buf_append_char(out, *text);
        else
            fiat__buf_printf(out, "%%%02X", (unsigned)(unsigned char)*text);
    return !out->failed;
}
