/* Standard output: the arguments, the run, the way of the text to the caller. */
#include "schema/output.h"

#include "base/error.h"

#include <stdlib.h>

#define FLUSH_BYTES 16384u
#define TEXT_MAX    (1u << 30)

bool fiat__output_flush(fiat__output *o, bool all) {
    if (o->stopped || o->text.failed || o->status != FIAT_OK) return false;
    if (o->text.len == 0 || (!all && o->text.len < FLUSH_BYTES)) return true;
    o->stopped = !o->write(o->text.ptr, o->text.len, o->user);
    fiat__buf_clear(&o->text);
    return !o->stopped;
}

/* In each place in the order in which they were found, but those of one keyword together. */
static int by_place(const void *a, const void *b) {
    const fiat__fault *left = a, *right = b;
    if (left->place != right->place) return left->place < right->place ? -1 : 1;
    if (left->keyword != right->keyword) return left->keyword < right->keyword ? -1 : 1;
    return left->order < right->order ? -1 : left->order > right->order;
}

fiat__fault_range fiat__output_faults(const fiat__output *o, uint32_t place) {
    const fiat__fault_list *list = o->run->faults;
    uint32_t low = 0, high = list->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (list->at[middle].place < place)
            low = middle + 1;
        else
            high = middle;
    }
    fiat__fault_range range = {low, low};
    while (range.end < list->count && list->at[range.end].place == place)
        range.end++;
    return range;
}

static const struct {
    fiat_schema_output_format format;
    void (*write)(fiat__output *o);
} s_formats[] = {
    {FIAT_SCHEMA_OUTPUT_BASIC, fiat__output_basic},
    {FIAT_SCHEMA_OUTPUT_DETAILED, fiat__output_detailed},
    {FIAT_SCHEMA_OUTPUT_LIST, fiat__output_list},
    {FIAT_SCHEMA_OUTPUT_HIERARCHICAL, fiat__output_hierarchical},
};

static void write_format(fiat__output *o, fiat_schema_output_format format) {
    for (size_t i = 0; i < sizeof s_formats / sizeof s_formats[0]; i++)
        if (s_formats[i].format == format) s_formats[i].write(o);
}

static fiat_status check_sent(fiat__output *o, fiat_error *err) {
    (void)fiat__output_flush(o, true);
    if (o->text.failed) return fiat__buf_status(&o->text, err);
    if (o->stopped) return fiat__err_set(err, FIAT_E_IO, "the caller's write() stopped the output");
    if (o->status == FIAT_E_NOMEM) return fiat__err_nomem(err);
    if (o->status == FIAT_OK) return FIAT_OK;
    return fiat__err_set(err, o->status,
                         "a location in the output is longer than %u bytes; make names shorter or "
                         "nest less",
                         FIAT__LOCATION_MAX);
}

static fiat_status write_all(fiat__output *o, fiat_schema_output_format format, fiat_error *err) {
    fiat__fault_list *faults = o->run->faults;
    for (uint32_t i = 0; i < faults->count; i++)
        faults->at[i].order = i;
    if (faults->count > 1) qsort(faults->at, faults->count, sizeof *faults->at, by_place);
    fiat__buf_init(&o->text, TEXT_MAX);
    fiat__buf_init(&o->way, FIAT__LOCATION_MAX);
    fiat__buf_init(&o->instance, FIAT__LOCATION_MAX);
    fiat__buf_init(&o->location, FIAT__LOCATION_MAX);
    fiat__buf_init(&o->lines, TEXT_MAX);
    write_format(o, format);
    fiat_status status = check_sent(o, err);
    fiat__buf_deinit(&o->text);
    fiat__buf_deinit(&o->way);
    fiat__buf_deinit(&o->instance);
    fiat__buf_deinit(&o->location);
    fiat__buf_deinit(&o->lines);
    return status;
}

/* The verdict is all that is wanted. */
static fiat_status write_flag(const fiat_schema *schema, fiat_validator *ctx, fiat__str text,
                              fiat__output *o, fiat_error *err) {
    fiat_status status = fiat__schema_validate(schema, ctx, text, err);
    if (status != FIAT_OK && status != FIAT_E_SCHEMA_MISMATCH) return status;
    const char *flag = status == FIAT_OK ? "{\"valid\":true}" : "{\"valid\":false}";
    if (o->write(flag, strlen(flag), o->user)) return status;
    return fiat__err_set(err, FIAT_E_IO, "the caller's write() stopped the output");
}

fiat_status fiat__schema_output(const fiat_schema *schema, fiat_validator *ctx, fiat__str text,
                                fiat_schema_output_format format,
                                bool (*write)(const char *bytes, size_t len, void *user),
                                void *user, fiat_error *err) {
    fiat__run run;
    fiat__output o = {.run = &run, .write = write, .user = user};
    if (format == FIAT_SCHEMA_OUTPUT_FLAG) return write_flag(schema, ctx, text, &o, err);
    fiat_status status = fiat__report_trace(&run, schema, ctx, text, &o.valid, err);
    if (status != FIAT_OK) return status;
    status = write_all(&o, format, err);
    if (status != FIAT_OK || o.valid) return status;
    return fiat__report_first(schema, ctx, FIAT_OK, err);
}
