/* JSON Schema by itself: compile a schema once, then judge JSON text against it.
 *
 *     fiat_schema *schema;
 *     fiat_validator *validator;
 *     fiat_error err;
 *     if (fiat_schema_compile(&schema, text, strlen(text), NULL, &err) != FIAT_OK ||
 *         fiat_validator_new(&validator, &err) != FIAT_OK ||
 *         fiat_schema_validate(schema, validator, json, json_len, &err) != FIAT_OK)
 *         fprintf(stderr, "%s\n", err.message);
 *
 * Drafts 4, 6, 7, 2019-09 and 2020-12 (https://json-schema.org/specification-links). A compiled
 * schema never changes and serves any number of threads; a validator holds the scratch memory of
 * one thread. Text is parsed and judged in one pass, and nothing is allocated for it once a
 * validator has met the largest of its kind. Nothing is ever fetched: a $ref to another document
 * finds it among the meta-schemas of those drafts, which are built in, or in a registry that the
 * caller fills. */
#ifndef FIAT_SCHEMA_H
#define FIAT_SCHEMA_H

#include <fiat/error.h>

FIAT_BEGIN_DECLS

/** A compiled schema: immutable, for any number of threads at once. */
typedef struct fiat_schema fiat_schema;

/** Scratch memory of validations, for one thread at a time. */
typedef struct fiat_validator fiat_validator;

/** Version of JSON Schema, for schemas that do not say it with `$schema`. */
typedef enum fiat_schema_draft {
    FIAT_SCHEMA_DRAFT_DEFAULT = 0, /**< 2020-12 */
    FIAT_SCHEMA_DRAFT_4 = 4,
    FIAT_SCHEMA_DRAFT_6 = 6,
    FIAT_SCHEMA_DRAFT_7 = 7,
    FIAT_SCHEMA_DRAFT_2019_09 = 2019,
    FIAT_SCHEMA_DRAFT_2020_12 = 2020
} fiat_schema_draft;

/** What `format` means (2020-12 validation, section 7.2). */
typedef enum fiat_schema_formats {
    FIAT_SCHEMA_FORMATS_DEFAULT = 0, /**< An annotation, unless the schema's dialect asserts it. */
    FIAT_SCHEMA_FORMATS_ASSERT,      /**< An assertion: a string that does not fit is refused. */
    FIAT_SCHEMA_FORMATS_ANNOTATE     /**< Never an assertion. */
} fiat_schema_formats;

/** Documents that schemas may refer to, by URI. Filled by one thread at a time; while nobody adds
 *  to it, any number of threads may compile with it. */
typedef struct fiat_schema_registry fiat_schema_registry;

/** Flag of fiat_schema_options, for schemas of draft-07 and later: contentEncoding and
 *  contentMediaType are assertions, as draft-07 lets them be, and not annotations. A string must
 *  be encoded so, and what it encodes must be JSON where the media type says that it is. */
#define FIAT_SCHEMA_ASSERT_CONTENT (UINT32_C(1) << 0)

/** How a schema is compiled. Set what differs from the defaults in a zeroed object:
 *  `fiat_schema_options options = FIAT_SCHEMA_OPTIONS_INIT;`. */
typedef struct fiat_schema_options {
    int32_t draft;   /**< A fiat_schema_draft. */
    int32_t formats; /**< A fiat_schema_formats. */
    /** Other documents that the schema may refer to; borrowed for the call; NULL: none. */
    const fiat_schema_registry *registry;
    /** URI that the schema was got from, against which relative references in it are resolved when
     *  it has no `$id`; borrowed for the call; NULL: none. */
    const char *base_uri;
    /** Deepest nesting of arrays and objects in an instance: 1 to 1000; 0 is 128. Validation
     *  recurses: 1 MB of stack is enough for the default, 2 MB for any depth. */
    uint32_t max_depth;
    uint32_t flags; /**< FIAT_SCHEMA_ASSERT_* or 0. */
    /** Deepest nesting of arrays and objects in the schema's text: 1 to 1000; 0 is 256. */
    uint32_t max_schema_depth;
    /** Bytes of the schema's text with the documents that it leads to: up to 2^30 - 1; 0 is
     *  64 MiB. */
    uint32_t max_schema_bytes;
    /** Bytes of an instance's text: up to 2^30 - 1, which 0 is too. */
    uint32_t max_instance_bytes;
    /** Steps that a validation may take: max_steps, and max_steps_per_byte more for each byte of
     *  the instance; 0 is 1,000,000 and 128. Looking at a value takes one. Regular expressions
     *  have an account of their own: four times max_steps, and as many a byte. */
    uint32_t max_steps_per_byte;
    uint64_t max_steps;
    /** Bytes of memory that the schema may take while it is compiled, without its text and its
     *  regular expressions; 0 is 1 GiB. */
    uint64_t max_compiled_bytes;
    uint32_t reserved[20]; /**< Zero; FIAT_E_ARG otherwise. */
} fiat_schema_options;

