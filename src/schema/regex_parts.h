/* What the files behind regex.h share: the translator, in three files, and the matcher of our own.
 */
#ifndef FIAT_SCHEMA_REGEX_PARTS_H
#define FIAT_SCHEMA_REGEX_PARTS_H

#include "base/buf.h"
#include "schema/block.h"
#include "schema/regex.h"
#include <stdint.h>

/* ---- ECMA-262 to PCRE2: regex_translate.c, regex_class.c, regex_property.c ---- */

#define FIAT__REGEX_PATTERN_MAX_BYTES 65536
/* PCRE2's own default, pcre2_set_parens_nest_limit(). */
#define FIAT__REGEX_GROUP_DEPTH 250
#define FIAT__REGEX_NAMES       100
#define FIAT__REGEX_SET_BYTES   256

/* What a class matches: ASCII exactly, of the other characters only whether none, all or some. With
 * a property in it nothing is known, whatever else it has. */
typedef enum fiat__regex_others {
    FIAT__OTHERS_NONE,
    FIAT__OTHERS_ALL,
    FIAT__OTHERS_SOME,
    FIAT__OTHERS_UNKNOWN
} fiat__regex_others;

typedef struct fiat__regex_members {
    uint64_t ascii[2];
    fiat__regex_others others;
} fiat__regex_members;

/* A translation under way, in the caller's storage. */
typedef struct fiat__regex_translation {
    fiat__str pattern;
    size_t at;
    fiat__buf *out; /* NULL: check the syntax only */
    const char *reason;
    size_t reason_at;
    size_t locate, located; /* of fiat__regex_locate() */
    bool captures;          /* the pattern refers back to its groups */
    bool wary;              /* with something that PCRE2 10.42 cannot look ahead for, see regex.c */
    unsigned groups;        /* capture groups in the whole pattern */
    unsigned names;
    struct {
        fiat__str name;
        unsigned group;
    } named[FIAT__REGEX_NAMES];
} fiat__regex_translation;

/* Translate into out (NULL: only check). false: reason and reason_at say why; or out->failed. */
bool fiat__regex_translate(fiat__regex_translation *run, fiat__str pattern, fiat__buf *out);

/* The offset in `pattern`, which must be one that translates, that an offset in the translation
 * came from. */
size_t fiat__regex_locate(fiat__str pattern, fiat__buf *scratch, size_t translated_offset);

/* Set the reason; returns false. */
bool fiat__regex_refuse(fiat__regex_translation *run, size_t at, const char *reason);

static inline bool fiat__regex_sees(const fiat__regex_translation *run, size_t ahead, char c) {
    return run->pattern.len - run->at > ahead && run->pattern.ptr[run->at + ahead] == c;
}

void fiat__regex_emit(fiat__regex_translation *run, const char *text);
/* A code point that stands for itself, inside or outside a class. */
void fiat__regex_emit_char(fiat__regex_translation *run, uint32_t code_point);

/* One character or set of characters, as an escape, a class member or an atom gives it. */
typedef struct fiat__regex_item {
    bool is_set, negated;            /* \D: is_set, negated, set "0-9" */
    uint32_t code_point;             /* !is_set; may be a surrogate, which no text contains */
    fiat__regex_members members;     /* of all this; is_set: with `negated` applied */
    char set[FIAT__REGEX_SET_BYTES]; /* members for a PCRE2 class, without brackets */
} fiat__regex_item;

/* Read what follows a backslash; run->at stands after the backslash, and then after the escape. Not
 * for \b, \B, references and \k outside a class. */
bool fiat__regex_read_escape(fiat__regex_translation *run, bool in_class, fiat__regex_item *item);
/* A character that is no escape. */
bool fiat__regex_read_char(fiat__regex_translation *run, fiat__regex_item *item);
void fiat__regex_emit_item(fiat__regex_translation *run, const fiat__regex_item *item);
/* A class; run->at stands after the '['. members may be NULL. */
bool fiat__regex_read_class(fiat__regex_translation *run, fiat__regex_members *members);
/* \p{...} and \P{...}; run->at stands after the letter. */
bool fiat__regex_read_property(fiat__regex_translation *run, bool negated, fiat__regex_item *item);

