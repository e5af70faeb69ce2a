#include "schema/annotations.h"

#include "json/writer.h"

static const fiat__tape *schema_of(const fiat__run *run) {
    return &run->schema->tape;
}

static const fiat__place *place_at(const fiat__run *run, uint32_t place) {
    return &run->trace->list[place];
}

/* ---- Which keywords annotate, and when. ---- */

/* Keywords whose annotation is which members or items they were applied to, and the kind of value
 * that has those. */
static unsigned applied_to(fiat__keyword keyword) {
    switch (keyword) {
    case FIAT__KW_PROPERTIES:
    case FIAT__KW_PATTERN_PROPERTIES:
    case FIAT__KW_ADDITIONAL_PROPERTIES:
    case FIAT__KW_UNEVALUATED_PROPERTIES:
        return FIAT__JSON_OBJECT;
    case FIAT__KW_PREFIX_ITEMS:
    case FIAT__KW_ITEMS:
    case FIAT__KW_ADDITIONAL_ITEMS:
    case FIAT__KW_UNEVALUATED_ITEMS:
    case FIAT__KW_CONTAINS:
        return FIAT__JSON_ARRAY;
    default:
        return 0;
    }
}

/* Before 2020-12 contains annotates nothing. */
static bool is_applied(const fiat__annotation *a, unsigned kind) {
    if (a->keyword == FIAT__KW_CONTAINS && a->dialect->draft < FIAT__DRAFT_2020) return false;
    return applied_to(a->keyword) & kind;
}

/* Keywords that annotate with their value: those that say something to people, and those of the
 * content, which are assertions too where the caller asked for that. */
static bool speaks(fiat__keyword keyword) {
    switch (keyword) {
    case FIAT__KW_CONTENT_ENCODING:
    case FIAT__KW_CONTENT_MEDIA_TYPE:
        return true;
    case FIAT__KW_DEFINITIONS:
    case FIAT__KW_ID_4:
        return false;
    default: /* names and places of the core start with '$', see speaks_of() */
        return !fiat__keyword_asserts(keyword);
    }
}

/* The first child that was entered by a keyword, or the next after `child`. */
static uint32_t next_child(const fiat__run *run, uint32_t place, uint32_t child,
                           fiat__keyword keyword) {
    uint32_t end = place_at(run, place)->end;
    for (; child < end; child = place_at(run, child)->end)
        if (place_at(run, child)->keyword == keyword) return child;
    return FIAT__PLACE_NONE;
}

/* Words that speak of the schema, not of the value (2020-12 core, section 8). */
static bool is_core(fiat__str name) {
    return name.len && name.ptr[0] == '$';
}

static bool speaks_of(const fiat__run *run, const fiat__place *place, fiat__str name) {
    static const char *const content[] = {"contentMediaType", "contentEncoding", "contentSchema"};
    if (is_core(name)) return false;
    for (size_t i = 0; i < sizeof content / sizeof content[0]; i++)
        if (fiat__str_eq_c(name, content[i]) &&
            run->ctx->tape.items[place->item].kind != FIAT__JSON_STRING)
            return false;
    return !fiat__str_eq_c(name, "contentSchema") ||
           fiat__tape_member(schema_of(run), place->schema, fiat__str_c("contentMediaType"));
}

static bool annotates(const fiat__annotation *annotation) {
    const fiat__run *run = annotation->run;
    const fiat__place *place = place_at(run, annotation->place);
    unsigned kind = run->ctx->tape.items[place->item].kind;
    if (speaks(annotation->keyword)) return speaks_of(run, place, annotation->name);
    if (annotation->keyword == FIAT__KW_FORMAT) return true;
    if (!is_applied(annotation, kind)) return false;
    bool always = kind == FIAT__JSON_OBJECT || annotation->keyword == FIAT__KW_CONTAINS;
    return always || next_child(run, annotation->place, annotation->place + 1,
                                annotation->keyword) != FIAT__PLACE_NONE;
}

/* Up to draft-07 a $ref hides everything beside it. */
static bool is_hidden(const fiat__run *run, const fiat__dialect *dialect, uint32_t schema) {
    return dialect->draft <= FIAT__DRAFT_7 &&
           fiat__tape_member(schema_of(run), schema, fiat__str_c("$ref"));
}

