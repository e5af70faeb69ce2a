/* What libcurl's failures mean to whoever reads the message: the thing, the place, the remedy. */
#include "aws/http.h"
#include "base/error.h"

/* The tunnel through the proxy did not come about. */
static void describe_refusal(const fiat__net *net, const char *host, int status, fiat_error *err) {
    const char *remedy = "is it up, and does it allow the way there?";
    if (status == 407 || status == 401)
        remedy = "check the user and password of proxy.url or HTTPS_PROXY";
    if (status == 403) remedy = "it must allow the way there, or proxy.none name the host";
    fiat__err_set(err, FIAT_E_NETWORK, "proxy %.80s answered to CONNECT %.80s with status %d: %s",
                  net->proxy.shown, host, status, remedy);
}

/* A certificate was refused: the proxy's, as long as there is no way through it. */
static bool describe_certificate(const fiat__http_transfer *transfer, const fiat__net *net,
                                 const char *host, fiat_error *err) {
    bool of_proxy = net->proxy.tls && fiat__http_transfer_proxy_status(transfer) == 0;
    return fiat__tls_peer_describe(&transfer->peer, of_proxy ? net->proxy.shown : host,
                                   of_proxy ? "proxy.ca.file" : "tls.ca.file or AWS_CA_BUNDLE",
                                   err);
}

bool fiat__http_failure_may_pass(const fiat__http_transfer *transfer, CURLcode code) {
    int proxy_status = fiat__http_transfer_proxy_status(transfer);
    if (proxy_status >= 400 && proxy_status < 500 && proxy_status != 408 && proxy_status != 429)
        return false;
    switch (code) {
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_INVALIDCERTSTATUS:
        return false;
    default:
        return true;
    }
}

void fiat__http_describe_failure(const fiat__http_transfer *transfer, CURLcode code,
                                 const fiat__net *net, const char *host, fiat_error *err) {
    int proxy_status = fiat__http_transfer_proxy_status(transfer);
    const char *text = *transfer->error_text ? transfer->error_text : curl_easy_strerror(code);
    if (code == CURLE_OUT_OF_MEMORY)
        fiat__err_nomem(err);
    else if (transfer->reply_cut && fiat__buf_status(&transfer->reply, NULL) == FIAT_E_LIMIT)
        fiat__err_set(err, FIAT_E_AWS_REPLY, "reply of %s is larger than %zu bytes", host,
                      transfer->reply.max);
    else if (transfer->reply_cut)
        fiat__err_nomem(err);
    else if (fiat__http_transfer_was_stale(transfer, code))
        fiat__err_set(err, FIAT_E_NETWORK, "%s closed the connection without an answer", host);
    else if (proxy_status >= 300)
        describe_refusal(net, host, proxy_status, err);
    else if (code == CURLE_COULDNT_RESOLVE_HOST)
        fiat__err_set(
            err, FIAT_E_NETWORK,
            "%s: check the region, whether it has such an endpoint (FIPS, dual-stack), and "
            "DNS",
            text);
    else if (code != CURLE_PEER_FAILED_VERIFICATION ||
             !describe_certificate(transfer, net, host, err))
        fiat__err_set(err, FIAT_E_NETWORK, "request to %s%s%s failed: %s", host,
                      *net->proxy.url ? " through proxy " : "", net->proxy.shown, text);
    if (err) err->sys_code = (int32_t)code;
}
