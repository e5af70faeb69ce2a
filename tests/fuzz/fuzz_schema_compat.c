/* First line: a JSON Schema; second: another; the rest: values, one a line. Whatever the texts,
 * comparing them ends; what is said to hold does for the values, a sample shows what it is said to
 * show, and a schema is compatible with itself unless that is too much work. */
#include "fuzz/fuzz.h"
#include "schema/compat.h"

static fiat_validator *s_ctx;

static fiat_status judge(const fiat_schema *schema, fiat__str text) {
    return fiat_schema_validate(schema, s_ctx, text.ptr, text.len, NULL);
}

static bool shows(const fiat_schema *data, const fiat_schema *reader, fiat__str text) {
    return judge(data, text) == FIAT_OK && judge(reader, text) == FIAT_E_SCHEMA_MISMATCH;
}

static void check_samples(const fiat__compat_report *report, fiat_schema *const *schemas) {
    for (size_t i = 0; i < report->count; i++) {
        const fiat__compat_difference *at = &report->differences[i];
        FUZZ_CHECK(at->path && at->keyword && at->message[0] && at->place[0] && at->place[1]);
        for (int way = 0; way < 2; way++) {
            FUZZ_CHECK(at->effect[way] <= report->effect[way]);
            FUZZ_CHECK((at->effect[way] == FIAT__COMPAT_BREAKS) == (at->sample[way] != NULL));
            FUZZ_CHECK(!at->sample[way] ||
                       shows(schemas[way], schemas[1 - way], fiat__str_c(at->sample[way])));
        }
    }
}

static void check_values(const fiat__compat_report *report, fiat_schema *const *schemas,
                         fiat__str values) {
    while (values.len > 0) {
        fiat__str value = fuzz_line(values, &values);
        for (int way = 0; way < 2; way++)
            FUZZ_CHECK(report->effect[way] != FIAT__COMPAT_HOLDS ||
                       !shows(schemas[way], schemas[1 - way], value));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    fiat_schema *schemas[2] = {NULL, NULL};
    fiat__compat_report *report;
    fiat__str values, text[2];
    text[0] = fuzz_line(fiat__str_of((const char *)data, size), &values);
    text[1] = fuzz_line(values, &values);
    if (!s_ctx && fiat_validator_new(&s_ctx, NULL) != FIAT_OK) return 0;
    if (fiat_schema_compile(&schemas[0], text[0].ptr, text[0].len, NULL, NULL) == FIAT_OK &&
        fiat_schema_compile(&schemas[1], text[1].ptr, text[1].len, NULL, NULL) == FIAT_OK &&
        fiat__compat_compare(&report, schemas[0], schemas[1], NULL) == FIAT_OK) {
        check_samples(report, schemas);
        check_values(report, schemas, values);
        fiat__compat_free(report);
    }
    if (schemas[0] && fiat__compat_compare(&report, schemas[0], schemas[0], NULL) == FIAT_OK) {
        FUZZ_CHECK(report->effect[0] != FIAT__COMPAT_BREAKS);
        FUZZ_CHECK(report->effect[0] == report->effect[1]);
        fiat__compat_free(report);
    }
    fiat_schema_free(schemas[0]);
    fiat_schema_free(schemas[1]);
    return 0;
}
