/* Resolving a URI reference against a base: RFC 3986 section 5.2, on text alone. */
#include "schema/compile.h"

typedef struct parts {
    fiat__str scheme, authority, path, query, fragment; /* ptr NULL: absent (path: never) */
} parts;

/* Take the bytes before any of `stops` off the front of text. */
static fiat__str take(fiat__str *text, const char *stops) {
    size_t len = 0;
    while (len < text->len && !strchr(stops, text->ptr[len]))
        len++;
    fiat__str head = fiat__str_of(text->ptr, len);
    *text = fiat__str_of(text->ptr + len, text->len - len);
    return head;
}

static void skip(fiat__str *text, size_t len) {
    *text = fiat__str_of(text->ptr + len, text->len - len);
}

static bool is_scheme(fiat__str text) {
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i], lower = (char)(c | 0x20);
        bool letter = lower >= 'a' && lower <= 'z';
        if (!letter && (i == 0 || !(fiat__scan_is_digit(c) || c == '+' || c == '-' || c == '.')))
            return false;
    }
    return text.len > 0;
}

/* RFC 3986 appendix B. */
static parts parse(fiat__str text) {
    parts uri = {0};
    fiat__str rest = text, head = take(&rest, ":/?#");
    if (rest.len && rest.ptr[0] == ':' && is_scheme(head)) {
        uri.scheme = head;
        skip(&rest, 1);
        text = rest;
    }
    if (text.len >= 2 && text.ptr[0] == '/' && text.ptr[1] == '/') {
        skip(&text, 2);
        uri.authority = take(&text, "/?#");
    }
    uri.path = take(&text, "?#");
    if (text.len && text.ptr[0] == '?') {
        skip(&text, 1);
        uri.query = take(&text, "#");
    }
    if (text.len) uri.fragment = fiat__str_of(text.ptr + 1, text.len - 1);
    return uri;
}

/* Section 5.2.4, on an out buffer that holds a prefix to keep (`start` bytes). */
static size_t remove_dots(char *out, size_t start, size_t len) {
    size_t to = start, at = start;
    while (at < len) {
        size_t end = at + 1;
        while (end < len && out[end] != '/')
            end++;
        size_t skip_slash = out[at] == '/';
        fiat__str segment = fiat__str_of(out + at + skip_slash, end - at - skip_slash);
        bool dot = fiat__str_eq_c(segment, "."), dots = fiat__str_eq_c(segment, "..");
        if (dots && skip_slash)
            while (to > start && out[--to] != '/') {
            }
        if (dot || dots) {
            if (end == len && skip_slash) out[to++] = '/';
        } else {
            memmove(out + to, out + at, end - at);
            to += end - at;
        }
        at = end;
    }
    return to;
}

static size_t put(char *out, size_t len, const char *before, fiat__str text) {
    size_t before_len = strlen(before);
    memcpy(out + len, before, before_len);
    if (text.len) memcpy(out + len + before_len, text.ptr, text.len);
    return len + before_len + text.len;
}

/* Section 5.2.3: what of the base's path stands before a relative one. */
static fiat__str merge_prefix(const parts *base) {
    if (base->authority.ptr && base->path.len == 0) return fiat__str_c("/");
    size_t len = base->path.len;
    while (len && base->path.ptr[len - 1] != '/')
        len--;
    return fiat__str_of(base->path.ptr, len);
}

fiat__str fiat__uri_resolve(fiat__arena *arena, fiat__str base_text, fiat__str reference) {
    parts base = parse(base_text), ref = parse(reference);
    char *out = fiat__arena_alloc(arena, base_text.len + reference.len + 16);
    if (!out) return (fiat__str){0};
    bool own_authority = ref.scheme.ptr || ref.authority.ptr;
    bool own_path = own_authority || ref.path.len;
    size_t len = 0;
    fiat__str scheme = ref.scheme.ptr ? ref.scheme : base.scheme;
    fiat__str authority = own_authority ? ref.authority : base.authority;
    if (scheme.ptr) {
        len = put(out, len, "", scheme);
        out[len++] = ':';
    }
    if (authority.ptr) len = put(out, len, "//", authority);
    size_t path = len;
    if (own_path && !own_authority && ref.path.ptr[0] != '/')
        len = put(out, len, "", merge_prefix(&base));
    len = put(out, len, "", own_path ? ref.path : base.path);
    if (own_path && (authority.ptr || (len > path && out[path] == '/')))
        len = remove_dots(out, path, len);
    fiat__str query = own_path || ref.query.ptr ? ref.query : base.query;
    if (query.ptr) len = put(out, len, "?", query);
    if (ref.fragment.ptr) len = put(out, len, "#", ref.fragment);
    return fiat__str_of(out, len);
}

fiat__str fiat__uri_split(fiat__str *uri) {
    const char *hash = uri->len ? memchr(uri->ptr, '#', uri->len) : NULL;
    if (!hash) return fiat__str_of("", 0);
    fiat__str fragment = fiat__str_of(hash + 1, uri->len - (size_t)(hash + 1 - uri->ptr));
    uri->len = (size_t)(hash - uri->ptr);
    return fragment;
}

static int hex_digit(char c) {
    if (fiat__scan_is_digit(c)) return c - '0';
    char lower = (char)(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

fiat__str fiat__uri_decode(fiat__arena *arena, fiat__str text) {
    char *out = fiat__arena_alloc(arena, text.len + 1);
    size_t len = 0;
    if (!out) return (fiat__str){0};
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '%' && i + 2 < text.len && hex_digit(text.ptr[i + 1]) >= 0 &&
            hex_digit(text.ptr[i + 2]) >= 0) {
            out[len++] = (char)(hex_digit(text.ptr[i + 1]) << 4 | hex_digit(text.ptr[i + 2]));
            i += 2;
        } else {
            out[len++] = text.ptr[i];
        }
    }
    return fiat__str_of(out, len);
}
