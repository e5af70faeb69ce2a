#include "schema/metaschema.h"

static const fiat__metaschema s_metaschemas[] = {
#define METASCHEMA(uri, text) {{uri, sizeof(uri) - 1}, {text, sizeof(text) - 1}},
#include "schema/metaschema_data.h"
#undef METASCHEMA
};

#define METASCHEMA_COUNT (sizeof s_metaschemas / sizeof *s_metaschemas)

const fiat__metaschema *fiat__metaschema_at(size_t index) {
    return index < METASCHEMA_COUNT ? &s_metaschemas[index] : NULL;
}

const fiat__metaschema *fiat__metaschema_find(fiat__str uri) {
    fiat__str place = fiat__metaschema_place(uri);
    for (size_t i = 0; i < METASCHEMA_COUNT; i++)
        if (fiat__str_eq(fiat__metaschema_place(s_metaschemas[i].uri), place))
            return &s_metaschemas[i];
    return NULL;
}
