/* Private to the two engines and the report: the state of one run. One thread. */
#ifndef FIAT_SCHEMA_RUN_H
#define FIAT_SCHEMA_RUN_H

#include "schema/trace.h"
#include "schema/program.h"

/* One failure, put into words later (message.c). */
typedef struct fiat__fault {
    uint32_t node;   /* whose keyword it is */
    uint32_t item;   /* the value, on the tape */
    uint32_t detail; /* required, dependencies: slot of the missing name; uniqueItems: the item
                        that is there twice; an applicator of the schema `false`: which item of an
                        array the value is */
    uint32_t detail2;
    uint32_t order; /* in which it was found */
    uint32_t place; /* where its schema was entered; 0 without places */
    uint16_t keyword;
} fiat__fault;

typedef struct fiat__fault_list {
    fiat__fault *at;
    uint32_t count, cap, max;
} fiat__fault_list;

/* Scratch memory of one thread; grows to what its largest event needs and stays. */
struct fiat_validator {
    fiat__padded text;
    fiat__keyspace keys;
    fiat__tape tape;
    char *unescaped; /* one string at a time; as large as the text */
    size_t unescaped_cap;
    uint64_t *wide; /* seen names of open objects with more than 64: max_words a level */
    size_t wide_cap;
    uint64_t *marks; /* stack of bit sets: evaluated members, seen names */
    size_t marks_used, marks_cap;
    fiat__regex_scratch *regex;
    fiat__fault_list faults;
    fiat__trace trace;
    fiat__buf instance_path, schema_path, message;
    fiat__buf keyword_location, absolute_location;
};

typedef struct fiat__run {
    const fiat_schema *schema;
    const fiat__program *program;
    fiat_validator *ctx;
    unsigned depth;     /* containers open */
    unsigned frames;    /* tape engine: calls that may still be opened */
    uint64_t steps;     /* left: each look at a value by a node takes one */
    size_t reread;      /* bytes that groups may still read more than once */
    uint32_t stamped;   /* FIAT_E_EVENT_STAMPED: the key that the event must not bring */
    fiat_status status; /* what stopped the run, other than the event's own fault */
    bool explains;      /* somebody will ask where a limit was met */
    /* FIAT_E_SCHEMA_LIMIT on the tape: where. */
    uint32_t stop_node, stop_item;
    fiat__keyword stop_keyword;
    fiat__fault_list *faults; /* NULL: stop at the first, and say only that there is one */
    fiat__trace *trace;       /* NULL: nobody asks by which way a schema was reached */
} fiat__run;

/* What groups may read again: this, and twice the text. */
#define FIAT__REREAD_BASE 65536u

/* Calls of the tape engine inside each other, by nodes that look at the same value and by nesting:
 * as many a level of the depth that is allowed. Each takes about 500 bytes of stack. */
#define FIAT__FRAMES_PER_LEVEL 16u
#define FIAT__FRAMES_MAX       4000u

/* Stop the run for a reason that is not the event's; returns false. */
static inline bool fiat__run_stop(fiat__run *run, fiat_status status) {
    if (run->status == FIAT_OK) run->status = status;
    return false;
}

/* The same for work that grew beyond bounds while `keyword` was checked. */
static inline bool fiat__run_limit(fiat__run *run, fiat__keyword keyword) {
    if (run->status == FIAT_OK) run->stop_keyword = keyword;
    return fiat__run_stop(run, FIAT_E_SCHEMA_LIMIT);
}

/* Groups have read bytes again. A text in which they would do so without end is judged on the tape.
 */
static inline void fiat__run_reread(fiat__run *run, size_t bytes) {
    run->reread -= bytes < run->reread ? bytes : run->reread;
}

/* Remember what is being judged, for the message when a limit ends the run. */
static inline void fiat__run_at(fiat__run *run, const fiat__node *node, uint32_t item) {
    if (!run->explains) return;
    run->stop_node = (uint32_t)(node - run->program->nodes);
    run->stop_item = item;
}

/* run.c: the text in ctx->text by a node, in one pass. */
bool fiat__run_text(fiat__run *run, uint32_t node);

/* run_tape.c: value `item` of ctx->tape. `marks`: 0, or the bit set (offset + 1 in ctx->marks)
 * where what was evaluated of this container is to be marked. */
bool fiat__run_item(fiat__run *run, uint32_t node, uint32_t item, size_t marks);
/* The same without leaving a trace. */
bool fiat__run_node(fiat__run *run, uint32_t node, uint32_t item, size_t marks);
/* run_array.c, run_object.c */
bool fiat__run_array(fiat__run *run, const fiat__node *node, uint32_t item, size_t marks);
/* uniqueItems of the array `item`. */
bool fiat__run_unique(fiat__run *run, const fiat__node *node, uint32_t item);
bool fiat__run_object(fiat__run *run, const fiat__node *node, uint32_t item, size_t marks);
/* run_values.c: is an array or object among the values of enum or const? */
bool fiat__values_have_container(fiat__run *run, const fiat__node *node, uint32_t item);
/* run_apply.c: the in-place applicators of a node. */
bool fiat__run_apply(fiat__run *run, const fiat__node *node, uint32_t item, size_t marks);
/* run_members.c: what is asked of an object once all its members were seen. `others`: how many of
 * them have names that are not known. */
