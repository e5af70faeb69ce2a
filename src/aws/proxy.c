/* Proxies: the order of the settings, strict reading of a proxy's URL, and the exceptions.
 * libcurl's own reading of the environment is not used: it knows no ports in no_proxy, and nothing
 * of CGI. */
#include "aws/proxy.h"
#include "base/error.h"
#include "base/mem.h"
#include "base/str.h"

#include <arpa/inet.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

static const struct scheme {
    const char *name;
    uint16_t port;
    bool tls;
} s_schemes[] = {{"http://", 80, false},     {"https://", 443, true},
                 {"socks4://", 1080, false}, {"socks4a://", 1080, false},
                 {"socks5://", 1080, false}, {"socks5h://", 1080, false}};

static fiat_status bad_url(const char *setting, const char *why, fiat_error *err) {
    return fiat__err_set(err, FIAT_E_CONFIG,
                         "%s: %s; it must look like http://proxy.example:3128, with user:password@ "
                         "before the host where the proxy asks for them",
                         setting, why);
}

/* An address in network order; its length is 4 or 16, 0 for a name. */
typedef struct address {
    unsigned char bytes[16];
    size_t len;
} address;

static address read_address(const char *text) {
    address out = {.len = 4};
    char bare[64];
    size_t len = strlen(text);
    if (text[0] == '[' && len > 2 && len < sizeof bare && text[len - 1] == ']') {
        memcpy(bare, text + 1, len - 2);
        bare[len - 2] = '\0';
        text = bare;
    }
    if (inet_pton(AF_INET, text, out.bytes) == 1) return out;
    out.len = inet_pton(AF_INET6, text, out.bytes) == 1 ? 16 : 0;
    return out;
}

static bool in_network(const address *host, const address *network, size_t bits) {
    if (host->len == 0 || host->len != network->len || bits > host->len * 8) return false;
    size_t whole = bits / 8;
    if (memcmp(host->bytes, network->bytes, whole) != 0) return false;
    unsigned mask = 0xff00u >> bits % 8 & 0xff;
    return bits % 8 == 0 || ((host->bytes[whole] ^ network->bytes[whole]) & mask) == 0;
}

/* "10.0.0.0/8" */
static bool network_has(const char *item, const char *slash, const address *host) {
    char text[64];
    size_t len = (size_t)(slash - item), digits = strspn(slash + 1, "0123456789");
    if (len >= sizeof text || digits < 1 || digits > 3 || slash[1 + digits]) return false;
    memcpy(text, item, len);
    text[len] = '\0';
    const address network = read_address(text);
    return in_network(host, &network, strtoul(slash + 1, NULL, 10));
}

/* Is `host` the domain, or below it? Both without a dot at the end. */
static bool domain_has(fiat__str domain, fiat__str host) {
    if (domain.len && *domain.ptr == '.') domain = fiat__str_of(domain.ptr + 1, domain.len - 1);
    if (domain.len == 0 || host.len < domain.len) return false;
    const char *tail = host.ptr + (host.len - domain.len);
    if (strncasecmp(tail, domain.ptr, domain.len) != 0) return false;
    return host.len == domain.len || tail[-1] == '.';
}

static fiat__str without_last_dot(const char *text) {
    size_t len = strlen(text);
    return fiat__str_of(text, len && text[len - 1] == '.' ? len - 1 : len);
}

/* Cut ":443" off; false when it is there and another port. */
static bool take_port(char *item, uint16_t port) {
    char *colon = strrchr(item, ':');
    if (!colon || read_address(item).len == 16) return true; /* none, or part of an address */
    if (strspn(colon + 1, "0123456789") != strlen(colon + 1) || strlen(colon + 1) > 5) return true;
    *colon = '\0';
    return strtoul(colon + 1, NULL, 10) == port;
}

static bool item_has(char *item, const char *host, const address *host_address, uint16_t port) {
    if (strcmp(item, "*") == 0) return true;
    const char *slash = strchr(item, '/');
    if (slash) return network_has(item, slash, host_address);
    if (!take_port(item, port)) return false;
    const address found = read_address(item);
    if (found.len) return in_network(host_address, &found, found.len * 8);
    return host_address->len == 0 && domain_has(without_last_dot(item), without_last_dot(host));
}

bool fiat__proxy_is_excepted(const char *list, const char *host, uint16_t port) {
    static const char separators[] = ", \t\r\n";
    const address host_address = read_address(host);
    for (const char *at = list + strspn(list, separators); *at; at += strspn(at, separators)) {
        char item[272]; /* room for the longest host name with its port */
        size_t len = strcspn(at, separators);
        if (len < sizeof item) {
            memcpy(item, at, len);
            item[len] = '\0';
            if (item_has(item, host, &host_address, port)) return true;
        }
        at += len;
    }
    return false;
}

/* This machine, or one on its own wire: the metadata services of EC2, ECS and EKS. */
static bool is_near(const char *host) {
    return fiat__proxy_is_excepted(
        "localhost,127.0.0.0/8,::1/128,169.254.0.0/16,fe80::/10,fd00:ec2::/32", host, 0);
}

static const char *first_set(const char *const *names, const char **name) {
    for (; *names; names++) {
        const char *value = getenv(*names);
        if (!value || !*value) continue;
        *name = *names;
        return value;
    }
    return NULL;
}

static const char *url_of_environment(bool tls, const char **name) {
    static const char *const https[] = {"https_proxy", "HTTPS_PROXY", NULL},
                             *const http[] = {"http_proxy", "HTTP_PROXY", NULL},
                             *const cgi[] = {"http_proxy", NULL},
                             *const all[] = {"all_proxy", "ALL_PROXY", NULL};
    const char *const *own = tls ? https : getenv("REQUEST_METHOD") ? cgi : http;
    const char *value = first_set(own, name);
    return value ? value : first_set(all, name);
}

