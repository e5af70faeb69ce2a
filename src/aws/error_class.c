/* The table of AWS's error codes. */
#include "aws/error_class.h"
#include "aws/xml.h"
#include "base/error.h"
#include "base/utf8.h"
#include "json/doc.h"

#define LINE_BYTES 241 /* with the code it fits fiat_error.message */

/* Sources: API_PutRecordBatch.html and CommonErrors.html of the Firehose API reference, and the
 * lists of throttling and clock skew codes that AWS's SDKs share. docs/aws-errors.md is made from
 * the table. */
const fiat__aws_code fiat__aws_codes[] = {
    /* The destination asks for a slower pace. Firehose documents for the first: "Back off and retry
     * [...] throughput limits for the Firehose stream may have been exceeded". */
    {"ServiceUnavailableException", FIAT__AWS_THROTTLE, FIAT_E_AWS_THROTTLED},
    {"Throttling", FIAT__AWS_THROTTLE, FIAT_E_AWS_THROTTLED},
    {"ThrottlingException", FIAT__AWS_THROTTLE, FIAT_E_AWS_THROTTLED},
    {"ThrottledException", FIAT__AWS_THROTTLE, FIAT_E_AWS_THROTTLED},
    {"RequestThrottled", FIAT__AWS_THROTTLE, FIAT_E_AWS_THROTTLED},
    {"RequestThrottledException", FIAT__AWS_THROTTLE, FIAT_E_AWS_THROTTLED},
    {"EC2ThrottledException", FIAT__AWS_THROTTLE, FIAT_E_AWS_THROTTLED},
    {"TooManyRequestsException", FIAT__AWS_THROTTLE, FIAT_E_AWS_THROTTLED},
    {"ProvisionedThroughputExceededException", FIAT__AWS_THROTTLE, FIAT_E_AWS_THROTTLED},
    {"RequestLimitExceeded", FIAT__AWS_THROTTLE, FIAT_E_AWS_THROTTLED},
    {"BandwidthLimitExceeded", FIAT__AWS_THROTTLE, FIAT_E_AWS_THROTTLED},
    {"LimitExceededException", FIAT__AWS_THROTTLE, FIAT_E_AWS_THROTTLED},
    {"PriorRequestNotComplete", FIAT__AWS_THROTTLE, FIAT_E_AWS_THROTTLED},
    {"TransactionInProgressException", FIAT__AWS_THROTTLE, FIAT_E_AWS_THROTTLED},
    {"SlowDown", FIAT__AWS_THROTTLE, FIAT_E_AWS_THROTTLED},
    /* The service's own trouble. */
    {"InternalFailure", FIAT__AWS_RETRY, FIAT_E_AWS_SERVER},
    {"InternalServerError", FIAT__AWS_RETRY, FIAT_E_AWS_SERVER},
    {"InternalServerException", FIAT__AWS_RETRY, FIAT_E_AWS_SERVER},
    {"InternalError", FIAT__AWS_RETRY, FIAT_E_AWS_SERVER},
    {"ServiceUnavailable", FIAT__AWS_RETRY, FIAT_E_AWS_SERVER},
    {"RequestTimeout", FIAT__AWS_RETRY, FIAT_E_AWS_SERVER},
    {"RequestTimeoutException", FIAT__AWS_RETRY, FIAT_E_AWS_SERVER},
    {"RequestAbortedException", FIAT__AWS_RETRY, FIAT_E_AWS_SERVER},
    {"IDPCommunicationError", FIAT__AWS_RETRY, FIAT_E_AWS_SERVER},
    /* Keys gone stale, or the clock off. */
    {"ExpiredToken", FIAT__AWS_REFRESH, FIAT_E_AWS_AUTH},
    {"ExpiredTokenException", FIAT__AWS_REFRESH, FIAT_E_AWS_AUTH},
    {"TokenRefreshRequired", FIAT__AWS_REFRESH, FIAT_E_AWS_AUTH},
    {"UnrecognizedClientException", FIAT__AWS_REFRESH, FIAT_E_AWS_AUTH},
    {"InvalidClientTokenId", FIAT__AWS_REFRESH, FIAT_E_AWS_AUTH},
    {"InvalidAccessKeyId", FIAT__AWS_REFRESH, FIAT_E_AWS_AUTH},
    {"InvalidToken", FIAT__AWS_REFRESH, FIAT_E_AWS_AUTH},
    {"AuthFailure", FIAT__AWS_REFRESH, FIAT_E_AWS_AUTH},
    {"InvalidSignatureException", FIAT__AWS_REFRESH, FIAT_E_AWS_AUTH},
    {"SignatureDoesNotMatch", FIAT__AWS_REFRESH, FIAT_E_AWS_AUTH},
    {"RequestExpired", FIAT__AWS_REFRESH, FIAT_E_AWS_AUTH},
    {"RequestInTheFuture", FIAT__AWS_REFRESH, FIAT_E_AWS_AUTH},
    {"RequestTimeTooSkewed", FIAT__AWS_REFRESH, FIAT_E_AWS_AUTH},
    /* The identity, the key, the stream or the endpoint: nothing in the data could mend it, an
     * operator can. */
    {"AccessDenied", FIAT__AWS_PAUSE, FIAT_E_AWS_DENIED},
    {"AccessDeniedException", FIAT__AWS_PAUSE, FIAT_E_AWS_DENIED},
    {"NotAuthorized", FIAT__AWS_PAUSE, FIAT_E_AWS_DENIED},
    {"UnauthorizedOperation", FIAT__AWS_PAUSE, FIAT_E_AWS_DENIED},
    {"OptInRequired", FIAT__AWS_PAUSE, FIAT_E_AWS_DENIED},
    {"SubscriptionRequiredException", FIAT__AWS_PAUSE, FIAT_E_AWS_DENIED},
    {"InvalidKMSResourceException", FIAT__AWS_PAUSE, FIAT_E_AWS_DENIED},
    {"ResourceNotFoundException", FIAT__AWS_PAUSE, FIAT_E_AWS_NOT_FOUND},
    {"ResourceInUseException", FIAT__AWS_PAUSE, FIAT_E_AWS_NOT_FOUND},
    {"MissingAuthenticationToken", FIAT__AWS_PAUSE, FIAT_E_AWS_AUTH},
    {"MissingAuthenticationTokenException", FIAT__AWS_PAUSE, FIAT_E_AWS_AUTH},
    {"IncompleteSignature", FIAT__AWS_PAUSE, FIAT_E_AWS_AUTH},
    {"IncompleteSignatureException", FIAT__AWS_PAUSE, FIAT_E_AWS_AUTH},
    {"InvalidSourceException", FIAT__AWS_PAUSE, FIAT_E_AWS_REJECTED},
    {"InvalidAction", FIAT__AWS_PAUSE, FIAT_E_AWS_REJECTED},
    {"UnknownOperationException", FIAT__AWS_PAUSE, FIAT_E_AWS_REJECTED},
    /* The request itself. */
    {"InvalidArgumentException", FIAT__AWS_TERMINAL, FIAT_E_AWS_REJECTED},
    {"ValidationException", FIAT__AWS_TERMINAL, FIAT_E_AWS_REJECTED},
    {"ValidationError", FIAT__AWS_TERMINAL, FIAT_E_AWS_REJECTED},
    {"SerializationException", FIAT__AWS_TERMINAL, FIAT_E_AWS_REJECTED},
    {"MalformedHttpRequestException", FIAT__AWS_TERMINAL, FIAT_E_AWS_REJECTED},
    {"RequestEntityTooLargeException", FIAT__AWS_TERMINAL, FIAT_E_AWS_REJECTED},
    {NULL, FIAT__AWS_OK, FIAT_OK},
};