bool fiat__annotation_next(fiat__annotation *annotation, const fiat__run *run, uint32_t place,
                           uint32_t *key) {
    const fiat__tape *tape = schema_of(run);
    uint32_t schema = place_at(run, place)->schema;
    const fiat__tape_item *item = &tape->items[schema];
    if (item->kind != FIAT__JSON_OBJECT) return false;
    if (*key == 0) annotation->dialect = &fiat__resource_of(run->schema, schema)->dialect;
    const fiat__dialect *dialect = annotation->dialect;
    if (is_hidden(run, dialect, schema)) return false;
    if (place_at(run, place)->of_name) return false; /* annotations are of values */
    *key = *key ? fiat__tape_next(tape, *key + 1) : schema + 1;
    for (; *key < item->next; *key = fiat__tape_next(tape, *key + 1)) {
        fiat__str name = fiat__tape_string(tape, *key);
        *annotation = (fiat__annotation){.run = run,
                                         .place = place,
                                         .name = name,
                                         .keyword = fiat__keyword_find(name, dialect),
                                         .value = *key + 1,
                                         .dialect = dialect};
        if (annotates(annotation)) return true;
    }
    return false;
}

/* ---- Values. ---- */

/* Names of the members that a keyword was applied to. */
static void write_names(fiat__buf *out, const fiat__annotation *a) {
    const fiat__run *run = a->run;
    const char *separator = "[";
    uint32_t child = next_child(run, a->place, a->place + 1, a->keyword);
    for (; child != FIAT__PLACE_NONE;
         child = next_child(run, a->place, place_at(run, child)->end, a->keyword)) {
        fiat__str name = fiat__tape_string(&run->ctx->tape, place_at(run, child)->item - 1);
        /* A member that two patterns match has two children behind each other. */
        uint32_t next = next_child(run, a->place, place_at(run, child)->end, a->keyword);
        if (next != FIAT__PLACE_NONE && place_at(run, next)->item == place_at(run, child)->item)
            continue;
        fiat__buf_append_c(out, separator);
        fiat__json_write_string(out, name);
        separator = ",";
    }
    fiat__buf_append_c(out, *separator == '[' ? "[]" : "]");
}

/* Which items contain found; true when it is all of them. */
static void write_found(fiat__buf *out, const fiat__annotation *a) {
    const fiat__run *run = a->run;
    uint32_t count = 0, all = run->ctx->tape.items[place_at(run, a->place)->item].len;
    uint32_t child = next_child(run, a->place, a->place + 1, a->keyword);
    size_t start = out->len;
    for (; child != FIAT__PLACE_NONE;
         child = next_child(run, a->place, place_at(run, child)->end, a->keyword))
        if (place_at(run, child)->ok)
            fiat__buf_printf(out, "%s%u", count++ ? "," : "[", place_at(run, child)->at);
    if (count && count == all) {
        fiat__buf_truncate(out, start);
        fiat__buf_append_c(out, "true");
        return;
    }
    fiat__buf_append_c(out, count ? "]" : "[]");
}

/* The last item that a list of schemas was applied to; true when that is the array's last. */
static void write_last(fiat__buf *out, const fiat__annotation *a) {
    const fiat__run *run = a->run;
    uint32_t all = run->ctx->tape.items[place_at(run, a->place)->item].len;
    uint32_t listed = schema_of(run)->items[a->value].len, count = all < listed ? all : listed;
    if (count == all)
        fiat__buf_append_c(out, "true");
    else
        fiat__json_write_uint(out, count - 1);
}

void fiat__annotation_write(fiat__buf *out, const fiat__annotation *a) {
    const fiat__tape *tape = schema_of(a->run);
    unsigned kind = applied_to(a->keyword);
    if (kind == FIAT__JSON_OBJECT) {
        write_names(out, a);
    } else if (a->keyword == FIAT__KW_CONTAINS) {
        write_found(out, a);
    } else if (kind == FIAT__JSON_ARRAY) {
        if (tape->items[a->value].kind == FIAT__JSON_ARRAY)
            write_last(out, a);
        else
            fiat__buf_append_c(out, "true");
    } else {
        fiat__str text = fiat__tape_source(tape, a->value);
        fiat__buf_append(out, text.ptr, text.len);
    }
}
