/* "list" and "hierarchical" of "A Specification for Machine-Readable Output for JSON Schema
 * Validation and Annotation": one unit a schema that was applied to a value. */
#include "json/writer.h"
#include "schema/output.h"

static const char *uri_of(fiat__draft draft) {
    switch (draft) {
    case FIAT__DRAFT_4:
        return "http://json-schema.org/draft-04/schema#";
    case FIAT__DRAFT_6:
        return "http://json-schema.org/draft-06/schema#";
    case FIAT__DRAFT_7:
        return "http://json-schema.org/draft-07/schema#";
    case FIAT__DRAFT_2019:
        return "https://json-schema.org/draft/2019-09/schema";
    default:
        return "https://json-schema.org/draft/2020-12/schema";
    }
}

static fiat__str dialect_of(const fiat_schema *schema) {
    const fiat__tape *tape = &schema->tape;
    uint32_t value = 0;
    if (tape->items[0].kind == FIAT__JSON_OBJECT)
        value = fiat__tape_member(tape, 0, fiat__str_c("$schema"));
    if (value && tape->items[value].kind == FIAT__JSON_STRING)
        return fiat__tape_string(tape, value);
    return fiat__str_c(uri_of(fiat__resource_of(schema, 0)->dialect.draft));
}

static void write_head(fiat__output *o) {
    uint32_t root;
    const fiat_schema *schema = o->run->schema;
    fiat__buf_append_c(&o->text, "{\"dialect\":");
    fiat__json_write_string(&o->text, dialect_of(schema));
    fiat__buf_append_c(&o->text, ",\"schema\":");
    fiat__json_write_string(&o->text, fiat__schema_base_uri(schema, 0, &root));
    fiat__buf_printf(&o->text, ",\"valid\":%s,\"details\":[", o->valid ? "true" : "false");
}

/* ---- What a unit holds. ---- */

static fiat__str name_of(const fiat__fault *fault) {
    return fiat__str_c(fiat__keyword_name((fiat__keyword)fault->keyword));
}

/* The engine reports the schema `false` of an applicator as a fault of the applicator itself; here
 * it is a unit of its own. */
static bool is_of_false(const fiat__output *o, const fiat__fault *fault) {
    return fiat__keyword_shape_of((fiat__keyword)fault->keyword) != FIAT__SHAPE_PLAIN &&
           fault->item != o->run->trace->list[fault->place].item;
}

static bool has(const fiat__output *o, fiat__fault_range range, bool of_false) {
    for (uint32_t i = range.first; i < range.end; i++)
        if (is_of_false(o, &o->run->faults->at[i]) == of_false) return true;
    return false;
}

/* The faults of one keyword from number *at on, as one string. */
static void write_messages(fiat__output *o, uint32_t *at, uint32_t end) {
    const fiat__fault_list *list = o->run->faults;
    unsigned keyword = list->at[*at].keyword;
    fiat__buf_clear(&o->lines);
    for (; *at < end && list->at[*at].keyword == keyword; ++*at) {
        const fiat__fault *fault = &list->at[*at];
        if (is_of_false(o, fault)) continue;
        if (o->lines.len) fiat__buf_append_c(&o->lines, "; ");
        fiat__str line = fiat__output_line(o, fault);
        fiat__buf_append(&o->lines, line.ptr, line.len);
    }
    if (o->lines.failed) o->status = FIAT_E_NOMEM;
    fiat__json_write_string(&o->text, fiat__buf_str(&o->lines));
}

static void write_errors(fiat__output *o, fiat__fault_range range) {
    bool first = true;
    for (uint32_t i = range.first; i < range.end;) {
        const fiat__fault *fault = &o->run->faults->at[i];
        if (is_of_false(o, fault)) {
            i++;
            continue;
        }
        fiat__buf_append_c(&o->text, first ? ",\"errors\":{" : ",");
        fiat__json_write_string(&o->text, name_of(fault));
        fiat__buf_append_char(&o->text, ':');
        write_messages(o, &i, range.end);
        first = false;
    }
    if (!first) fiat__buf_append_char(&o->text, '}');
}

static void write_annotations(fiat__output *o, uint32_t place, const char *name) {
    fiat__annotation annotation;
    bool first = true;
    for (uint32_t key = 0; fiat__annotation_next(&annotation, o->run, place, &key);) {
        if (first) fiat__buf_printf(&o->text, ",\"%s\":{", name);
        if (!first) fiat__buf_append_char(&o->text, ',');
        fiat__json_write_string(&o->text, annotation.name);
        fiat__buf_append_char(&o->text, ':');
        fiat__annotation_write(&o->text, &annotation);
        first = false;
    }
    if (!first) fiat__buf_append_char(&o->text, '}');
}