/** A zeroed options object. */
#ifdef __cplusplus
#define FIAT_SCHEMA_OPTIONS_INIT                                                                   \
    {}
#else
#define FIAT_SCHEMA_OPTIONS_INIT                                                                   \
    { 0 }
#endif

/** Make an empty registry.
 *  @param out  set to the registry, owned by the caller: fiat_schema_registry_free(); NULL on
 *              failure.
 *  @return FIAT_OK, FIAT_E_ARG, FIAT_E_NOMEM.
 *  @threads any. */
FIAT_API FIAT_MUST_CHECK fiat_status fiat_schema_registry_new(fiat_schema_registry **out,
                                                              fiat_error *err);

/** Add a document. It is parsed now, and compiled when a schema refers to it.
 *  @param uri   absolute URI by which schemas refer to the document, without a fragment; copied.
 *               NULL: its `$id` (`id` in draft-04). With both, it is found under either.
 *               Schemas inside it are found by an `$id` of their own.
 *  @param text  a schema, or any JSON document with schemas inside; UTF-8, need not end in NUL;
 *               copied.
 *  @return FIAT_OK; FIAT_E_ARG: there is neither `uri` nor `$id`, or a document of that URI is
 *          there already; FIAT_E_JSON_* when the text is not JSON (nested at most 1000 deep);
 *          FIAT_E_LIMIT: it is longer than 2^30 - 1 bytes; FIAT_E_NOMEM. A document that fails is
 *          not added. One that is JSON and no good schema is found out by fiat_schema_compile().
 *  @threads one at a time, while none compiles with the registry. */
FIAT_API FIAT_MUST_CHECK fiat_status fiat_schema_registry_add(fiat_schema_registry *registry,
                                                              const char *uri, const char *text,
                                                              size_t len, fiat_error *err);

/** Free a registry. Schemas that were compiled with it do not need it any more.
 *  @param registry  taken; may be NULL.
 *  @threads any, when no other uses it. */
FIAT_API void fiat_schema_registry_free(fiat_schema_registry *registry);

/** Compile the text of a schema.
 *  @param out      set to the schema, owned by the caller: fiat_schema_free(); NULL on failure.
 *  @param text     UTF-8, need not end in NUL; copied.
 *  @param options  borrowed for the call; NULL: the defaults.
 *  @return FIAT_OK; FIAT_E_ARG: an argument or an option is not as it must be; FIAT_E_JSON_*: the
 *          text is not JSON; FIAT_E_SCHEMA_INVALID: a keyword is wrong; FIAT_E_SCHEMA_REF: a
 *          reference leads nowhere, or in a circle; FIAT_E_UNSUPPORTED: an unknown `$schema`, or a
 *          vocabulary that it requires and nobody here knows; FIAT_E_SCHEMA_LIMIT: larger than the
 *          options allow; FIAT_E_NOMEM. err has schema_path, keyword, offset and a message that
 *          says what was found and what is allowed; with the URI of the document before the path
 *          when it is one of the registry (offset is the place in that document).
 *  @threads any. */
FIAT_API FIAT_MUST_CHECK fiat_status fiat_schema_compile(fiat_schema **out, const char *text,
                                                         size_t len,
                                                         const fiat_schema_options *options,
                                                         fiat_error *err);

/** Bytes of memory that a compiled schema holds, without the machine code of its patterns.
 *  @param schema  borrowed for the call; NULL: 0.
 *  @threads any. */
FIAT_API size_t fiat_schema_size(const fiat_schema *schema);

/** Free a schema that no thread uses any more.
 *  @param schema  taken; may be NULL.
 *  @threads any, when no other uses it. */
FIAT_API void fiat_schema_free(fiat_schema *schema);

/** Make the scratch memory for validations; one serves any number of schemas in turn.
 *  @param out  set to the validator, owned by the caller: fiat_validator_free(); NULL on failure.
 *  @return FIAT_OK, FIAT_E_ARG, FIAT_E_NOMEM.
 *  @threads any. */
FIAT_API FIAT_MUST_CHECK fiat_status fiat_validator_new(fiat_validator **out, fiat_error *err);

/** Free a validator.
 *  @param validator  taken; may be NULL.
 *  @threads any, when no other uses it. */
FIAT_API void fiat_validator_free(fiat_validator *validator);

