/* Findings: what stands in both schemas at a place where a proof failed. */
#include "schema/compat_parts.h"

#include "json/excerpt.h"
#include "json/pointer.h"

#include <stdio.h>

#define PLACE_MOST 4096

static const char *keep(fiat__compat *c, fiat__buf *text) {
    const char *kept = fiat__arena_str(&c->arena, fiat__buf_str(text)).ptr;
    if (!kept) c->status = FIAT_E_NOMEM;
    fiat__buf_deinit(text);
    return kept ? kept : "";
}

/* The pointer to a schema, or to a keyword of it, in its document. */
static const char *place_of(fiat__compat *c, fiat__compat_ref at, fiat__keyword keyword) {
    const fiat__tape *tape = &at.side->schema->tape;
    const fiat__program *p = fiat__compat_program(at.side);
    uint32_t where = fiat__compat_node(at)->where;
    const fiat__document *document = fiat__document_of(p, where);
    fiat__buf text;
    fiat__buf_init(&text, PLACE_MOST);
    if (document != p->documents) fiat__buf_printf(&text, "%s#", p->names + document->uri);
    fiat__pointer_write_from(&text, tape, document->item, where);
    if (keyword != FIAT__KW_NONE && tape->items[where].kind == FIAT__JSON_OBJECT &&
        fiat__tape_member(tape, where, fiat__str_c(fiat__keyword_name(keyword))))
        fiat__buf_printf(&text, "/%s", fiat__keyword_name(keyword));
    return keep(c, &text);
}

static void write_kinds(fiat__buf *out, unsigned kinds) {
    static const char *const names[] = {"null",   "boolean", "integer", "number",
                                        "string", "array",   "object"};
    const char *before = "";
    if (kinds & FIAT__JSON_NUMBER) kinds &= ~(unsigned)FIAT__JSON_INTEGER;
    for (unsigned i = 0; i < 7; i++) {
        if (!(kinds >> i & 1)) continue;
        fiat__buf_printf(out, "%s%s", before, names[i]);
        before = " or ";
    }
    if (!*before) fiat__buf_append_c(out, "nothing");
}

/* "maxLength 10"; false: the schema has no such keyword. */
static bool write_keyword(fiat__buf *out, fiat__compat_ref at, fiat__keyword keyword) {
    const fiat__tape *tape = &at.side->schema->tape;
    uint32_t where = fiat__compat_node(at)->where;
    char value[FIAT__EXCERPT_BYTES];
    if (tape->items[where].kind != FIAT__JSON_OBJECT) return false;
    uint32_t item = fiat__tape_member(tape, where, fiat__str_c(fiat__keyword_name(keyword)));
    if (!item) return false;
    fiat__tape_excerpt(value, sizeof value, tape, item);
    fiat__buf_printf(out, "%s %s", fiat__keyword_name(keyword), value);
    return true;
}

static const char *say_set(fiat__compat *c, const fiat__compat_set *set, fiat__keyword keyword) {
    fiat__buf text;
    bool said = false;
    fiat__buf_init(&text, PLACE_MOST);
    if (keyword == FIAT__KW_TYPE) {
        write_kinds(&text, set->kinds);
        said = true;
    }
    for (uint32_t i = 0; i < set->node_count && !said; i++)
        said = write_keyword(&text, (fiat__compat_ref){set->side, set->nodes[i]}, keyword);
    if (!said) fiat__buf_printf(&text, "no %s", fiat__keyword_name(keyword));
    return keep(c, &text);
}

static const char *say_reader(fiat__compat *c, fiat__compat_ref reader, fiat__keyword keyword) {
    fiat__buf text;
    fiat__buf_init(&text, PLACE_MOST);
    if (keyword == FIAT__KW_TYPE)
        write_kinds(&text, fiat__compat_node(reader)->kinds);
    else if (!write_keyword(&text, reader, keyword))
        fiat__buf_append_c(&text, fiat__keyword_name(keyword));
    return keep(c, &text);
}

static fiat__compat_ref place_of_set(const fiat__compat_set *set) {
    return (fiat__compat_ref){set->side, set->node_count ? set->nodes[0] : FIAT__NODE_ANY};
}

