/* Is a request signed with the mock's key, or with one that it has given out? Any thread. */
#include "base/clock.h"
#include "base/error.h"
#include "mock/mock_internal.h"

static bool find_header(void *ctx, const char *name, fiat__str *value) {
    const fiat__server_request *request = ctx;
    return fiat__server_header(request->head, name, value);
}

/* "... Credential=KEY/20261121/...": what the request claims; empty when it claims nothing. */
static fiat__str claimed_key(const fiat__server_request *request) {
    static const char mark[] = "Credential=";
    fiat__str value;
    if (!fiat__server_header(request->head, "authorization", &value)) return fiat__str_of("", 0);
    const char *end = value.ptr + value.len;
    for (const char *at = value.ptr; at + sizeof mark - 1 < end; at++) {
        if (strncmp(at, mark, sizeof mark - 1) != 0) continue;
        at += sizeof mark - 1;
        const char *slash = memchr(at, '/', (size_t)(end - at));
        return slash ? fiat__str_of(at, (size_t)(slash - at)) : fiat__str_of("", 0);
    }
    return fiat__str_of("", 0);
}

bool fiat__mock_verify(fiat_mock *mock, const fiat__server_request *request, const char *service,
                       fiat__sigv4_verdict *verdict) {
    fiat__key key;
    const int64_t now_ms = fiat__wall_ms(&fiat__clock_system);
    const bool given = fiat__keys_find(mock->keys, claimed_key(request), now_ms, &key);
    const fiat__sigv4_received received = {
        .method = fiat__str_c(request->method),
        .path = fiat__str_c(request->path),
        .query = fiat__str_c(request->query),
        .header = find_header,
        .header_ctx = (void *)(uintptr_t)request,
        .body = fiat__str_of(request->body, request->body_len),
        .normalize_path = true,
    };
    const fiat__sigv4_verify_opts known = {
        .access_key_id = given ? key.access_key_id : mock->access_key_id,
        .secret_access_key = given ? key.secret_access_key : mock->secret_access_key,
        .session_token = given ? key.session_token : NULL,
        .region = "",
        .service = service,
        .now_ms = now_ms,
        .skew_ms = FIAT__SIGV4_SKEW_MS,
    };
    if (!mock->verify) return true;
    if (!fiat__sigv4_verify(&received, &known, verdict)) return false;
    if (!given || !key.expired) return true;
    const fiat__fault_row *expired = &fiat__fault_rows[FIAT_MOCK_EXPIRED_TOKEN];
    verdict->code = expired->code;
    verdict->http_status = expired->http_status;
    fiat__err_copy(verdict->message, sizeof verdict->message, expired->message,
                   strlen(expired->message));
    return false;
}
