/* Fixed keys. */
#include "aws/credentials_provider.h"
#include "base/error.h"

typedef struct static_provider {
    fiat__aws_credentials_provider base;
    fiat__aws_credentials keys;
} static_provider;

static const fiat__aws_key_names s_names = {.access_key_id = "access key id",
                                            .secret_access_key = "secret access key",
                                            .session_token = "session token"};

static fiat_status fetch(fiat__aws_credentials_provider *provider, fiat__aws_credentials *out,
                         fiat_error *err) {
    const fiat__aws_credentials *keys = &((static_provider *)provider)->keys;
    out->provider = "static";
    return fiat__aws_credentials_fill(out, keys->access_key_id, keys->secret_access_key,
                                      keys->session_token, &s_names, err);
}

static void free_provider(fiat__aws_credentials_provider *provider) {
    fiat__aws_credentials_deinit(&((static_provider *)provider)->keys);
    fiat__aws_credentials_provider_release(provider);
}

static const fiat__aws_credentials_vtable s_vtable = {
    .name = "static", .at_once = true, .fetch = fetch, .free = free_provider};

fiat_status fiat__aws_credentials_static_new(fiat__aws_credentials_provider **out,
                                             const char *access_key_id,
                                             const char *secret_access_key,
                                             const char *session_token, fiat_error *err) {
    *out = NULL;
    if (!*access_key_id || !*secret_access_key)
        return fiat__err_set(err, FIAT_E_AWS_CREDENTIALS,
                             "access key id and secret access key must not be empty");
    static_provider *provider =
        fiat__aws_credentials_provider_new(sizeof *provider, &s_vtable, NULL);
    if (!provider) return fiat__err_nomem(err);
    fiat_status status = fiat__aws_credentials_fill(
        &provider->keys, access_key_id, secret_access_key, session_token, &s_names, err);
    if (status != FIAT_OK) {
        free_provider(&provider->base);
        return status;
    }
    *out = &provider->base;
    return FIAT_OK;
}
