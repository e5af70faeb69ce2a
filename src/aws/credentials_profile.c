/* Credentials from a profile of the shared files; see profile.h for which. Read again after a
 * refresh. No state of its own. */
#include "aws/credentials_provider.h"
#include "aws/profile.h"
#include "base/error.h"

/* What a profile may rely on instead of keys. The first three go before keys in AWS's own tools:
 * using the keys all the same would act under another identity than the user meant. */
static const fiat__aws_profile_key s_unsupported[] = {
    FIAT__PROFILE_ROLE_ARN,      FIAT__PROFILE_SSO_SESSION,
    FIAT__PROFILE_SSO_START_URL, FIAT__PROFILE_WEB_IDENTITY_TOKEN_FILE,
    FIAT__PROFILE_LOGIN_SESSION, FIAT__PROFILE_CREDENTIAL_PROCESS};
enum { BEFORE_KEYS = 3 };

static const char *path_or(const char *path) {
    return path ? path : "(HOME is not set)";
}

static fiat_status refuse_unsupported(const fiat__aws_profile *profile, size_t count,
                                      fiat_error *err) {
    for (size_t i = 0; i < count; i++)
        if (profile->values[s_unsupported[i]])
            return fiat__err_set(err, FIAT_E_AWS_CREDENTIALS,
                                 "profile \"%s\" relies on %s, which is not supported yet",
                                 profile->name, fiat__aws_profile_key_name(s_unsupported[i]));
    return FIAT_OK;
}

static fiat_status no_keys(const fiat__aws_profile *profile, fiat_error *err) {
    if (!profile->found && profile->asked_for)
        return fiat__err_set(
            err, FIAT_E_AWS_CREDENTIALS, "profile \"%s\" (AWS_PROFILE) is neither in %s nor in %s",
            profile->name, path_or(profile->credentials_path), path_or(profile->config_path));
    return fiat__err_set(err, FIAT_E_NOT_FOUND,
                         "profile \"%s\" has no aws_access_key_id in %s or %s", profile->name,
                         path_or(profile->credentials_path), path_or(profile->config_path));
}

static fiat_status take_keys(const fiat__aws_profile *profile, fiat__aws_credentials *out,
                             fiat_error *err) {
    static const fiat__aws_key_names names = {"aws_access_key_id", "aws_secret_access_key",
                                              "aws_session_token"};
    bool from_credentials = profile->from_credentials[FIAT__PROFILE_ACCESS_KEY_ID];
    const char *secret = profile->values[FIAT__PROFILE_SECRET_ACCESS_KEY];
    const char *token = profile->values[FIAT__PROFILE_SESSION_TOKEN];
    const char *path = from_credentials ? profile->credentials_path : profile->config_path;
    /* Keys belong together only within a file. */
    if (!secret || profile->from_credentials[FIAT__PROFILE_SECRET_ACCESS_KEY] != from_credentials)
        return fiat__err_set(err, FIAT_E_AWS_CREDENTIALS,
                             "profile \"%s\" in %s has aws_access_key_id but no "
                             "aws_secret_access_key",
                             profile->name, path_or(path));
    if (token && profile->from_credentials[FIAT__PROFILE_SESSION_TOKEN] != from_credentials)
        token = NULL;
    out->provider = from_credentials ? "shared credentials file" : "shared config file";
    fiat_status status = fiat__aws_credentials_fill(
        out, profile->values[FIAT__PROFILE_ACCESS_KEY_ID], secret, token, &names, err);
    if (status != FIAT_OK && status != FIAT_E_NOMEM)
        fiat__err_wrap(err, status, "profile \"%s\" in %s", profile->name, path_or(path));
    return status;
}

static fiat_status fetch(fiat__aws_credentials_provider *provider, fiat__aws_credentials *out,
                         fiat_error *err) {
    fiat__aws_profile profile;
    (void)provider;
    fiat_status status = fiat__aws_profile_load(&profile, err);
    if (status == FIAT_OK) status = refuse_unsupported(&profile, BEFORE_KEYS, err);
    if (status != FIAT_OK) goto out;
    if (profile.values[FIAT__PROFILE_ACCESS_KEY_ID]) {
        status = take_keys(&profile, out, err);
    } else {
        status = refuse_unsupported(&profile, sizeof s_unsupported / sizeof s_unsupported[0], err);
        if (status == FIAT_OK) status = no_keys(&profile, err);
    }
out:
    fiat__aws_profile_deinit(&profile);
    return status;
}

static const fiat__aws_credentials_vtable s_vtable = {"profile", fetch,
                                                      fiat__aws_credentials_provider_release};

fiat__aws_credentials_provider *fiat__aws_credentials_profile_new(const fiat__clock *clock) {
    return fiat__aws_credentials_provider_new(sizeof(fiat__aws_credentials_provider), &s_vtable,
                                              clock);
}