/** Parse and judge one JSON value with nothing but white space around it.
 *  @param text  the instance: UTF-8, need not end in NUL; borrowed for the call. It is parsed
 *               strictly (RFC 8259, no duplicate names, no lone surrogates).
 *  @return FIAT_OK: it is JSON and valid. FIAT_E_SCHEMA_MISMATCH: it is not valid; err says by
 *          which value (instance_path, offset), which keyword (keyword, schema_path) and in words.
 *          FIAT_E_JSON_SYNTAX, FIAT_E_JSON_UTF8, FIAT_E_JSON_DEPTH, FIAT_E_JSON_DUPLICATE_KEY: it
 *          is not JSON. FIAT_E_SCHEMA_LIMIT: it is longer than max_instance_bytes, or judging it
 *          would take more steps than are allowed. FIAT_E_ARG, FIAT_E_NOMEM.
 *  @threads any, each with a validator of its own. */
FIAT_API FIAT_MUST_CHECK fiat_status fiat_schema_validate(const fiat_schema *schema,
                                                          fiat_validator *validator,
                                                          const char *text, size_t len,
                                                          fiat_error *err);

/** One failure of a report. The strings are borrowed until the callback returns. */
typedef struct fiat_schema_failure {
    const char *instance_path; /**< JSON Pointer (RFC 6901) to the value. */
    const char *keyword;       /**< Keyword that failed; "" for the schema `false`. */
    /** JSON Pointer to the keyword in the schema's text; "URI#/..." in a document of the registry,
     *  or a built-in one. So it is in fiat_error, too. */
    const char *schema_path;
    const char *message; /**< One line in English. */
    size_t offset;       /**< Byte offset of the value in the text. */
    /** The way to the keyword, as a JSON Pointer through every applicator and reference from the
     *  root of the schema: "/properties/a/$ref/minLength" (2020-12 core, section 12.3.1). */
    const char *keyword_location;
    /** Where the keyword stands: the URI of its schema resource, "#", and a JSON Pointer within
     *  that; "#/..." when the schema has no URI (section 12.3.2). */
    const char *absolute_keyword_location;
    size_t line;   /**< Line of the value's first byte, from 1; lines end in a line feed. */
    size_t column; /**< Its place in the line in characters (code points), from 1. */
} fiat_schema_failure;

/** Judge a value and report every failure, in the order of the text.
 *  @param text  as for fiat_schema_validate().
 *  @param max   report no more than so many failures; 10,000 are the most. 0: none but in err.
 *  @param each  called for each failure; returns false to stop the report.
 *  @param user  handed to `each`.
 *  @return as fiat_schema_validate(), with the first failure in err.
 *  @threads any, each with a validator of its own. */
FIAT_API FIAT_MUST_CHECK fiat_status fiat_schema_report(
    const fiat_schema *schema, fiat_validator *validator, const char *text, size_t len, size_t max,
    bool (*each)(const fiat_schema_failure *failure, void *user), void *user, fiat_error *err);

/** Standard output formats. */
typedef enum fiat_schema_output_format {
    FIAT_SCHEMA_OUTPUT_FLAG = 1, /**< The verdict alone (2020-12 core, section 12.4.1). */
    FIAT_SCHEMA_OUTPUT_BASIC,    /**< A flat list, one unit a keyword (section 12.4.2). */
    FIAT_SCHEMA_OUTPUT_DETAILED, /**< The same as a condensed tree (section 12.4.3). */
    /** A flat list, one unit a schema: of "A Specification for Machine-Readable Output for JSON
     *  Schema Validation and Annotation", which follows on section 12.4. */
    FIAT_SCHEMA_OUTPUT_LIST,
    FIAT_SCHEMA_OUTPUT_HIERARCHICAL /**< The same as a tree of all that was evaluated. */
} fiat_schema_output_format;

/** Judge a value and write the result as JSON text: the errors of one that does not fit, with those
 *  of alternatives that failed and so contributed; the annotations of one that does.
 *  @param text    as for fiat_schema_validate().
 *  @param format  a fiat_schema_output_format.
 *  @param write   called in turn with the parts of the output, which are borrowed until it returns;
 *                 returns false to stop.
 *  @param user    handed to `write`.
 *  @return as fiat_schema_validate(), with the first failure in err: the output is whole on FIAT_OK
 *          and FIAT_E_SCHEMA_MISMATCH, and has not begun on FIAT_E_ARG and FIAT_E_JSON_* (a text
 *          that is no JSON has no output). On any other status it may end after some part:
 *          FIAT_E_IO: `write` returned false; FIAT_E_SCHEMA_LIMIT: also when a location takes more
 *          than a megabyte. Like a report, it names at most 10,000 errors.
 *  @threads any, each with a validator of its own. */
FIAT_API FIAT_MUST_CHECK fiat_status fiat_schema_output(
    const fiat_schema *schema, fiat_validator *validator, const char *text, size_t len,
    fiat_schema_output_format format, bool (*write)(const char *bytes, size_t len, void *user),
    void *user, fiat_error *err);

FIAT_END_DECLS
#endif
