/* Which proxy, if any, leads to a server. Reads settings and the environment; opens nothing. */
#ifndef FIAT_AWS_PROXY_H
#define FIAT_AWS_PROXY_H

#include "aws/endpoint.h"

typedef struct fiat__proxy {
    char url[292];         /* "scheme://host:port"; "": no proxy */
    char shown[280];       /* its "host:port", for messages */
    bool tls;              /* the proxy itself is spoken to over TLS */
    char *user, *password; /* heap, decoded; NULL: none. Not in the URL, which libcurl may quote */
} fiat__proxy;

/* url_setting: the proxy; NULL or "": that of the environment, which is https_proxy or HTTPS_PROXY
 * for an endpoint with TLS, else http_proxy or HTTP_PROXY, then all_proxy or ALL_PROXY. HTTP_PROXY
 * is left out where REQUEST_METHOD is set: in a CGI program it is a header of the request.
 * none_setting: hosts to be reached without it, as in fiat__proxy_is_excepted(); NULL or "":
 * no_proxy or NO_PROXY.
 * Loopback and link-local addresses are never reached through a proxy. FIAT_E_CONFIG names the
 * setting or variable, never its value. deinit in any case. */
fiat_status fiat__proxy_find(fiat__proxy *out, const fiat__aws_endpoint *endpoint,
                             const char *url_setting, const char *none_setting, fiat_error *err);
void fiat__proxy_deinit(fiat__proxy *proxy);

/* Does the list name the host? Its items stand between commas or blanks: "*" (every host);
 * "example.com" and ".example.com" (that domain and all below it); "10.1.2.3", "2001:db8::1";
 * "10.0.0.0/8", "2001:db8::/32"; each of the first three also with a port, "host:443", "[::1]:443".
 * Case and a dot at the end do not count. Items that are none of this name no host. */
bool fiat__proxy_is_excepted(const char *list, const char *host, uint16_t port);

#endif
