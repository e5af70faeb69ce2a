/* First byte: which options; then a sample a line. What is proposed is a schema, under which every
 * sample that was taken is valid, and the columns derived from it agree with it. */
#include "base/buf.h"
#include "fuzz/fuzz.h"
#include "schema/schema.h"
#include "table/columns.h"
#include "table/derive.h"
#include "table/infer.h"

#define TEXT_MAX_BYTES (64 * 1024 * 1024)

static const fiat__infer_opts s_opts[] = {
    FIAT__INFER_OPTS_INIT,
    {.enum_max = 3, .enum_samples = 2, .map_names = 2, .max_bytes = 1 << 20, .closed = true},
    {.enum_max = 2, .enum_samples = 1, .map_names = 1, .max_bytes = 4000},
    {.map_names = 1, .max_bytes = 1500, .closed = true, .no_formats = true},
};

/* Keep in `taken` the samples that are JSON. */
static void learn(fiat__infer *infer, fiat__str samples, fiat__buf *taken) {
    while (samples.len) {
        fiat__str sample = fuzz_line(samples, &samples);
        if (fiat__infer_add(infer, sample, NULL) != FIAT_OK) continue;
        fiat__buf_append(taken, sample.ptr, sample.len);
        fiat__buf_append_char(taken, '\n');
    }
}

static void check_samples(fiat__str schema, fiat__str samples) {
    const fiat__schema_opts opts = {.base = {.formats = FIAT_SCHEMA_FORMATS_ASSERT}};
    fiat_schema *compiled;
    fiat_validator *validator;
    FUZZ_CHECK(fiat__schema_compile(&compiled, schema, &opts, NULL) == FIAT_OK);
    FUZZ_CHECK(fiat_validator_new(&validator, NULL) == FIAT_OK);
    while (samples.len) {
        fiat__str sample = fuzz_line(samples, &samples);
        FUZZ_CHECK(fiat__schema_validate(compiled, validator, sample, NULL) == FIAT_OK);
    }
    fiat_validator_free(validator);
    fiat_schema_free(compiled);
}

static void check_columns(fiat__str schema) {
    fiat__buf athena;
    fiat__columns *columns;
    fiat__buf_init(&athena, TEXT_MAX_BYTES);
    fiat_status status = fiat__columns_derive(&athena, schema, NULL, NULL, NULL, NULL);
    FUZZ_CHECK(status == FIAT_OK || status == FIAT_E_TABLE_COLUMN);
    if (status == FIAT_OK) {
        FUZZ_CHECK(fiat__columns_parse(&columns, fiat__buf_str(&athena), NULL) == FIAT_OK);
        FUZZ_CHECK(fiat__columns_check(columns, schema, NULL, 0, NULL, NULL, NULL) == FIAT_OK);
        fiat__columns_free(columns);
    }
    fiat__buf_deinit(&athena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    fiat__infer *infer;
    fiat__buf schema, taken;
    if (size == 0) return 0;
    FUZZ_CHECK(fiat__infer_new(&infer, &s_opts[data[0] % 4], NULL) == FIAT_OK);
    fiat__buf_init(&schema, TEXT_MAX_BYTES);
    fiat__buf_init(&taken, TEXT_MAX_BYTES);
    learn(infer, fiat__str_of((const char *)data + 1, size - 1), &taken);
    FUZZ_CHECK(fiat__infer_write(infer, &schema, NULL, NULL, NULL) == FIAT_OK);
    check_samples(fiat__buf_str(&schema), fiat__buf_str(&taken));
    check_columns(fiat__buf_str(&schema));
    fiat__buf_deinit(&taken);
    fiat__buf_deinit(&schema);
    fiat__infer_free(infer);
    return 0;
}
