/* Roles, lent by STS's query protocol and by IAM Identity Center. Any role will do. On the
 * connections' threads.
 * https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
 * https://docs.aws.amazon.com/singlesignon/latest/PortalAPIReference/API_GetRoleCredentials.html */
#include "mock/mock_internal.h"

#include <inttypes.h>
#include <stdio.h>

#define ACCOUNT "000000000000"

typedef struct action {
    const char *name;
    bool is_signed, lends;
    const char *required[4];
} action;

static const action s_actions[] = {
    {"AssumeRole", true, true, {"RoleArn", "RoleSessionName"}},
    {"AssumeRoleWithWebIdentity", false, true, {"RoleArn", "RoleSessionName", "WebIdentityToken"}},
    {"GetSessionToken", true, true, {NULL}},
    {"GetCallerIdentity", true, false, {NULL}},
};

/* A value of "name=value&name=value", as it is encoded; empty when there is none. */
static fiat__str field(const char *form, const char *name) {
    const size_t len = strlen(name);
    while (*form) {
        const size_t pair = strcspn(form, "&");
        if (pair > len && strncmp(form, name, len) == 0 && form[len] == '=')
            return fiat__str_of(form + len + 1, pair - len - 1);
        form += pair + (form[pair] == '&');
    }
    return fiat__str_of("", 0);
}

static int refuse(char *body, size_t size, int http_status, const char *code, const char *message) {
    snprintf(body, size,
             "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error>"
             "<Type>Sender</Type><Code>%s</Code><Message>%s</Message></Error>"
             "<RequestId>00000000-0000-0000-0000-000000000000</RequestId></ErrorResponse>",
             code, message);
    return http_status;
}

/* As STS names what its query protocol shares with the JSON protocols; it answers with 403. What a
 * message quotes of the request may not be fit for XML. */
static int refuse_signature(char *body, size_t size, const fiat__sigv4_verdict *verdict) {
    static const char *const names[][2] = {
        {"InvalidSignatureException", "SignatureDoesNotMatch"},
        {"UnrecognizedClientException", "InvalidClientTokenId"},
        {"ExpiredTokenException", "ExpiredToken"},
        {"MissingAuthenticationTokenException", "MissingAuthenticationToken"},
        {"IncompleteSignatureException", "IncompleteSignature"}};
    const char *code = verdict->code;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(code, names[i][0]) == 0) code = names[i][1];
    return refuse(body, size, 403, code, "The request is not signed by a key that the mock knows.");
}

/* The result of an action, between its outer tags. */
static bool write_result(fiat_mock *mock, const action *a, char *body, size_t size) {
    fiat__key key;
    int64_t expires_ms;
    char expires[FIAT__KEYS_TIME_LEN + 1];
    if (!a->lends) {
        snprintf(body, size,
                 "<Arn>arn:aws:iam::" ACCOUNT ":user/mock</Arn><UserId>MOCK</UserId>"
                 "<Account>" ACCOUNT "</Account>");
        return true;
    }
    if (!fiat__keys_give(mock->keys, &key, &expires_ms)) return false;
    fiat__keys_write_time(expires, expires_ms);
    snprintf(body, size,
             "<Credentials><AccessKeyId>%s</AccessKeyId><SecretAccessKey>%s</SecretAccessKey>"
             "<SessionToken>%s</SessionToken><Expiration>%s</Expiration></Credentials>%s",
             key.access_key_id, key.secret_access_key, key.session_token, expires,
             a->required[0] ? "<AssumedRoleUser><AssumedRoleId>AROAMOCK:mock</AssumedRoleId>"
                              "<Arn>arn:aws:sts::" ACCOUNT ":assumed-role/mock-role/mock</Arn>"
                              "</AssumedRoleUser>"
                            : "");
    return true;
}

static int perform(fiat_mock *mock, const action *a, const fiat__server_request *request,
                   char *body, size_t size) {
    fiat__sigv4_verdict verdict;
    char result[1024], message[128];
    if (a->is_signed && !fiat__mock_verify(mock, request, "sts", &verdict))
        return refuse_signature(body, size, &verdict);
    for (const char *const *name = a->required; *name; name++) {
        if (field(request->body, *name).len) continue;
        snprintf(message, sizeof message,
                 "1 validation error detected: Value null at '%s' failed to satisfy constraint: "
                 "Member must not be null",
                 *name);
        return refuse(body, size, 400, "ValidationError", message);
    }
    if (!write_result(mock, a, result, sizeof result))
        return refuse(body, size, 500, "InternalFailure", "Out of memory.");
    snprintf(body, size,
             "<%sResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><%sResult>%s"
             "</%sResult><ResponseMetadata><RequestId>00000000-0000-0000-0000-000000000000"
             "</RequestId></ResponseMetadata></%sResponse>",
             a->name, a->name, result, a->name, a->name);
    return 200;
}

int fiat__mock_sts(fiat_mock *mock, const fiat__server_request *request, char *body, size_t size) {
    const fiat__str name = field(request->body, "Action");
    for (size_t i = 0; i < sizeof s_actions / sizeof *s_actions; i++)
        if (fiat__str_eq_c(name, s_actions[i].name))
            return perform(mock, &s_actions[i], request, body, size);
    return refuse(body, size, 400, "InvalidAction", "The mock does not offer this action.");
}

int fiat__mock_sso(fiat_mock *mock, const fiat__server_request *request, char *body, size_t size) {
    fiat__str token;
    fiat__key key;
    int64_t expires_ms;
    if (!fiat__server_header(request->head, "x-amz-sso_bearer_token", &token) || !token.len) {
        snprintf(body, size,
                 "{\"__type\":\"UnauthorizedException\",\"message\":"
                 "\"Session token not found or invalid\"}");
        return 401;
    }
    if (!field(request->query, "role_name").len || !field(request->query, "account_id").len) {
        snprintf(body, size,
                 "{\"__type\":\"InvalidRequestException\",\"message\":"
                 "\"role_name and account_id are required\"}");
        return 400;
    }
    if (!fiat__keys_give(mock->keys, &key, &expires_ms)) return 500;
    snprintf(body, size,
             "{\"roleCredentials\":{\"accessKeyId\":\"%s\",\"secretAccessKey\":\"%s\","
             "\"sessionToken\":\"%s\",\"expiration\":%" PRId64 "}}",
             key.access_key_id, key.secret_access_key, key.session_token, expires_ms);
    return 200;
}
