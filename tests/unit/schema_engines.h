/* Both engines on one text, for the tests of the schema part. */
#ifndef FIAT_TESTS_SCHEMA_ENGINES_H
#define FIAT_TESTS_SCHEMA_ENGINES_H

#include "schema/run.h"
#include "support/test.h"

/* A schema that must compile, by default with formats asserted, and a context. */
static inline fiat_schema *test_compile(const char *text, const fiat__schema_opts *opts) {
    static const fiat__schema_opts asserting = {.base.formats = FIAT_SCHEMA_FORMATS_ASSERT};
    fiat_error err = FIAT_ERROR_INIT;
    fiat_schema *schema = NULL;
    if (!opts) opts = &asserting;
    fiat_status status = fiat__schema_compile(&schema, fiat__str_c(text), opts, &err);
    ck_assert_msg(status == FIAT_OK, "%s: %s: %s", text, fiat_status_name(status), err.message);
    return schema;
}

static inline fiat_validator *test_ctx(void) {
    fiat_error err = FIAT_ERROR_INIT;
    fiat_validator *ctx = NULL;
    ck_assert_fiat_ok(fiat_validator_new(&ctx, &err), err);
    return ctx;
}

/* The tape engine alone: the verdict on a text. Anything wrong with the text itself is "no". */
static inline bool test_tape_verdict(const fiat_schema *schema, fiat_validator *ctx,
                                     fiat__str text) {
    fiat__run run;
    if (fiat__scan_load(&ctx->text, text, NULL) != FIAT_OK) return false;
    fiat__run_begin(&run, schema, ctx);
    if (fiat__tape_parse(&ctx->tape, NULL) != FIAT_OK) return false;
    return fiat__run_item(&run, schema->program.root, 0, 0);
}

#endif