/* What a code of many meanings means when its message says so. Firehose calls a put to a stream
 * that reads from Kinesis an invalid argument, as it does a record that is too large. */
static const struct message_row {
    const char *code, *part;
    fiat__aws_class class;
    fiat_status status;
} s_messages[] = {
    {"InvalidArgumentException", "KinesisStreamAsSource", FIAT__AWS_PAUSE, FIAT_E_AWS_REJECTED},
};

/* What a reply means that has no code, or one that is not known. Others: from 500 RETRY, else
 * PAUSE. */
static const struct status_row {
    int http_status;
    fiat__aws_class class, without_code;
    fiat_status status;
} s_statuses[] = {
    /* Without a code a reply is hardly AWS's own, and says little of the request. */
    {400, FIAT__AWS_TERMINAL, FIAT__AWS_PAUSE, FIAT_E_AWS_REJECTED},
    {401, FIAT__AWS_PAUSE, FIAT__AWS_PAUSE, FIAT_E_AWS_DENIED},
    {403, FIAT__AWS_PAUSE, FIAT__AWS_PAUSE, FIAT_E_AWS_DENIED},
    {404, FIAT__AWS_PAUSE, FIAT__AWS_PAUSE, FIAT_E_AWS_NOT_FOUND},
    {407, FIAT__AWS_PAUSE, FIAT__AWS_PAUSE, FIAT_E_AWS_DENIED},
    {408, FIAT__AWS_RETRY, FIAT__AWS_RETRY, FIAT_E_AWS_SERVER},
    {413, FIAT__AWS_TERMINAL, FIAT__AWS_TERMINAL, FIAT_E_AWS_REJECTED},
    {422, FIAT__AWS_TERMINAL, FIAT__AWS_PAUSE, FIAT_E_AWS_REJECTED},
    {425, FIAT__AWS_RETRY, FIAT__AWS_RETRY, FIAT_E_AWS_SERVER},
    {429, FIAT__AWS_THROTTLE, FIAT__AWS_THROTTLE, FIAT_E_AWS_THROTTLED},
};

