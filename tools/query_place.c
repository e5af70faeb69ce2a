#include "base/error.h"
#include "project.h"
#include "query.h"

fiat_status query_place_find(struct query_place *out, const struct query *query, fiat_error *err) {
    const struct query_flags *flags = query->flags;
    const project_stream none = {.name = ""};
    fiat_status status = project_layers(&out->layers, project_schemas_dir(query->config), &none,
                                        "table", fiat__table_setting_names, err);
    if (status == FIAT_OK)
        status = fiat__table_settings_read(&out->settings, &out->layers, "", err);
    if (status != FIAT_OK) return status;
    out->query = (fiat__athena_query){
        .catalog = flags->catalog ? flags->catalog : out->settings.catalog,
        .database = flags->database ? flags->database : out->settings.database,
        .workgroup = flags->workgroup ? flags->workgroup : out->settings.workgroup,
        .output = flags->output_location ? flags->output_location : out->settings.output,
    };
    if (!out->query.output ||
        fiat__str_starts(fiat__str_c(out->query.output), fiat__str_c("s3://")))
        return FIAT_OK;
    return fiat__err_set(err, FIAT_E_CONFIG,
                         "\"%.80s\" is no place for results: it must be s3://BUCKET/PREFIX/",
                         out->query.output);
}

void query_place_deinit(struct query_place *place) {
    fiat__layers_deinit(&place->layers);
}
