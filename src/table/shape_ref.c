/* References within a document: JSON Pointers, anchors, and whole $ids. */
#include "table/shape_ref.h"

#include <stdlib.h>
#include <string.h>

#define MAX_DEPTH         64
#define MAX_SEARCHED      100000
#define POINTER_MAX_BYTES 1024

static int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* One token of a JSON Pointer in a URI fragment (RFC 6901 sections 4 and 6), up to the next '/'. */
static const char *read_token(const char *at, char *token, size_t size) {
    size_t len = 0;
    for (; *at && *at != '/'; at++) {
        char c = *at;
        if (c == '%' && hex_digit(at[1]) >= 0 && hex_digit(at[2]) >= 0) {
            c = (char)(hex_digit(at[1]) * 16 + hex_digit(at[2]));
            at += 2;
        }
        if (c == '~' && (at[1] == '0' || at[1] == '1')) c = *++at == '0' ? '~' : '/';
        if (len + 1 == size) return NULL;
        token[len++] = c;
    }
    token[len] = '\0';
    return at;
}

static const fiat__doc *item_at(const fiat__doc *array, const char *token) {
    const fiat__doc *item = fiat__doc_first(array);
    for (unsigned long index = strtoul(token, NULL, 10); item && index > 0; index--)
        item = fiat__doc_next(item);
    return item;
}

static bool has_text(const fiat__doc *node, const char *keyword, const char *text) {
    const char *value;
    return fiat__doc_string(fiat__doc_get(node, keyword), &value) && strcmp(value, text) == 0;
}

/* The part of the document that calls itself `name`: an anchor after a '#', else a whole $id. */
static const fiat__doc *find_named(const fiat__doc *node, const char *name, unsigned depth,
                                   unsigned *searched) {
    const fiat__doc *found = NULL, *child = fiat__doc_first(node);
    bool anchor = name[0] == '#';
    if (depth > MAX_DEPTH || ++*searched > MAX_SEARCHED) return NULL;
    if (has_text(node, "$id", name) || has_text(node, "id", name)) return node;
    if (anchor &&
        (has_text(node, "$anchor", name + 1) || has_text(node, "$dynamicAnchor", name + 1)))
        return node;
    for (; child && !found; child = fiat__doc_next(child))
        if (fiat__doc_first(child)) found = find_named(child, name, depth + 1, searched);
    return found;
}

/* The target of "#", "#/...", "#anchor" or the $id of a part; NULL for any other reference and for
 * one that leads nowhere. */
static const fiat__doc *resolve(const fiat__doc *root, const char *ref, unsigned *searched) {
    char token[POINTER_MAX_BYTES];
    const fiat__doc *node = root;
    if (*ref != '#' || (ref[1] && ref[1] != '/')) return find_named(node, ref, 0, searched);
    ref++;
    while (node && *ref == '/') {
        ref = read_token(ref + 1, token, sizeof token);
        if (!ref) return NULL;
        node = fiat__doc_kind_of(node) == FIAT__DOC_ARRAY ? item_at(node, token)
                                                          : fiat__doc_get(node, token);
    }
    return *ref == '\0' ? node : NULL;
}

const fiat__doc *fiat__shape_ref(const fiat__doc *root, const fiat__doc *node, unsigned *searched) {
    const char *ref;
    if (!fiat__doc_string(fiat__doc_get(node, "$ref"), &ref)) return NULL;
    return resolve(root, ref, searched);
}
