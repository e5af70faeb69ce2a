/* The second look at a text that failed: the whole of it on a tape, every fault found, put in the
 * order of the text and into words. */
#include "schema/run.h"

#include "base/error.h"
#include "json/excerpt.h"
#include "json/pointer.h"

#include <stdlib.h>

/* Faults looked for when only the first is wanted: it is the first in the text, not the first that
 * is found. */
#define FIRST_OF   256u
#define FAULTS_MAX 10000u

static int by_place(const void *a, const void *b) {
    const fiat__fault *left = a, *right = b;
    if (left->item != right->item) return left->item < right->item ? -1 : 1;
    return left->order < right->order ? -1 : left->order > right->order;
}

static void sort_faults(fiat__fault_list *list) {
    for (uint32_t i = 0; i < list->count; i++)
        list->at[i].order = i;
    if (list->count > 1) qsort(list->at, list->count, sizeof *list->at, by_place);
}

/* FIAT_OK, with the faults in ctx->faults; or why there can be no report. */
static fiat_status look_again(fiat__run *run, const fiat_schema *schema, fiat_validator *ctx,
                              fiat__trace *trace, uint32_t max, fiat_error *err) {
    fiat__run_begin(run, schema, ctx);
    fiat_status status = fiat__tape_parse(&ctx->tape, err);
    if (status != FIAT_OK) return status;
    ctx->faults.count = 0;
    ctx->faults.max = max;
    run->faults = &ctx->faults;
    run->explains = true;
    run->trace = trace;
    fiat__run_item(run, schema->program.root, 0, 0);
    sort_faults(&ctx->faults);
    return run->status;
}

static void set_places(const fiat__run *run, const fiat__fault *fault, fiat_error *err) {
    fiat_validator *ctx = run->ctx;
    if (!err) return;
    const char *keyword = fiat__keyword_name((fiat__keyword)fault->keyword);
    err->offset = ctx->tape.items[fault->item].at;
    fiat__err_copy(err->keyword, sizeof err->keyword, keyword, strlen(keyword));
    fiat__err_copy(err->instance_path, sizeof err->instance_path,
                   fiat__buf_cstr(&ctx->instance_path), ctx->instance_path.len);
    fiat__err_copy(err->schema_path, sizeof err->schema_path, fiat__buf_cstr(&ctx->schema_path),
                   ctx->schema_path.len);
}

static fiat_status report_stamped(const fiat__run *run, fiat_error *err) {
    char name[FIAT__EXCERPT_BYTES];
    const fiat__tape *tape = &run->ctx->tape;
    fiat__excerpt(name, sizeof name, fiat__tape_string(tape, run->stamped));
    fiat_status status = fiat__err_set(
        err, FIAT_E_EVENT_STAMPED,
        "member %s is set by the logger; leave it out of the event or rename it", name);
    if (!err) return status;
    err->offset = tape->items[run->stamped].at;
    fiat__buf *path = &run->ctx->instance_path;
    fiat__buf_clear(path);
    fiat__pointer_append(path, fiat__tape_string(tape, run->stamped));
    fiat__err_copy(err->instance_path, sizeof err->instance_path, fiat__buf_cstr(path), path->len);
    return status;
}

static fiat_status report_limit(fiat__run *run, fiat_error *err) {
    fiat__fault at = {.node = run->stop_node, .item = run->stop_item};
    at.keyword = (uint16_t)run->stop_keyword;
    run->trace = NULL; /* it says where schemas were entered, not where the run stopped */
    fiat__message_places(run, &at);
    const char *path = fiat__buf_cstr(&run->ctx->instance_path);
    const char *keyword = fiat__keyword_name(run->stop_keyword);
    if (run->stop_keyword != FIAT__KW_NONE)
        fiat__err_set(err, FIAT_E_SCHEMA_LIMIT,
                      "%s%scheck of %s takes more steps than are allowed (max_steps); make it "
                      "simpler in the schema",
                      path, *path ? ": " : "", keyword);
    else
        fiat__err_set(err, FIAT_E_SCHEMA_LIMIT,
                      "%s%sthe schema looks at this value too often; it has too many alternatives "
                      "or references inside each other (max_steps)",
                      path, *path ? ": " : "");
    set_places(run, &at, err);
    return FIAT_E_SCHEMA_LIMIT;
}

/* What look_again() could not go through with. */
static fiat_status report_stop(fiat__run *run, fiat_status status, fiat_error *err) {
    switch (status) {
    case FIAT_E_EVENT_STAMPED:
        return report_stamped(run, err);
    case FIAT_E_SCHEMA_LIMIT:
        return report_limit(run, err);
    case FIAT_E_NOMEM:
        return fiat__err_nomem(err);
    default:
        return status; /* of the text: err is set */
    }
}

