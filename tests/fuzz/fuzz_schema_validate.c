/* A schema in the first line (when it does not compile: true), an event in the rest. The one-pass
 * engine and the report agree, and what is taken for JSON cJSON takes as well. */
#include "base/utf8.h"
#include "fuzz/fuzz.h"
#include "fuzz/fuzz_cjson.h"
#include "schema/schema.h"

static fiat_validator *s_ctx;
static const fiat__schema_opts s_opts = {.base.formats = FIAT_SCHEMA_FORMATS_ASSERT};

static bool count_problem(const fiat_schema_failure *problem, void *user) {
    FUZZ_CHECK(problem->message[0] != '\0' && problem->schema_path && problem->instance_path);
    ++*(unsigned *)user;
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    fiat__str event, input = fiat__str_of((const char *)data, size);
    fiat__str schema_text = fuzz_line(input, &event);
    fiat_schema *schema;
    fiat_error err = FIAT_ERROR_INIT;
    if (!s_ctx) FUZZ_CHECK(fiat_validator_new(&s_ctx, &err) == FIAT_OK);
    if (fiat__schema_compile(&schema, schema_text, &s_opts, &err) != FIAT_OK)
        FUZZ_CHECK(fiat__schema_compile(&schema, fiat__str_c("true"), NULL, &err) == FIAT_OK);
    unsigned problems = 0;
    fiat_status verdict = fiat__schema_validate(schema, s_ctx, event, &err);
    FUZZ_CHECK(verdict == FIAT_OK || (err.status == (int32_t)verdict && err.message[0] != '\0'));
    FUZZ_CHECK(verdict == FIAT_OK || err.offset <= event.len);
    fiat_status report =
        fiat__schema_report(schema, s_ctx, event, 20, count_problem, &problems, &err);
    FUZZ_CHECK(verdict == report || verdict == FIAT_E_SCHEMA_LIMIT ||
               report == FIAT_E_SCHEMA_LIMIT);
    FUZZ_CHECK((report == FIAT_E_SCHEMA_MISMATCH) == (problems > 0));
    if (verdict == FIAT_OK) {
        FUZZ_CHECK(fiat__utf8_check(event.ptr, event.len) == event.len);
        compare_with_cjson(event);
    }
    fiat_schema_free(schema);
    return 0;
}
