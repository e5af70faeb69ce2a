/* "basic": one unit a keyword, in the order of the evaluation (2020-12 core, section 12.4.2). */
#include "schema/output.h"

/* Start the list, or go on with it. */
static void separate(fiat__output *o, bool *first) {
    const char *start = o->valid ? ",\"annotations\":[" : ",\"errors\":[";
    fiat__buf_append_c(&o->text, *first ? start : ",");
    *first = false;
}

static void write_errors(fiat__output *o, uint32_t place, bool *first) {
    fiat__fault_range range = fiat__output_faults(o, place);
    for (uint32_t i = range.first; i < range.end && fiat__output_flush(o, false); i++) {
        const fiat__fault *fault = &o->run->faults->at[i];
        separate(o, first);
        fiat__output_error(o, fault);
    }
}

static void write_annotations(fiat__output *o, uint32_t place, bool *first) {
    fiat__annotation annotation;
    for (uint32_t key = 0; fiat__annotation_next(&annotation, o->run, place, &key);) {
        separate(o, first);
        fiat__output_annotation(o, &annotation);
    }
}

void fiat__output_basic(fiat__output *o) {
    const fiat__trace *trace = o->run->trace;
    bool first = true;
    fiat__output_enter(o, 0);
    fiat__output_open(o, FIAT__WORDS_2020, o->valid, 0, fiat__str_of("", 0), NULL);
    for (uint32_t i = 0; i < trace->count && fiat__output_flush(o, false);) {
        bool dropped = o->valid && !trace->list[i].ok;
        fiat__output_enter(o, i);
        if (!o->valid)
            write_errors(o, i, &first);
        else if (!dropped)
            write_annotations(o, i, &first);
        i = dropped ? trace->list[i].end : i + 1; /* with all that is inside */
    }
    fiat__buf_append_c(&o->text, first ? "}" : "]}");
}
