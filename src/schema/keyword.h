/* The keywords of JSON Schema from draft-04 to 2020-12: names, drafts, and where schemas sit in
 * their values. */
#ifndef FIAT_SCHEMA_KEYWORD_H
#define FIAT_SCHEMA_KEYWORD_H

#include "base/str.h"
#include <stdint.h>

/* In order of time: later drafts compare greater. */
typedef enum fiat__draft {
    FIAT__DRAFT_4 = 4,
    FIAT__DRAFT_6 = 6,
    FIAT__DRAFT_7 = 7,
    FIAT__DRAFT_2019 = 8,
    FIAT__DRAFT_2020 = 9
} fiat__draft;

/* What the value of a keyword holds. */
typedef enum fiat__keyword_shape {
    FIAT__SHAPE_PLAIN,  /* no schema */
    FIAT__SHAPE_SCHEMA, /* a schema */
    FIAT__SHAPE_LIST,   /* an array of schemas */
    FIAT__SHAPE_MAP,    /* an object whose values are schemas */
    FIAT__SHAPE_ITEMS,  /* a schema or an array of them */
    FIAT__SHAPE_DEPENDS /* an object whose values are schemas or arrays of names */
} fiat__keyword_shape;

/* Groups of keywords, which a dialect has or has not (2019-09 and 2020-12 core, section 8.1.2).
 * 2019-09 counts UNEVALUATED to its applicators. */
#define FIAT__VOCABULARY_CORE        0x01u
#define FIAT__VOCABULARY_APPLICATOR  0x02u
#define FIAT__VOCABULARY_UNEVALUATED 0x04u
#define FIAT__VOCABULARY_VALIDATION  0x08u
#define FIAT__VOCABULARY_META_DATA   0x10u
#define FIAT__VOCABULARY_FORMAT      0x20u
#define FIAT__VOCABULARY_CONTENT     0x40u
#define FIAT__VOCABULARY_ALL         0x7fu

/* What the keywords of a schema mean. */
typedef struct fiat__dialect {
    fiat__draft draft;
    uint8_t vocabularies; /* FIAT__VOCABULARY_* */
    bool assert_formats;
} fiat__dialect;

/* What check.c has to see to in a keyword's value; types of values that are compiled are seen to
 * there. */
typedef enum fiat__keyword_value {
    FIAT__VALUE_OTHER,      /* nothing */
    FIAT__VALUE_STRING,     /* that it is a string */
    FIAT__VALUE_BOOL,       /* that it is a boolean */
    FIAT__VALUE_ARRAY,      /* that it is an array */
    FIAT__VALUE_SCHEMAS,    /* that it is an object; its values are schemas */
    FIAT__VALUE_BOOLS,      /* that it is an object of booleans */
    FIAT__VALUE_ANCHOR,     /* that it is a name that anchors may have */
    FIAT__VALUE_DISTINCT,   /* that no item is there twice, if it is an array */
    FIAT__VALUE_DISTINCT_4, /* the same, in draft-04 alone */
    FIAT__VALUE_LISTS       /* the same of every array in an object; in draft-04 none is empty */
} fiat__keyword_value;

/* XX(NAME, "name", first draft, last draft, shape, vocabulary, role, value). Role A asserts or
 * applies something to the instance; N names something, holds a place in the schema, or says
 * something to people. */
