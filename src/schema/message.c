/* Faults in words: the thing, the place, what was wanted. One function a family of keywords. */
#include "schema/run.h"

#include "json/excerpt.h"
#include "json/pointer.h"
#include "schema/content.h"
#include "schema/nearest.h"

/* A fault, and a line that grows. */
typedef struct message {
    fiat__run *run;
    const fiat__fault *fault;
    const fiat__node *node;
    fiat__buf *out;
    const char *words;                /* of the keyword's row below */
    unsigned depth;                   /* of alternatives inside alternatives */
    char value[FIAT__EXCERPT_BYTES];  /* what was found */
    char wanted[FIAT__EXCERPT_BYTES]; /* the keyword's value in the schema */
} message;

static const fiat__tape *event_of(const message *m) {
    return &m->run->ctx->tape;
}

static const fiat__tape *schema_of(const message *m) {
    return &m->run->schema->tape;
}

static fiat__keyword keyword_of(const message *m) {
    return (fiat__keyword)m->fault->keyword;
}

/* The keyword's value in the schema's tape; 0 when the node is no object. */
static uint32_t keyword_item(const message *m) {
    const fiat__tape *schema = schema_of(m);
    if (schema->items[m->node->where].kind != FIAT__JSON_OBJECT) return 0;
    return fiat__tape_member(schema, m->node->where,
                             fiat__str_c(fiat__keyword_name(keyword_of(m))));
}

static void write_line(fiat__run *run, const fiat__fault *fault, unsigned depth);

/* ---- Scalars. ---- */

static const char *kind_name(unsigned kind) {
    switch (kind) {
    case FIAT__JSON_NULL:
        return "null";
    case FIAT__JSON_BOOL:
        return "boolean";
    case FIAT__JSON_INTEGER:
        return "integer";
    case FIAT__JSON_NUMBER:
        return "number";
    case FIAT__JSON_STRING:
        return "string";
    case FIAT__JSON_ARRAY:
        return "array";
    default:
        return "object";
    }
}

static void write_type(message *m) {
    unsigned found = event_of(m)->items[m->fault->item].kind, kinds = m->node->kinds;
    fiat__buf_append_c(m->out, m->value);
    if (*m->value == '[' || *m->value == '{')
        fiat__buf_printf(m->out, " is an %s", kind_name(found));
    else if (!(found & (FIAT__JSON_CONTAINERS | FIAT__JSON_NULL)))
        fiat__buf_printf(m->out, " is a %s",
                         found == FIAT__JSON_INTEGER ? "number" : kind_name(found));
    const char *before = "; wanted ";
    if (kinds & FIAT__JSON_NUMBER) kinds &= ~(unsigned)FIAT__JSON_INTEGER;
    for (unsigned bit = 1; bit <= FIAT__JSON_OBJECT; bit <<= 1) {
        if (!(kinds & bit)) continue;
        fiat__buf_printf(m->out, "%s%s", before, kind_name(bit));
        before = " or ";
    }
}

/* As many of the allowed values as fit on the line. */
static void write_values(message *m, uint32_t list) {
    const fiat__tape *schema = schema_of(m);
    uint32_t count = schema->items[list].len, item = list + 1;
    size_t start = m->out->len;
    for (uint32_t i = 0; i < count; i++) {
        char shown[FIAT__EXCERPT_BYTES];
        fiat__tape_excerpt(shown, sizeof shown, schema, item);
        if (i && m->out->len - start + strlen(shown) > 120) {
            fiat__buf_printf(m->out, ", ... (%u in all)", count);
            return;
        }
        fiat__buf_printf(m->out, "%s%s", i ? ", " : "", shown);
        item = fiat__tape_next(schema, item);
    }
}

static void suggest(message *m, const fiat__nearest *nearest) {
    char shown[FIAT__EXCERPT_BYTES];
    if (nearest->best.ptr)
        fiat__buf_printf(m->out, "; did you mean %s?",
                         fiat__excerpt(shown, sizeof shown, nearest->best));
}

static void write_enum(message *m) {
    uint32_t list = keyword_item(m), item = list + 1;
    const fiat__tape *schema = schema_of(m);
    if (schema->items[list].len == 0) {
        fiat__buf_printf(m->out, "%s is not allowed: no value is", m->value);
        return;
    }
    fiat__buf_printf(m->out, "%s is not %s", m->value,
                     schema->items[list].len == 1 ? "" : "one of ");
    write_values(m, list);
    if (event_of(m)->items[m->fault->item].kind != FIAT__JSON_STRING) return;
    fiat__nearest nearest;
    fiat__nearest_init(&nearest, fiat__tape_string(event_of(m), m->fault->item));
    for (uint32_t i = 0; i < schema->items[list].len; i++) {
        if (schema->items[item].kind == FIAT__JSON_STRING)
            fiat__nearest_offer(&nearest, fiat__tape_string(schema, item));
        item = fiat__tape_next(schema, item);
    }
    suggest(m, &nearest);
}

