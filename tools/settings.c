#include "settings.h"

#include "cmd.h"
#include "opt.h"

#include <string.h>

bool settings_find(const char *name, fiat_setting *out) {
    for (size_t i = 0; fiat_config_describe(i, out); i++)
        if (strcmp(out->name, name) == 0) return true;
    return false;
}

static const char *next_name(size_t index, const void *ctx) {
    fiat_setting row;
    (void)ctx;
    return fiat_config_describe(index, &row) ? row.name : NULL;
}

int settings_unknown(const char *name) {
    int near = opt_nearest(name, next_name, NULL);
    if (near < 0)
        return cmd_fail(EXIT_USAGE,
                        "there is no setting \"%.64s\"; `fiat config list --all` lists them", name);
    return cmd_fail(EXIT_USAGE, "there is no setting \"%.64s\"; did you mean \"%s\"?", name,
                    next_name((size_t)near, NULL));
}

void settings_show(fiat__buf *out, const fiat_setting *setting, const char *value) {
    const char *scheme = strstr(value, "://"), *at = strrchr(value, '@');
    const char *user = scheme ? scheme + 3 : value;
    if (!at || at < user || (!scheme && !setting->secret)) {
        fiat__buf_append_c(out, value);
        return;
    }
    /* A user without a password may be a token. */
    const char *colon = memchr(user, ':', (size_t)(at - user));
    fiat__buf_append(out, value, (size_t)((colon ? colon + 1 : user) - value));
    fiat__buf_append_c(out, "***");
    fiat__buf_append_c(out, at);
}
