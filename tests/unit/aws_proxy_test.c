/* Which proxy leads where: the order of the settings, and the hosts that are excepted. */
#include "aws/net.h"
#include "aws/proxy.h"
#include "support/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define AWS "https://firehose.eu-central-1.amazonaws.com"

static void clean_environment(void) {
    static const char *const names[] = {
        "http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY",    "all_proxy",     "ALL_PROXY",
        "no_proxy",   "NO_PROXY",   "AWS_PROFILE", "REQUEST_METHOD", "AWS_CA_BUNDLE", NULL};
    for (const char *const *name = names; *name; name++)
        unsetenv(*name);
    setenv("AWS_CONFIG_FILE", "/dev/null", 1);
    setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null", 1);
}

static fiat_status find(fiat__proxy *out, const char *endpoint_url, const char *url,
                        const char *none, fiat_error *err) {
    fiat__aws_endpoint endpoint;
    ck_assert_fiat_ok(fiat__aws_endpoint_parse(&endpoint, endpoint_url, "test", err), *err);
    return fiat__proxy_find(out, &endpoint, url, none, err);
}

/* want NULL: no proxy. */
static void assert_proxy(const char *endpoint_url, const char *url, const char *none,
                         const char *want) {
    fiat__proxy proxy;
    fiat_error err = FIAT_ERROR_INIT;
    ck_assert_fiat_ok(find(&proxy, endpoint_url, url, none, &err), err);
    ck_assert_str_eq(proxy.url, want ? want : "");
    fiat__proxy_deinit(&proxy);
}

static const struct variable_row {
    const char *endpoint, *names[3], *want;
} s_variables[] = {
    {AWS, {NULL}, NULL},
    {AWS, {"https_proxy"}, "http://https_proxy.test:3128"},
    {AWS, {"HTTPS_PROXY"}, "http://https_proxy.test:3128"},
    {AWS, {"HTTPS_PROXY", "ALL_PROXY"}, "http://https_proxy.test:3128"},
    {AWS, {"all_proxy", "HTTPS_PROXY"}, "http://https_proxy.test:3128"},
    {AWS, {"all_proxy"}, "http://all_proxy.test:3128"},
    {AWS, {"ALL_PROXY", "http_proxy"}, "http://all_proxy.test:3128"},
    {AWS, {"http_proxy", "HTTP_PROXY"}, NULL},
    {"http://plain.test", {"http_proxy"}, "http://http_proxy.test:3128"},
    {"http://plain.test", {"HTTP_PROXY"}, "http://http_proxy.test:3128"},
    {"http://plain.test", {"https_proxy"}, NULL},
    /* A CGI program: HTTP_PROXY is what the client sent as a header "Proxy". */
    {"http://plain.test", {"HTTP_PROXY", "REQUEST_METHOD"}, NULL},
    {"http://plain.test", {"http_proxy", "REQUEST_METHOD"}, "http://http_proxy.test:3128"},
    {AWS, {"HTTPS_PROXY", "REQUEST_METHOD"}, "http://https_proxy.test:3128"},
};

START_TEST(variables_have_their_order) {
    const struct variable_row *row = &s_variables[_i];
    for (size_t i = 0; i < 3 && row->names[i]; i++) {
        char value[64];
        snprintf(value, sizeof value, "http://%s.test:3128", row->names[i]);
        setenv(row->names[i], value, 1);
    }
    assert_proxy(row->endpoint, NULL, NULL, row->want);
    assert_proxy(row->endpoint, "", "*", NULL);
    assert_proxy(row->endpoint, "http://setting:1", "", "http://setting:1");
}
END_TEST

