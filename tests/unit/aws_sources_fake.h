/* A folder, an environment and a scripted server for one search for credentials at a time, and what
 * the sources reply. The keys are the same from each; what is secret in them has SECRET_MARK. */
#ifndef FIAT_TESTS_AWS_SOURCES_FAKE_H
#define FIAT_TESTS_AWS_SOURCES_FAKE_H

#include "aws/credentials.h"
#include "base/buf.h"
#include "support/http_server.h"
#include "support/test.h"

#define SECRET_MARK "SeCrEt"

#define KEYS                                                                                       \
    "\"AccessKeyId\":\"AKID\",\"SecretAccessKey\":\"" SECRET_MARK "\",\"Token\":\"" SECRET_MARK    \
    "T\",\"Expiration\":\"2099-01-02T03:04:05Z\"}"
#define METADATA_KEYS  "{\"Code\":\"Success\"," KEYS
#define CONTAINER_KEYS "{" KEYS
#define PROCESS_KEYS                                                                               \
    "{\"Version\":1,\"AccessKeyId\":\"AKID\",\"SecretAccessKey\":\"" SECRET_MARK                   \
    "\",\"SessionToken\":\"" SECRET_MARK "T\",\"Expiration\":\"2099-01-02T03:04:05Z\"}"
#define STS_KEYS                                                                                   \
    "<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><AssumeRoleResult>"   \
    "<Credentials><AccessKeyId>AKID</AccessKeyId><SecretAccessKey>" SECRET_MARK                    \
    "</SecretAccessKey><SessionToken>" SECRET_MARK "T</SessionToken>"                              \
    "<Expiration>2099-01-02T03:04:05Z</Expiration></Credentials></AssumeRoleResult>"               \
    "</AssumeRoleResponse>"
#define SSO_KEYS                                                                                   \
    "{\"roleCredentials\":{\"accessKeyId\":\"AKID\",\"secretAccessKey\":\"" SECRET_MARK            \
    "\",\"sessionToken\":\"" SECRET_MARK "T\",\"expiration\":4071006245000}}"

#define WITH_SSO_SESSION                                                                           \
    "[default]\nsso_session=s\nsso_account_id=1\nsso_role_name=r\n"                                \
    "[sso-session s]\nsso_region=eu-west-1\nsso_start_url=https://s\n"
#define SESSION_CACHE ".aws/sso/cache/a0f1490a20d0211c997b44bc357e1972deab8ae3.json" /* of "s" */
#define SSO_RENEWABLE(until)                                                                       \
    "{\"accessToken\":\"OLD\",\"expiresAt\":\"" until "\",\"refreshToken\":\"" SECRET_MARK         \
    "R\",\"clientId\":\"c\",\"clientSecret\":\"" SECRET_MARK                                       \
    "C\",\"registrationExpiresAt\":\"2099-01-01T00:00:00Z\"}"

extern char *sources_dir;
extern http_server *sources_server;

/* Fixture: the server, a folder with empty configuration files, and an environment that names both
 * and has no metadata service. Each test runs in a child of its own, with an environment of its
 * own. */
void sources_setup(void);
void sources_teardown(void);

/* `text` with $URL and $DIR replaced; the caller frees it with fiat__buf_deinit(). */
void sources_expand(fiat__buf *out, const char *text);
/* NAME=VALUE, with both replaced in the value. */
void sources_set_env(const char *assignment);
/* A file of the folder, with both replaced in its contents. */
void sources_put(const char *name, const char *contents);

/* What a new search finds. */
fiat_status sources_get(fiat__aws_credentials *out, fiat_error *err);
/* It finds the keys above, from `provider`. */
void sources_assert_keys(const char *provider);

#endif
