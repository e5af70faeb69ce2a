/* A role taken with the token of an identity provider, as Kubernetes puts into a file (IAM Roles
 * for Service Accounts). The file is read each time: it is replaced before the token in it expires.
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-assume-role-credentials.html */
#include "aws/credentials_provider.h"
#include "aws/sts.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/file.h"

#include <openssl/crypto.h>

#define TOKEN_MAX_BYTES 20000 /* API_AssumeRoleWithWebIdentity.html */

static fiat_status read_token(fiat__buf *token, const char *path, fiat_error *err) {
    /* At once, so that no growth leaves a copy behind. */
    if (!fiat__buf_reserve(token, TOKEN_MAX_BYTES)) return fiat__err_nomem(err);
    fiat_status status = fiat__file_read(path, token, err);
    if (status != FIAT_OK) return status == FIAT_E_NOT_FOUND ? FIAT_E_IO : status;
    while (token->len && (token->ptr[token->len - 1] == '\n' || token->ptr[token->len - 1] == '\r'))
        fiat__buf_truncate(token, token->len - 1);
    if (token->len == 0 || !fiat__aws_is_header_text(fiat__buf_str(token), ""))
        return fiat__err_set(err, FIAT_E_CONFIG, "%.128s holds no token", path);
    return FIAT_OK;
}

fiat_status fiat__aws_credentials_web_identity(const fiat__aws_search *search,
                                               const char *token_path, const char *role_arn,
                                               const char *session_name, fiat__aws_credentials *out,
                                               fiat_error *err) {
    const fiat__sts_role role = {.arn = role_arn, .session_name = session_name};
    fiat__buf token;
    if (!role_arn)
        return fiat__err_set(err, FIAT_E_CONFIG,
                             "a web identity token file is named but no role: set AWS_ROLE_ARN, or "
                             "role_arn in the profile");
    fiat__buf_init(&token, TOKEN_MAX_BYTES);
    fiat_status status = read_token(&token, token_path, err);
    if (status == FIAT_OK)
        status = fiat__sts_assume_role_with_web_identity(search, &role, fiat__buf_cstr(&token), out,
                                                         err);
    if (token.ptr) OPENSSL_cleanse(token.ptr, token.cap);
    fiat__buf_deinit(&token);
    return status == FIAT_OK ? status : fiat__err_wrap(err, status, "web identity");
}