#define FIAT__KEYWORD_MAP(XX)                                                                      \
    XX(ADDITIONAL_ITEMS, "additionalItems", 4, 2019, SCHEMA, APPLICATOR, A, OTHER)                 \
    XX(ADDITIONAL_PROPERTIES, "additionalProperties", 4, 2020, SCHEMA, APPLICATOR, A, OTHER)       \
    XX(ALL_OF, "allOf", 4, 2020, LIST, APPLICATOR, A, OTHER)                                       \
    XX(ANY_OF, "anyOf", 4, 2020, LIST, APPLICATOR, A, OTHER)                                       \
    XX(CONST, "const", 6, 2020, PLAIN, VALIDATION, A, OTHER)                                       \
    XX(CONTAINS, "contains", 6, 2020, SCHEMA, APPLICATOR, A, OTHER)                                \
    XX(CONTENT_ENCODING, "contentEncoding", 7, 2020, PLAIN, CONTENT, A, OTHER)                     \
    XX(CONTENT_MEDIA_TYPE, "contentMediaType", 7, 2020, PLAIN, CONTENT, A, OTHER)                  \
    XX(DEPENDENCIES, "dependencies", 4, 2020, DEPENDS, APPLICATOR, A, LISTS)                       \
    XX(DEPENDENT_REQUIRED, "dependentRequired", 2019, 2020, PLAIN, VALIDATION, A, LISTS)           \
    XX(DEPENDENT_SCHEMAS, "dependentSchemas", 2019, 2020, MAP, APPLICATOR, A, OTHER)               \
    XX(ELSE, "else", 7, 2020, SCHEMA, APPLICATOR, A, OTHER)                                        \
    XX(ENUM, "enum", 4, 2020, PLAIN, VALIDATION, A, DISTINCT_4)                                    \
    XX(EXCLUSIVE_MAXIMUM, "exclusiveMaximum", 4, 2020, PLAIN, VALIDATION, A, OTHER)                \
    XX(EXCLUSIVE_MINIMUM, "exclusiveMinimum", 4, 2020, PLAIN, VALIDATION, A, OTHER)                \
    XX(FORMAT, "format", 4, 2020, PLAIN, FORMAT, A, OTHER)                                         \
    XX(IF, "if", 7, 2020, SCHEMA, APPLICATOR, A, OTHER)                                            \
    XX(ITEMS, "items", 4, 2020, ITEMS, APPLICATOR, A, OTHER)                                       \
    XX(MAX_CONTAINS, "maxContains", 2019, 2020, PLAIN, VALIDATION, A, OTHER)                       \
    XX(MAX_ITEMS, "maxItems", 4, 2020, PLAIN, VALIDATION, A, OTHER)                                \
    XX(MAX_LENGTH, "maxLength", 4, 2020, PLAIN, VALIDATION, A, OTHER)                              \
    XX(MAX_PROPERTIES, "maxProperties", 4, 2020, PLAIN, VALIDATION, A, OTHER)                      \
    XX(MAXIMUM, "maximum", 4, 2020, PLAIN, VALIDATION, A, OTHER)                                   \
    XX(MIN_CONTAINS, "minContains", 2019, 2020, PLAIN, VALIDATION, A, OTHER)                       \
    XX(MIN_ITEMS, "minItems", 4, 2020, PLAIN, VALIDATION, A, OTHER)                                \
    XX(MIN_LENGTH, "minLength", 4, 2020, PLAIN, VALIDATION, A, OTHER)                              \
    XX(MIN_PROPERTIES, "minProperties", 4, 2020, PLAIN, VALIDATION, A, OTHER)                      \
    XX(MINIMUM, "minimum", 4, 2020, PLAIN, VALIDATION, A, OTHER)                                   \
    XX(MULTIPLE_OF, "multipleOf", 4, 2020, PLAIN, VALIDATION, A, OTHER)                            \
    XX(NOT, "not", 4, 2020, SCHEMA, APPLICATOR, A, OTHER)                                          \
    XX(ONE_OF, "oneOf", 4, 2020, LIST, APPLICATOR, A, OTHER)                                       \
    XX(PATTERN, "pattern", 4, 2020, PLAIN, VALIDATION, A, OTHER)                                   \
    XX(PATTERN_PROPERTIES, "patternProperties", 4, 2020, MAP, APPLICATOR, A, OTHER)                \
    XX(PREFIX_ITEMS, "prefixItems", 2020, 2020, LIST, APPLICATOR, A, OTHER)                        \
    XX(PROPERTIES, "properties", 4, 2020, MAP, APPLICATOR, A, OTHER)                               \
    XX(PROPERTY_NAMES, "propertyNames", 6, 2020, SCHEMA, APPLICATOR, A, OTHER)                     \
    XX(REF, "$ref", 4, 2020, PLAIN, CORE, A, OTHER)                                                \
    XX(REQUIRED, "required", 4, 2020, PLAIN, VALIDATION, A, DISTINCT)                              \
    XX(THEN, "then", 7, 2020, SCHEMA, APPLICATOR, A, OTHER)                                        \
    XX(TYPE, "type", 4, 2020, PLAIN, VALIDATION, A, DISTINCT)                                      \
    XX(UNEVALUATED_ITEMS, "unevaluatedItems", 2019, 2020, SCHEMA, UNEVALUATED, A, OTHER)           \
    XX(UNEVALUATED_PROPERTIES, "unevaluatedProperties", 2019, 2020, SCHEMA, UNEVALUATED, A, OTHER) \
    XX(UNIQUE_ITEMS, "uniqueItems", 4, 2020, PLAIN, VALIDATION, A, OTHER)                          \
    XX(DYNAMIC_REF, "$dynamicRef", 2020, 2020, PLAIN, CORE, A, OTHER)                              \
    XX(RECURSIVE_REF, "$recursiveRef", 2019, 2019, PLAIN, CORE, A, OTHER)                          \
    XX(VOCABULARY, "$vocabulary", 2019, 2020, PLAIN, CORE, N, BOOLS)                               \
    XX(ANCHOR, "$anchor", 2019, 2020, PLAIN, CORE, N, ANCHOR)                                      \
    XX(DYNAMIC_ANCHOR, "$dynamicAnchor", 2020, 2020, PLAIN, CORE, N, ANCHOR)                       \
    XX(RECURSIVE_ANCHOR, "$recursiveAnchor", 2019, 2019, PLAIN, CORE, N, BOOL)                     \
    XX(DEFS, "$defs", 2019, 2020, MAP, CORE, N, SCHEMAS)                                           \
    XX(DEFINITIONS, "definitions", 4, 2020, MAP, CORE, N, SCHEMAS)                                 \
    XX(ID, "$id", 6, 2020, PLAIN, CORE, N, STRING)                                                 \
    XX(ID_4, "id", 4, 4, PLAIN, CORE, N, STRING)                                                   \
    XX(SCHEMA, "$schema", 4, 2020, PLAIN, CORE, N, STRING)                                         \
    XX(COMMENT, "$comment", 7, 2020, PLAIN, CORE, N, STRING)                                       \
    XX(CONTENT_SCHEMA, "contentSchema", 2019, 2020, SCHEMA, CONTENT, N, OTHER)                     \
    XX(DEPRECATED, "deprecated", 2019, 2020, PLAIN, META_DATA, N, BOOL)                            \
    XX(DESCRIPTION, "description", 4, 2020, PLAIN, META_DATA, N, STRING)                           \
    XX(EXAMPLES, "examples", 6, 2020, PLAIN, META_DATA, N, ARRAY)                                  \
    XX(READ_ONLY, "readOnly", 7, 2020, PLAIN, META_DATA, N, BOOL)                                  \
    XX(TITLE, "title", 4, 2020, PLAIN, META_DATA, N, STRING)                                       \
    XX(WRITE_ONLY, "writeOnly", 7, 2020, PLAIN, META_DATA, N, BOOL)

