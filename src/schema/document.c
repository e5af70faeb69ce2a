/* Texts: the schema's own, and those that references lead to, one behind the other on one tape. */
#include "schema/compile.h"

#include "base/error.h"
#include "base/mem.h"

/* Schemas have an item every 10 to 20 bytes. Growing to what they need would touch as much memory
 * again, which is a third of the time that a large one takes. */
#define TEXT_PER_ITEM 16

/* Parse a text behind what is there. Returns its item; FIAT__NO_ITEM with an error. Those of the
 * registry have been parsed before: only memory can be lacking. */
static uint32_t parse(fiat__compiler *c, fiat__str text) {
    fiat__padded *all = &c->schema->text;
    uint32_t item = c->tape->count;
    size_t at = all->len + (item != 0);
    if (text.len > c->max_bytes || all->len > c->max_bytes - text.len) {
        c->status =
            fiat__err_set(c->err, FIAT_E_SCHEMA_LIMIT,
                          "schema: %zu bytes of text, with what it refers to: at most %u "
                          "are allowed (max_schema_bytes); make them shorter or raise the limit",
                          all->len + text.len, c->max_bytes);
        return FIAT__NO_ITEM;
    }
    fiat_status status =
        item ? fiat__scan_append(all, text, c->err) : fiat__scan_load(all, text, c->err);
    if (status == FIAT_OK) {
        fiat__str whole = fiat__str_of(all->ptr, all->len);
        if (item)
            fiat__tape_rebase(c->tape, whole);
        else
            fiat__tape_reset(c->tape, whole, c->max_depth);
        (void)fiat__tape_reserve(c->tape, (uint32_t)(all->len / TEXT_PER_ITEM));
        status = item ? FIAT_OK : fiat__tape_parse(c->tape, c->err);
    }
    if (status == FIAT_OK && item && !fiat__tape_add(c->tape, fiat__scan_space(all->ptr + at), 0))
        status = fiat__tape_explain(c->tape, c->err);
    if (status == FIAT_OK) return item;
    c->status = item ? status : fiat__err_wrap(c->err, status, "schema");
    return FIAT__NO_ITEM;
}

static void add_document(fiat__compiler *c, uint32_t item, size_t at, fiat__str uri) {
    fiat__program *p = c->program;
    if (!fiat__grow(c, &p->documents, p->document_count, &c->document_cap, 1, sizeof *p->documents))
        return;
    fiat__document document = {item, (uint32_t)at, fiat__add_name(c, uri)};
    p->documents[p->document_count++] = document;
}

/* Room for what is known of the items. */
static void grow_info(fiat__compiler *c) {
    uint32_t old = c->info_cap, count = c->tape->count;
    if (count <= old) return;
    uint32_t wanted = old ? count + count / 2 : count; /* most schemas are one document */
    if (!fiat__grow_to(c, &c->info, &c->info_cap, wanted, sizeof *c->info)) return;
    memset(c->info + old, 0, (c->info_cap - old) * sizeof *c->info);
}

uint32_t fiat__document_add(fiat__compiler *c, fiat__str uri, fiat__str text,
                            const fiat__dialect *otherwise) {
    size_t at = c->tape->count ? c->schema->text.len + 1 : 0;
    uint32_t item = parse(c, text);
    if (item == FIAT__NO_ITEM) return item;
    add_document(c, item, at, uri);
    grow_info(c);
    uint32_t resource = fiat__resource_add(c, uri, item, otherwise);
    fiat__resource_name(c, uri, resource);
    if (c->status == FIAT_OK) fiat__resolve_visit(c, item, resource);
    return c->status == FIAT_OK ? item : FIAT__NO_ITEM;
}
