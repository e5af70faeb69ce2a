/* The second engine: judge a value on a tape. It knows every keyword, and with a list of faults it
 * goes on after a failure, which is how reports are made. */
#include "schema/run.h"
#include "schema/run_scalar.h"

#include "base/mem.h"
#include "schema/content.h"

void fiat__run_fault(fiat__run *run, const fiat__node *node, fiat__keyword keyword, uint32_t item,
                     uint32_t detail, uint32_t detail2) {
    fiat__fault_list *list = run->faults;
    if (!list || list->count >= list->max) return;
    if (list->count == list->cap) {
        uint32_t cap = list->cap ? list->cap * 2 : 16;
        fiat__fault *grown = fiat__realloc_array(list->at, cap, sizeof *grown);
        if (!grown) {
            fiat__run_stop(run, FIAT_E_NOMEM);
            return;
        }
        list->at = grown;
        list->cap = cap;
    }
    list->at[list->count++] = (fiat__fault){.node = (uint32_t)(node - run->program->nodes),
                                            .item = item,
                                            .detail = detail,
                                            .detail2 = detail2,
                                            .place = run->trace ? run->trace->current : 0,
                                            .keyword = (uint16_t)keyword};
}

bool fiat__run_quietly(fiat__run *run, uint32_t node, uint32_t item, size_t marks) {
    fiat__fault_list *faults = run->faults;
    fiat__trace *trace = run->trace;
    if (!fiat__run_wants_all(run)) {
        run->faults = NULL;
        run->trace = NULL;
    }
    bool ok = fiat__run_item(run, node, item, marks);
    run->faults = faults;
    run->trace = trace;
    return ok;
}

/* ---- Scalars. ---- */

/* Record every bit as a fault of its keyword. */
static bool record(fiat__run *run, const fiat__node *node, uint32_t item, unsigned faults) {
    static const struct {
        unsigned bit;
        fiat__keyword keyword;
    } keywords[] = {
        {FIAT__FAULT_SHORT, FIAT__KW_MIN_LENGTH},
        {FIAT__FAULT_LONG, FIAT__KW_MAX_LENGTH},
        {FIAT__FAULT_PATTERN, FIAT__KW_PATTERN},
        {FIAT__FAULT_FORMAT, FIAT__KW_FORMAT},
        {FIAT__FAULT_ENCODING, FIAT__KW_CONTENT_ENCODING},
        {FIAT__FAULT_MEDIA, FIAT__KW_CONTENT_MEDIA_TYPE},
        {FIAT__FAULT_MINIMUM, FIAT__KW_MINIMUM},
        {FIAT__FAULT_MAXIMUM, FIAT__KW_MAXIMUM},
        {FIAT__FAULT_ABOVE, FIAT__KW_EXCLUSIVE_MINIMUM},
        {FIAT__FAULT_BELOW, FIAT__KW_EXCLUSIVE_MAXIMUM},
        {FIAT__FAULT_MULTIPLE, FIAT__KW_MULTIPLE_OF},
    };
    if (!faults || run->status != FIAT_OK) return !faults;
    if (!run->faults) return false; /* nobody asks which */
    fiat__keyword values = (fiat__keyword)run->program->values[node->values].keyword;
    if (faults & FIAT__FAULT_VALUES) fiat__run_fault(run, node, values, item, 0, 0);
    for (size_t i = 0; i < sizeof keywords / sizeof keywords[0]; i++)
        if (faults & keywords[i].bit) fiat__run_fault(run, node, keywords[i].keyword, item, 0, 0);
    return false;
}

unsigned fiat__content_faults(const fiat__string_rule *rule, fiat__str value) {
    switch (fiat__content_check((fiat__encoding)rule->encoding, (fiat__media)rule->media, value)) {
    case FIAT__CONTENT_ENCODING:
        return FIAT__FAULT_ENCODING;
    case FIAT__CONTENT_MEDIA:
        return FIAT__FAULT_MEDIA;
    default:
        return 0;
    }
}

unsigned fiat__length_faults(const fiat__string_rule *rule, fiat__str value) {
    size_t points = 0;
    for (size_t i = 0; i < value.len; i++)
        points += ((unsigned char)value.ptr[i] & 0xC0) != 0x80;
    return (points < rule->min ? FIAT__FAULT_SHORT : 0) |
           (points > rule->max ? FIAT__FAULT_LONG : 0);
}

unsigned fiat__exact_faults(fiat__run *run, const fiat__number_rule *rule, fiat__str text,
                            bool all) {
    const fiat__tape *schema = &run->schema->tape;
    unsigned faults = 0;
    if (rule->minimum && fiat__number_compare(text, fiat__tape_text(schema, rule->minimum)) < 0)
        faults |= FIAT__FAULT_MINIMUM;
    if (rule->maximum && fiat__number_compare(text, fiat__tape_text(schema, rule->maximum)) > 0)
        faults |= FIAT__FAULT_MAXIMUM;
    if (rule->above && fiat__number_compare(text, fiat__tape_text(schema, rule->above)) <= 0)
        faults |= FIAT__FAULT_ABOVE;
    if (rule->below && fiat__number_compare(text, fiat__tape_text(schema, rule->below)) >= 0)
        faults |= FIAT__FAULT_BELOW;
    if (!rule->multiple_of || (faults && !all)) return faults;
    int multiple = fiat__number_multiple_of(text, fiat__tape_text(schema, rule->multiple_of));
    if (multiple < 0) fiat__run_limit(run, FIAT__KW_MULTIPLE_OF);
    return faults | (multiple == 1 ? 0 : FIAT__FAULT_MULTIPLE);
}

