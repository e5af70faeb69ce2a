/* The parts that all units of standard output are made of. */
#include "schema/output.h"

#include "json/pointer.h"
#include "json/writer.h"

/* Each place remembers how long its two pointers are, so that those inside it start from there. */
void fiat__output_enter(fiat__output *o, uint32_t index) {
    fiat__place *list = o->run->trace->list, *place = &list[index];
    bool root = place->parent == FIAT__PLACE_NONE;
    fiat__buf_truncate(&o->way, root ? 0 : list[place->parent].way_len);
    fiat__buf_truncate(&o->instance, root ? 0 : list[place->parent].instance_len);
    fiat__place_token(&o->way, o->run, place);
    fiat__place_instance_token(&o->instance, o->run, place);
    place->way_len = (uint32_t)o->way.len;
    place->instance_len = (uint32_t)o->instance.len;
}

/* Buffers forget that they failed when they are used again. */
static void remember(fiat__output *o, const fiat__buf *buf) {
    if (buf->failed) o->status = buf->too_long ? FIAT_E_SCHEMA_LIMIT : FIAT_E_NOMEM;
}

static void write_pointer(fiat__output *o, const char *name, const fiat__buf *pointer) {
    remember(o, pointer);
    fiat__buf_printf(&o->text, ",\"%s\":", name);
    fiat__json_write_string(&o->text, fiat__buf_str(pointer));
}

void fiat__output_open(fiat__output *o, fiat__output_words words, bool valid, uint32_t index,
                       fiat__str keyword, const fiat__fault *fault) {
    const fiat__place *place = &o->run->trace->list[index];
    bool next = words == FIAT__WORDS_NEXT;
    fiat__buf_clear(&o->location);
    fiat__location_write(&o->location, o->run->schema, place->schema);
    if (keyword.len) {
        fiat__pointer_append(&o->way, keyword);
        fiat__location_append(&o->location, keyword);
    }
    if (fault) fiat__fault_instance_token(&o->instance, o->run, fault);
    fiat__buf_printf(&o->text, "{\"valid\":%s", valid ? "true" : "false");
    write_pointer(o, next ? "evaluationPath" : "keywordLocation", &o->way);
    write_pointer(o, next ? "schemaLocation" : "absoluteKeywordLocation", &o->location);
    write_pointer(o, "instanceLocation", &o->instance);
    fiat__buf_truncate(&o->way, place->way_len);
    fiat__buf_truncate(&o->instance, place->instance_len);
}

fiat__str fiat__output_line(fiat__output *o, const fiat__fault *fault) {
    const fiat__fault copy = *fault;                  /* writing a message uses the list */
    const fiat__buf *message = &o->run->ctx->message; /* cut when it is too long */
    fiat__message_bare(o->run, &copy);
    if (message->failed && !message->too_long) o->status = FIAT_E_NOMEM;
    return fiat__buf_str(message);
}

void fiat__output_message(fiat__output *o, const fiat__fault *fault) {
    fiat__json_write_string(&o->text, fiat__output_line(o, fault));
}

void fiat__output_error(fiat__output *o, const fiat__fault *fault) {
    fiat__str name = fiat__str_c(fiat__keyword_name((fiat__keyword)fault->keyword));
    fiat__output_open(o, FIAT__WORDS_2020, false, fault->place, name, fault);
    fiat__buf_append_c(&o->text, ",\"error\":");
    fiat__output_message(o, fault);
    fiat__buf_append_char(&o->text, '}');
}

void fiat__output_annotation(fiat__output *o, const fiat__annotation *annotation) {
    fiat__output_open(o, FIAT__WORDS_2020, true, annotation->place, annotation->name, NULL);
    fiat__buf_append_c(&o->text, ",\"annotation\":");
    fiat__annotation_write(&o->text, annotation);
    fiat__buf_append_char(&o->text, '}');
}
