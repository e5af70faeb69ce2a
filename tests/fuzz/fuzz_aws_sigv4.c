/* Path, query, a header's value (a line each) and a body: what is signed must verify, and an
 * Authorization header that is not ours must not. */
#include "aws/sigv4_verify.h"
#include "fuzz/fuzz.h"

#define SECRET "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"

typedef struct wire {
    fiat__aws_header headers[4];
    size_t count;
} wire;

static bool find(void *ctx, const char *name, fiat__str *value) {
    const wire *w = ctx;
    for (size_t i = 0; i < w->count; i++)
        if (fiat__str_eq_c(w->headers[i].name, name)) {
            *value = w->headers[i].value;
            return true;
        }
    return false;
}

static const fiat__sigv4_verify_opts s_opts = {.access_key_id = "AKID",
                                               .secret_access_key = SECRET,
                                               .region = "",
                                               .service = "",
                                               .now_ms = 0,
                                               .skew_ms = FIAT__SIGV4_SKEW_MS};

static void set_authorization(wire *w, fiat__str value) {
    w->headers[3] = (fiat__aws_header){fiat__str_c("authorization"), value};
    w->count = 4;
}

static void check_verdict(const fiat__sigv4_verdict *verdict) {
    FUZZ_CHECK(verdict->code && verdict->http_status == 400);
    for (const char *c = verdict->message; *c; c++)
        FUZZ_CHECK(*c >= ' ' && *c <= '~');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const fiat__aws_credentials keys = {.access_key_id = "AKID", .secret_access_key = SECRET};
    const fiat__sigv4_scope scope = {"eu-central-1", "firehose", 0};
    fiat__str rest = fiat__str_of((const char *)data, size);
    fiat__sigv4_request request = {.method = fiat__str_c("POST"), .normalize_path = size % 2 == 0};
    wire w = {.headers = {{fiat__str_c("host"), fiat__str_c("h")},
                          {fiat__str_c("x-amz-date"), fiat__str_c("19700101T000000Z")},
                          {fiat__str_c("x-fuzz"), fiat__str_of("", 0)}},
              .count = 3};
    fiat__sigv4_verdict verdict;
    fiat__buf authorization;
    request.path = fuzz_line(rest, &rest);
    request.query = fuzz_line(rest, &rest);
    w.headers[2].value = fuzz_line(rest, &rest);
    request.body = rest;
    request.headers = w.headers;
    request.header_count = w.count;
    fiat__sigv4_received received = {.method = request.method,
                                     .path = request.path,
                                     .query = request.query,
                                     .header = find,
                                     .header_ctx = &w,
                                     .body = request.body,
                                     .normalize_path = request.normalize_path};
    fiat__buf_init(&authorization, 4096);
    if (fiat__sigv4_authorization(&authorization, &request, &scope, &keys, NULL) == FIAT_OK) {
        set_authorization(&w, fiat__buf_str(&authorization));
        FUZZ_CHECK(fiat__sigv4_verify(&received, &s_opts, &verdict));
        received.method = fiat__str_c("PUT");
        FUZZ_CHECK(!fiat__sigv4_verify(&received, &s_opts, &verdict));
        check_verdict(&verdict);
    }
    fiat__buf_deinit(&authorization);
    set_authorization(&w, fiat__str_of((const char *)data, size));
    FUZZ_CHECK(!fiat__sigv4_verify(&received, &s_opts, &verdict));
    check_verdict(&verdict);
    return 0;
}