static void separate(fiat__output *o, bool *first) {
    if (!*first) fiat__buf_append_char(&o->text, ',');
    *first = false;
}

/* Units of the schema `false`, for each value that it was applied to. */
static void write_false(fiat__output *o, uint32_t place, fiat__fault_range range, bool *first) {
    for (uint32_t i = range.first; i < range.end && fiat__output_flush(o, false); i++) {
        const fiat__fault *fault = &o->run->faults->at[i];
        if (!is_of_false(o, fault)) continue;
        separate(o, first);
        fiat__output_open(o, FIAT__WORDS_NEXT, false, place, name_of(fault), fault);
        fiat__buf_append_c(&o->text, ",\"errors\":{\"\":");
        fiat__output_message(o, fault);
        fiat__buf_append_c(&o->text, "}}");
    }
}

static void open_unit(fiat__output *o, uint32_t place) {
    const fiat__place *at = &o->run->trace->list[place];
    fiat__output_open(o, FIAT__WORDS_NEXT, at->ok, place, fiat__str_of("", 0), NULL);
}

/* ---- "list": only units that say something. ---- */

static void list_errors(fiat__output *o, uint32_t place, bool *first) {
    fiat__fault_range range = fiat__output_faults(o, place);
    if (has(o, range, false)) {
        separate(o, first);
        open_unit(o, place);
        write_errors(o, range);
        fiat__buf_append_char(&o->text, '}');
    }
    write_false(o, place, range, first);
}

static void list_annotations(fiat__output *o, uint32_t place, bool *first) {
    fiat__annotation annotation;
    uint32_t key = 0;
    if (!fiat__annotation_next(&annotation, o->run, place, &key)) return;
    separate(o, first);
    open_unit(o, place);
    write_annotations(o, place, "annotations");
    fiat__buf_append_char(&o->text, '}');
}

void fiat__output_list(fiat__output *o) {
    const fiat__trace *trace = o->run->trace;
    bool first = true;
    write_head(o);
    for (uint32_t i = 0; i < trace->count && fiat__output_flush(o, false);) {
        bool dropped = o->valid && !trace->list[i].ok;
        fiat__output_enter(o, i);
        if (!o->valid)
            list_errors(o, i, &first);
        else if (!dropped)
            list_annotations(o, i, &first);
        i = dropped ? trace->list[i].end : i + 1; /* with all that is inside */
    }
    fiat__buf_append_c(&o->text, "]}");
}

/* ---- "hierarchical": all units, each inside the one that it was entered from. ---- */

/* Up from the last unit inside others to the next of its elders that has more to come. */
static void close_units(fiat__output *o, uint32_t place) {
    const fiat__place *list = o->run->trace->list;
    uint32_t next = list[place].end;
    fiat__buf_append_char(&o->text, '}');
    while ((place = list[place].parent) != FIAT__PLACE_NONE && list[place].end == next)
        fiat__buf_append_c(&o->text, "]}");
    if (place != FIAT__PLACE_NONE) fiat__buf_append_char(&o->text, ',');
}

void fiat__output_hierarchical(fiat__output *o) {
    const fiat__trace *trace = o->run->trace;
    uint32_t dropped = 0; /* before this place: inside one that failed */
    write_head(o);
    for (uint32_t i = 0; i < trace->count && fiat__output_flush(o, false); i++) {
        const fiat__place *place = &trace->list[i];
        fiat__fault_range range = fiat__output_faults(o, i);
        bool inside = place->end > i + 1, of_false = has(o, range, true), first = true;
        if (!place->ok && place->end > dropped) dropped = place->end;
        fiat__output_enter(o, i);
        open_unit(o, i);
        write_errors(o, range);
        if (!place->ok || i >= dropped)
            write_annotations(o, i, place->ok ? "annotations" : "droppedAnnotations");
        if (inside || of_false) fiat__buf_append_c(&o->text, ",\"details\":[");
        write_false(o, i, range, &first);
        if (of_false) fiat__buf_append_char(&o->text, inside ? ',' : ']');
        if (!inside) close_units(o, i);
    }
    fiat__buf_append_c(&o->text, "]}");
}
