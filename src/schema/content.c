/* Names of encodings and media types, and decoders that hand on byte by byte what they decode, so
 * that it needs no room. No state. */
#include "schema/content.h"

#include "json/recognize.h"

/* RFC 2045 section 2.7 and section 6.7, rule 5 */
#define LINE_MAX_BYTES   998
#define QUOTED_MAX_BYTES 76

typedef struct encoding_row {
    const char *name, *wanted;
    /* RFC 4648: characters, bits of each, characters that make whole bytes. */
    const char *alphabet;
    unsigned bits, group;
} encoding_row;

static const encoding_row s_encodings[] = {
    [FIAT__ENCODING_NONE] = {"", "", NULL, 0, 0},
    [FIAT__ENCODING_7BIT] = {"7bit", "7bit text: ASCII in lines that CR LF ends (RFC 2045)", NULL,
                             0, 0},
    [FIAT__ENCODING_8BIT] = {"8bit", "8bit text: lines that CR LF ends (RFC 2045)", NULL, 0, 0},
    [FIAT__ENCODING_BINARY] = {"binary", "binary", NULL, 0, 0},
    [FIAT__ENCODING_QUOTED_PRINTABLE] = {"quoted-printable", "quoted-printable (RFC 2045)", NULL, 0,
                                         0},
    [FIAT__ENCODING_BASE16] = {"base16", "base16 (RFC 4648)", "0123456789ABCDEF", 4, 2},
    [FIAT__ENCODING_BASE32] = {"base32", "base32 with its padding (RFC 4648)",
                               "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 5, 8},
    [FIAT__ENCODING_BASE32HEX] = {"base32hex", "base32hex with its padding (RFC 4648)",
                                  "0123456789ABCDEFGHIJKLMNOPQRSTUV", 5, 8},
    [FIAT__ENCODING_BASE64] = {"base64", "base64 with its padding (RFC 4648)",
                               "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
                               6, 4},
    [FIAT__ENCODING_BASE64URL] =
        {"base64url", "base64url with its padding (RFC 4648)",
         "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", 6, 4},
};
#define ENCODINGS (sizeof s_encodings / sizeof s_encodings[0])

static char lower(char c) {
    return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

static bool same_letters(fiat__str a, const char *b) {
    size_t len = strlen(b);
    if (a.len != len) return false;
    for (size_t i = 0; i < len; i++)
        if (lower(a.ptr[i]) != b[i]) return false;
    return true;
}

fiat__encoding fiat__encoding_find(fiat__str name) {
    for (size_t i = FIAT__ENCODING_NONE + 1; i < ENCODINGS; i++)
        if (same_letters(name, s_encodings[i].name)) return (fiat__encoding)i;
    return FIAT__ENCODING_UNKNOWN;
}

fiat__media fiat__media_find(fiat__str name) {
    static const char suffix[] = "+json";
    const char *semicolon = name.len > 0 ? memchr(name.ptr, ';', name.len) : NULL;
    if (semicolon) name.len = (size_t)(semicolon - name.ptr);
    while (name.len > 0 && (name.ptr[name.len - 1] == ' ' || name.ptr[name.len - 1] == '\t'))
        name.len--;
    if (same_letters(name, "application/json")) return FIAT__MEDIA_JSON;
    size_t len = sizeof suffix - 1;
    if (name.len <= len || !memchr(name.ptr, '/', name.len)) return FIAT__MEDIA_NONE;
    fiat__str end = fiat__str_of(name.ptr + name.len - len, len);
    return same_letters(end, suffix) ? FIAT__MEDIA_JSON : FIAT__MEDIA_NONE;
}

const char *fiat__encoding_wanted(fiat__encoding encoding) {
    return (size_t)encoding < ENCODINGS ? s_encodings[encoding].wanted : "";
}

const char *fiat__media_wanted(fiat__media media) {
    return media == FIAT__MEDIA_JSON ? "JSON" : "";
}

/* Where decoded bytes go. */
typedef struct sink {
    fiat__recognizer json;
    bool wants_json, refused;
} sink;

static void tell(sink *to, unsigned char byte) {
    if (to->wants_json && !to->refused) to->refused = !fiat__recognize(&to->json, byte);
}

/* 7bit and 8bit: no NUL, CR and LF only together, lines not too long. */
static bool decode_lines(fiat__str text, unsigned char highest, sink *to) {
    size_t line = 0;
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        bool after_cr = i > 0 && text.ptr[i - 1] == '\r';
        if (c == '\0' || c > highest || (c == '\n') != after_cr) return false;
        line = c == '\n' ? 0 : line + (c != '\r');
        if (line > LINE_MAX_BYTES) return false;
        tell(to, c);
    }
    return text.len == 0 || text.ptr[text.len - 1] != '\r';
}

static bool decode_nothing(fiat__str text, sink *to) {
    for (size_t i = 0; i < text.len; i++)
        tell(to, (unsigned char)text.ptr[i]);
    return true;
}

/* Upper case only (RFC 2045 section 6.7, rule 1). */
static int hex_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static bool sees_line_end(const char *at, const char *end) {
    return end - at >= 2 && at[0] == '\r' && at[1] == '\n';
}

/* What '=' begins: an octet, or with CR LF a soft line break. Returns its length, 0 when it is
 * wrong. */
static size_t decode_equals(const char *at, const char *end, sink *to) {
    if (end - at < 3) return 0;
    if (sees_line_end(at + 1, end)) return 3;
    int high = hex_value(at[1]), low = hex_value(at[2]);
    if (high < 0 || low < 0) return 0;
    tell(to, (unsigned char)(high << 4 | low));
    return 3;
}

static bool decode_quoted(fiat__str text, sink *to) {
    const char *at = text.ptr, *end = text.ptr + text.len, *line = at;
    while (at < end) {
        if (sees_line_end(at, end)) {
            tell(to, '\r');
            tell(to, '\n');
            at += 2;
            line = at;
            continue;
        }
        bool blank = *at == ' ' || *at == '\t';
        if (!blank && (*at < '!' || *at > '~')) return false;
        /* Blanks at the end of a line are written as octets (rule 3). */
        if (blank && (at + 1 == end || sees_line_end(at + 1, end))) return false;
        bool equals = *at == '=';
        size_t len = equals ? decode_equals(at, end, to) : 1;
        if (len == 0) return false;
        if (!equals) tell(to, (unsigned char)*at);
        at += len;
        bool soft = equals && at[-1] == '\n';
        if (at - line - (soft ? 2 : 0) > QUOTED_MAX_BYTES) return false;
        if (soft) line = at;
    }
    return true;
}

static int digit_value(const encoding_row *row, char c) {
    /* RFC 4648 section 8 calls base16 case-insensitive. */
    if (row->bits == 4 && c >= 'a' && c <= 'f') c = (char)(c & ~0x20);
    const char *found = c == '\0' ? NULL : strchr(row->alphabet, c);
    return found ? (int)(found - row->alphabet) : -1;
}

/* RFC 4648, strict: padding to whole groups, nothing but the alphabet, unused bits zero. */
static bool decode_base(const encoding_row *row, fiat__str text, sink *to) {
    size_t digits = text.len;
    while (digits > 0 && text.len - digits < row->group && text.ptr[digits - 1] == '=')
        digits--;
    unsigned rest = (unsigned)(digits % row->group) * row->bits;
    if (text.len % row->group != 0 || rest % 8 >= row->bits || text.len - digits >= row->group)
        return false;
    unsigned bits = 0, pending = 0;
    for (size_t i = 0; i < digits; i++) {
        int value = digit_value(row, text.ptr[i]);
        if (value < 0) return false;
        pending = (pending << row->bits | (unsigned)value) & 0xFFFF;
        bits += row->bits;
        if (bits < 8) continue;
        bits -= 8;
        tell(to, (unsigned char)(pending >> bits));
    }
    return (pending & ((1u << bits) - 1)) == 0;
}

static bool decode(fiat__encoding encoding, fiat__str text, sink *to) {
    switch (encoding) {
    case FIAT__ENCODING_7BIT:
        return decode_lines(text, 0x7F, to);
    case FIAT__ENCODING_8BIT:
        return decode_lines(text, 0xFF, to);
    case FIAT__ENCODING_QUOTED_PRINTABLE:
        return decode_quoted(text, to);
    case FIAT__ENCODING_NONE:
    case FIAT__ENCODING_BINARY:
    case FIAT__ENCODING_UNKNOWN:
        return decode_nothing(text, to);
    default:
        return decode_base(&s_encodings[encoding], text, to);
    }
}

fiat__content_fault fiat__content_check(fiat__encoding encoding, fiat__media media,
                                        fiat__str text) {
    if (encoding == FIAT__ENCODING_UNKNOWN) return FIAT__CONTENT_OK;
    sink to = {.wants_json = media == FIAT__MEDIA_JSON};
    if (!decode(encoding, text, &to)) return FIAT__CONTENT_ENCODING;
    bool good = !to.wants_json || (!to.refused && fiat__recognize_end(&to.json));
    return good ? FIAT__CONTENT_OK : FIAT__CONTENT_MEDIA;
}
