/* The default chain: the first source that has anything to say decides. */
#include "aws/credentials_provider.h"
#include "base/error.h"
#include "base/mem.h"

#include <poll.h>
#include <string.h>

/* In the order of AWS's SDKs. */
static const struct member {
    const char *name;
    fiat__aws_source *source;
} s_members[] = {{"environment", fiat__aws_source_environment},
                 {"profile", fiat__aws_source_profile},
                 {"container", fiat__aws_source_container},
                 {"IMDS", fiat__aws_source_imds}};

typedef struct chain {
    fiat__aws_credentials_provider base;
    fiat__aws_credentials_opts opts; /* its texts are our own */
    fiat__aws_source *lender;        /* who gave the last ones; NULL: nobody so far */
} chain;

/* In real time, whatever the search's clock says. */
bool fiat__aws_search_sleep(const fiat__aws_search *search, int64_t ms) {
    for (; !atomic_load(search->cancelled); ms -= FIAT__AWS_SEARCH_SLICE_MS) {
        if (ms <= 0) return true;
        poll(NULL, 0, ms < FIAT__AWS_SEARCH_SLICE_MS ? (int)ms : FIAT__AWS_SEARCH_SLICE_MS);
    }
    return false;
}

fiat_status fiat__aws_search_cancelled(fiat_error *err) {
    return fiat__err_set(err, FIAT_E_CLOSED, "given up because the logger closes");
}

/* What the sources before it said, joined: "environment: AWS_ACCESS_KEY_ID is not set". */
typedef struct tried {
    char text[sizeof((fiat_error *)0)->message];
    size_t len;
} tried;

static void note(tried *list, const char *name, fiat_error *why) {
    fiat__err_wrap(why, FIAT_E_NOT_FOUND, "%s%s", list->len ? "; " : "", name);
    fiat__err_copy(list->text + list->len, sizeof list->text - list->len, why->message,
                   strlen(why->message));
    list->len = strlen(list->text);
}

/* A source that gives no answer where there may be nobody is taken to be away for a moment only
 * when it has given something before. */
static fiat_status search_members(chain *self, const fiat__aws_search *search,
                                  fiat__aws_credentials *out, fiat_error *err) {
    tried list = {.len = 0};
    uint32_t flags = 0;
    for (size_t i = 0; i < sizeof s_members / sizeof s_members[0]; i++) {
        fiat_error why = FIAT_ERROR_INIT;
        fiat_status status = s_members[i].source(search, out, &why);
        if (status == FIAT_OK) {
            self->lender = s_members[i].source;
            return FIAT_OK;
        }
        if (status == FIAT_E_NOMEM) return fiat__err_nomem(err);
        if (status != FIAT_E_NOT_FOUND) {
            fiat__err_wrap(&why, status, "no AWS credentials: %s", s_members[i].name);
            why.status = FIAT_E_AWS_CREDENTIALS;
            fiat__err_assign(err, &why);
            return FIAT_E_AWS_CREDENTIALS;
        }
        fiat__aws_credentials_deinit(out);
        if (s_members[i].source == self->lender) flags |= why.flags & FIAT_ERRF_RETRYABLE;
        note(&list, s_members[i].name, &why);
    }
    /* The remedy first: it must not fall to the end of the message's room. */
    fiat__err_set(err, FIAT_E_AWS_CREDENTIALS,
                  "no AWS credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or "
                  "AWS_PROFILE; tried: %s",
                  list.text);
    if (err) err->flags |= flags;
    return FIAT_E_AWS_CREDENTIALS;
}

static fiat_status fetch(fiat__aws_credentials_provider *provider, fiat__aws_credentials *out,
                         fiat_error *err) {
    chain *self = (chain *)provider;
    const fiat__aws_search search = {
        .clock = provider->clock, .opts = &self->opts, .cancelled = &provider->cancelled};
    return search_members(self, &search, out, err);
}

static void free_chain(fiat__aws_credentials_provider *provider) {
    chain *self = (chain *)provider;
    fiat__free((char *)(uintptr_t)self->opts.region);
    fiat__net_opts_free(&self->opts.net);
    fiat__aws_credentials_provider_release(provider);
}

static const fiat__aws_credentials_vtable s_vtable = {
    .name = "chain", .fetch = fetch, .free = free_chain};

fiat_status fiat__aws_credentials_chain_new(fiat__aws_credentials_provider **out,
                                            const fiat__aws_credentials_opts *opts,
                                            fiat_error *err) {
    static const fiat__aws_credentials_opts defaults = {.clock = NULL};
    *out = NULL;
    if (!opts) opts = &defaults;
    chain *self = fiat__aws_credentials_provider_new(sizeof *self, &s_vtable, opts->clock);
    if (!self) return fiat__err_nomem(err);
    self->base.log = opts->log;
    self->opts.fips = opts->fips;
    self->opts.dualstack = opts->dualstack;
    self->opts.region = fiat__strdup(opts->region ? opts->region : "");
    fiat_status status = self->opts.region ? fiat__net_opts_copy(&self->opts.net, &opts->net, err)
                                           : fiat__err_nomem(err);
    if (status != FIAT_OK)
        free_chain(&self->base);
    else
        *out = &self->base;
    return status;
}