typedef enum fiat__keyword {
    FIAT__KW_NONE = 0, /* the schema as a whole: the schema `false` */
#define XX(name, text, first, last, shape, vocabulary, role, value) FIAT__KW_##name,
    FIAT__KEYWORD_MAP(XX)
#undef XX
        FIAT__KW_COUNT
} fiat__keyword;

/* FIAT__KW_NONE for a word that is no keyword of this dialect. */
fiat__keyword fiat__keyword_find(fiat__str word, const fiat__dialect *dialect);
bool fiat__keyword_is(fiat__keyword keyword, fiat__str word);
/* Does the dialect have it? */
bool fiat__keyword_in(fiat__keyword keyword, const fiat__dialect *dialect);
const char *fiat__keyword_name(fiat__keyword keyword);
fiat__keyword_shape fiat__keyword_shape_of(fiat__keyword keyword);
fiat__keyword_value fiat__keyword_value_of(fiat__keyword keyword);
/* Does it say something about the instance (role A)? */
bool fiat__keyword_asserts(fiat__keyword keyword);

/* Is its value a reference to a schema? */
static inline bool fiat__keyword_refers(fiat__keyword keyword) {
    return keyword == FIAT__KW_REF || keyword == FIAT__KW_DYNAMIC_REF ||
           keyword == FIAT__KW_RECURSIVE_REF;
}

/* Draft of a `$schema` URI, with or without an empty fragment and whether of http or https; 0 when
 * it is none of ours. */
fiat__draft fiat__draft_find(fiat__str uri);
const char *fiat__draft_name(fiat__draft draft);

/* Does the dialect know the vocabulary of this URI, and what it is. */
bool fiat__vocabulary_find(fiat__str uri, fiat__draft draft, unsigned *vocabularies,
                           bool *assert_formats);

#endif
