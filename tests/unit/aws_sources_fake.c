#include "aws_sources_fake.h"

#include "support/tmpdir.h"

#include <string.h>

#define EXPIRES_MS INT64_C(4071006245000) /* 2099-01-02T03:04:05Z */

char *sources_dir;
http_server *sources_server;

void sources_expand(fiat__buf *out, const char *text) {
    fiat__buf_init(out, 64 * 1024);
    while (*text) {
        if (strncmp(text, "$URL", 4) == 0 || strncmp(text, "$DIR", 4) == 0) {
            fiat__buf_append_c(out, text[1] == 'U' ? http_server_url(sources_server) : sources_dir);
            text += 4;
        } else {
            fiat__buf_append_char(out, *text++);
        }
    }
}

void sources_set_env(const char *assignment) {
    fiat__buf text;
    sources_expand(&text, assignment);
    char *equals = strchr(text.ptr, '=');
    *equals = '\0';
    setenv(text.ptr, equals + 1, 1);
    fiat__buf_deinit(&text);
}

void sources_put(const char *name, const char *contents) {
    fiat__buf path, text;
    fiat_error err;
    fiat__buf_init(&path, 256);
    fiat__buf_printf(&path, "%s/%s", sources_dir, name);
    sources_expand(&text, contents);
    ck_assert_fiat_ok(fiat__file_replace(path.ptr, fiat__buf_str(&text), false, &err), err);
    fiat__buf_deinit(&text);
    fiat__buf_deinit(&path);
}

void sources_setup(void) {
    static const char *const settings[] = {"HOME=$DIR",
                                           "AWS_CONFIG_FILE=$DIR/config",
                                           "AWS_SHARED_CREDENTIALS_FILE=$DIR/credentials",
                                           "AWS_EC2_METADATA_DISABLED=true",
                                           "AWS_METADATA_SERVICE_TIMEOUT=1",
                                           "AWS_REGION=eu-west-1",
                                           "AWS_ENDPOINT_URL_STS=$URL",
                                           "AWS_ENDPOINT_URL_SSO=$URL",
                                           "AWS_ENDPOINT_URL_SSO_OIDC=$URL"};
    fiat__buf cache;
    fiat_error err;
    clearenv();
    setenv("PATH", "/usr/bin:/bin", 1);
    sources_dir = tmpdir_make();
    sources_server = http_server_start();
    sources_expand(&cache, "$DIR/.aws/sso/cache");
    ck_assert_fiat_ok(fiat__dir_make(cache.ptr, &err), err);
    fiat__buf_deinit(&cache);
    for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++)
        sources_set_env(settings[i]);
    sources_put("config", "");
    sources_put("credentials", "");
}

void sources_teardown(void) {
    http_server_stop(sources_server);
    tmpdir_remove(sources_dir);
}

fiat_status sources_get(fiat__aws_credentials *out, fiat_error *err) {
    fiat__aws_credentials_provider *chain;
    fiat_error other;
    ck_assert_fiat_ok(fiat__aws_credentials_chain_new(&chain, NULL, &other), other);
    memset(err, 0, sizeof *err);
    fiat_status status = fiat__aws_credentials_get(chain, out, err);
    fiat__aws_credentials_provider_free(chain);
    return status;
}

void sources_assert_keys(const char *provider) {
    fiat__aws_credentials out;
    fiat_error err;
    ck_assert_fiat_ok(sources_get(&out, &err), err);
    ck_assert_str_eq(out.access_key_id, "AKID");
    ck_assert_str_eq(out.secret_access_key, SECRET_MARK);
    ck_assert_str_eq(out.session_token, SECRET_MARK "T");
    ck_assert_int_eq(out.expires_ms, EXPIRES_MS);
    ck_assert_str_eq(out.provider, provider);
    fiat__aws_credentials_deinit(&out);
}
