/* Where in which document something of a schema stands. For reports, and errors of the compiler. */
#include "schema/program.h"
#include "schema/trace.h"

const fiat__document *fiat__document_of(const fiat__program *program, uint32_t item) {
    uint32_t low = 0, high = program->document_count;
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        if (program->documents[middle].item <= item)
            low = middle;
        else
            high = middle;
    }
    return &program->documents[low];
}

const fiat__resource *fiat__resource_of(const fiat_schema *schema, uint32_t item) {
    const fiat__program *program = &schema->program;
    const fiat__resource *innermost = &program->resources[0];
    for (uint32_t i = 1; i < program->resource_count; i++) {
        const fiat__resource *at = &program->resources[i];
        if (at->item <= item && item < fiat__tape_next(&schema->tape, at->item) &&
            at->item >= innermost->item)
            innermost = at;
    }
    return innermost;
}

fiat__str fiat__schema_base_uri(const fiat_schema *schema, uint32_t item, uint32_t *root) {
    const fiat__resource *resource = fiat__resource_of(schema, item);
    *root = resource->item;
    return fiat__str_c(schema->program.names + resource->uri);
}

uint32_t fiat__alias_of(const fiat__program *program, uint32_t item, uint32_t node) {
    uint32_t low = 0, high = program->alias_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        const fiat__alias *at = &program->aliases[middle];
        if (at->item == item && at->node == node) return at->target;
        if (at->item < item || (at->item == item && at->node < node))
            low = middle + 1;
        else
            high = middle;
    }
    return FIAT__NO_ALIAS;
}