static const char *exceptions(const char *setting) {
    static const char *const names[] = {"no_proxy", "NO_PROXY", NULL};
    const char *name;
    if (setting && *setting) return setting;
    const char *list = first_set(names, &name);
    return list ? list : "";
}

static const struct scheme *find_scheme(const char **url) {
    if (!strstr(*url, "://")) return &s_schemes[0];
    for (size_t i = 0; i < sizeof s_schemes / sizeof s_schemes[0]; i++) {
        size_t len = strlen(s_schemes[i].name);
        if (strncasecmp(*url, s_schemes[i].name, len) != 0) continue;
        *url += len;
        return &s_schemes[i];
    }
    return NULL;
}

static int hex_value(char c) {
    static const char digits[] = "0123456789abcdef";
    const char *at = c ? strchr(digits, c >= 'A' && c <= 'F' ? c - 'A' + 'a' : c) : NULL;
    return at ? (int)(at - digits) : -1;
}

/* One byte of user or password, which may stand as %XX; -1: it must not be there. */
static int read_byte(fiat__str text, size_t *at) {
    int byte = (unsigned char)text.ptr[(*at)++];
    if (byte == '%') {
        if (text.len - *at < 2) return -1;
        int high = hex_value(text.ptr[*at]), low = hex_value(text.ptr[*at + 1]);
        if (high < 0 || low < 0) return -1;
        byte = high * 16 + low;
        *at += 2;
        return byte < ' ' || byte == 0x7f ? -1 : byte;
    }
    return byte <= ' ' || byte == 0x7f || byte == '/' ? -1 : byte;
}

/* *out is NULL when the text cannot be had. */
static fiat_status decode(char **out, fiat__str text, const char *setting, fiat_error *err) {
    char *decoded = fiat__malloc(text.len + 1);
    if (!decoded) return fiat__err_nomem(err);
    size_t len = 0;
    for (size_t at = 0; at < text.len;) {
        int byte = read_byte(text, &at);
        decoded[len] = (char)byte;
        len++;
        if (byte >= 0) continue;
        OPENSSL_cleanse(decoded, len);
        fiat__free(decoded);
        return bad_url(setting, "user or password hold a byte that must be written as %XX", err);
    }
    decoded[len] = '\0';
    *out = decoded;
    return FIAT_OK;
}

/* "user:password" */
static fiat_status read_user(fiat__proxy *out, fiat__str text, const char *setting,
                             fiat_error *err) {
    const char *colon = memchr(text.ptr, ':', text.len);
    size_t len = colon ? (size_t)(colon - text.ptr) : text.len;
    fiat_status status = decode(&out->user, fiat__str_of(text.ptr, len), setting, err);
    if (status != FIAT_OK) return status;
    if (strchr(out->user, ':')) /* RFC 7617 section 2 */
        return bad_url(setting, "a user name cannot hold a colon", err);
    if (!colon) return FIAT_OK;
    return decode(&out->password, fiat__str_of(colon + 1, text.len - len - 1), setting, err);
}

/* The host and port are read as those of an endpoint are. */
static fiat_status read_place(fiat__proxy *out, const struct scheme *scheme, const char *text,
                              const char *setting, fiat_error *err) {
    char plain[300];
    fiat__aws_endpoint place;
    if (strlen(text) > 280) return bad_url(setting, "it is too long", err);
    snprintf(plain, sizeof plain, "http://%s", text);
    if (fiat__aws_endpoint_parse(&place, plain, setting, NULL) != FIAT_OK ||
        strcmp(place.path, "/") != 0)
        return bad_url(setting, "it names no proper host and port", err);
    const char *host_end = *text == '[' ? strchr(text, ']') : text;
    bool with_port = host_end && strchr(host_end, ':');
    snprintf(out->shown, sizeof out->shown, "%s:%d", place.host,
             with_port ? place.port : scheme->port);
    snprintf(out->url, sizeof out->url, "%s%s", scheme->name, out->shown);
    out->tls = scheme->tls;
    return FIAT_OK;
}

/* scheme://user:password@host:port */
static fiat_status read_url(fiat__proxy *out, const char *url, const char *setting,
                            fiat_error *err) {
    const char *at = url;
    const struct scheme *scheme = find_scheme(&at);
    if (!scheme)
        return bad_url(setting,
                       "its scheme is none of http, https, socks4, socks4a, socks5, socks5h", err);
    const char *sign = strrchr(at, '@');
    fiat_status status = read_place(out, scheme, sign ? sign + 1 : at, setting, err);
    if (status == FIAT_OK && sign)
        status = read_user(out, fiat__str_of(at, (size_t)(sign - at)), setting, err);
    return status;
}

fiat_status fiat__proxy_find(fiat__proxy *out, const fiat__aws_endpoint *endpoint,
                             const char *url_setting, const char *none_setting, fiat_error *err) {
    const char *name = "proxy.url";
    memset(out, 0, sizeof *out);
    const char *url =
        url_setting && *url_setting ? url_setting : url_of_environment(endpoint->tls, &name);
    if (!url || is_near(endpoint->host) ||
        fiat__proxy_is_excepted(exceptions(none_setting), endpoint->host, endpoint->port))
        return FIAT_OK;
    return read_url(out, url, name, err);
}

static void free_secret(char *text) {
    if (text) OPENSSL_cleanse(text, strlen(text));
    fiat__free(text);
}

void fiat__proxy_deinit(fiat__proxy *proxy) {
    free_secret(proxy->user);
    free_secret(proxy->password);
    memset(proxy, 0, sizeof *proxy);
}
