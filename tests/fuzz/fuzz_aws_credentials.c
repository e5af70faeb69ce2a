/* Credentials as JSON: of a metadata service, of a program, of IAM Identity Center, and the file in
 * which its login is kept. What comes of them can stand in a header, and nothing of the text is in
 * a message. */
#include "aws/sso_token.h"
#include "base/error.h"
#include "base/file.h"
#include "base/mem.h"
#include "fuzz/fuzz.h"
#include "json/doc.h"

#include <stdatomic.h>
#include <unistd.h>

static const fiat__aws_key_names s_names[] = {
    {"AccessKeyId", "SecretAccessKey", "Token", "Expiration"},
    {"AccessKeyId", "SecretAccessKey", "SessionToken", "Expiration"},
    {"accessKeyId", "secretAccessKey", "sessionToken", "expiration"}};

static void check_keys(const fiat__doc *doc) {
    for (size_t i = 0; i < sizeof s_names / sizeof *s_names; i++) {
        fiat__aws_credentials found;
        fiat_error err = FIAT_ERROR_INIT;
        memset(&found, 0, sizeof found);
        if (fiat__aws_credentials_read(&found, doc, &s_names[i], &err) == FIAT_OK) {
            FUZZ_CHECK(*found.access_key_id && *found.secret_access_key);
            FUZZ_CHECK(fiat__aws_is_header_text(fiat__str_c(found.access_key_id), "/,"));
            FUZZ_CHECK(!found.session_token ||
                       fiat__aws_is_header_text(fiat__str_c(found.session_token), ""));
        } else {
            FUZZ_CHECK(err.status == FIAT_E_AWS_CREDENTIALS);
        }
        fiat__aws_credentials_deinit(&found);
    }
}

static char s_home[] = "/tmp/fiat-fuzz-XXXXXX";

static void remove_home(void) {
    static const char *const parts[] = {
        "/.aws/sso/cache/a0f1490a20d0211c997b44bc357e1972deab8ae3.json", "/.aws/sso/cache",
        "/.aws/sso", "/.aws", ""};
    char path[128];
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        snprintf(path, sizeof path, "%s%s", s_home, parts[i]);
        remove(path);
    }
}

/* The file of the login to "s", which is named by the hash of that. */
static void write_login(fiat__str text) {
    char path[128];
    static bool made;
    if (!made) {
        FUZZ_CHECK(mkdtemp(s_home));
        atexit(remove_home);
        snprintf(path, sizeof path, "%s/.aws/sso/cache", s_home);
        FUZZ_CHECK(fiat__dir_make(path, NULL) == FIAT_OK);
        setenv("HOME", s_home, 1);
        made = true;
    }
    snprintf(path, sizeof path, "%s/.aws/sso/cache/a0f1490a20d0211c997b44bc357e1972deab8ae3.json",
             s_home);
    FILE *file = fopen(path, "w");
    FUZZ_CHECK(file && fwrite(text.ptr, 1, text.len, file) == text.len && fclose(file) == 0);
}

static void check_login(fiat__str text) {
    atomic_bool cancelled = false;
    const fiat__aws_credentials_opts opts = {.region = "eu-west-1"};
    const fiat__aws_search search = {
        .clock = &fiat__clock_system, .opts = &opts, .cancelled = &cancelled};
    const fiat__sso_session session = {.start_url = "s", .region = "eu-west-1"};
    fiat_error err = FIAT_ERROR_INIT;
    fiat__buf token;
    fiat__buf_init(&token, 16 * 1024);
    write_login(text);
    if (fiat__sso_token_get(&search, &session, &token, &err) == FIAT_OK)
        FUZZ_CHECK(token.len > 0);
    else
        FUZZ_CHECK(err.status != FIAT_OK && *err.message);
    fiat__buf_deinit(&token);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const fiat__str text = fiat__str_of((const char *)data, size);
    fiat__doc *doc = NULL;
    if (fiat__doc_parse(&doc, text, NULL) == FIAT_OK) {
        check_keys(doc);
        check_keys(fiat__doc_get(doc, "roleCredentials"));
    }
    fiat__doc_free_secret(doc);
    check_login(text);
    return 0;
}
