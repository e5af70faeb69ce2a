/* Places in the words of 2020-12 core, section 12.3: the way to a keyword, and where it stands. */
#include "schema/trace.h"

#include "json/pointer.h"
#include "schema/run.h"

#include <stdio.h>

void fiat__place_token(fiat__buf *out, const fiat__run *run, const fiat__place *place) {
    if (place->parent == FIAT__PLACE_NONE) return;
    if (place->by_reference) {
        fiat__buf_append_char(out, '/');
        fiat__buf_append_c(out, fiat__keyword_name((fiat__keyword)place->keyword));
        return;
    }
    const fiat__place *parent = &run->trace->list[place->parent];
    fiat__pointer_write_from(out, &run->schema->tape, parent->schema, place->schema);
}

/* From a container to an item in it: by what is known, as looking for it takes time that grows with
 * the container. */
static void step_into(fiat__buf *out, const fiat__tape *tape, uint32_t container, uint32_t item,
                      bool is_name, uint32_t at) {
    if (tape->items[container].kind == FIAT__JSON_ARRAY)
        fiat__buf_printf(out, "/%u", at);
    else
        fiat__pointer_append(out, fiat__tape_string(tape, is_name ? item : item - 1));
}

void fiat__place_instance_token(fiat__buf *out, const fiat__run *run, const fiat__place *place) {
    if (place->parent == FIAT__PLACE_NONE) return;
    uint32_t outer = run->trace->list[place->parent].item;
    bool is_name = place->keyword == FIAT__KW_PROPERTY_NAMES;
    if (outer != place->item)
        step_into(out, &run->ctx->tape, outer, place->item, is_name, place->at);
}

void fiat__fault_instance_token(fiat__buf *out, const fiat__run *run, const fiat__fault *fault) {
    const fiat__tape *tape = &run->ctx->tape;
    uint32_t outer = run->trace->list[fault->place].item;
    if (fault->item == outer) return;
    if (fault->keyword == FIAT__KW_UNIQUE_ITEMS) /* one an array */
        fiat__pointer_write_from(out, tape, outer, fault->item);
    else
        step_into(out, tape, outer, fault->item, fault->keyword == FIAT__KW_PROPERTY_NAMES,
                  fault->detail);
}

/* Leave a trail for the way back down; returns the root. */
static uint32_t lay_trail(fiat__place *list, uint32_t at) {
    while (list[at].parent != FIAT__PLACE_NONE) {
        list[list[at].parent].next = at;
        at = list[at].parent;
    }
    return at;
}

void fiat__place_write(fiat__buf *way, fiat__buf *instance, const fiat__run *run, uint32_t index) {
    fiat__place *list = run->trace->list;
    for (uint32_t at = lay_trail(list, index); at != index;) {
        at = list[at].next;
        if (way) fiat__place_token(way, run, &list[at]);
        if (instance) fiat__place_instance_token(instance, run, &list[at]);
    }
}

/* RFC 3986 section 3.5: what a fragment may hold as it is. */
static bool is_fragment(unsigned char c) {
    bool alphanumeric = (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
    return alphanumeric || (c && strchr("-._~!$&'()*+,;=:@/?", c));
}

static void escape_fragment(fiat__buf *out, fiat__str text) {
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        if (is_fragment(c))
            fiat__buf_append_char(out, (char)c);
        else
            fiat__buf_printf(out, "%%%02X", c);
    }
}

void fiat__location_write(fiat__buf *out, const fiat_schema *schema, uint32_t item) {
    uint32_t root;
    fiat__str uri = fiat__schema_base_uri(schema, item, &root);
    fiat__buf pointer;
    fiat__buf_init(&pointer, FIAT__LOCATION_MAX);
    fiat__pointer_write_from(&pointer, &schema->tape, root, item);
    fiat__buf_append(out, uri.ptr, uri.len);
    fiat__buf_append_char(out, '#');
    escape_fragment(out, fiat__buf_str(&pointer));
    out->failed |= pointer.failed;
    out->too_long |= pointer.too_long;
    fiat__buf_deinit(&pointer);
}

void fiat__location_append(fiat__buf *out, fiat__str name) {
    fiat__buf_append_char(out, '/');
    escape_fragment(out, name);
}

void fiat__line_find(fiat__line *line, fiat__str text, size_t offset) {
    if (line->number == 0 || offset < line->offset) *line = (fiat__line){.number = 1, .column = 1};
    for (; line->offset < offset && line->offset < text.len; line->offset++) {
        unsigned char c = (unsigned char)text.ptr[line->offset];
        if (c == '\n') {
            line->number++;
            line->column = 1;
        } else if ((c & 0xC0) != 0x80) {
            line->column++;
        }
    }
}
