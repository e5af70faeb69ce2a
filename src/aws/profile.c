/* Finding and reading the shared files. Nothing is cached: who asks keeps what was found. Text that
 * may hold secrets is wiped before its memory goes back. */
#include "aws/profile.h"
#include "aws/ini.h"
#include "base/error.h"
#include "base/file.h"
#include "base/mem.h"

#include <openssl/crypto.h>
#include <stdlib.h>

#define MAX_FILE_BYTES (1024 * 1024)

static const char *const s_keys[] = {
#define XX(name, key) key,
    FIAT__AWS_PROFILE_MAP(XX)
#undef XX
};

const char *fiat__aws_profile_key_name(fiat__aws_profile_key key) {
    return s_keys[key];
}

static const char *get_env(const char *name) {
    const char *value = getenv(name);
    return value && *value ? value : NULL;
}

/* `variable`, or `fallback` below the home folder. A leading "~/" is the home folder. */
static fiat_status find_path(char **out, const char *variable, const char *fallback,
                             fiat_error *err) {
    const char *named = get_env(variable), *home = get_env("HOME");
    if (named && strncmp(named, "~/", 2) != 0) {
        *out = fiat__strdup(named);
    } else {
        if (!home) return FIAT_OK;
        *out = fiat__path_join(home, named ? named + 2 : fallback);
    }
    return *out ? FIAT_OK : fiat__err_nomem(err);
}

/* "profile x" or "x" of a header; names may stand in quotes. */
static bool is_section(fiat__str section, const char *kind, const char *name) {
    size_t kind_len = strlen(kind);
    if (kind_len) {
        if (section.len <= kind_len || memcmp(section.ptr, kind, kind_len) != 0 ||
            (section.ptr[kind_len] != ' ' && section.ptr[kind_len] != '\t'))
            return false;
        section = fiat__str_of(section.ptr + kind_len, section.len - kind_len);
        while (section.len && (*section.ptr == ' ' || *section.ptr == '\t'))
            section = fiat__str_of(section.ptr + 1, section.len - 1);
    }
    if (section.len >= 2 && (*section.ptr == '"' || *section.ptr == '\'') &&
        section.ptr[section.len - 1] == *section.ptr)
        section = fiat__str_of(section.ptr + 1, section.len - 2);
    return fiat__str_eq_c(section, name);
}

static void free_secret(char *text) {
    if (text) OPENSSL_cleanse(text, strlen(text));
    fiat__free(text);
}

static fiat_status keep_value(fiat__aws_profile *profile, const fiat__ini_item *item,
                              bool from_credentials, fiat_error *err) {
    for (size_t i = 0; i < FIAT__PROFILE_KEY_COUNT; i++) {
        if (!fiat__ini_key_is(item->key, s_keys[i])) continue;
        char *copy = NULL;
        if (item->value.len) {
            copy = fiat__strndup(item->value.ptr, item->value.len);
            if (!copy) return fiat__err_nomem(err);
        }
        free_secret(profile->values[i]);
        profile->values[i] = copy;
        profile->from_credentials[i] = from_credentials;
    }
    return FIAT_OK;
}

static fiat_status read_file(fiat__buf *text, const char *path, fiat_error *err) {
    fiat__buf_init(text, MAX_FILE_BYTES);
    fiat_status status = fiat__file_read(path, text, err);
    if (status == FIAT_E_NOT_FOUND) return FIAT_OK;
    /* Values would end there. */
    if (status == FIAT_OK && text->len && memchr(text->ptr, '\0', text->len))
        return fiat__err_set(err, FIAT_E_CONFIG, "%.128s holds a NUL: it is no text file", path);
    return status;
}

static void wipe_file(fiat__buf *text) {
    if (text->ptr) OPENSSL_cleanse(text->ptr, text->cap);
    fiat__buf_deinit(text);
}

/* Keep what the sections of one name say. A section without a single item counts for none. */
static fiat_status read_sections(fiat__aws_profile *profile, fiat__str text, const char *kind,
                                 bool from_credentials, fiat_error *err) {
    fiat__ini ini;
    fiat__ini_item item;
    fiat__ini_init(&ini, text);
    while (fiat__ini_next(&ini, &item)) {
        if (item.parent.len || !is_section(item.section, kind, profile->name)) continue;
        profile->found = true;
        fiat_status status = keep_value(profile, &item, from_credentials, err);
        if (status != FIAT_OK) return status;
    }
    return FIAT_OK;
}

