/* Three lines: a proxy's URL, a list of exceptions, a host. */
#include "aws/proxy.h"
#include "fuzz/fuzz.h"

#include <stdio.h>

static bool is_printable(const char *text) {
    for (; *text; text++)
        if (*text <= ' ' || *text == 0x7f) return false;
    return true;
}

static void check_url(const char *url) {
    static const fiat__aws_endpoint far = {.tls = true, .port = 443, .host = "host.example"};
    fiat__proxy proxy;
    fiat_error err = FIAT_ERROR_INIT;
    if (fiat__proxy_find(&proxy, &far, url, "none.example", &err) != FIAT_OK) {
        FUZZ_CHECK(err.status == FIAT_E_CONFIG);
    } else if (*url) { /* without one, the environment's */
        FUZZ_CHECK(strstr(proxy.url, "://") && is_printable(proxy.url));
        FUZZ_CHECK(!strpbrk(proxy.shown, "@/") && !strchr(proxy.url, '@'));
        FUZZ_CHECK(!proxy.user || !strpbrk(proxy.user, ":\r\n"));
        FUZZ_CHECK(!proxy.password || !strpbrk(proxy.password, "\r\n"));
        size_t len = strlen(proxy.url), shown = strlen(proxy.shown);
        FUZZ_CHECK(len > shown && strcmp(proxy.url + len - shown, proxy.shown) == 0);
        fiat__proxy again;
        FUZZ_CHECK(fiat__proxy_find(&again, &far, proxy.url, "none.example", &err) == FIAT_OK);
        FUZZ_CHECK(strcmp(again.url, proxy.url) == 0);
        fiat__proxy_deinit(&again);
    }
    fiat__proxy_deinit(&proxy);
}

static void check_list(const char *list, const char *host) {
    char longer[1024];
    bool excepted = fiat__proxy_is_excepted(list, host, 443);
    snprintf(longer, sizeof longer, "%.500s,*", list);
    FUZZ_CHECK(fiat__proxy_is_excepted(longer, host, 443));
    /* One more item takes none away. */
    if (snprintf(longer, sizeof longer, "x.example,%s", list) < (int)sizeof longer)
        FUZZ_CHECK(!excepted || fiat__proxy_is_excepted(longer, host, 443));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char text[1024], *at = text;
    const char *lines[3] = {text, "", ""};
    if (size >= sizeof text) return 0;
    if (size) memcpy(text, data, size);
    text[size] = '\0';
    for (int i = 1; i < 3 && (at = strchr(at, '\n')); i++) {
        *at++ = '\0';
        lines[i] = at;
    }
    check_url(lines[0]);
    check_list(lines[1], lines[2]);
    return 0;
}
