/* Finding elements by their path. */
#include "aws/xml.h"

bool fiat__xml_is_whole(fiat__str text) {
    fiat__xml xml;
    fiat__str piece;
    fiat__xml_event event;
    fiat__xml_init(&xml, text);
    do
        event = fiat__xml_next(&xml, &piece);
    while (event != FIAT__XML_END && event != FIAT__XML_BAD);
    return event == FIAT__XML_END;
}

void fiat__xml_walk_init(fiat__xml_walk *walk, fiat__str text, const char *path) {
    fiat__xml_init(&walk->xml, text);
    walk->xml.fragment = true;
    walk->path = path;
}

/* Whether the elements that are open are those of the path. */
static bool is_there(const fiat__xml *xml, const char *path) {
    for (size_t i = 0; i < xml->depth; i++) {
        size_t len = strcspn(path, "/");
        if (!fiat__str_eq(xml->names[i], fiat__str_of(path, len))) return false;
        path += len;
        if (*path == '/')
            path++;
        else if (i + 1 < xml->depth)
            return false;
    }
    return *path == '\0';
}

bool fiat__xml_walk_next(fiat__xml_walk *walk, fiat__str *content) {
    fiat__xml *xml = &walk->xml;
    const char *from = NULL;
    size_t depth = 0;
    for (;;) {
        const char *before = xml->rest.ptr;
        fiat__str piece;
        fiat__xml_event event = fiat__xml_next(xml, &piece);
        if (event == FIAT__XML_END || event == FIAT__XML_BAD) return false;
        if (event == FIAT__XML_OPEN && !from && is_there(xml, walk->path)) {
            from = xml->rest.ptr;
            depth = xml->depth;
        } else if (event == FIAT__XML_CLOSE && from && xml->depth < depth) {
            *content = fiat__str_of(from, (size_t)(before - from));
            return true;
        }
    }
}

bool fiat__xml_value(fiat__buf *out, fiat__str text, const char *path) {
    fiat__xml_walk walk;
    fiat__xml xml;
    fiat__str content, piece;
    fiat__xml_walk_init(&walk, text, path);
    if (!fiat__xml_walk_next(&walk, &content)) return false;
    fiat__xml_init_fragment(&xml, content);
    for (;;) {
        fiat__xml_event event = fiat__xml_next(&xml, &piece);
        if (event == FIAT__XML_END) return true;
        if (event == FIAT__XML_BAD) return false;
        if (xml.depth) continue;
        if (event == FIAT__XML_TEXT && !fiat__xml_decode(out, piece)) return false;
        if (event == FIAT__XML_CDATA && !fiat__buf_append(out, piece.ptr, piece.len)) return false;
    }
}