/* ---- The matcher of our own: regex_simple.c, regex_simple_compile.c, regex_simple_ranges.c ----
 */

/* Consecutive bytes, or a run of characters of one class. */
typedef struct fiat__segment {
    uint32_t min, max;             /* characters; UINT32_MAX: without end */
    uint32_t literal, literal_len; /* bytes in the pool; literal_len 0: a class */
    unsigned char class_index;
    unsigned char range, range_count; /* class: its ASCII, in fiat__simple.ranges */
    bool wide;                        /* class: every character beyond ASCII belongs to it, ... */
    bool dot;                         /* ... except U+2028 and U+2029 */
} fiat__segment;

#define FIAT__SIMPLE_SEGMENTS      24
#define FIAT__SIMPLE_CLASSES       8
#define FIAT__SIMPLE_LITERAL_BYTES 256
#define FIAT__SIMPLE_SHAPE_BYTES   64
#define FIAT__SIMPLE_RANGES        16

typedef struct fiat__simple {
    bool (*match)(const struct fiat__simple *simple, fiat__str text); /* one of those below */
    bool from_start, to_end;                                          /* ^ and $ */
    bool wide;                                                        /* a segment is */
    uint32_t count;
    uint32_t split;    /* the segment that takes all up to a tail of fixed length; or count */
    size_t tail_bytes; /* bytes of the segments after the split */
    /* When all that matches has the same length: shape_ranges ranges for each block of sixteen
     * places, the last of which ends with the text. 0: no such pattern. */
    uint32_t shape_len, shape_ranges;
    size_t bytes; /* of this object, with what its pointers point to */
    const fiat__segment *segments;
    const fiat__range
        *ranges; /* of the shape, or of the ASCII of class i: [first[i], first[i+1]) */
    unsigned char first[FIAT__SIMPLE_CLASSES + 1];
    const unsigned char *classes; /* of each byte: the classes whose characters have it */
    const char *literals;
} fiat__simple;

/* The bytes that the characters of a class are made of. */
typedef struct fiat__byte_set {
    uint64_t bits[4];
} fiat__byte_set;

/* What the reader of a pattern found, in the caller's storage. */
typedef struct fiat__simple_plan {
    bool from_start, to_end;
    uint32_t count, split;
    size_t tail_bytes;
    fiat__segment segments[FIAT__SIMPLE_SEGMENTS];
    fiat__byte_set sets[FIAT__SIMPLE_CLASSES];
    uint32_t set_count;
    char literals[FIAT__SIMPLE_LITERAL_BYTES];
    uint32_t literals_len;
} fiat__simple_plan;

/* regex_simple_ranges.c: the matcher's tables, in one block of memory. */
fiat_status fiat__simple_assemble(fiat__simple **out, const fiat__simple_plan *plan,
                                  fiat_error *err);

/* *out is NULL when the pattern (which must be one that translates) is not simple. */
fiat_status fiat__simple_compile(fiat__simple **out, fiat__str pattern, fiat_error *err);
void fiat__simple_free(fiat__simple *simple);
/* When all that matches has the same length; when short texts are matched with ranges; always. */
bool fiat__simple_match_shape(const fiat__simple *simple, fiat__str text);
bool fiat__simple_match_short(const fiat__simple *simple, fiat__str text);
bool fiat__simple_match_any(const fiat__simple *simple, fiat__str text);

/* As fiat__regex_compile(), but always on PCRE2: for tests that compare the two. */
fiat_status fiat__regex_compile_pcre2(fiat__regex **out, fiat__str pattern, fiat_error *err);
bool fiat__regex_is_simple(const fiat__regex *regex);
/* From now on on PCRE2's interpreter, as where there is no JIT: for tests. */
void fiat__regex_drop_jit(fiat__regex *regex);

#endif