/* The first engine found a fault and the second none: a limit that only the first one met. */
static fiat_status report_nothing(fiat_status first, fiat_error *err) {
    if (first == FIAT_E_SCHEMA_LIMIT)
        return fiat__err_set(err, first,
                             "validation takes more steps than are allowed (max_steps); "
                             "make the schema simpler");
    return fiat__err_set(err, FIAT_E_SCHEMA_MISMATCH, "the event does not match its schema");
}

fiat_status fiat__report_first(const fiat_schema *schema, fiat_validator *ctx, fiat_status first,
                               fiat_error *err) {
    fiat__run run;
    fiat_status status = look_again(&run, schema, ctx, NULL, FIRST_OF, err);
    if (status != FIAT_OK) return report_stop(&run, status, err);
    if (ctx->faults.count == 0) return report_nothing(first, err);
    const fiat__fault fault = ctx->faults.at[0];
    if (!err) return FIAT_E_SCHEMA_MISMATCH;
    fiat__message_write(&run, &fault);
    fiat__err_set(err, FIAT_E_SCHEMA_MISMATCH, "%s", fiat__buf_cstr(&ctx->message));
    set_places(&run, &fault, err);
    return FIAT_E_SCHEMA_MISMATCH;
}

fiat_status fiat__report_trace(fiat__run *run, const fiat_schema *schema, fiat_validator *ctx,
                               fiat__str text, bool *valid, fiat_error *err) {
    fiat_status status = fiat__schema_load(schema, ctx, text, err);
    if (status != FIAT_OK) return status;
    fiat__trace_begin(&ctx->trace, true);
    status = look_again(run, schema, ctx, &ctx->trace, FAULTS_MAX, err);
    if (status != FIAT_OK) return report_stop(run, status, err);
    *valid = ctx->trace.list[0].ok;
    return FIAT_OK;
}

/* Everything that is said of a fault. The strings are those of the context. */
static fiat_schema_failure describe(fiat__run *run, const fiat__fault *fault, fiat__line *line) {
    fiat_validator *ctx = run->ctx;
    fiat__str name = fiat__str_c(fiat__keyword_name((fiat__keyword)fault->keyword));
    fiat__buf *way = &ctx->keyword_location, *location = &ctx->absolute_location;
    size_t offset = ctx->tape.items[fault->item].at;
    fiat__message_write(run, fault);
    fiat__buf_clear(way);
    fiat__place_write(way, NULL, run, fault->place);
    fiat__buf_clear(location);
    fiat__location_write(location, run->schema, ctx->trace.list[fault->place].schema);
    if (name.len) {
        fiat__pointer_append(way, name);
        fiat__location_append(location, name);
    }
    fiat__line_find(line, ctx->tape.text, offset);
    return (fiat_schema_failure){.instance_path = fiat__buf_cstr(&ctx->instance_path),
                                 .keyword = name.ptr,
                                 .schema_path = fiat__buf_cstr(&ctx->schema_path),
                                 .message = fiat__buf_cstr(&ctx->message),
                                 .offset = offset,
                                 .keyword_location = fiat__buf_cstr(way),
                                 .absolute_keyword_location = fiat__buf_cstr(location),
                                 .line = line->number,
                                 .column = line->column};
}

fiat_status fiat__report_all(const fiat_schema *schema, fiat_validator *ctx, fiat_status first,
                             size_t max, bool (*each)(const fiat_schema_failure *, void *user),
                             void *user, fiat_error *err) {
    fiat__run run;
    fiat__line line = {0};
    uint32_t most = max < FIRST_OF ? FIRST_OF : max > FAULTS_MAX ? FAULTS_MAX : (uint32_t)max;
    fiat__trace_begin(&ctx->trace, false);
    fiat_status status = look_again(&run, schema, ctx, &ctx->trace, most, err);
    if (status != FIAT_OK) return report_stop(&run, status, err);
    uint32_t count = ctx->faults.count;
    if (count == 0) return report_nothing(first, err);
    for (uint32_t i = 0; i < count && (i == 0 || i < max); i++) {
        const fiat__fault fault = ctx->faults.at[i]; /* writing a message uses the list */
        fiat_schema_failure failure = describe(&run, &fault, &line);
        if (i == 0) {
            fiat__err_set(err, FIAT_E_SCHEMA_MISMATCH, "%s", failure.message);
            set_places(&run, &fault, err);
        }
        if (max == 0 || !each(&failure, user)) break;
    }
    return FIAT_E_SCHEMA_MISMATCH;
}
