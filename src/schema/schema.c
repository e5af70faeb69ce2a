/* The context of a thread, and validation as the rest of the library sees it. */
#include "schema/run.h"

#include "base/error.h"
#include "base/mem.h"

/* Paths and messages of a report are cut at these lengths. */
#define PATH_MAX_BYTES    4096
#define MESSAGE_MAX_BYTES 4096

fiat_status fiat_validator_new(fiat_validator **out, fiat_error *err) {
    if (!out) return fiat__err_set(err, FIAT_E_ARG, "out is NULL");
    *out = NULL;
    fiat_validator *ctx = fiat__calloc(1, sizeof *ctx);
    if (!ctx) return fiat__err_nomem(err);
    fiat__keyspace_init(&ctx->keys);
    fiat__tape_init(&ctx->tape, &ctx->keys);
    fiat__buf_init(&ctx->instance_path, PATH_MAX_BYTES);
    fiat__buf_init(&ctx->schema_path, PATH_MAX_BYTES);
    fiat__buf_init(&ctx->message, MESSAGE_MAX_BYTES);
    fiat__buf_init(&ctx->keyword_location, FIAT__LOCATION_MAX);
    fiat__buf_init(&ctx->absolute_location, FIAT__LOCATION_MAX);
    fiat_status status = fiat__regex_scratch_new(&ctx->regex, err);
    if (status != FIAT_OK) {
        fiat_validator_free(ctx);
        return status;
    }
    *out = ctx;
    return FIAT_OK;
}

void fiat_validator_free(fiat_validator *ctx) {
    if (!ctx) return;
    fiat__padded_deinit(&ctx->text);
    fiat__keyspace_deinit(&ctx->keys);
    fiat__tape_deinit(&ctx->tape);
    fiat__free(ctx->unescaped);
    fiat__free(ctx->wide);
    fiat__free(ctx->marks);
    fiat__free(ctx->faults.at);
    fiat__trace_deinit(&ctx->trace);
    fiat__regex_scratch_free(ctx->regex);
    fiat__buf_deinit(&ctx->instance_path);
    fiat__buf_deinit(&ctx->schema_path);
    fiat__buf_deinit(&ctx->message);
    fiat__buf_deinit(&ctx->keyword_location);
    fiat__buf_deinit(&ctx->absolute_location);
    fiat__free(ctx);
}

size_t fiat__validator_bytes(const fiat_validator *ctx) {
    return ctx->text.cap + ctx->keys.cap * sizeof *ctx->keys.slots +
           ctx->tape.cap * sizeof *ctx->tape.items + ctx->tape.strings_cap + ctx->unescaped_cap +
           ctx->wide_cap * sizeof *ctx->wide + ctx->marks_cap * sizeof *ctx->marks +
           ctx->faults.cap * sizeof *ctx->faults.at + ctx->trace.cap * sizeof *ctx->trace.list +
           ctx->instance_path.cap + ctx->schema_path.cap + ctx->message.cap +
           ctx->keyword_location.cap + ctx->absolute_location.cap;
}

/* Scratch memory whose size is known before the run. */
static bool size_scratch(const fiat_schema *schema, fiat_validator *ctx) {
    size_t words = (size_t)schema->max_depth * schema->program.max_words;
    if (schema->program.max_words > 1 && ctx->wide_cap < words) {
        uint64_t *grown = fiat__realloc_array(ctx->wide, words, sizeof *grown);
        if (!grown) return false;
        ctx->wide = grown;
        ctx->wide_cap = words;
    }
    if (ctx->unescaped_cap < ctx->text.cap) {
        char *grown = fiat__realloc(ctx->unescaped, ctx->text.cap);
        if (!grown) return false;
        /* Eight bytes are read of shorter keys, and masked: they must be there, not mean anything.
         */
        memset(grown, 0, ctx->text.cap);
        ctx->unescaped = grown;
        ctx->unescaped_cap = ctx->text.cap;
    }
    return true;
}

