#include "table_fake.h"

#include <stdio.h>

static fiat_status make(fiat__table *out, const table_fake *fake, const fiat__doc *schema,
                        const fiat__layers *layers, fiat_error *err) {
    fiat__table_settings settings;
    fiat__columns *columns = NULL;
    fiat_status status = fiat__table_settings_read(&settings, layers, "Orders", err);
    if (status == FIAT_OK) status = fiat__columns_parse(&columns, fiat__str_c(fake->athena), err);
    const fiat__table_source source = {.columns = columns,
                                       .schema = schema,
                                       .settings = &settings,
                                       .bucket = "bkt",
                                       .prefix = fake->prefix ? fake->prefix : "Orders/",
                                       .other_time_zone = fake->other_time_zone,
                                       .this_year = 2026};
    if (status == FIAT_OK) status = fiat__table_init(out, &source, err);
    fiat__columns_free(columns);
    return status;
}

fiat_status table_fake_make(fiat__table *out, const table_fake *fake, fiat_error *err) {
    fiat__layers layers;
    fiat__doc *schema = NULL;
    char text[2000];
    *out = (fiat__table){0};
    snprintf(text, sizeof text, "{\"table\": %s}", fake->table ? fake->table : "{}");
    fiat__layers_init(&layers, "table", fiat__table_setting_names);
    fiat_status status = fiat__layers_add_stream(&layers, fiat__str_c(text), "stream.json", err);
    if (status == FIAT_OK && fake->schema)
        status = fiat__doc_parse(&schema, fiat__str_c(fake->schema), err);
    if (status == FIAT_OK) status = make(out, fake, schema, &layers, err);
    fiat__doc_free(schema);
    fiat__layers_deinit(&layers);
    return status;
}
