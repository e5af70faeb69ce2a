#include "table/settings.h"

#include "base/error.h"

#include <ctype.h>
#include <stdio.h>

const char *const fiat__table_setting_names[] = {
    "database", "name", "format", "workgroup", "output", "catalog", "projection_from", NULL};

/* A table's name out of a stream's, as Athena takes it. */
static void make_name(char *out, size_t size, const char *stream) {
    size_t len = 0;
    for (; stream[len] && len + 1 < size; len++) {
        char c = (char)tolower((unsigned char)stream[len]);
        out[len] = isalnum((unsigned char)c) && (unsigned char)c < 0x80 ? c : '_';
    }
    out[len] = '\0';
}

fiat_status fiat__table_settings_format(fiat__table_settings *settings, const char *text,
                                        const char *where, fiat_error *err) {
    settings->parquet = strcmp(text, "parquet") == 0;
    if (settings->parquet || strcmp(text, "json") == 0) return FIAT_OK;
    return fiat__err_set(err, FIAT_E_CONFIG, "%s: \"%.40s\" is none of json, parquet", where, text);
}

fiat_status fiat__table_settings_read(fiat__table_settings *out, const fiat__layers *layers,
                                      const char *stream, fiat_error *err) {
    const char *format = NULL;
    *out = (fiat__table_settings){
        .database = "fiat", .workgroup = "primary", .catalog = "AwsDataCatalog"};
    make_name(out->made_name, sizeof out->made_name, stream);
    out->name = out->made_name;
    const struct {
        const char *name, **to;
    } rows[] = {{"database", &out->database},
                {"name", &out->name},
                {"format", &format},
                {"workgroup", &out->workgroup},
                {"output", &out->output},
                {"catalog", &out->catalog},
                {"projection_from", &out->projection_from}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        fiat_status status = fiat__layers_string(layers, rows[i].name, rows[i].to, err);
        if (status != FIAT_OK) return status;
    }
    if (!format) return FIAT_OK;
    char where[FIAT__LAYERS_PATH_BYTES + 32];
    const char *file = "";
    (void)fiat__layers_get(layers, "format", &file);
    snprintf(where, sizeof where, "%s: \"table\": \"format\"", file);
    return fiat__table_settings_format(out, format, where, err);
}

static fiat_status check_name(const char *what, const char *name, fiat_error *err) {
    bool lower = true;
    for (const char *c = name; *c; c++)
        if (isupper((unsigned char)*c)) lower = false;
    if (lower && fiat__column_name_is_valid(fiat__str_c(name))) return FIAT_OK;
    return fiat__err_set(
        err, FIAT_E_CONFIG,
        "the table's %s \"%.80s\": Athena takes 1 to %d lower-case letters, digits "
        "and _; set \"table\": {\"%s\": ...} in stream.json",
        what, name, FIAT__NAME_MAX_BYTES, what);
}

fiat_status fiat__table_settings_check(const fiat__table_settings *settings, fiat_error *err) {
    fiat__table_moment moment;
    fiat_status status = check_name("database", settings->database, err);
    if (status == FIAT_OK) status = check_name("name", settings->name, err);
    if (status == FIAT_OK && settings->output &&
        !fiat__str_starts(fiat__str_c(settings->output), fiat__str_c("s3://")))
        status = fiat__err_set(err, FIAT_E_CONFIG,
                               "the table's output \"%.80s\": it must be s3://BUCKET/PREFIX/",
                               settings->output);
    if (status == FIAT_OK && settings->projection_from &&
        !fiat__table_moment_read(&moment, settings->projection_from))
        status = fiat__err_set(err, FIAT_E_CONFIG,
                               "the table's projection_from \"%.40s\": it must be a year or a date "
                               "such as 2026 or 2026-11-21",
                               settings->projection_from);
    return status;
}

/* `digits` digits; -1 when they are not there, or the number is not within the bounds. */
static int read_number(const char **at, int digits, int min, int max) {
    int value = 0;
    for (int i = 0; i < digits; i++, (*at)++) {
        if (!isdigit((unsigned char)**at)) return -1;
        value = value * 10 + (**at - '0');
    }
    return value >= min && value <= max ? value : -1;
}

bool fiat__table_moment_read(fiat__table_moment *out, const char *text) {
    static const struct {
        const char *before;
        int min, max;
    } rows[] = {{"-/", 1, 12}, {"-/", 1, 31}, {"T/ ", 0, 23}};
    int parts[] = {1, 1, 0};
    int year = read_number(&text, 4, 1970, 9999);
    if (year < 0) return false;
    for (size_t i = 0; i < 3 && *text; i++) {
        if (!strchr(rows[i].before, *text++)) return false;
        parts[i] = read_number(&text, 2, rows[i].min, rows[i].max);
        if (parts[i] < 0) return false;
    }
    *out = (fiat__table_moment){(unsigned)year, (unsigned)parts[0], (unsigned)parts[1],
                                (unsigned)parts[2]};
    return *text == '\0';
}
