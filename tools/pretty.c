/* JSON for people; see pretty.h. */
#include "pretty.h"

#include "json/writer.h"

static void break_line(fiat__buf *out, unsigned level) {
    fiat__buf_printf(out, "\n%*s", (int)(2 * level), "");
}

bool pretty_append(fiat__buf *out, const fiat__doc *node, unsigned level) {
    const fiat__doc_kind kind = fiat__doc_kind_of(node);
    const fiat__doc *at = fiat__doc_first(node);
    if ((kind != FIAT__DOC_OBJECT && kind != FIAT__DOC_ARRAY) || !at)
        return fiat__doc_write(out, node);
    fiat__buf_append_char(out, kind == FIAT__DOC_OBJECT ? '{' : '[');
    for (bool first = true; at; at = fiat__doc_next(at), first = false) {
        if (!first) fiat__buf_append_char(out, ',');
        break_line(out, level + 1);
        if (kind == FIAT__DOC_OBJECT) {
            fiat__json_write_string_c(out, fiat__doc_name(at));
            fiat__buf_append_c(out, ": ");
        }
        pretty_append(out, at, level + 1);
    }
    break_line(out, level);
    return fiat__buf_append_char(out, kind == FIAT__DOC_OBJECT ? '}' : ']');
}

bool pretty_append_text(fiat__buf *out, const char *json) {
    fiat__doc *doc;
    if (fiat__doc_parse(&doc, fiat__str_c(json), NULL) != FIAT_OK)
        return fiat__buf_append_c(out, json);
    const bool good = pretty_append(out, doc, 0);
    fiat__doc_free(doc);
    return good;
}
