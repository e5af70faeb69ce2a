/* What a credentials provider is made of, for those who write one. To add one: a file
 * credentials_<provider>.c with a fetch() function, its constructor here, a line in
 * credentials_chain.c. */
#ifndef FIAT_AWS_CREDENTIALS_PROVIDER_H
#define FIAT_AWS_CREDENTIALS_PROVIDER_H

#include "aws/credentials.h"
#include "base/thread.h"

typedef struct fiat__aws_credentials_vtable {
    const char *name; /* "environment" */
    /* Ask the source. *out is zeroed before. FIAT_E_NOT_FOUND: the source says nothing, ask the
     * next. Any other failure ends the search: the source is set up, but wrongly. The message says
     * why in a few words that can stand in a list. @locks the provider's mutex is held */
    fiat_status (*fetch)(fiat__aws_credentials_provider *provider, fiat__aws_credentials *out,
                         fiat_error *err);
    void (*free)(fiat__aws_credentials_provider *provider); /* what it owns, then itself */
} fiat__aws_credentials_vtable;

/* First member of every provider. */
struct fiat__aws_credentials_provider {
    const fiat__aws_credentials_vtable *vtable;
    const fiat__clock *clock;
    fiat__mutex mutex; /* guards what follows, and serialises fetch() */
    fiat__aws_credentials cached;
    bool has_cached;
    int64_t next_try_ms; /* when a refresh ahead of time failed: not before this (wall time) */
};

/* Zeroed memory of `bytes` with the base set up; NULL when out of memory. clock NULL: system. */
void *fiat__aws_credentials_provider_new(size_t bytes, const fiat__aws_credentials_vtable *vtable,
                                         const fiat__clock *clock);
/* The last step of every vtable's free(). */
void fiat__aws_credentials_provider_release(fiat__aws_credentials_provider *provider);

/* Check and copy keys into *out, which never expire. token may be NULL. FIAT_E_AWS_CREDENTIALS when
 * one is too long or has bytes that a header cannot carry; the message names it with the words
 * given, never its value. */
typedef struct fiat__aws_key_names {
    const char *access_key_id, *secret_access_key, *session_token;
} fiat__aws_key_names;

fiat_status fiat__aws_credentials_fill(fiat__aws_credentials *out, const char *access_key_id,
                                       const char *secret_access_key, const char *session_token,
                                       const fiat__aws_key_names *names, fiat_error *err);

fiat__aws_credentials_provider *fiat__aws_credentials_environment_new(const fiat__clock *clock);
fiat__aws_credentials_provider *fiat__aws_credentials_profile_new(const fiat__clock *clock);

#endif
