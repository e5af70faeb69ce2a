/* Credentials from the environment: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN.
 * Read again after a refresh. No state of its own. */
#include "aws/credentials_provider.h"
#include "base/error.h"

#include <stdlib.h>

static const fiat__aws_key_names s_names = {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY",
                                            "AWS_SESSION_TOKEN"};

static const char *get_env(const char *name) {
    const char *value = getenv(name);
    return value && *value ? value : NULL;
}

static fiat_status fetch(fiat__aws_credentials_provider *provider, fiat__aws_credentials *out,
                         fiat_error *err) {
    const char *id = get_env(s_names.access_key_id);
    const char *secret = get_env(s_names.secret_access_key);
    (void)provider;
    if (!id && !secret)
        return fiat__err_set(err, FIAT_E_NOT_FOUND, "%s is not set", s_names.access_key_id);
    if (!id || !secret)
        return fiat__err_set(err, FIAT_E_AWS_CREDENTIALS, "%s is set but %s is not",
                             id ? s_names.access_key_id : s_names.secret_access_key,
                             id ? s_names.secret_access_key : s_names.access_key_id);
    out->provider = "environment";
    return fiat__aws_credentials_fill(out, id, secret, get_env(s_names.session_token), &s_names,
                                      err);
}

static const fiat__aws_credentials_vtable s_vtable = {"environment", fetch,
                                                      fiat__aws_credentials_provider_release};

fiat__aws_credentials_provider *fiat__aws_credentials_environment_new(const fiat__clock *clock) {
    return fiat__aws_credentials_provider_new(sizeof(fiat__aws_credentials_provider), &s_vtable,
                                              clock);
}
