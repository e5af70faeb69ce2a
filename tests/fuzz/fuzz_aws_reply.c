/* A header value in the first line, a reply's body after it: the error made of them is fit to be
 * shown. The first line is tried as an endpoint URL and a date as well. */
#include "aws/endpoint.h"
#include "aws/error_class.h"
#include "aws/http_date.h"
#include "base/utf8.h"
#include "fuzz/fuzz.h"

static void check_error(const fiat_error *err) {
    size_t len = strlen(err->message);
    FUZZ_CHECK(len < sizeof err->message && fiat__utf8_check(err->message, len) == len);
    FUZZ_CHECK(!strpbrk(err->message, "\r\n"));
    FUZZ_CHECK(strlen(err->aws_code) < sizeof err->aws_code);
    FUZZ_CHECK(err->status != FIAT_OK);
}

/* What an endpoint says of itself must read back as the same endpoint. */
static void check_url(fiat__str line) {
    char url[1024];
    fiat__aws_endpoint first, second;
    fiat_error err;
    if (line.len >= sizeof url || (line.len && memchr(line.ptr, '\0', line.len))) return;
    if (line.len) memcpy(url, line.ptr, line.len);
    url[line.len] = '\0';
    if (fiat__aws_endpoint_parse(&first, url, "url", &err) != FIAT_OK) return;
    FUZZ_CHECK(fiat__aws_endpoint_parse(&second, first.url, "url", &err) == FIAT_OK);
    FUZZ_CHECK(memcmp(&first, &second, sizeof first) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const int statuses[] = {200, 302, 400, 403, 404, 413, 429, 500, 503};
    fiat__str rest = fiat__str_of((const char *)data, size);
    fiat__aws_reply reply = {.error_type = fuzz_line(rest, &rest), .host = "host"};
    int64_t date_ms;
    fiat_error err;
    reply.body = rest;
    reply.request_id = fiat__str_of("", 0);
    for (size_t i = 0; i < sizeof statuses / sizeof statuses[0]; i++) {
        reply.http_status = statuses[i];
        if (fiat__aws_classify(&reply, &err) != FIAT__AWS_OK) check_error(&err);
    }
    (void)fiat__http_date_read(reply.error_type, &date_ms);
    check_url(reply.error_type);
    return 0;
}
