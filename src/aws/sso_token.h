/* The access token of IAM Identity Center, as `aws sso login` leaves it in ~/.aws/sso/cache. */
#ifndef FIAT_AWS_SSO_TOKEN_H
#define FIAT_AWS_SSO_TOKEN_H

#include "aws/credentials_provider.h"
#include "base/buf.h"

typedef struct fiat__sso_session {
    const char *name; /* of [sso-session NAME]; NULL: the older way, without one */
    const char *start_url, *region;
} fiat__sso_session;

/* Append the token, renewed (and the file with it) when it is about to expire and can be renewed.
 * FIAT_E_AWS_CREDENTIALS: there is none, or it has expired; the message says to log in. */
fiat_status fiat__sso_token_get(const fiat__aws_search *search, const fiat__sso_session *session,
                                fiat__buf *token, fiat_error *err);

/* The endpoint of "sso" or "sso-oidc" in the session's region; appends its URL with the path. */
struct fiat__aws_endpoint;
fiat_status fiat__sso_endpoint(const fiat__aws_search *search, const fiat__sso_session *session,
                               const char *service, const char *path,
                               struct fiat__aws_endpoint *endpoint, fiat__buf *url,
                               fiat_error *err);

/* "aws sso login --sso-session NAME", for messages. */
void fiat__sso_login_command(char *out, size_t size, const fiat__sso_session *session);

#endif