static const char *const s_skew_codes[] = {
    "InvalidSignatureException", "SignatureDoesNotMatch", "RequestExpired",
    "RequestInTheFuture",        "RequestTimeTooSkewed",  "AuthFailure"};

bool fiat__aws_is_skew_code(const char *code) {
    for (size_t i = 0; i < sizeof s_skew_codes / sizeof s_skew_codes[0]; i++)
        if (strcmp(code, s_skew_codes[i]) == 0) return true;
    return false;
}

/* 413 comes from whatever is on the way; of Firehose itself, see osquery issue 3568. */
bool fiat__aws_is_size_refusal(const fiat_error *err) {
    return err->http_status == 413 ||
           strcmp(err->aws_code, "RequestEntityTooLargeException") == 0 ||
           strstr(err->message, "Records size exceeds") != NULL;
}

static uint32_t flags_of(fiat__aws_class class, fiat_status status) {
    uint32_t flags = 0;
    if (class == FIAT__AWS_RETRY || class == FIAT__AWS_THROTTLE || class == FIAT__AWS_REFRESH)
        flags |= FIAT_ERRF_RETRYABLE;
    if (class == FIAT__AWS_THROTTLE) flags |= FIAT_ERRF_THROTTLED;
    if (status == FIAT_E_AWS_AUTH) flags |= FIAT_ERRF_AUTH;
    if (class == FIAT__AWS_PAUSE) flags |= FIAT_ERRF_OPERATOR;
    return flags;
}

/* "com.amazonaws.firehose#Code:http://..." -> "Code", of the characters that codes are made of. */
static fiat__str bare_code(fiat__str code) {
    const char *hash = code.len ? memchr(code.ptr, '#', code.len) : NULL;
    if (hash) code = fiat__str_of(hash + 1, code.len - (size_t)(hash + 1 - code.ptr));
    size_t len = 0;
    while (len < code.len && ((code.ptr[len] >= 'A' && code.ptr[len] <= 'Z') ||
                              (code.ptr[len] >= 'a' && code.ptr[len] <= 'z') ||
                              (code.ptr[len] >= '0' && code.ptr[len] <= '9') ||
                              code.ptr[len] == '_' || code.ptr[len] == '.'))
        len++;
    return fiat__str_of(code.ptr, len);
}

/* What complaints quote the Authorization header, or another that must not be shown, from. */
static bool is_quoted_header(fiat__str text) {
    static const char *const begin[] = {
        "AWS4-", "Credential=", "Signature=", "X-Amz-Security-Token", "x-amz-security-token"};
    for (size_t i = 0; i < sizeof begin / sizeof begin[0]; i++)
        if (fiat__str_starts(text, fiat__str_c(begin[i]))) return true;
    return false;
}

/* The first line alone: after it, complaints about signatures quote the whole canonical request and
 * with it the session token. */
static void copy_first_line(char out[LINE_BYTES], fiat__str message) {
    size_t len = 0;
    while (len < message.len && (unsigned char)message.ptr[len] >= ' ' &&
           !is_quoted_header(fiat__str_of(message.ptr + len, message.len - len)))
        len++;
    fiat__err_copy(out, LINE_BYTES, message.ptr, len);
    fiat__utf8_make_printable(out); /* of XML nobody has looked at the bytes */
}

static fiat__aws_class class_of_status(int http_status, bool has_code, fiat_status *status) {
    for (size_t i = 0; i < sizeof s_statuses / sizeof s_statuses[0]; i++)
        if (s_statuses[i].http_status == http_status) {
            *status = s_statuses[i].status;
            return has_code ? s_statuses[i].class : s_statuses[i].without_code;
        }
    *status = http_status >= 500 ? FIAT_E_AWS_SERVER : FIAT_E_AWS_REJECTED;
    return http_status >= 500 ? FIAT__AWS_RETRY : FIAT__AWS_PAUSE;
}

