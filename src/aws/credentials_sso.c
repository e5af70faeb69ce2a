/* Credentials of a role from IAM Identity Center, for the token of a login.
 * https://docs.aws.amazon.com/singlesignon/latest/PortalAPIReference/API_GetRoleCredentials.html */
#include "aws/credentials_provider.h"
#include "aws/fetch.h"
#include "aws/sso_token.h"
#include "base/error.h"
#include "json/doc.h"

#include <openssl/crypto.h>
#include <string.h>

#define TOKEN_MAX_BYTES (16 * 1024)
#define TIMEOUT_MS      10000
#define ATTEMPTS        3
#define PAUSE_MS        500

static fiat_status ask(const fiat__aws_search *search, const fiat__sso_session *session,
                       const fiat__aws_endpoint *endpoint, const char *url, const char *token,
                       fiat__aws_credentials *out, fiat_error *err) {
    static const fiat__aws_key_names names = {"accessKeyId", "secretAccessKey", "sessionToken",
                                              "expiration"};
    const fiat__fetch_header header = {"x-amz-sso_bearer_token", token};
    const fiat__fetch_request request = {.method = "GET",
                                         .url = url,
                                         .name = endpoint->host_header,
                                         .headers = &header,
                                         .header_count = 1,
                                         .endpoint = endpoint,
                                         .timeout_ms = TIMEOUT_MS,
                                         .max_attempts = ATTEMPTS,
                                         .pause_ms = PAUSE_MS};
    char login[128];
    fiat__fetch_reply reply;
    fiat__doc *doc = NULL;
    fiat_status status = fiat__fetch(search, &request, &reply, err);
    if (status == FIAT_OK && reply.http_status == 401) {
        fiat__sso_login_command(login, sizeof login, session);
        status = fiat__err_set(err, FIAT_E_AWS_CREDENTIALS,
                               "the login is not accepted any more; run `%s`", login);
    } else if (status == FIAT_OK) {
        status = fiat__fetch_reply_json(&reply, "GetRoleCredentials", &doc, err);
    }
    if (status == FIAT_OK)
        status =
            fiat__aws_credentials_read(out, fiat__doc_get(doc, "roleCredentials"), &names, err);
    fiat__doc_free_secret(doc);
    fiat__fetch_reply_deinit(&reply);
    return status;
}

static fiat_status get_role(const fiat__aws_search *search, const fiat__sso_session *session,
                            const fiat__aws_profile *profile, fiat__aws_credentials *out,
                            fiat_error *err) {
    fiat__aws_endpoint endpoint;
    fiat__buf url, token;
    fiat__buf_init(&url, 4096);
    fiat__buf_init(&token, TOKEN_MAX_BYTES);
    fiat_status status = fiat__sso_endpoint(
        search, session, "sso", "/federation/credentials?role_name=", &endpoint, &url, err);
    if (status != FIAT_OK) goto out;
    fiat__fetch_write_encoded(&url, profile->values[FIAT__PROFILE_SSO_ROLE_NAME]);
    fiat__buf_append_c(&url, "&account_id=");
    fiat__fetch_write_encoded(&url, profile->values[FIAT__PROFILE_SSO_ACCOUNT_ID]);
    status = fiat__buf_status(&url, err);
    /* At once, so that no growth leaves a copy behind. */
    if (status == FIAT_OK && !fiat__buf_reserve(&token, TOKEN_MAX_BYTES))
        status = fiat__err_nomem(err);
    if (status == FIAT_OK) status = fiat__sso_token_get(search, session, &token, err);
    if (status == FIAT_OK)
        status =
            ask(search, session, &endpoint, fiat__buf_cstr(&url), fiat__buf_cstr(&token), out, err);
out:
    if (token.ptr) OPENSSL_cleanse(token.ptr, token.cap);
    fiat__buf_deinit(&token);
    fiat__buf_deinit(&url);
    return status;
}

static fiat_status missing(fiat__aws_profile_key key, fiat_error *err) {
    return fiat__err_set(err, FIAT_E_CONFIG, "%s is not set", fiat__aws_profile_key_name(key));
}

/* A setting that both the profile and its session may have must be the same in both. */
static fiat_status pick(const char **out, const fiat__aws_profile *profile,
                        const fiat__aws_profile *session, fiat__aws_profile_key key,
                        fiat_error *err) {
    const char *of_profile = profile->values[key], *of_session = session->values[key];
    if (of_profile && of_session && strcmp(of_profile, of_session) != 0)
        return fiat__err_set(err, FIAT_E_CONFIG,
                             "%s differs between the profile and sso-session %s",
                             fiat__aws_profile_key_name(key), session->name);
    *out = of_session ? of_session : of_profile;
    return *out ? FIAT_OK : missing(key, err);
}

fiat_status fiat__aws_credentials_sso(const fiat__aws_search *search,
                                      const fiat__aws_profile *profile, fiat__aws_credentials *out,
                                      fiat_error *err) {
    fiat__aws_profile section;
    fiat__sso_session session = {.name = profile->values[FIAT__PROFILE_SSO_SESSION]};
    fiat_status status = FIAT_OK;
    out->provider = "IAM Identity Center";
    memset(&section, 0, sizeof section);
    if (!profile->values[FIAT__PROFILE_SSO_ROLE_NAME])
        status = missing(FIAT__PROFILE_SSO_ROLE_NAME, err);
    else if (!profile->values[FIAT__PROFILE_SSO_ACCOUNT_ID])
        status = missing(FIAT__PROFILE_SSO_ACCOUNT_ID, err);
    else if (session.name)
        status = fiat__aws_profile_load_sso_session(&section, profile, session.name, err);
    if (status == FIAT_OK && session.name && !section.found)
        status = fiat__err_set(err, FIAT_E_CONFIG, "there is no [sso-session %.64s]", session.name);
    if (status == FIAT_OK)
        status = pick(&session.start_url, profile, &section, FIAT__PROFILE_SSO_START_URL, err);
    if (status == FIAT_OK)
        status = pick(&session.region, profile, &section, FIAT__PROFILE_SSO_REGION, err);
    if (status == FIAT_OK) status = get_role(search, &session, profile, out, err);
    fiat__aws_profile_deinit(&section);
    return status == FIAT_OK ? status : fiat__err_wrap(err, status, "sso");
}
