/* "detailed": the units of "basic" as a tree, condensed (2020-12 core, section 12.4.3): a node with
 * nothing inside is left out, and one with a single node inside gives way to that. Nodes are
 * schemas, and in them the keywords that applied other schemas.
 *
 * Recursion opens no more levels than the run did, with less on the stack for each: a chain of
 * single nodes opens none. */
#include "schema/output.h"

/* A schema (keyword NONE), or a keyword in it. */
typedef struct node {
    uint32_t place;
    fiat__keyword keyword;
} node;

static const fiat__place *place_at(const fiat__output *o, uint32_t place) {
    return &o->run->trace->list[place];
}

/* ---- Leaves: errors or annotations. ---- */

static bool is_dropped(const fiat__output *o, uint32_t place) {
    return o->valid && !place_at(o, place)->ok;
}

static uint32_t count_leaves(fiat__output *o, uint32_t place) {
    fiat__fault_range range = fiat__output_faults(o, place);
    if (!o->valid) return range.end - range.first;
    fiat__annotation annotation;
    uint32_t count = 0;
    for (uint32_t key = 0; fiat__annotation_next(&annotation, o->run, place, &key);)
        count++;
    return count;
}

/* Leave in each place how many leaves stand before it. */
static void number_leaves(fiat__output *o) {
    fiat__trace *trace = o->run->trace;
    uint32_t count = 0;
    for (uint32_t i = 0, dropped = 0; i < trace->count; i++) {
        trace->list[i].leaves = count;
        if (is_dropped(o, i) && trace->list[i].end > dropped) dropped = trace->list[i].end;
        if (i >= dropped) count += count_leaves(o, i);
    }
    o->leaves = count;
}

static uint32_t leaves_before(const fiat__output *o, uint32_t place) {
    return place < o->run->trace->count ? place_at(o, place)->leaves : o->leaves;
}

static bool has_leaves(const fiat__output *o, uint32_t place) {
    return leaves_before(o, place_at(o, place)->end) > leaves_before(o, place);
}

/* ---- Children. ---- */

/* The first child from `child` on with leaves in it, entered by `keyword` unless that is NONE. */
static uint32_t next_child(const fiat__output *o, uint32_t place, uint32_t child,
                           fiat__keyword keyword) {
    uint32_t end = place_at(o, place)->end;
    for (; child < end; child = place_at(o, child)->end) {
        bool wanted = keyword == FIAT__KW_NONE || place_at(o, child)->keyword == keyword;
        if (wanted && has_leaves(o, child) && !is_dropped(o, child)) return child;
    }
    return FIAT__PLACE_NONE;
}

static uint32_t first_child(const fiat__output *o, node n) {
    return next_child(o, n.place, n.place + 1, n.keyword);
}

static uint32_t child_after(const fiat__output *o, node n, uint32_t child) {
    return next_child(o, n.place, place_at(o, child)->end, n.keyword);
}

/* The error of a keyword that applied schemas, NULL when only those have any. */
static const fiat__fault *own_fault(const fiat__output *o, node n) {
    fiat__fault_range range = fiat__output_faults(o, n.place);
    for (uint32_t i = range.first; i < range.end; i++)
        if (o->run->faults->at[i].keyword == n.keyword) return &o->run->faults->at[i];
    return NULL;
}

/* The same for what it says of itself when all is well. */
static bool own_annotation(const fiat__output *o, node n, fiat__annotation *annotation) {
    for (uint32_t key = 0; o->valid && fiat__annotation_next(annotation, o->run, n.place, &key);)
        if (annotation->keyword == n.keyword) return true;
    return false;
}

static bool is_single(const fiat__output *o, node n) {
    fiat__annotation annotation;
    return !own_fault(o, n) && !own_annotation(o, n, &annotation) &&
           child_after(o, n, first_child(o, n)) == FIAT__PLACE_NONE;
}

/* The keywords of a schema that have nodes of their own; how many they are, and the last. */
typedef struct keywords {
    bool has[FIAT__KW_COUNT];
    uint32_t count;
    fiat__keyword last;
} keywords;

static void find_keywords(const fiat__output *o, uint32_t place, keywords *found) {
    node schema = {place, FIAT__KW_NONE};
    *found = (keywords){.count = 0};
    for (uint32_t child = first_child(o, schema); child != FIAT__PLACE_NONE;
         child = child_after(o, schema, child)) {
        fiat__keyword keyword = (fiat__keyword)place_at(o, child)->keyword;
        if (found->has[keyword]) continue;
        found->has[keyword] = true;
        found->last = keyword;
        found->count++;
    }
}