static const struct url_row {
    const char *url, *want, *shown;
    bool tls;
    const char *user, *password;
} s_urls[] = {
    {"proxy", "http://proxy:80", "proxy:80", false, NULL, NULL},
    {"proxy:3128", "http://proxy:3128", "proxy:3128", false, NULL, NULL},
    {"Proxy.Example:3128/", "http://proxy.example:3128", "proxy.example:3128", false, NULL, NULL},
    {"http://10.0.0.1", "http://10.0.0.1:80", "10.0.0.1:80", false, NULL, NULL},
    {"HTTPS://proxy", "https://proxy:443", "proxy:443", true, NULL, NULL},
    {"https://proxy:80", "https://proxy:80", "proxy:80", true, NULL, NULL},
    {"socks5h://proxy", "socks5h://proxy:1080", "proxy:1080", false, NULL, NULL},
    {"socks4a://proxy:80", "socks4a://proxy:80", "proxy:80", false, NULL, NULL},
    {"http://[2001:db8::80]", "http://[2001:db8::80]:80", "[2001:db8::80]:80", false, NULL, NULL},
    {"socks5://[2001:db8::80]", "socks5://[2001:db8::80]:1080", "[2001:db8::80]:1080", false, NULL,
     NULL},
    {"http://u:p@proxy:1", "http://proxy:1", "proxy:1", false, "u", "p"},
    {"http://u@proxy:1", "http://proxy:1", "proxy:1", false, "u", NULL},
    {"u:p%40ss@w:%e2%82%aC%25@proxy:1", "http://proxy:1", "proxy:1", false, "u",
     "p@ss@w:\xe2\x82\xac%"},
    {"http://u:@proxy", "http://proxy:80", "proxy:80", false, "u", ""},
};

START_TEST(url_is_read) {
    const struct url_row *row = &s_urls[_i];
    fiat__proxy proxy;
    fiat_error err = FIAT_ERROR_INIT;
    ck_assert_fiat_ok(find(&proxy, AWS, row->url, NULL, &err), err);
    ck_assert_str_eq(proxy.url, row->want);
    ck_assert_str_eq(proxy.shown, row->shown);
    ck_assert_int_eq(proxy.tls, row->tls);
    ck_assert_pstr_eq(proxy.user, row->user);
    ck_assert_pstr_eq(proxy.password, row->password);
    fiat__proxy_deinit(&proxy);
}
END_TEST

static const char *const s_bad_urls[] = {
    "ftp://proxy",
    "http://",
    "http://secret@",
    "http://secret@:80",
    "http://proxy:0",
    "http://proxy:x",
    "http://proxy/way",
    "http://sec ret@proxy",
    "http://secret\n@proxy",
    "http://pro xy",
    "secret://x@proxy",
    "http://proxy?secret",
    "http://secret/x@proxy",
    "http://a\r\nb:80",
    "http://secret%@proxy",
    "http://secret%4@proxy",
    "http://u:secret%0a@proxy",
    "http://u:secret%gg@proxy",
    "http://secret%00@proxy",
    "http://secret%3a:x@proxy",

};

START_TEST(bad_url_is_refused_and_not_shown) {
    fiat__proxy proxy;
    fiat_error err = FIAT_ERROR_INIT;
    ck_assert_msg(find(&proxy, AWS, s_bad_urls[_i], NULL, &err) == FIAT_E_CONFIG, "%s",
                  s_bad_urls[_i]);
    ck_assert_ptr_nonnull(strstr(err.message, "proxy.url: "));
    ck_assert_ptr_null(strstr(err.message, "secret"));
    fiat__proxy_deinit(&proxy);
    setenv("HTTPS_PROXY", s_bad_urls[_i], 1);
    ck_assert_fiat_status(find(&proxy, AWS, NULL, NULL, &err), FIAT_E_CONFIG);
    ck_assert_ptr_nonnull(strstr(err.message, "HTTPS_PROXY: "));
    ck_assert_ptr_null(strstr(err.message, "secret"));
    fiat__proxy_deinit(&proxy);
}
END_TEST

