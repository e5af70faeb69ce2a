/* What credentials are made from, for those who write a source of them. To add one: a file
 * credentials_<source>.c with a fiat__aws_source, its declaration here, and a line where it is
 * asked: credentials_chain.c or, for what a profile may say, credentials_profile.c. */
#ifndef FIAT_AWS_CREDENTIALS_PROVIDER_H
#define FIAT_AWS_CREDENTIALS_PROVIDER_H

#include "aws/credentials.h"
#include "aws/profile.h"
#include "base/str.h"
#include "base/thread.h"

#include <stdatomic.h>

/* One search for credentials: what the sources need for it. */
typedef struct fiat__aws_search {
    const fiat__clock *clock;
    const fiat__aws_credentials_opts *opts;
    const atomic_bool
        *cancelled; /* true: give up soon. Looked at every FIAT__AWS_SEARCH_SLICE_MS */
} fiat__aws_search;

/* Longest wait within a source before it looks whether the search was cancelled. */
#define FIAT__AWS_SEARCH_SLICE_MS 50

/* Ask one source. It may take seconds: see fiat__aws_credentials_poll(). *out is zeroed before.
 * FIAT_E_NOT_FOUND: the source says nothing, ask the next. Any other failure ends the search: the
 * source is set up, but wrongly or out of reach. The message says why in a few words that can stand
 * in a list. */
typedef fiat_status fiat__aws_source(const fiat__aws_search *search, fiat__aws_credentials *out,
                                     fiat_error *err);

fiat__aws_source fiat__aws_source_environment, fiat__aws_source_profile, fiat__aws_source_container,
    fiat__aws_source_imds;

/* Wait, unless the search is cancelled; false when it is. */
bool fiat__aws_search_sleep(const fiat__aws_search *search, int64_t ms);
fiat_status fiat__aws_search_cancelled(fiat_error *err);

/* The providers: what holds credentials and renews them. */
typedef struct fiat__aws_credentials_vtable {
    const char *name;
    bool at_once; /* fetch() neither waits nor reads files: poll() calls it by itself */
    /* Get credentials; *out is zeroed before. Never called twice at once. */
    fiat_status (*fetch)(fiat__aws_credentials_provider *provider, fiat__aws_credentials *out,
                         fiat_error *err);
    void (*free)(fiat__aws_credentials_provider *provider); /* what it owns, then itself */
} fiat__aws_credentials_vtable;

/* First member of every provider. */
struct fiat__aws_credentials_provider {
    const fiat__aws_credentials_vtable *vtable;
    const fiat__clock *clock;
    fiat__log *log;        /* NULL: none */
    atomic_bool cancelled; /* the provider is about to go: fetch() is to return soon */
    fiat__mutex mutex;     /* guards what follows */
    fiat__cond changed;    /* fetching went to false */
    fiat__aws_credentials cached;
    bool has_cached;
    int64_t refresh_at_ms; /* of what is cached; wall time */
    bool fetching;
    bool has_thread; /* started, and not joined yet */
    bool orphaned;   /* nobody waits for the thread any more: it frees the provider */
    pthread_t thread;
    unsigned failures;   /* in a row */
    int64_t next_try_ms; /* after a failure: not before this; monotonic */
    fiat_error why;      /* the last failure */
    void (*on_change)(void *ctx);
    void *ctx;
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
    const char *expiration; /* of replies alone */
} fiat__aws_key_names;

fiat_status fiat__aws_credentials_fill(fiat__aws_credentials *out, const char *access_key_id,
                                       const char *secret_access_key, const char *session_token,
                                       const fiat__aws_key_names *names, fiat_error *err);

/* The same from the members of a JSON object, with the time of their expiry: RFC 3339 or, as a
 * number, milliseconds since 1970. Token and expiry may be absent. */
struct cJSON;
fiat_status fiat__aws_credentials_read(fiat__aws_credentials *out, const struct cJSON *object,
                                       const fiat__aws_key_names *names, fiat_error *err);

/* What a profile may lead to besides keys, each in its file; called when the profile says so, or
 * the environment instead of it. */
fiat_status fiat__aws_credentials_process(const fiat__aws_search *search, const char *command,
                                          fiat__aws_credentials *out, fiat_error *err);
fiat_status fiat__aws_credentials_web_identity(const fiat__aws_search *search,
                                               const char *token_path, const char *role_arn,
                                               const char *session_name, fiat__aws_credentials *out,
                                               fiat_error *err);
fiat_status fiat__aws_credentials_sso(const fiat__aws_search *search,
                                      const fiat__aws_profile *profile, fiat__aws_credentials *out,
                                      fiat_error *err);

/* The profiles that a search has come through, the last one first. */
typedef struct fiat__aws_trail {
    const fiat__aws_profile *profile;
    const struct fiat__aws_trail *from; /* NULL: the search began here */
} fiat__aws_trail;

/* role_arn of the last profile of the trail, with credentials that its source_profile or
 * credential_source leads to. */
fiat_status fiat__aws_credentials_assume_role(const fiat__aws_search *search,
                                              const fiat__aws_trail *trail,
                                              fiat__aws_credentials *out, fiat_error *err);
/* What the last profile of the trail leads to; but_role: its role apart. */
fiat_status fiat__aws_credentials_of_profile(const fiat__aws_search *search,
                                             const fiat__aws_trail *trail, bool but_role,
                                             fiat__aws_credentials *out, fiat_error *err);

/* Printable ASCII from end to end, without any of the bytes in `except`. */
bool fiat__aws_is_header_text(fiat__str text, const char *except);

/* A variable that is set to something, or NULL. */
const char *fiat__aws_env(const char *name);

#endif
