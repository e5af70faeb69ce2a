/* fiat/schema.h: arguments checked, and handed on. */
#include "schema/schema.h"

#include "base/error.h"

static fiat_status check_text(const char *text, size_t len, fiat_error *err) {
    if (text || len == 0) return FIAT_OK;
    return fiat__err_set(err, FIAT_E_ARG, "text is NULL and len is %zu", len);
}

/* A later version's member is not ignored in silence. */
static fiat_status check_reserved(const fiat_schema_options *options, fiat_error *err) {
    for (size_t i = 0; i < sizeof options->reserved / sizeof options->reserved[0]; i++)
        if (options->reserved[i])
            return fiat__err_set(err, FIAT_E_ARG,
                                 "options.reserved is not zero: begin with "
                                 "FIAT_SCHEMA_OPTIONS_INIT");
    return FIAT_OK;
}

static fiat_status check_options(const fiat_schema_options *options, fiat_error *err) {
    if (!options) return FIAT_OK;
    if (options->formats < FIAT_SCHEMA_FORMATS_DEFAULT ||
        options->formats > FIAT_SCHEMA_FORMATS_ANNOTATE)
        return fiat__err_set(err, FIAT_E_ARG, "options.formats is %d: no fiat_schema_formats",
                             (int)options->formats);
    if (options->flags & ~FIAT_SCHEMA_ASSERT_CONTENT)
        return fiat__err_set(err, FIAT_E_ARG, "options.flags has an unknown bit: %#x",
                             (unsigned)options->flags);
    switch (options->draft) {
    case FIAT_SCHEMA_DRAFT_DEFAULT:
    case FIAT_SCHEMA_DRAFT_4:
    case FIAT_SCHEMA_DRAFT_6:
    case FIAT_SCHEMA_DRAFT_7:
    case FIAT_SCHEMA_DRAFT_2019_09:
    case FIAT_SCHEMA_DRAFT_2020_12:
        return check_reserved(options, err);
    default:
        return fiat__err_set(err, FIAT_E_ARG, "options.draft is %d: no fiat_schema_draft",
                             (int)options->draft);
    }
}

fiat_status fiat_schema_compile(fiat_schema **out, const char *text, size_t len,
                                const fiat_schema_options *options, fiat_error *err) {
    if (!out) return fiat__err_set(err, FIAT_E_ARG, "out is NULL");
    *out = NULL;
    fiat_status status = check_text(text, len, err);
    if (status == FIAT_OK) status = check_options(options, err);
    if (status != FIAT_OK) return status;
    fiat__schema_opts opts = {0};
    if (options) opts.base = *options;
    return fiat__schema_compile(out, fiat__str_of(text, len), &opts, err);
}

static fiat_status check_run(const fiat_schema *schema, const fiat_validator *validator,
                             const char *text, size_t len, fiat_error *err) {
    if (!schema) return fiat__err_set(err, FIAT_E_ARG, "schema is NULL");
    if (!validator) return fiat__err_set(err, FIAT_E_ARG, "validator is NULL");
    return check_text(text, len, err);
}

fiat_status fiat_schema_validate(const fiat_schema *schema, fiat_validator *validator,
                                 const char *text, size_t len, fiat_error *err) {
    fiat_status status = check_run(schema, validator, text, len, err);
    if (status != FIAT_OK) return status;
    return fiat__schema_validate(schema, validator, fiat__str_of(text, len), err);
}

fiat_status fiat_schema_report(const fiat_schema *schema, fiat_validator *validator,
                               const char *text, size_t len, size_t max,
                               bool (*each)(const fiat_schema_failure *failure, void *user),
                               void *user, fiat_error *err) {
    fiat_status status = check_run(schema, validator, text, len, err);
    if (status == FIAT_OK && !each) status = fiat__err_set(err, FIAT_E_ARG, "each is NULL");
    if (status != FIAT_OK) return status;
    return fiat__schema_report(schema, validator, fiat__str_of(text, len), max, each, user, err);
}

fiat_status fiat_schema_output(const fiat_schema *schema, fiat_validator *validator,
                               const char *text, size_t len, fiat_schema_output_format format,
                               bool (*write)(const char *bytes, size_t len, void *user), void *user,
                               fiat_error *err) {
    fiat_status status = check_run(schema, validator, text, len, err);
    if (status == FIAT_OK && !write) status = fiat__err_set(err, FIAT_E_ARG, "write is NULL");
    if (status == FIAT_OK &&
        (format < FIAT_SCHEMA_OUTPUT_FLAG || format > FIAT_SCHEMA_OUTPUT_HIERARCHICAL))
        status = fiat__err_set(err, FIAT_E_ARG, "format is %d: no fiat_schema_output_format",
                               (int)format);
    if (status != FIAT_OK) return status;
    return fiat__schema_output(schema, validator, fiat__str_of(text, len), format, write, user,
                               err);
}