static const struct exception_row {
    const char *list, *host;
    uint16_t port;
    bool excepted;
} s_exceptions[] = {
    {"", "a.example", 443, false},
    {" , ,", "a.example", 443, false},
    {"*", "a.example", 443, true},
    {"*", "10.0.0.1", 443, true},
    {"x,*", "a.example", 443, true},
    {"a.example", "a.example", 443, true},
    {"A.Example.", "a.example", 443, true},
    {"a.example", "a.example.", 443, true},
    {"example", "a.example", 443, true},
    {".example", "a.example", 443, true},
    {".example", "example", 443, true},
    {"ample", "a.example", 443, false},
    {"a.example", "example", 443, false},
    {"b.example,a.example", "a.example", 443, true},
    {"b.example a.example", "a.example", 443, true},
    {"b.example,\ta.example", "a.example", 443, true},
    {"a.example:443", "a.example", 443, true},
    {"a.example:8443", "a.example", 443, false},
    {".example:443", "a.example", 443, true},
    {"a.example:", "a.example", 443, false},
    {"a.example:99999999", "a.example", 443, false},
    {".", "a.example", 443, false},
    {"10.0.0.1", "10.0.0.1", 443, true},
    {"10.0.0.1:443", "10.0.0.1", 443, true},
    {"10.0.0.1:80", "10.0.0.1", 443, false},
    {"10.0.0.1", "10.0.0.11", 443, false},
    {"0.0.1", "10.0.0.1", 443, false},
    {".0.0.1", "10.0.0.1", 443, false},
    {"10.0.0.0/8", "10.255.0.1", 443, true},
    {"10.0.0.0/8", "11.0.0.1", 443, false},
    {"10.0.0.0/0", "192.0.2.1", 443, true},
    {"10.1.2.3/32", "10.1.2.3", 443, true},
    {"10.1.2.3/31", "10.1.2.2", 443, true},
    {"10.1.2.3/31", "10.1.2.4", 443, false},
    {"10.0.0.0/33", "10.0.0.1", 443, false},
    {"10.0.0.0/", "10.0.0.1", 443, false},
    {"10.0.0.0/8x", "10.0.0.1", 443, false},
    {"10.0.0.0/8", "a.example", 443, false},
    {"a.example/8", "a.example", 443, false},
    {"2001:db8::1", "[2001:db8::1]", 443, true},
    {"[2001:db8::1]", "[2001:db8:0::1]", 443, true},
    {"[2001:db8::1]:443", "[2001:db8::1]", 443, true},
    {"[2001:db8::1]:80", "[2001:db8::1]", 443, false},
    {"2001:db8::/32", "[2001:db8:ffff::1]", 443, true},
    {"[2001:db8::]/32", "[2001:db8:ffff::1]", 443, true},
    {"2001:db8::/33", "[2001:db8:ffff::1]", 443, false},
    {"0.0.0.0/0", "[2001:db8::1]", 443, false},
};

START_TEST(exceptions_are_heeded) {
    const struct exception_row *row = &s_exceptions[_i];
    ck_assert_msg(fiat__proxy_is_excepted(row->list, row->host, row->port) == row->excepted,
                  "\"%s\" and %s:%d", row->list, row->host, row->port);
}
END_TEST

START_TEST(overlong_item_names_no_host) {
    char list[1024], host[300];
    memset(list, 'a', sizeof list);
    memset(host, 'a', sizeof host);
    memcpy(list + 600, ",b.example", 11);
    host[255] = '\0';
    ck_assert(!fiat__proxy_is_excepted(list, host, 443));
    ck_assert(fiat__proxy_is_excepted(list, "b.example", 443));
}
END_TEST

START_TEST(near_hosts_are_reached_directly) {
    static const char *const near[] = {
        "http://localhost:4573",  "http://127.0.0.1",       "http://127.9.9.9",
        "http://[::1]:80",        "http://x.localhost",     "http://169.254.169.254",
        "http://169.254.170.23",  "http://[fd00:ec2::254]", "http://[fd00:ec2::23]",
        "https://localhost:4573", "http://[fe80::1]",
    };
    for (size_t i = 0; i < sizeof near / sizeof near[0]; i++)
        assert_proxy(near[i], "http://proxy:1", NULL, NULL);
    assert_proxy("http://[fd00:ec3::1]", "http://proxy:1", NULL, "http://proxy:1");
    assert_proxy("http://170.254.169.254", "http://proxy:1", NULL, "http://proxy:1");
    assert_proxy("http://notlocalhost", "http://proxy:1", NULL, "http://proxy:1");
}
END_TEST

