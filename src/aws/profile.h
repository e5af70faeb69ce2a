/* One profile of AWS's shared files: what both files together say about it.
 * Files: AWS_SHARED_CREDENTIALS_FILE, else ~/.aws/credentials; AWS_CONFIG_FILE, else ~/.aws/config.
 * Profile: AWS_PROFILE, else "default".
 * https://docs.aws.amazon.com/sdkref/latest/guide/file-location.html */
#ifndef FIAT_AWS_PROFILE_H
#define FIAT_AWS_PROFILE_H

#include <fiat/error.h>
#include <stdbool.h>

/* XX(NAME, key). Those that we act upon, and those that we must know to refuse. A session of
 * [sso-session NAME] has them too. */
#define FIAT__AWS_PROFILE_MAP(XX)                                                                  \
    XX(ACCESS_KEY_ID, "aws_access_key_id")                                                         \
    XX(SECRET_ACCESS_KEY, "aws_secret_access_key")                                                 \
    XX(SESSION_TOKEN, "aws_session_token")                                                         \
    XX(REGION, "region")                                                                           \
    XX(ENDPOINT_URL, "endpoint_url")                                                               \
    XX(IGNORE_ENDPOINTS, "ignore_configured_endpoint_urls")                                        \
    XX(SERVICES, "services")                                                                       \
    XX(USE_FIPS, "use_fips_endpoint")                                                              \
    XX(USE_DUALSTACK, "use_dualstack_endpoint")                                                    \
    XX(CA_BUNDLE, "ca_bundle")                                                                     \
    XX(ROLE_ARN, "role_arn")                                                                       \
    XX(SOURCE_PROFILE, "source_profile")                                                           \
    XX(CREDENTIAL_SOURCE, "credential_source")                                                     \
    XX(EXTERNAL_ID, "external_id")                                                                 \
    XX(ROLE_SESSION_NAME, "role_session_name")                                                     \
    XX(DURATION_SECONDS, "duration_seconds")                                                       \
    XX(MFA_SERIAL, "mfa_serial")                                                                   \
    XX(SSO_SESSION, "sso_session")                                                                 \
    XX(SSO_START_URL, "sso_start_url")                                                             \
    XX(SSO_REGION, "sso_region")                                                                   \
    XX(SSO_ACCOUNT_ID, "sso_account_id")                                                           \
    XX(SSO_ROLE_NAME, "sso_role_name")                                                             \
    XX(LOGIN_SESSION, "login_session")                                                             \
    XX(WEB_IDENTITY_TOKEN_FILE, "web_identity_token_file")                                         \
    XX(CREDENTIAL_PROCESS, "credential_process")                                                   \
    XX(METADATA_ENDPOINT, "ec2_metadata_service_endpoint")                                         \
    XX(METADATA_ENDPOINT_MODE, "ec2_metadata_service_endpoint_mode")                               \
    XX(METADATA_V1_DISABLED, "ec2_metadata_v1_disabled")                                           \
    XX(METADATA_TIMEOUT, "metadata_service_timeout")                                               \
    XX(METADATA_ATTEMPTS, "metadata_service_num_attempts")

typedef enum fiat__aws_profile_key {
#define XX(name, key) FIAT__PROFILE_##name,
    FIAT__AWS_PROFILE_MAP(XX)
#undef XX
        FIAT__PROFILE_KEY_COUNT
} fiat__aws_profile_key;

typedef struct fiat__aws_profile {
    char *name;                                     /* "default" */
    char *credentials_path, *config_path;           /* NULL: neither named nor HOME set */
    char *values[FIAT__PROFILE_KEY_COUNT];          /* NULL: not set, or set to nothing */
    bool from_credentials[FIAT__PROFILE_KEY_COUNT]; /* which file the value is from */
    bool found;                                     /* some file has the profile */
    bool asked_for;                                 /* AWS_PROFILE names it */
} fiat__aws_profile;

/* Read both files; one that does not exist counts as empty. The file of credentials wins where both
 * have a key. A profile that no file has is FIAT_OK with found == false; FIAT_E_IO, FIAT_E_LIMIT,
 * FIAT_E_CONFIG (one holds a NUL), FIAT_E_NOMEM. deinit in any case. */
fiat_status fiat__aws_profile_load(fiat__aws_profile *out, fiat_error *err);
/* The same for the profile of this name. */
fiat_status fiat__aws_profile_load_named(fiat__aws_profile *out, const char *name, fiat_error *err);
/* The section [sso-session NAME] of the config file that `profile` is from, as if it were a
 * profile.
 */
fiat_status fiat__aws_profile_load_sso_session(fiat__aws_profile *out,
                                               const fiat__aws_profile *profile, const char *name,
                                               fiat_error *err);
void fiat__aws_profile_deinit(fiat__aws_profile *profile);

const char *fiat__aws_profile_key_name(fiat__aws_profile_key key);

/* endpoint_url of a service in the [services NAME] section that the profile points to. *url is heap
 * (fiat__free), NULL when there is none. */
fiat_status fiat__aws_profile_service_url(const fiat__aws_profile *profile, const char *service,
                                          char **url, fiat_error *err);

#endif