static void write_format(message *m) {
    const fiat__string_rule *rule = &m->run->program->strings[m->node->string];
    fiat__buf_printf(m->out, "%s is not %s", m->value,
                     fiat__format_wanted((fiat__format)rule->format));
}

static void write_encoding(message *m) {
    const fiat__string_rule *rule = &m->run->program->strings[m->node->string];
    fiat__buf_printf(m->out, "%s is not %s", m->value,
                     fiat__encoding_wanted((fiat__encoding)rule->encoding));
}

static void write_media(message *m) {
    const fiat__string_rule *rule = &m->run->program->strings[m->node->string];
    fiat__buf_printf(m->out, "%s does not hold %s", m->value,
                     fiat__media_wanted((fiat__media)rule->media));
}

/* The bound itself: in draft-04 the exclusive keyword's own value is a boolean. */
static void write_bound(message *m) {
    const fiat__number_rule *rule = &m->run->program->numbers[m->node->number];
    uint32_t item = keyword_of(m) == FIAT__KW_MINIMUM             ? rule->minimum
                    : keyword_of(m) == FIAT__KW_MAXIMUM           ? rule->maximum
                    : keyword_of(m) == FIAT__KW_EXCLUSIVE_MINIMUM ? rule->above
                                                                  : rule->below;
    fiat__tape_excerpt(m->wanted, sizeof m->wanted, schema_of(m), item);
    fiat__buf_printf(m->out, "%s %s %s", m->value, m->words, m->wanted);
}

/* ---- Sizes. ---- */

static uint32_t code_points(fiat__str text) {
    uint32_t count = 0;
    for (size_t i = 0; i < text.len; i++)
        count += ((unsigned char)text.ptr[i] & 0xC0) != 0x80;
    return count;
}

/* words: the unit. */
static void write_size(message *m) {
    const fiat__tape_item *item = &event_of(m)->items[m->fault->item];
    bool string = item->kind == FIAT__JSON_STRING;
    bool least = keyword_of(m) == FIAT__KW_MIN_LENGTH || keyword_of(m) == FIAT__KW_MIN_ITEMS ||
                 keyword_of(m) == FIAT__KW_MIN_PROPERTIES;
    uint32_t size = item->len;
    if (string) size = code_points(fiat__tape_string(event_of(m), m->fault->item));
    if (item->kind == FIAT__JSON_OBJECT) size = m->fault->detail;
    /* "an array of 99 items has 99 items" would say it twice */
    if (strchr("\"[{", *m->value)) fiat__buf_printf(m->out, "%s has ", m->value);
    fiat__buf_printf(m->out, "%u %s%s; at %s %s %s", size, m->words, size == 1 ? "" : "s",
                     least ? "least" : "most", m->wanted,
                     least                         ? "must be there"
                     : strcmp(m->wanted, "1") == 0 ? "is allowed"
                                                   : "are allowed");
}

static void write_contains(message *m) {
    if (keyword_of(m) == FIAT__KW_CONTAINS)
        fiat__buf_printf(m->out, "%s has no item that fits the schema of \"contains\"", m->value);
    else
        fiat__buf_printf(m->out, "%s has %u item%s the schema of \"contains\"; at %s %s %s",
                         m->value, m->fault->detail,
                         m->fault->detail == 1 ? " that fits" : "s that fit",
                         keyword_of(m) == FIAT__KW_MIN_CONTAINS ? "least" : "most", m->wanted,
                         keyword_of(m) == FIAT__KW_MIN_CONTAINS ? "must" : "may");
}

static void write_unique(message *m) {
    fiat__buf_printf(m->out, "%s is there twice, first at ", m->value);
    fiat__pointer_write(m->out, event_of(m), m->fault->detail);
    fiat__buf_append_c(m->out, "; items must differ");
}

static void write_extra_item(message *m) {
    const fiat__array_rule *rule = &m->run->program->arrays[m->node->array];
    if (keyword_of(m) == FIAT__KW_UNEVALUATED_ITEMS)
        fiat__buf_printf(m->out, "%s is not allowed: no schema describes this item", m->value);
    else if (rule->prefix_count)
        fiat__buf_printf(m->out, "%s is one item too many: no more than %u %s allowed", m->value,
                         rule->prefix_count, rule->prefix_count == 1 ? "is" : "are");
    else
        fiat__buf_printf(m->out, "%s is not allowed: no item is", m->value);
}