/* ---- Writing. ---- */

/* Point the output at a place. */
static void go_to(fiat__output *o, uint32_t index) {
    fiat__place *place = &o->run->trace->list[index];
    fiat__buf_clear(&o->way);
    fiat__buf_clear(&o->instance);
    fiat__place_write(&o->way, &o->instance, o->run, index);
    place->way_len = (uint32_t)o->way.len;
    place->instance_len = (uint32_t)o->instance.len;
}

static void open_node(fiat__output *o, node n) {
    go_to(o, n.place);
    fiat__output_open(o, FIAT__WORDS_2020, o->valid, n.place,
                      fiat__str_c(fiat__keyword_name(n.keyword)), NULL);
}

static void separate(fiat__output *o, bool *first) {
    const char *start = o->valid ? ",\"annotations\":[" : ",\"errors\":[";
    fiat__buf_append_c(&o->text, *first ? start : ",");
    *first = false;
}

/* Count, and if so wanted write, the leaves that no keyword's node takes in: into a list, or, when
 * `first` is NULL, the only one there is. */
static uint32_t write_leaves(fiat__output *o, uint32_t place, const keywords *found, bool write,
                             bool *first) {
    fiat__fault_range range = fiat__output_faults(o, place);
    fiat__annotation annotation;
    uint32_t count = 0;
    for (uint32_t i = range.first; i < range.end && fiat__output_flush(o, false); i++) {
        const fiat__fault *fault = &o->run->faults->at[i];
        if (found->has[fault->keyword]) continue;
        count++;
        if (!write) continue;
        if (first) separate(o, first);
        go_to(o, place);
        fiat__output_error(o, fault);
    }
    for (uint32_t key = 0; o->valid && fiat__annotation_next(&annotation, o->run, place, &key);) {
        if (found->has[annotation.keyword]) continue;
        count++;
        if (!write) continue;
        if (first) separate(o, first);
        go_to(o, place);
        fiat__output_annotation(o, &annotation);
    }
    return count;
}

static void write_schema(fiat__output *o, uint32_t place);

static void write_keyword(fiat__output *o, node n) {
    const fiat__fault *fault = own_fault(o, n);
    uint32_t child = first_child(o, n);
    fiat__annotation annotation;
    if (is_single(o, n)) {
        write_schema(o, child);
        return;
    }
    open_node(o, n);
    if (fault) {
        fiat__buf_append_c(&o->text, ",\"error\":");
        fiat__output_message(o, fault);
    }
    if (own_annotation(o, n, &annotation)) {
        fiat__buf_append_c(&o->text, ",\"annotation\":");
        fiat__annotation_write(&o->text, &annotation);
    }
    for (bool first = true; child != FIAT__PLACE_NONE && fiat__output_flush(o, false);
         child = child_after(o, n, child)) {
        separate(o, &first);
        write_schema(o, child);
    }
    fiat__buf_append_c(&o->text, "]}");
}

/* Down a chain of single nodes. */
static uint32_t condense(fiat__output *o, uint32_t place, keywords *found) {
    for (;;) {
        find_keywords(o, place, found);
        if (found->count != 1 || write_leaves(o, place, found, false, NULL) > 0) return place;
        node only = {place, found->last};
        if (!is_single(o, only)) return place;
        place = first_child(o, only);
    }
}

static void write_schema(fiat__output *o, uint32_t place) {
    keywords found;
    bool first = true;
    place = condense(o, place, &found);
    uint32_t leaves = write_leaves(o, place, &found, false, NULL);
    if (leaves + found.count == 1) {
        if (leaves)
            write_leaves(o, place, &found, true, NULL);
        else
            write_keyword(o, (node){place, found.last});
        return;
    }
    open_node(o, (node){place, FIAT__KW_NONE});
    write_leaves(o, place, &found, true, &first);
    for (int i = 0; i < FIAT__KW_COUNT; i++) {
        if (!found.has[i]) continue;
        separate(o, &first);
        write_keyword(o, (node){place, (fiat__keyword)i});
    }
    fiat__buf_append_c(&o->text, first ? "}" : "]}");
}

void fiat__output_detailed(fiat__output *o) {
    number_leaves(o);
    write_schema(o, 0);
}
