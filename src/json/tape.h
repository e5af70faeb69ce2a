/* A JSON text as a flat list of values in the order of the text, for whoever must look twice.
 *
 * A container is followed by its contents: an array by its items, an object by key, value, key,
 * value, ... fiat__tape_next() steps over a value with all it contains. Index 0 is the first value
 * of the tape. One thread; the memory is reused from text to text. */
#ifndef FIAT_JSON_TAPE_H
#define FIAT_JSON_TAPE_H

#include "base/buf.h"
#include "json/keyset.h"
#include "json/scan.h"

typedef struct fiat__tape_item {
    uint32_t at;  /* offset of the value's first byte in the text (a string's quote) */
    uint32_t len; /* string: bytes of its value; number, word: bytes; container: items or members */
    uint32_t next; /* container: index after its contents; escaped string: where its value is */
    uint8_t kind;  /* fiat__json_kind */
    uint8_t escaped;
    uint16_t spare;
} fiat__tape_item;

typedef struct fiat__tape {
    fiat__str text; /* padded, see json/scan.h; borrowed */
    fiat__tape_item *items;
    uint32_t count, cap;
    char *strings; /* values of strings with escapes */
    size_t strings_len, strings_cap;
    fiat__keyspace *keys; /* borrowed */
    unsigned max_depth;
    fiat_status status;  /* why fiat__tape_add() returned NULL */
    const char *fail_at; /* where */
    const char *wanted;  /* FIAT_E_JSON_SYNTAX: what should stand there */
} fiat__tape;

void fiat__tape_init(fiat__tape *tape, fiat__keyspace *keys);
void fiat__tape_deinit(fiat__tape *tape);

/* Room for so many items, for a text whose number of them can be guessed. false: out of memory. */
bool fiat__tape_reserve(fiat__tape *tape, uint32_t items);

/* Forget all values and turn to another text (or the same again). */
void fiat__tape_reset(fiat__tape *tape, fiat__str padded_text, unsigned max_depth);

/* Go on with the same text, which has moved and grown at its end. */
void fiat__tape_rebase(fiat__tape *tape, fiat__str padded_text);

/* Append the value at p, of which `depth` containers are open already. Returns the byte after it,
 * or NULL with status, fail_at and wanted set. Strict: RFC 8259, no duplicate keys, no lone
 * surrogates. */
const char *fiat__tape_add(fiat__tape *tape, const char *p, unsigned depth);

/* The whole text as one value. Fills in err's offset, instance_path and message. */
fiat_status fiat__tape_parse(fiat__tape *tape, fiat_error *err);

/* A text parsed to be looked into, with all that it takes. `tape` points to `keys`: not to be
 * moved.
 */
typedef struct fiat__parsed {
    fiat__padded text;
    fiat__keyspace keys;
    fiat__tape tape;
} fiat__parsed;

/* Errors as those of fiat__tape_parse(), and FIAT_E_JSON_UTF8, FIAT_E_LIMIT, FIAT_E_NOMEM. Release
 * it with fiat__parsed_deinit() in any case. */
fiat_status fiat__parsed_init(fiat__parsed *parsed, fiat__str text, unsigned max_depth,
                              fiat_error *err);
void fiat__parsed_deinit(fiat__parsed *parsed);

/* Is the text one JSON value, nested at most max_depth deep? Errors as those of
 * fiat__tape_parse(), and FIAT_E_JSON_UTF8, FIAT_E_LIMIT, FIAT_E_NOMEM. */
fiat_status fiat__tape_check(fiat__str text, unsigned max_depth, fiat_error *err);

static inline uint32_t fiat__tape_next(const fiat__tape *tape, uint32_t item) {
    const fiat__tape_item *at = &tape->items[item];
    return at->kind & FIAT__JSON_CONTAINERS ? at->next : item + 1;
}

/* Value of a string. */
static inline fiat__str fiat__tape_string(const fiat__tape *tape, uint32_t item) {
    const fiat__tape_item *at = &tape->items[item];
    const char *ptr = at->escaped ? tape->strings + at->next : tape->text.ptr + at->at + 1;
    return fiat__str_of(ptr, at->len);
}

/* Text of a number or word. */
static inline fiat__str fiat__tape_text(const fiat__tape *tape, uint32_t item) {
    return fiat__str_of(tape->text.ptr + tape->items[item].at, tape->items[item].len);
}

/* Any value of a text that was parsed to its end, as it stands there. */
fiat__str fiat__tape_source(const fiat__tape *tape, uint32_t item);

static inline bool fiat__tape_is_true(const fiat__tape *tape, uint32_t item) {
    return tape->text.ptr[tape->items[item].at] == 't';
}

/* Index of the value of a member; 0 when the object has none of that name. */
uint32_t fiat__tape_member(const fiat__tape *tape, uint32_t object, fiat__str name);

/* Put the error of a failed fiat__tape_add() into words (json/syntax.c). */
fiat_status fiat__tape_explain(const fiat__tape *tape, fiat_error *err);

#endif
