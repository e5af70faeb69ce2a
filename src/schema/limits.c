/* The limits of fiat_schema_options; docs/limits.md lists them all. */
#include "schema/compile.h"

#include "base/error.h"

/* Validation and compilation recurse once a level. */
#define DEPTH_MAX 1000u

#define DEFAULT_SCHEMA_DEPTH   256u
#define DEFAULT_SCHEMA_BYTES   (64u << 20)
#define DEFAULT_STEPS          UINT64_C(1000000)
#define DEFAULT_STEPS_PER_BYTE 128u
#define DEFAULT_COMPILED_BYTES (UINT64_C(1) << 30)
/* Keeps the sum of all steps within 64 bits. */
#define STEPS_MAX (UINT64_C(1) << 60)

static fiat_status check(const char *name, uint64_t value, uint64_t most, fiat_error *err) {
    if (value <= most) return FIAT_OK;
    return fiat__err_set(err, FIAT_E_ARG, "options.%s is %llu: at most %llu is possible", name,
                         (unsigned long long)value, (unsigned long long)most);
}

static uint64_t given(uint64_t value, uint64_t otherwise) {
    return value ? value : otherwise;
}

fiat_status fiat__limits_take(fiat_schema *schema, const fiat_schema_options *options,
                              fiat_error *err) {
    const struct {
        const char *name;
        uint64_t value, most;
    } rows[] = {
        {"max_depth", options->max_depth, DEPTH_MAX},
        {"max_schema_depth", options->max_schema_depth, DEPTH_MAX},
        {"max_schema_bytes", options->max_schema_bytes, FIAT__SCAN_MAX_BYTES},
        {"max_instance_bytes", options->max_instance_bytes, FIAT__SCAN_MAX_BYTES},
        {"max_steps", options->max_steps, STEPS_MAX},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        fiat_status status = check(rows[i].name, rows[i].value, rows[i].most, err);
        if (status != FIAT_OK) return status;
    }
    schema->max_depth = (unsigned)given(options->max_depth, FIAT__SCHEMA_MAX_DEPTH);
    schema->limits = (fiat__limits){
        .instance_bytes = (uint32_t)given(options->max_instance_bytes, FIAT__SCAN_MAX_BYTES),
        .steps_per_byte = (uint32_t)given(options->max_steps_per_byte, DEFAULT_STEPS_PER_BYTE),
        .steps = given(options->max_steps, DEFAULT_STEPS),
    };
    return FIAT_OK;
}

void fiat__limits_of_compiler(fiat__compiler *c, const fiat_schema_options *options) {
    c->max_depth = (uint32_t)given(options->max_schema_depth, DEFAULT_SCHEMA_DEPTH);
    c->max_bytes = (uint32_t)given(options->max_schema_bytes, DEFAULT_SCHEMA_BYTES);
    c->max_memory = given(options->max_compiled_bytes, DEFAULT_COMPILED_BYTES);
}