static fiat__aws_class class_of_code(fiat__str code, const char *line, int http_status,
                                     fiat_status *status) {
    for (size_t i = 0; i < sizeof s_messages / sizeof s_messages[0]; i++)
        if (fiat__str_eq_c(code, s_messages[i].code) && strstr(line, s_messages[i].part)) {
            *status = s_messages[i].status;
            return s_messages[i].class;
        }
    for (const fiat__aws_code *row = fiat__aws_codes; row->code; row++)
        if (fiat__str_eq_c(code, row->code)) {
            *status = row->status;
            return row->class;
        }
    return class_of_status(http_status, true, status);
}

static void finish_error(fiat_error *err, fiat__aws_class class, int http_status, fiat__str code) {
    if (!err) return;
    err->flags = flags_of(class, (fiat_status)err->status);
    err->http_status = http_status;
    fiat__err_copy(err->aws_code, sizeof err->aws_code, code.ptr, code.len);
}

fiat__aws_class fiat__aws_classify_code(fiat__str code, fiat__str message, int http_status,
                                        fiat_error *err) {
    fiat_status status;
    code = bare_code(code);
    char line[LINE_BYTES];
    copy_first_line(line, message);
    fiat__aws_class class = class_of_code(code, line, http_status, &status);
    fiat__err_set(err, status, "%.*s%s%s", (int)(code.len < 64 ? code.len : 64),
                  code.len ? code.ptr : "", *line ? ": " : "", line);
    finish_error(err, class, http_status, code);
    return class;
}

/* A reply that names no code is hardly AWS's own: a proxy, a load balancer, another server. */
static fiat__aws_class classify_plain(const fiat__aws_reply *reply, fiat_error *err) {
    int http = reply->http_status;
    fiat_status status;
    fiat__aws_class class = class_of_status(http, false, &status);
    fiat__err_set(err, status, "%s answered with HTTP status %d and no AWS error code%s",
                  reply->host, http,
                  class == FIAT__AWS_PAUSE ? "; check endpoint_url and the proxy" : "");
    finish_error(err, class, http, fiat__str_of(NULL, 0));
    return class;
}

static fiat__str text_of(const fiat__doc *doc, const char *name, const char *other) {
    const char *text = "";
    if (!fiat__doc_string(fiat__doc_get(doc, name), &text))
        fiat__doc_string(fiat__doc_get(doc, other), &text);
    return fiat__str_c(text);
}

static fiat__aws_class classify_json(const fiat__aws_reply *reply, fiat_error *err) {
    fiat__doc *doc = NULL;
    if (fiat__doc_parse(&doc, reply->body, NULL) != FIAT_OK) doc = NULL;
    fiat__str code = bare_code(reply->error_type);
    if (!code.len) code = bare_code(text_of(doc, "__type", "code"));
    fiat__aws_class class = code.len
                                ? fiat__aws_classify_code(code, text_of(doc, "message", "Message"),
                                                          reply->http_status, err)
                                : classify_plain(reply, err);
    fiat__doc_free(doc);
    return class;
}

/* S3's root is <Error>, that of the query protocol <ErrorResponse>; moto puts <Errors> between. */
static const char *const s_xml_places[][2] = {
    {"Error/Code", "Error/Message"},
    {"ErrorResponse/Error/Code", "ErrorResponse/Error/Message"},
    {"ErrorResponse/Errors/Error/Code", "ErrorResponse/Errors/Error/Message"}};

static fiat__aws_class classify_xml(const fiat__aws_reply *reply, fiat_error *err) {
    fiat__buf code, message;
    fiat__buf_init(&code, 128);
    fiat__buf_init(&message, 8 * 1024);
    for (size_t i = 0; i < sizeof s_xml_places / sizeof s_xml_places[0] && !code.len; i++)
        if (fiat__xml_value(&code, reply->body, s_xml_places[i][0]))
            (void)fiat__xml_value(&message, reply->body, s_xml_places[i][1]);
    fiat__aws_class class =
        code.len ? fiat__aws_classify_code(fiat__buf_str(&code), fiat__buf_str(&message),
                                           reply->http_status, err)
                 : classify_plain(reply, err);
    fiat__buf_deinit(&message);
    fiat__buf_deinit(&code);
    return class;
}

fiat__aws_class fiat__aws_classify(const fiat__aws_reply *reply, fiat_error *err) {
    if (reply->http_status >= 200 && reply->http_status < 300) return FIAT__AWS_OK;
    bool xml = !reply->error_type.len && reply->body.len && *reply->body.ptr == '<';
    fiat__aws_class class = xml ? classify_xml(reply, err) : classify_json(reply, err);
    if (err)
        fiat__err_copy(err->request_id, sizeof err->request_id, reply->request_id.ptr,
                       reply->request_id.len);
    return class;
}
