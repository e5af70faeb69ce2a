/* Putting the signed headers on a transfer. Stateless. */
#include "aws/request.h"
#include "aws/sigv4.h"
#include "base/error.h"

#define PATH_MAX_BYTES (8 * 1024) /* with the query; S3's keys have up to 1,024 bytes */

/* The path of a request, below the endpoint's. */
static fiat_status write_path(fiat__buf *out, const fiat__aws_endpoint *endpoint,
                              const fiat__aws_rest *rest, fiat_error *err) {
    bool has_base = strcmp(endpoint->path, "/") != 0;
    if (has_base || !rest) fiat__buf_append_c(out, endpoint->path);
    if (rest) fiat__buf_append_c(out, rest->path);
    return fiat__buf_status(out, err);
}

static fiat_status add_line(fiat__http_transfer *transfer, fiat__sigv4_request *request,
                            fiat__aws_header *headers, const fiat__aws_line *line,
                            fiat_error *err) {
    if (!line->value) return FIAT_OK;
    headers[request->header_count++] =
        (fiat__aws_header){fiat__str_c(line->name), fiat__str_c(line->value)};
    return fiat__http_transfer_header(transfer, line->name, line->value, err);
}

static fiat_status add_authorization(fiat__http_transfer *transfer,
                                     const fiat__sigv4_request *request,
                                     const fiat__aws_signing *signing, fiat_error *err) {
    const fiat__sigv4_scope scope = {signing->region, signing->service, signing->time_ms};
    fiat__buf authorization;
    fiat__buf_init(&authorization, 4096);
    fiat_status status =
        fiat__sigv4_authorization(&authorization, request, &scope, signing->credentials, err);
    if (status == FIAT_OK)
        status = fiat__http_transfer_header(transfer, "Authorization",
                                            fiat__buf_cstr(&authorization), err);
    fiat__buf_deinit(&authorization);
    return status;
}

fiat_status fiat__aws_request_sign(fiat__http_transfer *transfer, const fiat__aws_call *call,
                                   const fiat__aws_signing *signing, fiat_error *err) {
    const fiat__aws_rest *rest = call->rest;
    char time[17];
    fiat__basic_time_write(time, signing->time_ms);
    const fiat__aws_line lines[] = {{"Host", signing->endpoint->host_header},
                                    {"Content-Type", call->content_type},
                                    {"X-Amz-Date", time},
                                    {"X-Amz-Target", call->target},
                                    {"X-Amz-Security-Token", signing->credentials->session_token}};
    const size_t count = sizeof lines / sizeof lines[0];
    fiat__aws_header headers[sizeof lines / sizeof lines[0] + FIAT__AWS_MAX_LINES];
    fiat__sigv4_request request = {.method = fiat__str_c(rest ? rest->method : "POST"),
                                   .query = fiat__str_c(rest ? rest->query : NULL),
                                   .headers = headers,
                                   .body = call->body,
                                   .body_sha256 = call->body_sha256,
                                   .normalize_path = !rest || !rest->raw_path};
    if (rest && rest->header_count > FIAT__AWS_MAX_LINES)
        return fiat__err_set(err, FIAT_E_LIMIT, "a request of %zu headers: at most %d",
                             rest->header_count, FIAT__AWS_MAX_LINES);
    fiat__buf path;
    fiat__buf_init(&path, PATH_MAX_BYTES);
    fiat_status status = write_path(&path, signing->endpoint, rest, err);
    request.path = fiat__buf_str(&path);
    for (size_t i = 0; i < count && status == FIAT_OK; i++)
        status = add_line(transfer, &request, headers, &lines[i], err);
    for (size_t i = 0; rest && i < rest->header_count && status == FIAT_OK; i++)
        status = add_line(transfer, &request, headers, &rest->headers[i], err);
    if (status == FIAT_OK) status = add_authorization(transfer, &request, signing, err);
    fiat__buf_deinit(&path);
    return status;
}

fiat_status fiat__aws_request_aim(fiat__http_transfer *transfer, const fiat__aws_rest *rest,
                                  const fiat__aws_endpoint *endpoint, fiat_error *err) {
    fiat__buf url;
    fiat__buf_init(&url, PATH_MAX_BYTES + sizeof endpoint->url);
    fiat__buf_printf(&url, "%s://%s", endpoint->tls ? "https" : "http", endpoint->host_header);
    fiat_status status = write_path(&url, endpoint, rest, err);
    if (rest->query && *rest->query) {
        fiat__buf_append_char(&url, '?');
        fiat__buf_append_c(&url, rest->query);
    }
    if (status == FIAT_OK) status = fiat__buf_status(&url, err);
    if (status == FIAT_OK)
        status =
            fiat__http_transfer_aim(transfer, rest->method, fiat__buf_cstr(&url), rest->lines, err);
    fiat__buf_deinit(&url);
    return status;
}
