/* A cursor over the text, and a stack of names. */
#include "aws/xml.h"
#include "base/utf8.h"

void fiat__xml_init(fiat__xml *xml, fiat__str text) {
    *xml = (fiat__xml){.rest = text};
    if (fiat__str_starts(text, fiat__str_c("\xef\xbb\xbf"))) /* byte order mark */
        xml->rest = fiat__str_of(text.ptr + 3, text.len - 3);
}

void fiat__xml_init_fragment(fiat__xml *xml, fiat__str text) {
    *xml = (fiat__xml){.rest = text, .fragment = true};
}

/* Whether text may stand here: in a document not outside of the root. */
static bool may_hold_text(const fiat__xml *xml) {
    return xml->depth > 0 || xml->fragment;
}

static bool is_space(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void skip(fiat__xml *xml, size_t len) {
    xml->rest = fiat__str_of(xml->rest.ptr + len, xml->rest.len - len);
}

/* Where `mark` begins in the rest, or SIZE_MAX. */
static size_t find(const fiat__xml *xml, const char *mark) {
    size_t len = strlen(mark);
    for (size_t i = 0; i + len <= xml->rest.len; i++)
        if (memcmp(xml->rest.ptr + i, mark, len) == 0) return i;
    return SIZE_MAX;
}

/* "<!-- ... -->" and its like, if the rest begins so. *inside is what stands between the marks;
 * false when it has no end. */
static bool skip_marked(fiat__xml *xml, const char *begin, const char *end, fiat__str *inside) {
    skip(xml, strlen(begin));
    size_t len = find(xml, end);
    if (len == SIZE_MAX) return false;
    *inside = fiat__str_of(xml->rest.ptr, len);
    skip(xml, len + strlen(end));
    return true;
}

/* Length of a tag up to its '>', which may stand in an attribute's value; SIZE_MAX: no end. */
static size_t tag_length(fiat__str rest) {
    char quote = 0;
    for (size_t i = 0; i < rest.len; i++) {
        char c = rest.ptr[i];
        if (quote) {
            if (c == quote) quote = 0;
        } else if (c == '"' || c == '\'') {
            quote = c;
        } else if (c == '>') {
            return i;
        }
    }
    return SIZE_MAX;
}

/* The name at the beginning of a tag, without its prefix. */
static fiat__str name_of(fiat__str tag) {
    size_t len = 0;
    while (len < tag.len && !is_space(tag.ptr[len]) && tag.ptr[len] != '/')
        len++;
    for (size_t i = len; i > 0; i--)
        if (tag.ptr[i - 1] == ':') return fiat__str_of(tag.ptr + i, len - i);
    return fiat__str_of(tag.ptr, len);
}

static fiat__xml_event close_element(fiat__xml *xml, fiat__str name, fiat__str *piece) {
    if (xml->depth == 0 || !fiat__str_eq(xml->names[xml->depth - 1], name)) return FIAT__XML_BAD;
    *piece = name;
    xml->depth--;
    return FIAT__XML_CLOSE;
}

/* The rest begins with '<' and it is an element's tag. */
static fiat__xml_event read_tag(fiat__xml *xml, fiat__str *piece) {
    skip(xml, 1);
    size_t len = tag_length(xml->rest);
    if (len == SIZE_MAX || len == 0) return FIAT__XML_BAD;
    fiat__str tag = fiat__str_of(xml->rest.ptr, len);
    skip(xml, len + 1);
    if (*tag.ptr == '/')
        return close_element(xml, name_of(fiat__str_of(tag.ptr + 1, len - 1)), piece);
    fiat__str name = name_of(tag);
    if (name.len == 0 || xml->depth == FIAT__XML_MAX_DEPTH ||
        (xml->seen_root && !may_hold_text(xml)))
        return FIAT__XML_BAD;
    xml->seen_root = true;
    xml->names[xml->depth++] = name;
    xml->closing = tag.ptr[len - 1] == '/';
    *piece = name;
    return FIAT__XML_OPEN;
}

static bool begins(const fiat__xml *xml, const char *mark) {
    return fiat__str_starts(xml->rest, fiat__str_c(mark));
}

/* Text up to the next '<'. Outside of the root only white space may stand. */
static fiat__xml_event read_text(fiat__xml *xml, fiat__str *piece) {
    const char *end = memchr(xml->rest.ptr, '<', xml->rest.len);
    *piece = fiat__str_of(xml->rest.ptr, end ? (size_t)(end - xml->rest.ptr) : xml->rest.len);
    skip(xml, piece->len);
    for (size_t i = 0; !may_hold_text(xml) && i < piece->len; i++)
        if (!is_space(piece->ptr[i])) return FIAT__XML_BAD;
    return FIAT__XML_TEXT;
}

fiat__xml_event fiat__xml_next(fiat__xml *xml, fiat__str *piece) {
    /* No character of XML, and the end of a text to whoever takes over a value. */
    if (!xml->seen_root && !xml->fragment && xml->rest.len &&
        memchr(xml->rest.ptr, '\0', xml->rest.len))
        return FIAT__XML_BAD;
    while (xml->closing || xml->rest.len) {
        if (xml->closing) {
            xml->closing = false;
            return close_element(xml, xml->names[xml->depth - 1], piece);
        }
        if (*xml->rest.ptr != '<') {
            fiat__xml_event event = read_text(xml, piece);
            if (event == FIAT__XML_TEXT && !may_hold_text(xml)) continue;
            return event;
        }
        if (begins(xml, "<![CDATA["))
            return may_hold_text(xml) && skip_marked(xml, "<![CDATA[", "]]>", piece)
                       ? FIAT__XML_CDATA
                       : FIAT__XML_BAD;
        bool comment = begins(xml, "<!--");
        if (!comment && !begins(xml, "<?")) {
            if (begins(xml, "<!")) return FIAT__XML_BAD;
            return read_tag(xml, piece);
        }
        if (!skip_marked(xml, comment ? "<!--" : "<?", comment ? "-->" : "?>", piece))
            return FIAT__XML_BAD;
    }
    return (xml->seen_root || xml->fragment) && xml->depth == 0 ? FIAT__XML_END : FIAT__XML_BAD;
}

/* "#10" or "#xA"; false for what is no character of XML. */
static bool decode_number(fiat__buf *out, fiat__str name) {
    bool hex = name.len > 1 && name.ptr[1] == 'x';
    uint32_t value = 0;
    size_t i = hex ? 2 : 1;
    if (i == name.len || name.len > 9) return false;
    for (; i < name.len; i++) {
        char c = name.ptr[i], low = (char)(c | 0x20);
        if (c >= '0' && c <= '9')
            value = value * (hex ? 16 : 10) + (uint32_t)(c - '0');
        else if (hex && low >= 'a' && low <= 'f')
            value = value * 16 + (uint32_t)(low - 'a' + 10);
        else
            return false;
    }
    if (value == 0 || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF)) return false;
    char bytes[4];
    return fiat__buf_append(out, bytes, fiat__utf8_write(bytes, value));
}

static bool decode_reference(fiat__buf *out, fiat__str name) {
    static const struct {
        const char *name;
        char c;
    } known[] = {{"amp", '&'}, {"lt", '<'}, {"gt", '>'}, {"quot", '"'}, {"apos", '\''}};
    if (name.len && *name.ptr == '#') return decode_number(out, name);
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (fiat__str_eq_c(name, known[i].name)) return fiat__buf_append_char(out, known[i].c);
    return false;
}

bool fiat__xml_decode(fiat__buf *out, fiat__str raw) {
    for (size_t i = 0; i < raw.len; i++) {
        if (raw.ptr[i] != '&') {
            if (!fiat__buf_append_char(out, raw.ptr[i])) return false;
            continue;
        }
        const char *end = memchr(raw.ptr + i, ';', raw.len - i);
        if (!end) return false;
        size_t len = (size_t)(end - raw.ptr) - i - 1;
        if (!decode_reference(out, fiat__str_of(raw.ptr + i + 1, len))) return false;
        i += len + 1;
    }
    return true;
}
