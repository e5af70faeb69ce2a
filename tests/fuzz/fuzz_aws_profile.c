/* The shared config file; its first line names the profile. Values are of one line, and never
 * empty. */
#include "aws/profile.h"
#include "base/mem.h"
#include "fuzz/fuzz.h"

#include <unistd.h>

static char s_path[] = "/tmp/fiat-fuzz-XXXXXX";

static void remove_file(void) {
    unlink(s_path);
}

static void write_file(fiat__str text) {
    static bool made;
    if (!made) {
        const int fd = mkstemp(s_path);
        FUZZ_CHECK(fd >= 0);
        close(fd);
        atexit(remove_file);
        setenv("AWS_CONFIG_FILE", s_path, 1);
        setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent", 1);
        made = true;
    }
    FILE *file = fopen(s_path, "w");
    FUZZ_CHECK(file && fwrite(text.ptr, 1, text.len, file) == text.len && fclose(file) == 0);
}

static void check_value(const char *value) {
    FUZZ_CHECK(!value || (*value && !strchr(value, '\n')));
}

static void check_profile(const fiat__aws_profile *profile) {
    for (size_t i = 0; i < FIAT__PROFILE_KEY_COUNT; i++) {
        check_value(profile->values[i]);
        FUZZ_CHECK(!profile->values[i] || (profile->found && !profile->from_credentials[i]));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    fiat__str text, first = fuzz_line(fiat__str_of((const char *)data, size), &text);
    char name[64], *url = NULL;
    fiat__aws_profile profile, session;
    if (first.len >= sizeof name) return 0;
    if (first.len) memcpy(name, first.ptr, first.len);
    name[first.len] = '\0';
    write_file(text);
    if (fiat__aws_profile_load_named(&profile, name, NULL) == FIAT_OK) {
        check_profile(&profile);
        if (fiat__aws_profile_load_sso_session(&session, &profile, name, NULL) == FIAT_OK)
            check_profile(&session);
        fiat__aws_profile_deinit(&session);
        if (fiat__aws_profile_service_url(&profile, "firehose", &url, NULL) == FIAT_OK)
            check_value(url);
        fiat__free(url);
    }
    fiat__aws_profile_deinit(&profile);
    return 0;
}