/* ---- Members. ---- */

static void offer_known(const message *m, fiat__nearest *nearest) {
    const fiat__program *p = m->run->program;
    const fiat__names *names = &p->objects[m->node->object].names;
    for (uint32_t slot = names->slots; slot < names->slots + names->count; slot++)
        if (p->slots[slot].flags & FIAT__SLOT_DECLARED)
            fiat__nearest_offer(nearest, fiat__slot_name(p, slot));
}

/* item: the value of a member; its key stands before it. */
static void write_extra_member(message *m) {
    char shown[FIAT__EXCERPT_BYTES];
    fiat__str name = fiat__tape_string(event_of(m), m->fault->item - 1);
    fiat__nearest nearest;
    fiat__nearest_init(&nearest, name);
    offer_known(m, &nearest);
    fiat__buf_printf(m->out, "member %s is not allowed", fiat__excerpt(shown, sizeof shown, name));
    suggest(m, &nearest);
}

static void write_required(message *m) {
    char shown[FIAT__EXCERPT_BYTES];
    fiat__buf_printf(
        m->out, "required member %s is missing",
        fiat__excerpt(shown, sizeof shown, fiat__slot_name(m->run->program, m->fault->detail)));
}

static void write_depends(message *m) {
    char missing[FIAT__EXCERPT_BYTES], trigger[FIAT__EXCERPT_BYTES];
    fiat__buf_printf(
        m->out, "member %s is missing; it must be there because %s is",
        fiat__excerpt(missing, sizeof missing, fiat__slot_name(m->run->program, m->fault->detail)),
        fiat__excerpt(trigger, sizeof trigger,
                      fiat__slot_name(m->run->program, m->fault->detail2)));
}

/* ---- Alternatives. ---- */

/* Alternatives inside alternatives are told this deep. */
#define NESTED_MAX 3u

static void write_no_branch(message *m) {
    const fiat__apply *apply = &m->run->program->applies[m->fault->detail2];
    fiat__fault inner;
    fiat__buf_printf(m->out, "%s fits none of the %u alternatives of %s", m->value, apply->count,
                     fiat__keyword_name(keyword_of(m)));
    uint32_t best = m->depth < NESTED_MAX ? fiat__run_closest(m->run, apply, m->fault->item, &inner)
                                          : UINT32_MAX;
    if (best == UINT32_MAX) return;
    fiat__buf_printf(m->out, "; the closest is number %u: ", best + 1);
    if (inner.item != m->fault->item) {
        fiat__pointer_write(m->out, event_of(m), inner.item);
        fiat__buf_append_c(m->out, ": ");
    }
    write_line(m->run, &inner, m->depth + 1);
}

static void write_one_of(message *m) {
    if (m->fault->detail == 0) {
        write_no_branch(m);
        return;
    }
    fiat__buf_printf(m->out, "%s fits more than one alternative of oneOf; it must fit exactly one",
                     m->value);
}

/* ---- All of them. ---- */

/* The value, the words of the row, the keyword's value. */
static void write_plain(message *m) {
    fiat__buf_printf(m->out, "%s %s %s", m->value, m->words, m->wanted);
}

/* The same without the keyword's value. */
static void write_short(message *m) {
    fiat__buf_printf(m->out, "%s %s", m->value, m->words);
}

static void write_no_name(message *m) {
    fiat__buf_printf(m->out, "member %s is not allowed: no name is", m->value);
}

static void write_never(message *m) {
    fiat__buf_printf(m->out, "no value is allowed here, found %s", m->value);
}