START_TEST(no_proxy_is_of_the_environment) {
    setenv("NO_PROXY", "example", 1);
    assert_proxy("https://a.example", "http://proxy:1", NULL, NULL);
    assert_proxy("https://a.example", "http://proxy:1", "other", "http://proxy:1");
    setenv("no_proxy", "other", 1);
    assert_proxy("https://a.example", "http://proxy:1", NULL, "http://proxy:1");
}
END_TEST

START_TEST(key_without_certificate_is_refused) {
    fiat__net net;
    fiat_error err = FIAT_ERROR_INIT;
    fiat__aws_endpoint endpoint;
    const fiat__net_opts opts = {.key_file = "key.pem"};
    ck_assert_fiat_ok(fiat__aws_endpoint_parse(&endpoint, AWS, "test", &err), err);
    ck_assert_fiat_status(fiat__net_init(&net, &opts, &endpoint, &err), FIAT_E_CONFIG);
    ck_assert_ptr_nonnull(strstr(err.message, "tls.cert.file"));
    fiat__net_deinit(&net);
}
END_TEST

START_TEST(authorities_have_their_order) {
    fiat__net net;
    fiat_error err = FIAT_ERROR_INIT;
    fiat__aws_endpoint endpoint;
    char path[] = "/tmp/fiat-net-XXXXXX";
    FILE *config = fdopen(mkstemp(path), "w");
    fputs("[default]\nca_bundle = /of/profile.pem\n", config);
    fclose(config);
    ck_assert_fiat_ok(fiat__aws_endpoint_parse(&endpoint, AWS, "test", &err), err);
    static const char *const want[] = {NULL, "/of/profile.pem", "/of/variable.pem", "/of/it.pem"};
    for (int step = 0; step < 4; step++) {
        if (step == 1) setenv("AWS_CONFIG_FILE", path, 1);
        if (step == 2) setenv("AWS_CA_BUNDLE", "/of/variable.pem", 1);
        const fiat__net_opts opts = {.ca_file = step == 3 ? "/of/it.pem" : ""};
        ck_assert_fiat_ok(fiat__net_init(&net, &opts, &endpoint, &err), err);
        ck_assert_pstr_eq(net.ca_file, want[step]);
        ck_assert_uint_eq(net.idle_ms, FIAT__NET_IDLE_MS);
        fiat__net_deinit(&net);
    }
    remove(path);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("aws/proxy");
    TCase *tcase = tcase_create("proxy");
    tcase_add_checked_fixture(tcase, clean_environment, NULL);
    tcase_add_loop_test(tcase, variables_have_their_order, 0,
                        sizeof s_variables / sizeof s_variables[0]);
    tcase_add_loop_test(tcase, url_is_read, 0, sizeof s_urls / sizeof s_urls[0]);
    tcase_add_loop_test(tcase, bad_url_is_refused_and_not_shown, 0,
                        sizeof s_bad_urls / sizeof s_bad_urls[0]);
    tcase_add_loop_test(tcase, exceptions_are_heeded, 0,
                        sizeof s_exceptions / sizeof s_exceptions[0]);
    tcase_add_test(tcase, overlong_item_names_no_host);
    tcase_add_test(tcase, near_hosts_are_reached_directly);
    tcase_add_test(tcase, no_proxy_is_of_the_environment);
    tcase_add_test(tcase, key_without_certificate_is_refused);
    tcase_add_test(tcase, authorities_have_their_order);
    suite_add_tcase(suite, tcase);
    return fiat_test_run(suite);
}
