#include "logger/stamp.h"
#include "base/clock.h"
#include "base/error.h"
#include "json/writer.h"
#include "logger/settings.h"

#include <unistd.h>

#define CONSTANT_MAX_BYTES 16384

static fiat_status bad_tags(const char *tags, fiat_error *err) {
    return fiat__err_set(
        err, FIAT_E_CONFIG,
        "tags=%s: wanted are pairs name=value, separated by commas, each name once", tags);
}

static bool name_is_repeated(const char *tags, const char *name, size_t len) {
    for (const char *at = tags; at < name; at += strcspn(at, ",") + 1)
        if (strcspn(at, "=") == len && memcmp(at, name, len) == 0) return true;
    return false;
}

static fiat_status write_tags(fiat__buf *out, const char *tags, fiat_error *err) {
    fiat__buf_append_char(out, '{');
    for (const char *at = tags; *at;) {
        size_t pair = strcspn(at, ","), name = strcspn(at, "=,");
        if (name == 0 || name >= pair || name_is_repeated(tags, at, name))
            return bad_tags(tags, err);
        if (at != tags) fiat__buf_append_char(out, ',');
        fiat__json_write_string(out, fiat__str_of(at, name));
        fiat__buf_append_char(out, ':');
        fiat__json_write_string(out, fiat__str_of(at + name + 1, pair - name - 1));
        at += pair;
        if (*at == ',' && !*++at) return bad_tags(tags, err);
    }
    fiat__buf_append_char(out, '}');
    return FIAT_OK;
}

static void add_name(fiat__stamp *stamp, const char *name) {
    stamp->names[stamp->name_count++] = name;
}

/* Begin a member of the constant part; false when it is not asked for, or there is no value: then
 * the name stays the logger's, so that an event cannot say what the configuration leaves open. */
static bool add_key(fiat__stamp *stamp, const fiat__stream_json *asked, const char *name,
                    const char *value) {
    bool first = stamp->constant.len == 0;
    if (!fiat__stream_json_stamps(asked, name)) return false;
    if (!*value) {
        stamp->reserved[stamp->reserved_count++] = name;
        return false;
    }
    fiat__json_write_key(&stamp->constant, &first, name);
    add_name(stamp, name);
    return true;
}

static void add_text(fiat__stamp *stamp, const fiat__stream_json *asked, const char *name,
                     const char *value) {
    if (add_key(stamp, asked, name, value)) fiat__json_write_string_c(&stamp->constant, value);
}

static void add_host(fiat__stamp *stamp, const fiat__stream_json *asked,
                     const fiat_config *config) {
    char name[256] = "";
    const char *host = fiat__config_string(config, FIAT__SET_HOST);
    if (!*host && gethostname(name, sizeof name - 1) == 0) host = name;
    add_text(stamp, asked, "host", host);
}

static bool add_varying(fiat__stamp *stamp, const fiat__stream_json *asked, const char *name) {
    if (!fiat__stream_json_stamps(asked, name)) return false;
    add_name(stamp, name);
    return true;
}

fiat_status fiat__stamp_init(fiat__stamp *stamp, const fiat__stream_json *asked,
                             const fiat_config *config, fiat_error *err) {
    fiat_status status = FIAT_OK;
    *stamp = (fiat__stamp){0};
    fiat__buf_init(&stamp->constant, CONSTANT_MAX_BYTES);
    stamp->id = add_varying(stamp, asked, "id");
    stamp->time = add_varying(stamp, asked, "time");
    stamp->audit_id = add_varying(stamp, asked, "audit_id");
    add_host(stamp, asked, config);
    add_text(stamp, asked, "app", fiat__config_string(config, FIAT__SET_APP));
    add_text(stamp, asked, "email", fiat__config_string(config, FIAT__SET_EMAIL));
    const char *tags = fiat__config_string(config, FIAT__SET_TAGS);
    if (add_key(stamp, asked, "tags", tags)) status = write_tags(&stamp->constant, tags, err);
    if (status == FIAT_OK) status = fiat__buf_status(&stamp->constant, err);
    if (status == FIAT_E_LIMIT)
        status = fiat__err_set(err, FIAT_E_CONFIG,
                               "host, app, email and tags have more than %d bytes together: "
                               "shorten the setting \"tags\"",
                               CONSTANT_MAX_BYTES);
    if (status != FIAT_OK) fiat__stamp_deinit(stamp);
    return status;
}

void fiat__stamp_deinit(fiat__stamp *stamp) {
    fiat__buf_deinit(&stamp->constant);
}

/* `"name":"` and a comma before it unless it comes first. */
static char *open_member(char *at, bool *first, const char *name, size_t name_len) {
    if (!*first) *at++ = ',';
    *first = false;
    *at++ = '"';
    memcpy(at, name, name_len);
    at += name_len;
    memcpy(at, "\":\"", 3);
    return at + 3;
}

size_t fiat__stamp_head(const fiat__stamp *stamp, char out[FIAT__STAMP_HEAD_BYTES],
                        const fiat__uuid *id, int64_t wall_ms, const char *audit_id) {
    char *at = out, text[FIAT__UUID_LEN];
    bool first = true;
    *at++ = '{';
    if (stamp->id || stamp->audit_id) fiat__uuid_write(text, id);
    if (stamp->id) {
        at = open_member(at, &first, "id", 2);
        memcpy(at, text, FIAT__UUID_LEN);
        at += FIAT__UUID_LEN;
        *at++ = '"';
    }
    if (stamp->time) {
        at = open_member(at, &first, "time", 4);
        fiat__rfc3339_write(at, wall_ms);
        at += FIAT__RFC3339_LEN;
        *at++ = '"';
    }
    if (stamp->audit_id) {
        at = open_member(at, &first, "audit_id", 8);
        memcpy(at, audit_id ? audit_id : text, FIAT__UUID_LEN);
        at += FIAT__UUID_LEN;
        *at++ = '"';
    }
    return (size_t)(at - out);
}
