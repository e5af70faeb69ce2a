/* AWS credentials: providers and the chain that tries them in turn.
 * One file a provider (credentials_<provider>.c). Any thread; calls are serialised inside. */
#ifndef FIAT_AWS_CREDENTIALS_H
#define FIAT_AWS_CREDENTIALS_H

#include "base/clock.h"
#include <fiat/error.h>

typedef struct fiat__aws_credentials {
    char access_key_id[132];
    char secret_access_key[132];
    char *session_token;  /* heap; NULL when none */
    int64_t expires_ms;   /* wall time; INT64_MAX: never */
    const char *provider; /* "environment", "shared file ..."; borrowed for ever */
} fiat__aws_credentials;

/* Wipes secrets, frees the token. */
void fiat__aws_credentials_deinit(fiat__aws_credentials *credentials);

typedef struct fiat__aws_credentials_provider fiat__aws_credentials_provider;

/* Copy the credentials in force into *out (caller deinits).
 * FIAT_E_AWS_CREDENTIALS: the message lists what was tried and what to set. */
fiat_status fiat__aws_credentials_get(fiat__aws_credentials_provider *provider,
                                      fiat__aws_credentials *out, fiat_error *err);

/* Forget what is cached, so that the next get asks the source again. */
void fiat__aws_credentials_refresh(fiat__aws_credentials_provider *provider);

/* In the child after fork() a provider of the parent may only be forgotten, never used or freed:
 * another thread may have been inside it. Make a new one. */
void fiat__aws_credentials_provider_free(fiat__aws_credentials_provider *provider);

/* The default chain: environment (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN),
 * then the shared credentials and config files (AWS_PROFILE, AWS_SHARED_CREDENTIALS_FILE,
 * AWS_CONFIG_FILE). Further providers join here. */
fiat_status fiat__aws_credentials_chain_new(fiat__aws_credentials_provider **out,
                                            const fiat__clock *clock, fiat_error *err);

/* Fixed keys, for tests and tools. */
fiat_status fiat__aws_credentials_static_new(fiat__aws_credentials_provider **out,
                                             const char *access_key_id,
                                             const char *secret_access_key,
                                             const char *session_token, fiat_error *err);

/* Region from the usual places: AWS_REGION, AWS_DEFAULT_REGION, `region` of the profile in the
 * shared config file. Appends to `out`; leaves it empty when there is none. */
struct fiat__buf;
fiat_status fiat__aws_region_find(struct fiat__buf *out, fiat_error *err);

#endif
