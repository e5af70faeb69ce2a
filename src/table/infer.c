/* Learning from samples, one at a time: a sample is parsed whole before anything is learnt. */
#include "table/infer_node.h"

#include "base/error.h"
#include "base/mem.h"
#include "json/number.h"
#include "schema/schema.h"

const fiat__infer_format fiat__infer_formats[FIAT__INFER_FORMATS] = {
    {FIAT__FORMAT_DATE_TIME, "date-time"},
    {FIAT__FORMAT_DATE, "date"},
    {FIAT__FORMAT_UUID, "uuid"},
    {FIAT__FORMAT_IPV4, "ipv4"},
    {FIAT__FORMAT_IPV6, "ipv6"},
    {FIAT__FORMAT_EMAIL, "email"},
    {FIAT__FORMAT_URI, "uri"},
};

fiat_status fiat__infer_new(fiat__infer **out, const fiat__infer_opts *opts, fiat_error *err) {
    *out = NULL;
    fiat__infer *infer = fiat__calloc(1, sizeof *infer);
    if (!infer) return fiat__err_nomem(err);
    infer->opts = *opts;
    fiat__keyspace_init(&infer->keys);
    fiat__tape_init(&infer->tape, &infer->keys);
    infer->root = fiat__infer_node_new(infer);
    if (!infer->root) {
        fiat__infer_free(infer);
        return fiat__err_nomem(err);
    }
    *out = infer;
    return FIAT_OK;
}

void fiat__infer_free(fiat__infer *infer) {
    if (!infer) return;
    fiat__infer_node_free(infer, infer->root);
    fiat__tape_deinit(&infer->tape);
    fiat__keyspace_deinit(&infer->keys);
    fiat__padded_deinit(&infer->text);
    fiat__free(infer);
}

static void learn_number(fiat__infer_node *node, fiat__str text, bool integer) {
    int64_t value;
    unsigned digits = 0;
    if (integer && !fiat__number_to_int64(text, &value)) {
        size_t len = text.len - (text.ptr[0] == '-');
        if (len > FIAT__INFER_DIGITS_MAX)
            integer = false;
        else
            digits = (unsigned)len;
    }
    ++*(integer ? &node->integers : &node->fractions);
    if (digits > node->digits) node->digits = digits;
}

/* Nearly every text with a colon is a URI to the RFC; people mean those with an authority. */
static bool is_meant(fiat__format format, fiat__str text) {
    if (format != FIAT__FORMAT_URI) return true;
    const char *colon = text.len ? memchr(text.ptr, ':', text.len) : NULL;
    return colon && fiat__str_starts(fiat__str_of(colon, text.len - (size_t)(colon - text.ptr)),
                                     fiat__str_c("://"));
}

static bool learn_string(fiat__infer *infer, fiat__infer_node *node, fiat__str text) {
    node->strings++;
    for (unsigned i = 0; i < FIAT__INFER_FORMATS && node->formats; i++) {
        if (!(node->formats & (1u << i))) continue;
        fiat__format format = fiat__infer_formats[i].format;
        if (!is_meant(format, text) || !fiat__format_check(format, text))
            node->formats &= ~(1u << i);
    }
    return fiat__infer_keep_value(infer, node, text);
}

static bool learn(fiat__infer *infer, fiat__infer_node *node, uint32_t item);

static bool learn_array(fiat__infer *infer, fiat__infer_node *node, uint32_t array) {
    const fiat__tape *tape = &infer->tape;
    uint32_t item = array + 1;
    node->arrays++;
    if (tape->items[array].len == 0) return true;
    if (!node->items && infer->full) node->items_lost = true;
    if (node->items_lost) return true;
    if (!node->items) node->items = fiat__infer_node_new(infer);
    if (!node->items) return false;
    for (uint32_t i = 0; i < tape->items[array].len; i++) {
        if (!learn(infer, node->items, item)) return false;
        item = fiat__tape_next(tape, item);
    }
    return true;
}

static bool learn_object(fiat__infer *infer, fiat__infer_node *node, uint32_t object) {
    const fiat__tape *tape = &infer->tape;
    uint32_t key = object + 1;
    node->objects++;
    node->next = 0;
    for (uint32_t i = 0; i < tape->items[object].len; i++) {
        fiat__infer_node *member;
        if (!fiat__infer_member_at(infer, node, fiat__tape_string(tape, key), &member))
            return false;
        if (member && !learn(infer, member, key + 1)) return false;
        key = fiat__tape_next(tape, key + 1);
    }
    return true;
}

/* False when out of memory. Recurses as deep as the sample is nested. */
static bool learn(fiat__infer *infer, fiat__infer_node *node, uint32_t item) {
    const fiat__tape *tape = &infer->tape;
    switch ((fiat__json_kind)tape->items[item].kind) {
    case FIAT__JSON_NULL:
        node->nulls++;
        return true;
    case FIAT__JSON_BOOL:
        node->booleans++;
        return true;
    case FIAT__JSON_INTEGER:
        learn_number(node, fiat__tape_text(tape, item), true);
        return true;
    case FIAT__JSON_NUMBER:
        learn_number(node, fiat__tape_text(tape, item), false);
        return true;
    case FIAT__JSON_STRING:
        return learn_string(infer, node, fiat__tape_string(tape, item));
    case FIAT__JSON_ARRAY:
        return learn_array(infer, node, item);
    case FIAT__JSON_OBJECT:
        return learn_object(infer, node, item);
    }
    return true;
}

fiat_status fiat__infer_add(fiat__infer *infer, fiat__str text, fiat_error *err) {
    fiat_status status = fiat__scan_load(&infer->text, text, err);
    if (status != FIAT_OK) return status;
    fiat__tape_reset(&infer->tape, fiat__str_of(infer->text.ptr, infer->text.len),
                     FIAT__SCHEMA_MAX_DEPTH);
    status = fiat__tape_parse(&infer->tape, err);
    if (status != FIAT_OK) return status;
    if (!learn(infer, infer->root, 0)) return fiat__err_nomem(err);
    infer->count++;
    return FIAT_OK;
}

uint64_t fiat__infer_count(const fiat__infer *infer) {
    return infer->count;
}

uint64_t fiat__infer_objects(const fiat__infer *infer) {
    return infer->root->objects;
}
