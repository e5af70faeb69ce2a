/* The default chain: the first provider that has anything to say decides. It keeps the one cache;
 * its members are asked through their fetch() alone, under the chain's lock. */
#include "aws/credentials_provider.h"
#include "base/buf.h"
#include "base/error.h"

#include <string.h>

typedef fiat__aws_credentials_provider *(*constructor)(const fiat__clock *clock);

/* In the order of AWS's SDKs. */
static const constructor s_constructors[] = {fiat__aws_credentials_environment_new,
                                             fiat__aws_credentials_profile_new};
enum { MEMBER_COUNT = sizeof s_constructors / sizeof s_constructors[0] };

typedef struct chain {
    fiat__aws_credentials_provider base;
    fiat__aws_credentials_provider *members[MEMBER_COUNT];
} chain;

static fiat_status fetch(fiat__aws_credentials_provider *provider, fiat__aws_credentials *out,
                         fiat_error *err) {
    const chain *self = (const chain *)provider;
    fiat_error why;
    char tried[sizeof why.message];
    size_t len = 0;
    fiat_status status = FIAT_E_NOT_FOUND;
    tried[0] = '\0';
    for (size_t i = 0; i < MEMBER_COUNT && status == FIAT_E_NOT_FOUND; i++) {
        memset(&why, 0, sizeof why);
        status = self->members[i]->vtable->fetch(self->members[i], out, &why);
        if (status == FIAT_OK) return FIAT_OK;
        fiat__err_wrap(&why, status, "%s%s", len ? "; " : "", self->members[i]->vtable->name);
        fiat__err_copy(tried + len, sizeof tried - len, why.message, strlen(why.message));
        len = strlen(tried);
    }
    if (status == FIAT_E_NOMEM) return fiat__err_nomem(err);
    /* The remedy first: it must not fall to the end of the message's room. */
    return fiat__err_set(err, FIAT_E_AWS_CREDENTIALS,
                         "no AWS credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or "
                         "AWS_PROFILE; tried: %s",
                         tried);
}

static void free_chain(fiat__aws_credentials_provider *provider) {
    chain *self = (chain *)provider;
    for (size_t i = 0; i < MEMBER_COUNT; i++)
        fiat__aws_credentials_provider_free(self->members[i]);
    fiat__aws_credentials_provider_release(provider);
}

static const fiat__aws_credentials_vtable s_vtable = {"chain", fetch, free_chain};

fiat_status fiat__aws_credentials_chain_new(fiat__aws_credentials_provider **out,
                                            const fiat__clock *clock, fiat_error *err) {
    *out = NULL;
    chain *self = fiat__aws_credentials_provider_new(sizeof *self, &s_vtable, clock);
    if (!self) return fiat__err_nomem(err);
    for (size_t i = 0; i < MEMBER_COUNT; i++) {
        self->members[i] = s_constructors[i](clock);
        if (!self->members[i]) {
            free_chain(&self->base);
            return fiat__err_nomem(err);
        }
    }
    *out = &self->base;
    return FIAT_OK;
}
