/* Credentials from the environment: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN.
 * Read again after a refresh. */
#include "aws/credentials_provider.h"
#include "base/error.h"

static const fiat__aws_key_names s_names = {.access_key_id = "AWS_ACCESS_KEY_ID",
                                            .secret_access_key = "AWS_SECRET_ACCESS_KEY",
                                            .session_token = "AWS_SESSION_TOKEN"};

fiat_status fiat__aws_source_environment(const fiat__aws_search *search, fiat__aws_credentials *out,
                                         fiat_error *err) {
    const char *id = fiat__aws_env(s_names.access_key_id);
    const char *secret = fiat__aws_env(s_names.secret_access_key);
    (void)search;
    if (!id && !secret) return fiat__err_set(err, FIAT_E_NOT_FOUND, "no %s", s_names.access_key_id);
    if (!id || !secret)
        return fiat__err_set(err, FIAT_E_AWS_CREDENTIALS, "%s is set but %s is not",
                             id ? s_names.access_key_id : s_names.secret_access_key,
                             id ? s_names.secret_access_key : s_names.access_key_id);
    out->provider = "environment";
    return fiat__aws_credentials_fill(out, id, secret, fiat__aws_env(s_names.session_token),
                                      &s_names, err);
}