/* In the config file "default" needs no "profile" before it; where it stands both ways, the one
 * with "profile" wins. */
static fiat_status read_config(fiat__aws_profile *profile, fiat_error *err) {
    fiat__buf text;
    fiat_status status = read_file(&text, profile->config_path, err);
    if (status == FIAT_OK && strcmp(profile->name, "default") == 0)
        status = read_sections(profile, fiat__buf_str(&text), "", false, err);
    if (status == FIAT_OK)
        status = read_sections(profile, fiat__buf_str(&text), "profile", false, err);
    wipe_file(&text);
    return status;
}

static fiat_status read_credentials(fiat__aws_profile *profile, fiat_error *err) {
    fiat__buf text;
    fiat_status status = read_file(&text, profile->credentials_path, err);
    if (status == FIAT_OK) status = read_sections(profile, fiat__buf_str(&text), "", true, err);
    wipe_file(&text);
    return status;
}

static fiat_status find_files(fiat__aws_profile *out, fiat_error *err) {
    fiat_status status = find_path(&out->config_path, "AWS_CONFIG_FILE", ".aws/config", err);
    if (status != FIAT_OK) return status;
    return find_path(&out->credentials_path, "AWS_SHARED_CREDENTIALS_FILE", ".aws/credentials",
                     err);
}

fiat_status fiat__aws_profile_load_named(fiat__aws_profile *out, const char *name,
                                         fiat_error *err) {
    memset(out, 0, sizeof *out);
    out->name = fiat__strdup(name);
    if (!out->name) return fiat__err_nomem(err);
    fiat_status status = find_files(out, err);
    if (status == FIAT_OK && out->config_path) status = read_config(out, err);
    if (status == FIAT_OK && out->credentials_path) status = read_credentials(out, err);
    return status;
}

fiat_status fiat__aws_profile_load(fiat__aws_profile *out, fiat_error *err) {
    const char *name = get_env("AWS_PROFILE");
    fiat_status status = fiat__aws_profile_load_named(out, name ? name : "default", err);
    out->asked_for = name != NULL;
    return status;
}

fiat_status fiat__aws_profile_load_sso_session(fiat__aws_profile *out,
                                               const fiat__aws_profile *profile, const char *name,
                                               fiat_error *err) {
    fiat__buf text;
    memset(out, 0, sizeof *out);
    out->name = fiat__strdup(name);
    if (!out->name) return fiat__err_nomem(err);
    if (!profile->config_path) return FIAT_OK;
    out->config_path = fiat__strdup(profile->config_path);
    if (!out->config_path) return fiat__err_nomem(err);
    fiat_status status = read_file(&text, out->config_path, err);
    if (status == FIAT_OK)
        status = read_sections(out, fiat__buf_str(&text), "sso-session", false, err);
    wipe_file(&text);
    return status;
}

void fiat__aws_profile_deinit(fiat__aws_profile *profile) {
    for (size_t i = 0; i < FIAT__PROFILE_KEY_COUNT; i++)
        free_secret(profile->values[i]);
    fiat__free(profile->name);
    fiat__free(profile->credentials_path);
    fiat__free(profile->config_path);
    memset(profile, 0, sizeof *profile);
}

fiat_status fiat__aws_profile_service_url(const fiat__aws_profile *profile, const char *service,
                                          char **url, fiat_error *err) {
    const char *services = profile->values[FIAT__PROFILE_SERVICES];
    fiat__buf text;
    fiat__ini ini;
    fiat__ini_item item;
    *url = NULL;
    if (!services || !profile->config_path) return FIAT_OK;
    fiat_status status = read_file(&text, profile->config_path, err);
    fiat__ini_init(&ini, fiat__buf_str(&text));
    while (status == FIAT_OK && fiat__ini_next(&ini, &item)) {
        if (!is_section(item.section, "services", services) ||
            !fiat__ini_key_is(item.parent, service) ||
            !fiat__ini_key_is(item.key, "endpoint_url") || !item.value.len)
            continue;
        fiat__free(*url);
        *url = fiat__strndup(item.value.ptr, item.value.len);
        if (!*url) status = fiat__err_nomem(err);
    }
    wipe_file(&text);
    return status;
}