void fiat__run_begin(fiat__run *run, const fiat_schema *schema, fiat_validator *ctx) {
    uint64_t by_bytes = (uint64_t)schema->limits.steps_per_byte * ctx->text.len;
    unsigned frames = (schema->max_depth + 8) * FIAT__FRAMES_PER_LEVEL;
    *run = (fiat__run){.schema = schema,
                       .program = &schema->program,
                       .ctx = ctx,
                       .frames = frames < FIAT__FRAMES_MAX ? frames : FIAT__FRAMES_MAX,
                       .reread = FIAT__REREAD_BASE + 2 * ctx->text.len,
                       .steps = schema->limits.steps + by_bytes};
    fiat__regex_scratch_allow(ctx->regex, 4 * schema->limits.steps + by_bytes);
    ctx->marks_used = 0;
    fiat__tape_reset(&ctx->tape, fiat__str_of(ctx->text.ptr, ctx->text.len), schema->max_depth);
}

fiat_status fiat__schema_load(const fiat_schema *schema, fiat_validator *ctx, fiat__str text,
                              fiat_error *err) {
    if (text.len <= schema->limits.instance_bytes) return fiat__scan_load(&ctx->text, text, err);
    return fiat__err_set(err, FIAT_E_SCHEMA_LIMIT,
                         "the text has %zu bytes: at most %u are allowed (max_instance_bytes); "
                         "split it or raise the limit",
                         text.len, schema->limits.instance_bytes);
}

/* Run the first engine over the text that was taken over. */
static fiat_status run_once(const fiat_schema *schema, fiat_validator *ctx, bool *valid,
                            fiat_error *err) {
    if (!size_scratch(schema, ctx)) return fiat__err_nomem(err);
    fiat__run run;
    fiat__run_begin(&run, schema, ctx);
    *valid = fiat__run_text(&run, schema->program.root);
    return run.status == FIAT_E_NOMEM ? fiat__err_nomem(err) : run.status;
}

/* May a failure be that the value brings a member which the caller alone may add? */
static bool is_entry(const fiat__program *program) {
    uint32_t root = fiat__node_origin(program, program->root); /* a twin's may be a group */
    const fiat__object_rule *rule = &program->objects[program->nodes[root].object];
    return (rule->provided | rule->reserved) != 0;
}

/* The first engine found a fault and nobody asks which: it is either of the value, or of the text.
 */
static fiat_status judge_text(const fiat_schema *schema, fiat_validator *ctx) {
    fiat__run run;
    fiat__run_begin(&run, schema, ctx);
    if (fiat__run_text(&run, FIAT__NODE_ANY)) return FIAT_E_SCHEMA_MISMATCH;
    fiat__run_begin(&run, schema, ctx);
    fiat_status status = fiat__tape_parse(&ctx->tape, NULL);
    return status == FIAT_OK ? FIAT_E_SCHEMA_MISMATCH : status;
}

fiat_status fiat__schema_validate(const fiat_schema *schema, fiat_validator *ctx, fiat__str text,
                                  fiat_error *err) {
    bool valid = false;
    fiat_status status = fiat__schema_load(schema, ctx, text, err);
    if (status != FIAT_OK) return status;
    status = run_once(schema, ctx, &valid, err);
    if (valid && status == FIAT_OK) return FIAT_OK;
    if (status != FIAT_OK && status != FIAT_E_SCHEMA_LIMIT) return status;
    if (!err && status == FIAT_OK && !is_entry(&schema->program)) return judge_text(schema, ctx);
    return fiat__report_first(schema, ctx, status, err);
}

fiat_status fiat__schema_report(const fiat_schema *schema, fiat_validator *ctx, fiat__str text,
                                size_t max, bool (*each)(const fiat_schema_failure *, void *user),
                                void *user, fiat_error *err) {
    bool valid = false;
    fiat_status status = fiat__schema_load(schema, ctx, text, err);
    if (status != FIAT_OK) return status;
    status = run_once(schema, ctx, &valid, err);
    if (valid && status == FIAT_OK) return FIAT_OK;
    if (status != FIAT_OK && status != FIAT_E_SCHEMA_LIMIT) return status;
    return fiat__report_all(schema, ctx, status, max, each, user, err);
}
