/* Credentials from a profile of the shared files, see profile.h for which: keys, or a way to them.
 * The order is that of AWS's SDKs. Read again after a refresh. */
#include "aws/credentials_provider.h"
#include "base/error.h"

static const char *path_or(const char *path) {
    return path ? path : "(HOME is not set)";
}

static fiat_status take_keys(const fiat__aws_profile *profile, fiat__aws_credentials *out,
                             fiat_error *err) {
    static const fiat__aws_key_names names = {.access_key_id = "aws_access_key_id",
                                              .secret_access_key = "aws_secret_access_key",
                                              .session_token = "aws_session_token"};
    bool from_credentials = profile->from_credentials[FIAT__PROFILE_ACCESS_KEY_ID];
    const char *secret = profile->values[FIAT__PROFILE_SECRET_ACCESS_KEY];
    const char *token = profile->values[FIAT__PROFILE_SESSION_TOKEN];
    const char *path = from_credentials ? profile->credentials_path : profile->config_path;
    /* Keys belong together only within a file. */
    if (!secret || profile->from_credentials[FIAT__PROFILE_SECRET_ACCESS_KEY] != from_credentials)
        return fiat__err_set(err, FIAT_E_AWS_CREDENTIALS,
                             "%s has aws_access_key_id but no aws_secret_access_key",
                             path_or(path));
    if (token && profile->from_credentials[FIAT__PROFILE_SESSION_TOKEN] != from_credentials)
        token = NULL;
    out->provider = from_credentials ? "shared credentials file" : "shared config file";
    fiat_status status = fiat__aws_credentials_fill(
        out, profile->values[FIAT__PROFILE_ACCESS_KEY_ID], secret, token, &names, err);
    if (status != FIAT_OK && status != FIAT_E_NOMEM)
        fiat__err_wrap(err, status, "%s", path_or(path));
    return status;
}

static bool has_keys_in(const fiat__aws_profile *profile, bool credentials_file) {
    return profile->values[FIAT__PROFILE_ACCESS_KEY_ID] &&
           profile->from_credentials[FIAT__PROFILE_ACCESS_KEY_ID] == credentials_file;
}

/* IAM Roles for Service Accounts: the environment says it for the profile where a search begins. */
static const char *either(const fiat__aws_trail *trail, const char *variable,
                          fiat__aws_profile_key key) {
    const char *value = trail->from ? NULL : fiat__aws_env(variable);
    return value ? value : trail->profile->values[key];
}

static bool is_sso(const fiat__aws_profile *profile) {
    return profile->values[FIAT__PROFILE_SSO_ROLE_NAME] ||
           profile->values[FIAT__PROFILE_SSO_ACCOUNT_ID];
}

static fiat_status from_parts(const fiat__aws_search *search, const fiat__aws_trail *trail,
                              fiat__aws_credentials *out, fiat_error *err) {
    const fiat__aws_profile *profile = trail->profile;
    const char *token_path =
        either(trail, "AWS_WEB_IDENTITY_TOKEN_FILE", FIAT__PROFILE_WEB_IDENTITY_TOKEN_FILE);
    const char *process = profile->values[FIAT__PROFILE_CREDENTIAL_PROCESS];
    if (token_path)
        return fiat__aws_credentials_web_identity(
            search, token_path, either(trail, "AWS_ROLE_ARN", FIAT__PROFILE_ROLE_ARN),
            either(trail, "AWS_ROLE_SESSION_NAME", FIAT__PROFILE_ROLE_SESSION_NAME), out, err);
    if (is_sso(profile)) return fiat__aws_credentials_sso(search, profile, out, err);
    if (has_keys_in(profile, true)) return take_keys(profile, out, err);
    if (profile->values[FIAT__PROFILE_LOGIN_SESSION])
        return fiat__err_set(err, FIAT_E_UNSUPPORTED,
                             "login_session is not supported; use sso_session, or "
                             "credential_process with `aws configure export-credentials`");
    if (process) return fiat__aws_credentials_process(search, process, out, err);
    if (has_keys_in(profile, false)) return take_keys(profile, out, err);
    return fiat__err_set(err, FIAT_E_NOT_FOUND, "no keys in %s, %s",
                         path_or(profile->credentials_path), path_or(profile->config_path));
}

/* A web identity has a role as well, which it takes by itself. Where a profile that others build
 * upon has keys of its own, these go before its role. */
static bool goes_by_role(const fiat__aws_trail *trail) {
    char *const *values = trail->profile->values;
    if (!values[FIAT__PROFILE_ROLE_ARN] || values[FIAT__PROFILE_WEB_IDENTITY_TOKEN_FILE])
        return false;
    return !trail->from ||
           (!values[FIAT__PROFILE_ACCESS_KEY_ID] && !values[FIAT__PROFILE_SECRET_ACCESS_KEY]);
}

fiat_status fiat__aws_credentials_of_profile(const fiat__aws_search *search,
                                             const fiat__aws_trail *trail, bool but_role,
                                             fiat__aws_credentials *out, fiat_error *err) {
    fiat_status status = !but_role && goes_by_role(trail)
                             ? fiat__aws_credentials_assume_role(search, trail, out, err)
                             : from_parts(search, trail, out, err);
    if (status == FIAT_OK) return status;
    return fiat__err_wrap(err, status, "\"%.64s\"", trail->profile->name);
}

fiat_status fiat__aws_source_profile(const fiat__aws_search *search, fiat__aws_credentials *out,
                                     fiat_error *err) {
    fiat__aws_profile profile;
    const fiat__aws_trail trail = {.profile = &profile};
    fiat_status status = fiat__aws_profile_load(&profile, err);
    if (status == FIAT_OK && profile.asked_for && !profile.found)
        status = fiat__err_set(err, FIAT_E_AWS_CREDENTIALS,
                               "\"%.64s\" (AWS_PROFILE) is neither in %s nor in %s", profile.name,
                               path_or(profile.credentials_path), path_or(profile.config_path));
    if (status == FIAT_OK)
        status = fiat__aws_credentials_of_profile(search, &trail, false, out, err);
    fiat__aws_profile_deinit(&profile);
    return status;
}