static const struct {
    void (*write)(message *m);
    const char *words;
} rows[FIAT__KW_COUNT] = {
    [FIAT__KW_NONE] = {write_never, NULL},
    [FIAT__KW_TYPE] = {write_type, NULL},
    [FIAT__KW_ENUM] = {write_enum, NULL},
    [FIAT__KW_CONST] = {write_plain, "is not"},
    [FIAT__KW_FORMAT] = {write_format, NULL},
    [FIAT__KW_CONTENT_ENCODING] = {write_encoding, NULL},
    [FIAT__KW_CONTENT_MEDIA_TYPE] = {write_media, NULL},
    [FIAT__KW_PATTERN] = {write_plain, "does not match the pattern"},
    [FIAT__KW_MINIMUM] = {write_bound, "is less than the minimum"},
    [FIAT__KW_MAXIMUM] = {write_bound, "is more than the maximum"},
    [FIAT__KW_EXCLUSIVE_MINIMUM] = {write_bound, "must be more than"},
    [FIAT__KW_EXCLUSIVE_MAXIMUM] = {write_bound, "must be less than"},
    [FIAT__KW_MULTIPLE_OF] = {write_plain, "is not a multiple of"},
    [FIAT__KW_MIN_LENGTH] = {write_size, "character"},
    [FIAT__KW_MAX_LENGTH] = {write_size, "character"},
    [FIAT__KW_MIN_ITEMS] = {write_size, "item"},
    [FIAT__KW_MAX_ITEMS] = {write_size, "item"},
    [FIAT__KW_MIN_PROPERTIES] = {write_size, "member"},
    [FIAT__KW_MAX_PROPERTIES] = {write_size, "member"},
    [FIAT__KW_UNIQUE_ITEMS] = {write_unique, NULL},
    [FIAT__KW_CONTAINS] = {write_contains, NULL},
    [FIAT__KW_MIN_CONTAINS] = {write_contains, NULL},
    [FIAT__KW_MAX_CONTAINS] = {write_contains, NULL},
    [FIAT__KW_ITEMS] = {write_extra_item, NULL},
    [FIAT__KW_ADDITIONAL_ITEMS] = {write_extra_item, NULL},
    [FIAT__KW_UNEVALUATED_ITEMS] = {write_extra_item, NULL},
    [FIAT__KW_ADDITIONAL_PROPERTIES] = {write_extra_member, NULL},
    [FIAT__KW_UNEVALUATED_PROPERTIES] = {write_extra_member, NULL},
    [FIAT__KW_PROPERTY_NAMES] = {write_no_name, NULL},
    [FIAT__KW_REQUIRED] = {write_required, NULL},
    [FIAT__KW_DEPENDENCIES] = {write_depends, NULL},
    [FIAT__KW_DEPENDENT_REQUIRED] = {write_depends, NULL},
    [FIAT__KW_ANY_OF] = {write_no_branch, NULL},
    [FIAT__KW_ONE_OF] = {write_one_of, NULL},
    [FIAT__KW_NOT] = {write_short, "is what \"not\" forbids"},
};

static void write_line(fiat__run *run, const fiat__fault *fault, unsigned depth) {
    message m = {.run = run,
                 .fault = fault,
                 .node = &run->program->nodes[fault->node],
                 .out = &run->ctx->message,
                 .words = rows[fault->keyword].words,
                 .depth = depth};
    uint32_t keyword = keyword_item(&m);
    fiat__tape_excerpt(m.value, sizeof m.value, event_of(&m), fault->item);
    fiat__tape_excerpt(m.wanted, sizeof m.wanted, schema_of(&m), keyword);
    if (rows[fault->keyword].write)
        rows[fault->keyword].write(&m);
    else
        write_never(&m);
}

void fiat__message_places(fiat__run *run, const fiat__fault *fault) {
    fiat_validator *ctx = run->ctx;
    fiat__buf_clear(&ctx->instance_path);
    fiat__buf_clear(&ctx->schema_path);
    if (run->trace) {
        fiat__place_write(NULL, &ctx->instance_path, run, fault->place);
        fiat__fault_instance_token(&ctx->instance_path, run, fault);
    } else {
        fiat__pointer_write(&ctx->instance_path, &ctx->tape, fault->item);
    }
    uint32_t where = run->program->nodes[fault->node].where;
    const fiat__document *document = fiat__document_of(run->program, where);
    if (document != run->program->documents)
        fiat__buf_printf(&ctx->schema_path, "%s#", run->program->names + document->uri);
    fiat__pointer_write_from(&ctx->schema_path, &run->schema->tape, document->item, where);
    if (fault->keyword != FIAT__KW_NONE)
        fiat__pointer_append(&ctx->schema_path,
                             fiat__str_c(fiat__keyword_name((fiat__keyword)fault->keyword)));
}

static void write_message(fiat__run *run, const fiat__fault *fault) {
    fiat__buf *out = &run->ctx->message;
    write_line(run, fault, 0);
    fiat__excerpt_blank(out->ptr, out->len); /* names may hold anything; messages are one line */
}

void fiat__message_write(fiat__run *run, const fiat__fault *fault) {
    fiat__buf *out = &run->ctx->message;
    fiat__message_places(run, fault);
    fiat__buf_clear(out);
    if (run->ctx->instance_path.len)
        fiat__buf_printf(out, "%s: ", fiat__buf_cstr(&run->ctx->instance_path));
    write_message(run, fault);
}

void fiat__message_bare(fiat__run *run, const fiat__fault *fault) {
    fiat__buf_clear(&run->ctx->message);
    write_message(run, fault);
}