static bool judge_string(fiat__run *run, const fiat__node *node, uint32_t item) {
    fiat__str value = fiat__tape_string(&run->ctx->tape, item);
    return record(run, node, item, fiat__string_faults(run, node, value, run->faults != NULL));
}

static bool judge_number(fiat__run *run, const fiat__node *node, uint32_t item) {
    fiat__str text = fiat__tape_text(&run->ctx->tape, item);
    fiat__scan_number number = fiat__scan_number_at(text.ptr);
    unsigned faults = fiat__number_faults(run, node, text, &number, run->faults != NULL);
    return record(run, node, item, faults);
}

static bool judge_word(fiat__run *run, const fiat__node *node, uint32_t item) {
    if (!node->values) return true;
    const fiat__values_rule *rule = &run->program->values[node->values];
    const fiat__tape *tape = &run->ctx->tape;
    bool boolean = tape->items[item].kind == FIAT__JSON_BOOL;
    bool ok = boolean ? rule->booleans & (fiat__tape_is_true(tape, item) ? 2 : 1)
                      : rule->kinds & FIAT__JSON_NULL;
    return record(run, node, item, ok ? 0 : FIAT__FAULT_VALUES);
}

/* ---- Containers. ---- */

static bool judge_container(fiat__run *run, const fiat__node *node, uint32_t item, size_t marks) {
    bool ok = true;
    if (node->values && !fiat__values_have_container(run, node, item)) {
        ok = record(run, node, item, FIAT__FAULT_VALUES);
        if (!fiat__run_goes_on(run)) return false;
    }
    bool array = run->ctx->tape.items[item].kind == FIAT__JSON_ARRAY;
    bool inside =
        array ? fiat__run_array(run, node, item, marks) : fiat__run_object(run, node, item, marks);
    return inside && ok;
}

/* ---- Any value. ---- */

static bool kind_ok(const fiat__run *run, const fiat__node *node, uint32_t item) {
    unsigned kind = run->ctx->tape.items[item].kind;
    if (!(kind & FIAT__JSON_NUMERIC)) return node->kinds & kind;
    return fiat__number_kind_ok(node, kind, fiat__tape_text(&run->ctx->tape, item));
}

static bool judge(fiat__run *run, const fiat__node *node, uint32_t item, size_t marks) {
    switch (run->ctx->tape.items[item].kind) {
    case FIAT__JSON_STRING:
        return judge_string(run, node, item);
    case FIAT__JSON_INTEGER:
    case FIAT__JSON_NUMBER:
        return judge_number(run, node, item);
    case FIAT__JSON_ARRAY:
    case FIAT__JSON_OBJECT:
        return judge_container(run, node, item, marks);
    default:
        return judge_word(run, node, item);
    }
}

/* The node for what nothing else has evaluated, when the value is a container that has one. */
static uint32_t unevaluated_node(const fiat__run *run, const fiat__node *node, uint32_t item) {
    switch (run->ctx->tape.items[item].kind) {
    case FIAT__JSON_ARRAY:
        return run->program->arrays[node->array].unevaluated;
    case FIAT__JSON_OBJECT:
        return run->program->objects[node->object].unevaluated;
    default:
        return FIAT__NODE_NONE;
    }
}

/* The keywords of the value's kind, and then the applicators. */
static bool judge_in_place(fiat__run *run, const fiat__node *node, uint32_t item, size_t marks) {
    bool ok = judge(run, node, item, marks);
    if (!node->apply || !(ok || fiat__run_goes_on(run))) return ok;
    return fiat__run_apply(run, node, item, marks) && ok;
}

/* unevaluated* comes last, and has marks of its own: it must not see what schemas beside this one
 * evaluate, but leaves nothing unevaluated for them. */
static bool judge_all(fiat__run *run, const fiat__node *node, uint32_t item, size_t outer) {
    uint32_t count = run->ctx->tape.items[item].len;
    size_t marks = fiat__marks_push(run, count);
    if (!marks) return false;
    bool ok = judge_in_place(run, node, item, marks);
    if (ok || fiat__run_goes_on(run)) ok = fiat__run_unevaluated(run, node, item, marks) && ok;
    fiat__marks_pop(run, marks);
    if (ok) fiat__marks_fill(run, outer, count);
    return ok;
}

bool fiat__run_node(fiat__run *run, uint32_t index, uint32_t item, size_t marks) {
    const fiat__node *node = &run->program->nodes[index];
    if (run->steps == 0 || run->frames == 0) return fiat__run_limit(run, FIAT__KW_NONE);
    run->steps--;
    if (!kind_ok(run, node, item)) {
        fiat__run_fault(run, node, node->kinds ? FIAT__KW_TYPE : FIAT__KW_NONE, item, 0, 0);
        return false;
    }
    fiat__run_at(run, node, item);
    run->frames--;
    bool ok = unevaluated_node(run, node, item) == FIAT__NODE_NONE
                  ? judge_in_place(run, node, item, marks)
                  : judge_all(run, node, item, marks);
    run->frames++;
    return ok;
}

bool fiat__run_item(fiat__run *run, uint32_t index, uint32_t item, size_t marks) {
    index = fiat__node_origin(run->program, index);
    if (run->trace) return fiat__trace_item(run, index, item, marks);
    return fiat__run_node(run, index, item, marks);
}

bool fiat__run_child(fiat__run *run, const fiat__node *parent, fiat__keyword keyword,
                     uint32_t index, uint32_t item, uint32_t at) {
    fiat__run_by(run, keyword, at);
    index = fiat__node_origin(run->program, index);
    if (run->program->nodes[index].kinds) return fiat__run_item(run, index, item, 0);
    fiat__run_fault(run, parent, keyword, item, at, 0);
    return false;
}
