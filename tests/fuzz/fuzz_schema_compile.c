/* Any bytes as a schema: it compiles, or the error says what is wrong with it; and what compiled
 * judges any value in both engines alike. */
#include "fuzz/fuzz.h"
#include "schema/schema.h"

static fiat_validator *s_ctx;
static const fiat__schema_opts s_opts = {.base.formats = FIAT_SCHEMA_FORMATS_ASSERT};

static const char *const s_instances[] = {
    "null",
    "true",
    "0",
    "-1.5e300",
    "\"\"",
    "\"2026-11-21T12:00:00Z\"",
    "[]",
    "[1,1.0,\"a\",null,{\"a\":[]}]",
    "{}",
    "{\"a\":1,\"b\":\"x\",\"foo\":{\"a\":[true]},\"$ref\":\"#\"}",
    "[[[[[[[[[[]]]]]]]]]]",
};

static bool count_problem(const fiat_schema_failure *problem, void *user) {
    FUZZ_CHECK(problem->message[0] != '\0');
    ++*(unsigned *)user;
    return true;
}

static void check_instance(const fiat_schema *schema, fiat__str instance) {
    fiat_error err;
    unsigned problems = 0;
    fiat_status verdict = fiat__schema_validate(schema, s_ctx, instance, &err);
    FUZZ_CHECK(verdict == FIAT_OK || verdict == FIAT_E_SCHEMA_MISMATCH ||
               verdict == FIAT_E_SCHEMA_LIMIT);
    fiat_status report =
        fiat__schema_report(schema, s_ctx, instance, 10, count_problem, &problems, &err);
    FUZZ_CHECK(verdict == report || verdict == FIAT_E_SCHEMA_LIMIT ||
               report == FIAT_E_SCHEMA_LIMIT);
    FUZZ_CHECK(report != FIAT_OK || problems == 0);
    FUZZ_CHECK(report != FIAT_E_SCHEMA_MISMATCH || problems > 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    fiat_schema *schema;
    fiat_error err = FIAT_ERROR_INIT;
    if (!s_ctx) FUZZ_CHECK(fiat_validator_new(&s_ctx, &err) == FIAT_OK);
    fiat_status status =
        fiat__schema_compile(&schema, fiat__str_of((const char *)data, size), &s_opts, &err);
    if (status != FIAT_OK) {
        FUZZ_CHECK(err.status == (int32_t)status && err.message[0] != '\0');
        return 0;
    }
    for (size_t i = 0; i < sizeof s_instances / sizeof s_instances[0]; i++)
        check_instance(schema, fiat__str_c(s_instances[i]));
    fiat_schema_free(schema);
    return 0;
}
