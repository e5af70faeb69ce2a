/* Finds credentials as the logger does and prints them as one line of JSON, for comparison with
 * other SDKs: {"access_key_id": ..., "secret_access_key": ..., "session_token": ..., "provider":
 * ..., "expires_ms": ...}, or {"error": message}. */
#include "aws/credentials.h"
#include "base/buf.h"
#include "json/writer.h"

#include <inttypes.h>
#include <stdio.h>

static void write_member(fiat__buf *line, bool *first, const char *name, const char *value) {
    fiat__json_write_key(line, first, name);
    fiat__json_write_string_c(line, value);
}

static void write_line(fiat__buf *line, fiat_status status, const fiat__aws_credentials *found,
                       const fiat_error *err) {
    bool first = true;
    fiat__buf_append_char(line, '{');
    if (status == FIAT_OK) {
        write_member(line, &first, "access_key_id", found->access_key_id);
        write_member(line, &first, "secret_access_key", found->secret_access_key);
        if (found->session_token) write_member(line, &first, "session_token", found->session_token);
        write_member(line, &first, "provider", found->provider);
        if (found->expires_ms != INT64_MAX)
            fiat__buf_printf(line, ",\"expires_ms\":%" PRId64, found->expires_ms);
    } else {
        write_member(line, &first, "error", err->message);
    }
    fiat__buf_append_char(line, '}');
}

int main(void) {
    fiat__aws_credentials_provider *chain;
    fiat__aws_credentials found = {.session_token = NULL};
    fiat__buf line;
    fiat_error err = FIAT_ERROR_INIT;
    fiat__buf_init(&line, 64 * 1024);
    fiat_status status = fiat__aws_credentials_chain_new(&chain, NULL, &err);
    if (status == FIAT_OK) status = fiat__aws_credentials_get(chain, &found, &err);
    write_line(&line, status, &found, &err);
    puts(fiat__buf_cstr(&line));
    fiat__aws_credentials_deinit(&found);
    fiat__aws_credentials_provider_free(chain);
    fiat__buf_deinit(&line);
    return 0;
}