static fiat__compat_finding *find(fiat__compat *c, fiat__keyword keyword,
                                  fiat__compat_change change, fiat__str detail) {
    for (uint32_t i = 0; i < c->finding_count; i++) {
        fiat__compat_finding *at = &c->findings[i];
        if (at->keyword == keyword && at->change == change && at->effect &&
            fiat__str_eq(fiat__str_c(at->path), fiat__buf_str(&c->path)) &&
            fiat__str_eq(fiat__str_c(at->detail), detail))
            return at;
    }
    return NULL;
}

/* A finding without a sample may get one from another set: of another alternative, or kind. */
static void prove(fiat__compat *c, const fiat__compat_set *set, fiat__compat_ref reader,
                  fiat__str detail, fiat__compat_finding *at) {
    if (at->change == FIAT__COMPAT_LIMIT || at->sample) return;
    if (at->change == FIAT__COMPAT_VALUE) detail = fiat__str_c(at->detail);
    at->sample = fiat__compat_witness(c, set, reader, at->change, at->keyword, detail);
    if (at->sample) at->effect = FIAT__COMPAT_BREAKS;
}

static fiat__compat_finding *add(fiat__compat *c, fiat__keyword keyword, fiat__compat_change change,
                                 fiat__str detail) {
    if (c->finding_count == FIAT__COMPAT_FINDINGS) return NULL;
    fiat__compat_finding *at = &c->findings[c->finding_count];
    fiat__str path = fiat__arena_str(&c->arena, fiat__buf_str(&c->path));
    fiat__str name = fiat__arena_str(&c->arena, detail.ptr ? detail : fiat__str_c(""));
    if (!path.ptr || !name.ptr) {
        c->status = FIAT_E_NOMEM;
        return NULL;
    }
    c->finding_count++;
    *at = (fiat__compat_finding){.change = change,
                                 .effect = FIAT__COMPAT_MAY_BREAK,
                                 .keyword = keyword,
                                 .path = path.ptr,
                                 .detail = name.ptr,
                                 .had = "",
                                 .wants = "",
                                 .data_place = "",
                                 .reader_place = ""};
    return at;
}

bool fiat__compat_fail(fiat__compat *c, const fiat__compat_set *set, fiat__compat_ref reader,
                       fiat__keyword keyword, fiat__compat_change change, fiat__str detail) {
    if (c->quiet || c->status != FIAT_OK) return false;
    fiat__compat_finding *at = find(c, keyword, change, detail);
    if (!at) {
        at = add(c, keyword, change, detail);
        if (!at) return false;
        if (change == FIAT__COMPAT_ASKS) {
            at->had = say_set(c, set, keyword);
            at->wants = say_reader(c, reader, keyword);
        }
        at->added = change == FIAT__COMPAT_MEMBER && detail.ptr;
        at->data_place = place_of(c, place_of_set(set), FIAT__KW_NONE);
        at->reader_place = place_of(c, reader, keyword);
    }
    prove(c, set, reader, detail, at);
    return false;
}

void fiat__compat_note(fiat__compat *c, const fiat__compat_set *set, fiat__compat_ref reader,
                       fiat__str name, bool added) {
    if (c->finding_count >= FIAT__COMPAT_FINDINGS / 2) return; /* room for what breaks */
    for (uint32_t i = 0; i < c->finding_count; i++)
        if (c->findings[i].change == FIAT__COMPAT_MEMBER &&
            fiat__str_eq(fiat__str_c(c->findings[i].path), fiat__buf_str(&c->path)))
            return;
    fiat__compat_finding *at =
        add(c, FIAT__KW_PROPERTIES, FIAT__COMPAT_MEMBER, added ? name : fiat__str_of(NULL, 0));
    if (!at) return;
    at->effect = FIAT__COMPAT_HOLDS;
    at->added = added;
    at->data_place = place_of(c, place_of_set(set), FIAT__KW_NONE);
    at->reader_place = place_of(c, reader, FIAT__KW_NONE);
}
