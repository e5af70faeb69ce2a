/* Which resource a schema belongs to, as its text says it. */
#include "schema/trace.h"

#include "schema/program.h"

fiat__str fiat__schema_base_uri(const fiat_schema *schema, uint32_t item, uint32_t *root) {
    const fiat__tape *tape = &schema->tape;
    (void)item;
    *root = 0;
    if (tape->items[0].kind != FIAT__JSON_OBJECT) return fiat__str_of("", 0);
    const char *name = schema->draft == FIAT__DRAFT_4 ? "id" : "$id";
    uint32_t value = fiat__tape_member(tape, 0, fiat__str_c(name));
    if (!value || tape->items[value].kind != FIAT__JSON_STRING) return fiat__str_of("", 0);
    fiat__str uri = fiat__tape_string(tape, value);
    if (uri.len && uri.ptr[uri.len - 1] == '#') uri.len--;
    return uri;
}
