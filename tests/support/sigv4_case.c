#include "support/sigv4_case.h"
#include "base/error.h"

#include <stdio.h>
#include <stdlib.h>

static const char *member(const sigv4_case *c, const char *name) {
    const char *text;
    if (fiat__doc_string(fiat__doc_get(c->doc, name), &text)) return text;
    fprintf(stderr, "sigv4_case: string member \"%s\" is missing\n", name);
    abort();
}

static fiat__str item(const fiat__doc *node) {
    const char *text;
    if (fiat__doc_string(node, &text)) return fiat__str_c(text);
    fprintf(stderr, "sigv4_case: a header is not [name, value]\n");
    abort();
}

void sigv4_case_init(sigv4_case *out, fiat__str json) {
    fiat_error err;
    memset(out, 0, sizeof *out);
    if (fiat__doc_parse(&out->doc, json, &err) != FIAT_OK) {
        fprintf(stderr, "sigv4_case: %s\n", err.message);
        abort();
    }
    const fiat__doc *header = fiat__doc_first(fiat__doc_get(out->doc, "headers"));
    for (; header && out->request.header_count < FIAT__SIGV4_MAX_HEADERS;
         header = fiat__doc_next(header)) {
        const fiat__doc *name = fiat__doc_first(header);
        out->headers[out->request.header_count++] =
            (fiat__aws_header){item(name), item(fiat__doc_next(name))};
    }
    out->request.method = fiat__str_c(member(out, "method"));
    out->request.path = fiat__str_c(member(out, "path"));
    out->request.query = fiat__str_c(member(out, "query"));
    out->request.body = fiat__str_c(member(out, "body"));
    out->request.headers = out->headers;
    out->scope.region = member(out, "region");
    out->scope.service = member(out, "service");
    fiat__str time = fiat__str_c(member(out, "time"));
    if (!fiat__doc_bool(fiat__doc_get(out->doc, "normalize_path"), &out->request.normalize_path) ||
        !fiat__basic_time_read(time.ptr, time.len, &out->scope.time_ms)) {
        fprintf(stderr, "sigv4_case: normalize_path or time is wrong\n");
        abort();
    }
    fiat__str id = fiat__str_c(member(out, "access_key_id"));
    fiat__str secret = fiat__str_c(member(out, "secret_access_key"));
    fiat__err_copy(out->credentials.access_key_id, sizeof out->credentials.access_key_id, id.ptr,
                   id.len);
    fiat__err_copy(out->credentials.secret_access_key, sizeof out->credentials.secret_access_key,
                   secret.ptr, secret.len);
}

void sigv4_case_deinit(sigv4_case *c) {
    fiat__doc_free(c->doc);
}
