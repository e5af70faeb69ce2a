/* role_arn of a profile: credentials from somewhere else, given to STS for those of the role.
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-assume-role-credentials.html */
#include "aws/credentials_provider.h"
#include "aws/sts.h"
#include "base/error.h"

#include <stdlib.h>
#include <string.h>

#define MAX_PROFILES   16 /* in a chain of source_profile */
#define MIN_DURATION_S 900
#define MAX_DURATION_S 43200

static const struct named_source {
    const char *name;
    fiat__aws_source *source;
} s_sources[] = {{"Environment", fiat__aws_source_environment},
                 {"EcsContainer", fiat__aws_source_container},
                 {"Ec2InstanceMetadata", fiat__aws_source_imds}};

/* A source that says nothing is none here. */
static fiat_status must_find(fiat_status status, const char *setting, const char *value,
                             fiat_error *err) {
    if (status == FIAT_OK) return status;
    fiat__err_wrap(err, status, "%s %.64s", setting, value);
    return status == FIAT_E_NOT_FOUND ? FIAT_E_AWS_CREDENTIALS : status;
}

static fiat_status from_named_source(const fiat__aws_search *search, const char *name,
                                     fiat__aws_credentials *out, fiat_error *err) {
    for (size_t i = 0; i < sizeof s_sources / sizeof s_sources[0]; i++)
        if (strcmp(name, s_sources[i].name) == 0)
            return must_find(s_sources[i].source(search, out, err), "credential_source", name, err);
    return fiat__err_set(err, FIAT_E_CONFIG,
                         "credential_source \"%.64s\": it must be Environment, EcsContainer or "
                         "Ec2InstanceMetadata",
                         name);
}

static bool has_keys(const fiat__aws_profile *profile) {
    return profile->values[FIAT__PROFILE_ACCESS_KEY_ID] ||
           profile->values[FIAT__PROFILE_SECRET_ACCESS_KEY];
}

/* Is the way to this profile an endless one? */
static fiat_status check_trail(const fiat__aws_trail *trail, const char *name, fiat_error *err) {
    size_t count = 0;
    for (const fiat__aws_trail *at = trail; at; at = at->from) {
        if (strcmp(at->profile->name, name) == 0)
            return fiat__err_set(err, FIAT_E_CONFIG,
                                 "source_profile \"%.64s\" leads back to where it came from", name);
        if (++count >= MAX_PROFILES)
            return fiat__err_set(err, FIAT_E_LIMIT, "more than %d profiles build on one another",
                                 MAX_PROFILES);
    }
    return FIAT_OK;
}

static fiat_status from_other_profile(const fiat__aws_search *search, const fiat__aws_trail *trail,
                                      const char *name, fiat__aws_credentials *out,
                                      fiat_error *err) {
    fiat__aws_profile profile;
    const fiat__aws_trail further = {.profile = &profile, .from = trail};
    fiat_status status = check_trail(trail, name, err);
    if (status != FIAT_OK) return status;
    status = fiat__aws_profile_load_named(&profile, name, err);
    if (status == FIAT_OK && !profile.found)
        status =
            fiat__err_set(err, FIAT_E_CONFIG, "source_profile \"%.64s\" is in neither file", name);
    if (status == FIAT_OK)
        status = must_find(fiat__aws_credentials_of_profile(search, &further, false, out, err),
                           "source_profile", name, err);
    fiat__aws_profile_deinit(&profile);
    return status;
}

static fiat_status find_source(const fiat__aws_search *search, const fiat__aws_trail *trail,
                               fiat__aws_credentials *out, fiat_error *err) {
    const fiat__aws_profile *profile = trail->profile;
    const char *named = profile->values[FIAT__PROFILE_CREDENTIAL_SOURCE];
    const char *other = profile->values[FIAT__PROFILE_SOURCE_PROFILE];
    if (named && other)
        return fiat__err_set(err, FIAT_E_CONFIG,
                             "both source_profile and credential_source are set; keep one");
    if (named) return from_named_source(search, named, out, err);
    if (!other)
        return fiat__err_set(err, FIAT_E_CONFIG,
                             "role_arn needs source_profile or credential_source");
    /* A profile may hold both the role and the keys to take it with. */
    if (strcmp(other, profile->name) == 0 && has_keys(profile)) {
        const fiat__aws_trail itself = {.profile = profile, .from = trail};
        return must_find(fiat__aws_credentials_of_profile(search, &itself, true, out, err),
                         "source_profile", other, err);
    }
    return from_other_profile(search, trail, other, out, err);
}

static fiat_status read_duration(const char *text, uint32_t *out, fiat_error *err) {
    char *end;
    *out = 0;
    if (!text) return FIAT_OK;
    unsigned long value = strtoul(text, &end, 10);
    if (*text < '0' || *text > '9' || *end || value < MIN_DURATION_S || value > MAX_DURATION_S)
        return fiat__err_set(err, FIAT_E_CONFIG,
                             "duration_seconds must be a whole number in %d..%d", MIN_DURATION_S,
                             MAX_DURATION_S);
    *out = (uint32_t)value;
    return FIAT_OK;
}

fiat_status fiat__aws_credentials_assume_role(const fiat__aws_search *search,
                                              const fiat__aws_trail *trail,
                                              fiat__aws_credentials *out, fiat_error *err) {
    char *const *values = trail->profile->values;
    fiat__aws_credentials source;
    fiat__sts_role role = {.arn = values[FIAT__PROFILE_ROLE_ARN],
                           .session_name = values[FIAT__PROFILE_ROLE_SESSION_NAME],
                           .external_id = values[FIAT__PROFILE_EXTERNAL_ID]};
    if (values[FIAT__PROFILE_MFA_SERIAL])
        return fiat__err_set(err, FIAT_E_UNSUPPORTED,
                             "mfa_serial: nobody is there to type a code at each renewal; use "
                             "credential_process, or a role that needs none");
    fiat_status status =
        read_duration(values[FIAT__PROFILE_DURATION_SECONDS], &role.duration_s, err);
    if (status != FIAT_OK) return status;
    memset(&source, 0, sizeof source);
    status = find_source(search, trail, &source, err);
    if (status == FIAT_OK) status = fiat__sts_assume_role(search, &role, &source, out, err);
    fiat__aws_credentials_deinit(&source);
    return status;
}
