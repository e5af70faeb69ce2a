/* The tables of the matcher of simple patterns, laid out in one block of memory. No state. */
#include "base/error.h"
#include "base/mem.h"
#include "schema/regex_parts.h"

/* Ranges of one place in a shape. */
#define SHAPE_RANGES 4
#define SHAPE_BLOCKS (FIAT__SIMPLE_SHAPE_BYTES / 16)

/* Tables while they grow. */
typedef struct tables {
    fiat__range ranges[SHAPE_BLOCKS * SHAPE_RANGES];
    uint32_t range_count;
    uint32_t shape_len, shape_ranges;
    bool ranged, wide;
    unsigned char first[FIAT__SIMPLE_CLASSES], counts[FIAT__SIMPLE_CLASSES]; /* of classes */
} tables;

_Static_assert(SHAPE_BLOCKS *SHAPE_RANGES >= FIAT__SIMPLE_RANGES, "classes fit as well");

typedef struct span_list {
    unsigned char low[SHAPE_RANGES], high[SHAPE_RANGES];
    unsigned count;
} span_list;

static bool has(const fiat__byte_set *set, unsigned byte) {
    return (set->bits[byte / 64] >> byte % 64 & 1) != 0;
}

/* The set's bytes below `end` as ranges; false when there are none or too many of them. */
static bool find_spans(const fiat__byte_set *set, unsigned end, span_list *spans) {
    spans->count = 0;
    for (unsigned byte = 0; byte < end; byte++) {
        if (!has(set, byte)) continue;
        bool joins = byte > 0 && has(set, byte - 1);
        if (!joins && spans->count == SHAPE_RANGES) return false;
        if (!joins) spans->low[spans->count++] = (unsigned char)byte;
        spans->high[spans->count - 1] = (unsigned char)byte;
    }
    return spans->count > 0;
}

static bool is_class(const fiat__segment *segment) {
    return segment->literal_len == 0;
}

/* Set of each byte of what ^...$ matches, when that has but one length; 0 when it has not. */
static uint32_t shape_places(const fiat__simple_plan *plan, fiat__byte_set *places) {
    uint32_t len = 0;
    if (!plan->from_start || !plan->to_end || plan->count < 2) return 0;
    for (uint32_t i = 0; i < plan->count; i++) {
        const fiat__segment *segment = &plan->segments[i];
        uint32_t count = is_class(segment) ? segment->min : segment->literal_len;
        if (segment->wide || segment->min != segment->max || count > FIAT__SIMPLE_SHAPE_BYTES - len)
            return 0;
        for (uint32_t j = 0; j < count; j++, len++) {
            if (is_class(segment)) {
                places[len] = plan->sets[segment->class_index];
                continue;
            }
            unsigned byte = (unsigned char)plan->literals[segment->literal + j];
            places[len] = (fiat__byte_set){{0}};
            places[len].bits[byte / 64] = UINT64_C(1) << byte % 64;
        }
    }
    return len;
}

/* Where in the text the block starts: the last one ends where the text does. */
static uint32_t block_start(uint32_t block, uint32_t len) {
    return 16 * block + 16 <= len || len < 16 ? 16 * block : len - 16;
}

static bool make_shape(const fiat__simple_plan *plan, tables *to) {
    fiat__byte_set places[FIAT__SIMPLE_SHAPE_BYTES];
    span_list spans[FIAT__SIMPLE_SHAPE_BYTES];
    uint32_t len = shape_places(plan, places), most = 1;
    if (len == 0) return false;
    for (uint32_t i = 0; i < len; i++) {
        if (!find_spans(&places[i], 256, &spans[i])) return false;
        if (spans[i].count > most) most = spans[i].count;
    }
    uint32_t blocks = (len + 15) / 16;
    for (uint32_t i = 0; i < blocks * most * 16; i++) {
        uint32_t block = i / (most * 16), which = i / 16 % most, place = i % 16;
        uint32_t at = block_start(block, len) + place;
        fiat__range *range = &to->ranges[block * most + which];
        /* Places behind a short text hold zeros, and places with fewer ranges have one twice. */
        unsigned use = at < len && which < spans[at].count ? which : 0;
        range->low[place] = at < len ? spans[at].low[use] : 0;
        range->span[place] =
            at < len ? (unsigned char)(spans[at].high[use] - spans[at].low[use]) : 0;
    }
    to->range_count = blocks * most;
    to->shape_len = len;
    to->shape_ranges = most;
    return true;
}

