/* AWS credentials: where they come from, and how they are kept fresh.
 *
 * A provider holds the credentials in force. It fetches new ones ahead of their expiry, on a thread
 * that lives for one fetch, so that whoever sends requests never waits for a metadata service, STS
 * or a credential process. The old ones serve until they expire. Any thread. */
#ifndef FIAT_AWS_CREDENTIALS_H
#define FIAT_AWS_CREDENTIALS_H

#include "aws/net.h"
#include "base/clock.h"
#include "base/log.h"
#include <fiat/error.h>

typedef struct fiat__aws_credentials {
    char access_key_id[132];
    char secret_access_key[132];
    char *session_token;  /* heap; NULL when none */
    int64_t expires_ms;   /* wall time; INT64_MAX: never */
    bool outlives;        /* may be used beyond its expiry while no new ones are to be had */
    const char *provider; /* "environment", "shared config file"; borrowed for ever */
} fiat__aws_credentials;

/* Wipes secrets, frees the token. */
void fiat__aws_credentials_deinit(fiat__aws_credentials *credentials);

typedef struct fiat__aws_credentials_provider fiat__aws_credentials_provider;

typedef enum fiat__aws_credentials_state {
    FIAT__AWS_CREDENTIALS_READY,   /* *out is filled in; caller deinits */
    FIAT__AWS_CREDENTIALS_PENDING, /* being fetched; on_change will be called */
    FIAT__AWS_CREDENTIALS_FAILED   /* *err says why; ask again later, which fetches again */
} fiat__aws_credentials_state;

/* Copy the credentials in force into *out, without waiting for anything: what is missing or due to
 * be renewed is fetched in the background. Failed: FIAT_E_AWS_CREDENTIALS, where the message lists
 * what was tried and what to set, or FIAT_E_NOMEM. After a failure the source is left alone for a
 * second at first, a minute at most; until then the answer is the same. */
fiat__aws_credentials_state fiat__aws_credentials_poll(fiat__aws_credentials_provider *provider,
                                                       fiat__aws_credentials *out, fiat_error *err);

/* The same, waiting for what is pending: for tools and tests. */
fiat_status fiat__aws_credentials_get(fiat__aws_credentials_provider *provider,
                                      fiat__aws_credentials *out, fiat_error *err);

/* Call on_change(ctx) when what was pending has come or failed: on a thread of the provider, with
 * its lock held, so it must not call back. NULL ends it: no call runs when this returns. */
void fiat__aws_credentials_watch(fiat__aws_credentials_provider *provider,
                                 void (*on_change)(void *ctx), void *ctx);

/* Forget what is cached, so that the next poll or get asks the source again. */
void fiat__aws_credentials_refresh(fiat__aws_credentials_provider *provider);

/* Ends a fetch that is under way, within a fraction of a second; one that does not end within a
 * whole one is left to itself, and calls nobody any more. In the child after fork() a
 * provider of the parent may only be forgotten, never used or freed: another thread may have been
 * inside it. Make a new one. NULL: nothing. */
void fiat__aws_credentials_provider_free(fiat__aws_credentials_provider *provider);

typedef struct fiat__aws_credentials_opts {
    const fiat__clock *clock; /* NULL: system */
    const char *region;       /* where STS is asked; NULL or "": AWS_REGION and its like */
    bool fips, dualstack; /* of STS and IAM Identity Center, as fiat__aws_endpoint_opts has it */
    fiat__net_opts net;   /* the way to them; metadata services are reached directly */
    fiat__log *log;       /* kept until free; NULL: none */
} fiat__aws_credentials_opts;

/* The default chain, in the order of AWS's SDKs; docs/credentials.md has it in full. The texts of
 * *opts are copied; NULL: all defaults. */
fiat_status fiat__aws_credentials_chain_new(fiat__aws_credentials_provider **out,
                                            const fiat__aws_credentials_opts *opts,
                                            fiat_error *err);

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
