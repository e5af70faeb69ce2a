/* Putting the signed headers on a transfer. Stateless. */
#include "aws/request.h"
#include "aws/sigv4.h"
#include "base/error.h"

fiat_status fiat__aws_request_sign(fiat__http_transfer *transfer, const fiat__aws_call *call,
                                   const fiat__aws_signing *signing, fiat_error *err) {
    char time[17];
    fiat__basic_time_write(time, signing->time_ms);
    const struct {
        const char *name, *value;
    } lines[] = {{"Host", signing->endpoint->host_header},
                 {"Content-Type", call->content_type},
                 {"X-Amz-Date", time},
                 {"X-Amz-Target", call->target},
                 {"X-Amz-Security-Token", signing->credentials->session_token}};
    fiat__aws_header headers[sizeof lines / sizeof lines[0]];
    fiat__sigv4_request request = {.method = fiat__str_c("POST"),
                                   .path = fiat__str_c(signing->endpoint->path),
                                   .headers = headers,
                                   .body = call->body,
                                   .body_sha256 = call->body_sha256,
                                   .normalize_path = true};
    const fiat__sigv4_scope scope = {signing->region, signing->service, signing->time_ms};
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        if (!lines[i].value) continue;
        headers[request.header_count++] =
            (fiat__aws_header){fiat__str_c(lines[i].name), fiat__str_c(lines[i].value)};
        fiat_status status =
            fiat__http_transfer_header(transfer, lines[i].name, lines[i].value, err);
        if (status != FIAT_OK) return status;
    }
    fiat__buf authorization;
    fiat__buf_init(&authorization, 4096);
    fiat_status status =
        fiat__sigv4_authorization(&authorization, &request, &scope, signing->credentials, err);
    if (status == FIAT_OK)
        status = fiat__http_transfer_header(transfer, "Authorization",
                                            fiat__buf_cstr(&authorization), err);
    fiat__buf_deinit(&authorization);
    return status;
}