static void fill(fiat__range *range, unsigned char low, unsigned char high) {
    memset(range->low, low, sizeof range->low);
    memset(range->span, high - low, sizeof range->span);
}

/* The ASCII of every class, for patterns that start at the start: others would have to be tried at
 * each place. */
static void make_ranges(const fiat__simple_plan *plan, tables *to) {
    if (!plan->from_start || plan->set_count == 0) return;
    for (uint32_t i = 0; i < plan->set_count; i++) {
        span_list spans;
        if (!find_spans(&plan->sets[i], 128, &spans) ||
            to->range_count + spans.count > FIAT__SIMPLE_RANGES)
            return;
        to->first[i] = (unsigned char)to->range_count;
        to->counts[i] = (unsigned char)spans.count;
        for (unsigned j = 0; j < spans.count; j++)
            fill(&to->ranges[to->range_count++], spans.low[j], spans.high[j]);
    }
    to->ranged = true;
}

static void fill_classes(unsigned char classes[256], const fiat__simple_plan *plan) {
    memset(classes, 0, 256);
    for (unsigned byte = 0; byte < 256; byte++)
        for (uint32_t i = 0; i < plan->set_count; i++)
            if (has(&plan->sets[i], byte)) classes[byte] |= (unsigned char)(1u << i);
}

static void copy_segments(fiat__segment *to, uint32_t count, const fiat__simple_plan *plan,
                          const tables *made) {
    for (uint32_t i = 0; i < count; i++) {
        to[i] = plan->segments[i];
        to[i].range = made->first[to[i].class_index];
        to[i].range_count = made->counts[to[i].class_index];
    }
}

fiat_status fiat__simple_assemble(fiat__simple **out, const fiat__simple_plan *plan,
                                  fiat_error *err) {
    tables made = {.range_count = 0};
    bool shape = make_shape(plan, &made);
    if (!shape) make_ranges(plan, &made);
    if (!shape && !made.ranged) made.range_count = 0;
    for (uint32_t i = 0; i < plan->count; i++)
        made.wide |= plan->segments[i].wide;
    uint32_t segments = shape ? 0 : plan->count;
    size_t ranges_at = sizeof(fiat__simple);
    size_t segments_at = ranges_at + made.range_count * sizeof(fiat__range);
    size_t classes_at = segments_at + segments * sizeof(fiat__segment);
    size_t literals_at = classes_at + (shape ? 0 : 256);
    size_t bytes = literals_at + (shape ? 0 : plan->literals_len);
    char *block = fiat__malloc(bytes);
    if (!block) return fiat__err_nomem(err);
    fiat__simple *simple = (fiat__simple *)(void *)block;
    *simple = (fiat__simple){.match = shape         ? fiat__simple_match_shape
                                      : made.ranged ? fiat__simple_match_short
                                                    : fiat__simple_match_any,
                             .from_start = plan->from_start,
                             .to_end = plan->to_end,
                             .wide = made.wide,
                             .count = segments,
                             .split = plan->split,
                             .tail_bytes = plan->tail_bytes,
                             .shape_len = made.shape_len,
                             .shape_ranges = made.shape_ranges,
                             .bytes = bytes,
                             .segments = (const fiat__segment *)(void *)(block + segments_at),
                             .ranges = (const fiat__range *)(void *)(block + ranges_at),
                             .classes = (const unsigned char *)block + classes_at,
                             .literals = block + literals_at};
    memcpy(block + ranges_at, made.ranges, made.range_count * sizeof(fiat__range));
    copy_segments((fiat__segment *)(void *)(block + segments_at), segments, plan, &made);
    if (!shape) fill_classes((unsigned char *)block + classes_at, plan);
    if (!shape) memcpy(block + literals_at, plan->literals, plan->literals_len);
    *out = simple;
    return FIAT_OK;
}
