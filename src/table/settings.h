/* The settings of a stream's table: the member "table" of stream.json, see layers.h. */
#ifndef FIAT_TABLE_SETTINGS_H
#define FIAT_TABLE_SETTINGS_H

#include "table/layers.h"
#include "table/type.h"

/* "database", "name", "format", ...: for fiat__layers_init(), NULL at the end. */
extern const char *const fiat__table_setting_names[];

typedef struct fiat__table_settings {
    const char *database;        /* "fiat" */
    const char *name;            /* the stream's in lower case, with _ for what is no [a-z0-9_] */
    const char *workgroup;       /* "primary" */
    const char *output;          /* "s3://...": where Athena puts results; NULL: as the workgroup */
    const char *catalog;         /* "AwsDataCatalog" */
    const char *projection_from; /* when the first partition begins; NULL: not set */
    bool parquet;                /* "format" is "parquet", not "json" */
    char made_name[FIAT__NAME_MAX_BYTES + 1];
} fiat__table_settings;

/* Strings are borrowed from the layers, which outlive it. FIAT_E_CONFIG names file and setting. It
 * must not be moved afterwards: `name` may point into it. */
fiat_status fiat__table_settings_read(fiat__table_settings *out, const fiat__layers *layers,
                                      const char *stream, fiat_error *err);

/* "json" or "parquet", from a file or a flag. `where` begins the message. */
fiat_status fiat__table_settings_format(fiat__table_settings *settings, const char *text,
                                        const char *where, fiat_error *err);

/* Names, location and date are such as AWS takes: after flags have had their say. */
fiat_status fiat__table_settings_check(const fiat__table_settings *settings, fiat_error *err);

/* A moment in the wall time of partitions: year, month, day, hour. */
typedef struct fiat__table_moment {
    unsigned year, month, day, hour;
} fiat__table_moment;

/* "2026", "2026-11", "2026-11-21" or "2026-11-21T05"; '/' may stand for '-' and 'T'. False when it
 * is none. */
bool fiat__table_moment_read(fiat__table_moment *out, const char *text);

#endif
