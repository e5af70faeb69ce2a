#include "schema/keyword.h"

#include "schema/metaschema.h"

#include <limits.h>
#include <string.h>

#define DRAFT_4    FIAT__DRAFT_4
#define DRAFT_6    FIAT__DRAFT_6
#define DRAFT_7    FIAT__DRAFT_7
#define DRAFT_2019 FIAT__DRAFT_2019
#define DRAFT_2020 FIAT__DRAFT_2020

enum role { ROLE_A, ROLE_N };

typedef struct row {
    fiat__str name;
    unsigned char first, last, shape, vocabulary, role, value;
} row;

static const row rows[FIAT__KW_COUNT] = {
#define XX(name, text, first, last, shape, vocabulary, role, value)                                \
    [FIAT__KW_##name] = {                                                                          \
        {text, sizeof(text) - 1},      DRAFT_##first, DRAFT_##last,       FIAT__SHAPE_##shape,     \
        FIAT__VOCABULARY_##vocabulary, ROLE_##role,   FIAT__VALUE_##value},
    FIAT__KEYWORD_MAP(XX)
#undef XX
};

static bool has(const fiat__dialect *dialect, const row *of) {
    return dialect->draft >= (fiat__draft)of->first && dialect->draft <= (fiat__draft)of->last &&
           dialect->vocabularies & of->vocabulary;
}

/* Length of every keyword: few have the same. */
static const unsigned char lengths[FIAT__KW_COUNT] = {
#define XX(name, text, first, last, shape, vocabulary, role, value)                                \
    [FIAT__KW_##name] = sizeof(text) - 1,
    FIAT__KEYWORD_MAP(XX)
#undef XX
};

fiat__keyword fiat__keyword_find(fiat__str word, const fiat__dialect *dialect) {
    const unsigned char *at = lengths, *end = lengths + FIAT__KW_COUNT;
    if (word.len == 0 || word.len > UCHAR_MAX) return FIAT__KW_NONE;
    while ((at = memchr(at + 1, (int)word.len, (size_t)(end - at) - 1))) {
        const row *found = &rows[at - lengths];
        if (found->name.ptr[0] != word.ptr[0] || !fiat__str_eq(found->name, word)) continue;
        return has(dialect, found) ? (fiat__keyword)(at - lengths) : FIAT__KW_NONE;
    }
    return FIAT__KW_NONE;
}

bool fiat__keyword_is(fiat__keyword keyword, fiat__str word) {
    return keyword != FIAT__KW_NONE && fiat__str_eq(rows[keyword].name, word);
}

bool fiat__keyword_in(fiat__keyword keyword, const fiat__dialect *dialect) {
    return keyword != FIAT__KW_NONE && has(dialect, &rows[keyword]);
}

const char *fiat__keyword_name(fiat__keyword keyword) {
    return keyword == FIAT__KW_NONE ? "" : rows[keyword].name.ptr;
}

fiat__keyword_shape fiat__keyword_shape_of(fiat__keyword keyword) {
    return (fiat__keyword_shape)rows[keyword].shape;
}

fiat__keyword_value fiat__keyword_value_of(fiat__keyword keyword) {
    return (fiat__keyword_value)rows[keyword].value;
}

bool fiat__keyword_asserts(fiat__keyword keyword) {
    return keyword != FIAT__KW_NONE && rows[keyword].role != ROLE_N;
}

static const struct {
    fiat__draft draft;
    const char *uri, *name;
} drafts[] = {
    {FIAT__DRAFT_4, "http://json-schema.org/draft-04/schema", "draft-04"},
    {FIAT__DRAFT_6, "http://json-schema.org/draft-06/schema", "draft-06"},
    {FIAT__DRAFT_7, "http://json-schema.org/draft-07/schema", "draft-07"},
    {FIAT__DRAFT_2019, "https://json-schema.org/draft/2019-09/schema", "2019-09"},
    {FIAT__DRAFT_2020, "https://json-schema.org/draft/2020-12/schema", "2020-12"},
};

#define DRAFT_COUNT (sizeof drafts / sizeof drafts[0])

fiat__draft fiat__draft_find(fiat__str uri) {
    if (uri.len && uri.ptr[uri.len - 1] == '#') uri.len--;
    fiat__str place = fiat__metaschema_place(uri);
    for (size_t i = 0; i < DRAFT_COUNT; i++)
        if (fiat__str_eq(fiat__metaschema_place(fiat__str_c(drafts[i].uri)), place))
            return drafts[i].draft;
    return (fiat__draft)0;
}

const char *fiat__draft_name(fiat__draft draft) {
    for (size_t i = 0; i < DRAFT_COUNT; i++)
        if (drafts[i].draft == draft) return drafts[i].name;
    return "an unknown draft";
}

/* The part of a vocabulary's URI after "https://json-schema.org/draft/D/vocab/". */
static const struct {
    const char *name;
    unsigned char first, last, vocabularies;
    bool assert_formats;
} vocabularies[] = {
    {"core", DRAFT_2019, DRAFT_2020, FIAT__VOCABULARY_CORE, false},
    {"applicator", DRAFT_2019, DRAFT_2019,
     FIAT__VOCABULARY_APPLICATOR | FIAT__VOCABULARY_UNEVALUATED, false},
    {"applicator", DRAFT_2020, DRAFT_2020, FIAT__VOCABULARY_APPLICATOR, false},
    {"unevaluated", DRAFT_2020, DRAFT_2020, FIAT__VOCABULARY_UNEVALUATED, false},
    {"validation", DRAFT_2019, DRAFT_2020, FIAT__VOCABULARY_VALIDATION, false},
    {"meta-data", DRAFT_2019, DRAFT_2020, FIAT__VOCABULARY_META_DATA, false},
    {"format", DRAFT_2019, DRAFT_2019, FIAT__VOCABULARY_FORMAT, true},
    {"format-annotation", DRAFT_2020, DRAFT_2020, FIAT__VOCABULARY_FORMAT, false},
    {"format-assertion", DRAFT_2020, DRAFT_2020, FIAT__VOCABULARY_FORMAT, true},
    {"content", DRAFT_2019, DRAFT_2020, FIAT__VOCABULARY_CONTENT, false},
};

bool fiat__vocabulary_find(fiat__str uri, fiat__draft draft, unsigned *out, bool *assert_formats) {
    fiat__str start =
        fiat__str_c(draft == FIAT__DRAFT_2019 ? "https://json-schema.org/draft/2019-09/vocab/"
                                              : "https://json-schema.org/draft/2020-12/vocab/");
    if (!fiat__str_starts(uri, start)) return false;
    fiat__str name = fiat__str_of(uri.ptr + start.len, uri.len - start.len);
    for (size_t i = 0; i < sizeof vocabularies / sizeof vocabularies[0]; i++) {
        if (!fiat__str_eq_c(name, vocabularies[i].name) || draft < vocabularies[i].first ||
            draft > vocabularies[i].last)
            continue;
        *out = vocabularies[i].vocabularies;
        *assert_formats = vocabularies[i].assert_formats;
        return true;
    }
    return false;
}
