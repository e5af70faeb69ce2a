#include "support/json_cut.h"

const char *json_cut_space(const char *at) {
    return at + strspn(at, " \t\r\n");
}

static const char *skip_string(const char *at) {
    for (at++; *at != '"'; at++)
        if (*at == '\\') at++;
    return at + 1;
}

static const char *skip_value(const char *at) {
    if (*at == '"') return skip_string(at);
    if (*at != '[' && *at != '{') return at + strcspn(at, ",]} \t\r\n");
    int depth = 0;
    do {
        if (*at == '"') {
            at = skip_string(at);
            continue;
        }
        if (*at == '[' || *at == '{') depth++;
        if (*at == ']' || *at == '}') depth--;
        at++;
    } while (depth > 0);
    return at;
}

bool json_cut_next(const char **at, fiat__str *name, fiat__str *value) {
    const char *from = json_cut_space(*at);
    if (*from == ',') from = json_cut_space(from + 1);
    if (*from == ']' || *from == '}') return false;
    *name = fiat__str_of(from, 0);
    const char *to = skip_value(from), *after = json_cut_space(to);
    if (*after == ':') {
        *name = fiat__str_of(from + 1, (size_t)(to - from) - 2);
        from = json_cut_space(after + 1);
        to = skip_value(from);
    }
    *value = fiat__str_of(from, (size_t)(to - from));
    *at = to;
    return true;
}

fiat__str json_cut_member(fiat__str object, const char *wanted) {
    const char *at = object.ptr + 1;
    fiat__str name, value;
    while (json_cut_next(&at, &name, &value))
        if (fiat__str_eq_c(name, wanted)) return value;
    return fiat__str_of(object.ptr, 0);
}

fiat__str json_cut_unquote(fiat__str text) {
    return text.len < 2 ? text : fiat__str_of(text.ptr + 1, text.len - 2);
}
