/* Dialects: which draft a schema is of, and which vocabularies its meta-schema has. */
#include "schema/compile.h"

#include "base/error.h"
#include "json/excerpt.h"
#include "schema/registry.h"

/* Meta-schemas of meta-schemas are followed this far. */
#define META_MAX 8

/* Value of a member of the root; 0 when there is none of that kind. */
static uint32_t root_member(const fiat__tape *tape, const char *name, unsigned kind) {
    if (tape->items[0].kind != FIAT__JSON_OBJECT) return 0;
    uint32_t value = fiat__tape_member(tape, 0, fiat__str_c(name));
    return value && tape->items[value].kind == kind ? value : 0;
}

/* Take one vocabulary in: `required` is what `$vocabulary` says of it. */
static void add_vocabulary(fiat__compiler *c, uint32_t item, fiat__str uri, bool required,
                           fiat__dialect *dialect) {
    unsigned vocabularies;
    bool asserts;
    char shown[FIAT__EXCERPT_BYTES];
    if (fiat__vocabulary_find(uri, dialect->draft, &vocabularies, &asserts)) {
        dialect->vocabularies |= (uint8_t)vocabularies;
        /* 2019-09 has one format vocabulary, whose value says whether it asserts. */
        dialect->assert_formats |= asserts && (required || dialect->draft != FIAT__DRAFT_2019);
    } else if (required) {
        fiat__compile_fail(c, FIAT_E_UNSUPPORTED, item, FIAT__KW_SCHEMA,
                           "its meta-schema requires the vocabulary %s, which is not known",
                           fiat__excerpt(shown, sizeof shown, uri));
    }
}

static void read_vocabularies(fiat__compiler *c, uint32_t item, const fiat__tape *tape,
                              fiat__dialect *dialect) {
    uint32_t list = root_member(tape, "$vocabulary", FIAT__JSON_OBJECT);
    if (!list || dialect->draft < FIAT__DRAFT_2019) return;
    dialect->vocabularies = FIAT__VOCABULARY_CORE;
    dialect->assert_formats = false;
    uint32_t key = list + 1;
    for (uint32_t i = 0; i < tape->items[list].len && c->status == FIAT_OK; i++, key += 2) {
        if (tape->items[key + 1].kind == FIAT__JSON_BOOL)
            add_vocabulary(c, item, fiat__tape_string(tape, key), fiat__tape_is_true(tape, key + 1),
                           dialect);
        else
            fiat__compile_fail(
                c, FIAT_E_SCHEMA_INVALID, item, FIAT__KW_SCHEMA,
                "in $vocabulary of its meta-schema each URI must have true or false");
    }
}

static void unknown(fiat__compiler *c, uint32_t item, fiat__str uri) {
    char shown[FIAT__EXCERPT_BYTES];
    fiat__compile_fail(c, FIAT_E_UNSUPPORTED, item, FIAT__KW_SCHEMA,
                       "%s is not known; known are http://json-schema.org/draft-0N/schema# with N "
                       "4, 6 or 7, https://json-schema.org/draft/D/schema with D 2019-09 or "
                       "2020-12, and meta-schemas in the registry",
                       fiat__excerpt(shown, sizeof shown, uri));
}

/* What the meta-schema of a URI makes of schemas. */
static void read_meta(fiat__compiler *c, uint32_t item, fiat__str uri, unsigned left,
                      fiat__dialect *out) {
    fiat__draft draft = fiat__draft_find(uri);
    if (draft) {
        *out = (fiat__dialect){.draft = draft, .vocabularies = FIAT__VOCABULARY_ALL};
        return;
    }
    fiat__str name = uri;
    (void)fiat__uri_split(&name);
    fiat__str text = fiat__schema_registry_find(c->registry, name);
    fiat__parsed meta; /* of the user's own */
    if (!text.ptr || left == 0) {
        unknown(c, item, uri);
        return;
    }
    c->status = fiat__parsed_init(&meta, text, FIAT__SCHEMA_TEXT_DEPTH, c->err);
    if (c->status == FIAT_OK) {
        uint32_t schema = root_member(&meta.tape, "$schema", FIAT__JSON_STRING);
        *out = (fiat__dialect){.draft = c->default_draft, .vocabularies = FIAT__VOCABULARY_ALL};
        if (schema) read_meta(c, item, fiat__tape_string(&meta.tape, schema), left - 1, out);
        if (c->status == FIAT_OK) read_vocabularies(c, item, &meta.tape, out);
    }
    fiat__parsed_deinit(&meta);
}

bool fiat__dialect_read(fiat__compiler *c, uint32_t item, const fiat__dialect *otherwise,
                        fiat__dialect *out) {
    *out = *otherwise;
    uint32_t value = fiat__tape_member(c->tape, item, fiat__str_c("$schema"));
    if (!value) return true;
    if (c->tape->items[value].kind != FIAT__JSON_STRING) {
        fiat__compile_fail(c, FIAT_E_SCHEMA_INVALID, item, FIAT__KW_SCHEMA,
                           "its value must be a string, the URI of a meta-schema");
        return false;
    }
    fiat__str uri = fiat__tape_string(c->tape, value);
    if (c->dialect_uri.ptr && fiat__str_eq(uri, c->dialect_uri)) {
        *out = c->dialect;
        return true;
    }
    read_meta(c, item, uri, META_MAX, out);
    if (c->status != FIAT_OK) return false;
    c->dialect = *out;
    c->dialect_uri = fiat__arena_str(&c->arena, uri);
    return true;
}