bool fiat__members_check(const fiat__program *program, const fiat__object_rule *rule,
                         const uint64_t *seen, uint32_t others);
uint32_t fiat__members_count(const fiat__object_rule *rule, const uint64_t *seen, uint32_t others);

static inline bool fiat__members_ok(const fiat__program *program, const fiat__object_rule *rule,
                                    const uint64_t *seen, uint32_t others) {
    if ((seen[0] & rule->required) != rule->required) return false;
    return rule->only_required || fiat__members_check(program, rule, seen, others);
}

/* What a node says of members or items that nothing has marked. */
bool fiat__run_unevaluated(fiat__run *run, const fiat__node *node, uint32_t item, size_t marks);
/* A part of a container by a node that `keyword` of the parent applies to it: the schema `false` is
 * reported as the parent's keyword. `at`: which item it is, of an array. */
bool fiat__run_child(fiat__run *run, const fiat__node *parent, fiat__keyword keyword,
                     uint32_t index, uint32_t item, uint32_t at);

/* A run within the run, that nobody hears of unless every place is wanted: then its faults must be
 * taken back when they turn out to do no harm. */
bool fiat__run_quietly(fiat__run *run, uint32_t node, uint32_t item, size_t marks);

/* Are all places wanted, of what succeeds and of what fails without harm? */
static inline bool fiat__run_wants_all(const fiat__run *run) {
    return run->trace && run->trace->all;
}

/* Before a schema is entered: by which keyword of the current one. */
static inline void fiat__run_by(fiat__run *run, fiat__keyword keyword, uint32_t index) {
    if (run->trace) fiat__trace_by(run->trace, keyword, index);
}

/* Take back the faults after the first `count`. */
static inline uint32_t fiat__run_fault_count(const fiat__run *run) {
    return run->faults ? run->faults->count : 0;
}
static inline void fiat__run_forgive(fiat__run *run, uint32_t count) {
    if (run->faults) run->faults->count = count;
}

/* After a failure: is there more to find? Without a list of faults the first one ends the run. */
static inline bool fiat__run_goes_on(const fiat__run *run) {
    return run->faults && run->status == FIAT_OK && run->faults->count < run->faults->max;
}

/* Record a fault; nothing happens without a list. */
void fiat__run_fault(fiat__run *run, const fiat__node *node, fiat__keyword keyword, uint32_t item,
                     uint32_t detail, uint32_t detail2);

/* marks.c: a stack of bit sets. Returns offset + 1, or 0 when out of memory (the run is stopped).
 */
size_t fiat__marks_push(fiat__run *run, size_t bits);
static inline void fiat__marks_pop(fiat__run *run, size_t marks) {
    run->ctx->marks_used = marks - 1;
}
static inline void fiat__marks_set(fiat__run *run, size_t marks, uint32_t bit) {
    if (marks) run->ctx->marks[marks - 1 + bit / 64] |= UINT64_C(1) << (bit % 64);
}
static inline bool fiat__marks_get(const fiat__run *run, size_t marks, uint32_t bit) {
    return run->ctx->marks[marks - 1 + bit / 64] >> (bit % 64) & 1;
}
/* Mark bits 0..bits-1. */
void fiat__marks_fill(fiat__run *run, size_t marks, uint32_t bits);
/* to |= from */
void fiat__marks_merge(fiat__run *run, size_t to, size_t from, uint32_t bits);

/* schema.c: take a text over into ctx->text. */
fiat_status fiat__schema_load(const fiat_schema *schema, fiat_validator *ctx, fiat__str text,
                              fiat_error *err);
/* Prepare a run over a loaded text. */
void fiat__run_begin(fiat__run *run, const fiat_schema *schema, fiat_validator *ctx);

/* report.c: look at ctx->text again, on a tape. `first`: what stopped the first engine, if not the
 * event's own fault. */
fiat_status fiat__report_first(const fiat_schema *schema, fiat_validator *ctx, fiat_status first,
                               fiat_error *err);
fiat_status fiat__report_all(const fiat_schema *schema, fiat_validator *ctx, fiat_status first,
                             size_t max, bool (*each)(const fiat_schema_failure *, void *user),
                             void *user, fiat_error *err);

/* The text, judged on a tape with every place kept: the run, with its trace and faults, serves as
 * long as ctx is not used for anything else. */
fiat_status fiat__report_trace(fiat__run *run, const fiat_schema *schema, fiat_validator *ctx,
                               fiat__str text, bool *valid, fiat_error *err);

/* message.c: fill in ctx->instance_path and ctx->schema_path, cut when they are too long. */
void fiat__message_places(fiat__run *run, const fiat__fault *fault);
/* The same, and ctx->message, which starts with the place. */
void fiat__message_write(fiat__run *run, const fiat__fault *fault);
/* ctx->message alone, without the place. */
void fiat__message_bare(fiat__run *run, const fiat__fault *fault);

/* closest.c: the branch of anyOf or oneOf that a value came closest to, with its first fault in
 * *fault; UINT32_MAX when there is nothing to say. */
uint32_t fiat__run_closest(fiat__run *run, const fiat__apply *apply, uint32_t item,
                           fiat__fault *fault);

#endif
