/* The table of a stream, for the commands `fiat table ...`: its files and flags, and what AWS has.
 *
 * Functions that return an int print what is wrong and return an exit code. */
#ifndef FIAT_TOOLS_TABLE_H
#define FIAT_TOOLS_TABLE_H

#include "aws.h"
#include "cmd.h"
#include "project.h"
#include "table/compare.h"
#include "table/definition.h"

/* What every command of the table says by options. */
struct table_flags {
    const char *schemas, *database, *name, *format, *bucket, *prefix, *from;
    const char *workgroup, *output, *catalog;
    bool glue;
    bool name_only; /* the table's name is all that the command needs of the stream */
    struct aws_flags aws;
};

/* Rows for a command's table, of a static struct table_flags: what the table is. */
/* clang-format off */
#define TABLE_OPTIONS(flags)                                                                       \
    {"schemas", 0, OPT_STRING, &(flags).schemas, "DIR", "Folder of the streams' schemas", 0, 0},   \
    {"database", 0, OPT_STRING, &(flags).database, "NAME", "Database (default: fiat)", 0, 0},      \
    {"name", 0, OPT_STRING, &(flags).name, "NAME",                                                 \
     "Table (default: the stream's name in lower case)", 0, 0},                                    \
    {"format", 'f', OPT_CHOICE, &(flags).format, "json|parquet",                                   \
     "What objects are (default: json)", 0, 0},                                                    \
    {"bucket", 0, OPT_STRING, &(flags).bucket, "NAME", "S3 bucket of the objects", 0, 0},          \
    {"prefix", 0, OPT_STRING, &(flags).prefix, "PREFIX",                                           \
     "Prefix of the objects, as Firehose has it (default: STREAM/)", 0, 0},                        \
    {"from", 0, OPT_STRING, &(flags).from, "DATE",                                                 \
     "Year or date of the first partition (default: this year)", 0, 0}

/* The same for commands that need its name only. */
#define TABLE_NAME_OPTIONS(flags)                                                                  \
    {"schemas", 0, OPT_STRING, &(flags).schemas, "DIR", "Folder of the streams' schemas", 0, 0},   \
    {"database", 0, OPT_STRING, &(flags).database, "NAME", "Database (default: fiat)", 0, 0},      \
    {"name", 0, OPT_STRING, &(flags).name, "NAME",                                                 \
     "Table (default: the stream's name in lower case)", 0, 0}

/* How it is reached. */
#define TABLE_AWS_OPTIONS(flags)                                                                   \
    {"glue", 0, OPT_FLAG, &(flags).glue, NULL,                                                     \
     "Change the Glue catalogue itself, not by a statement of Athena's", 0, 0},                    \
    {"workgroup", 0, OPT_STRING, &(flags).workgroup, "NAME",                                       \
     "Athena's workgroup (default: primary)", 0, 0},                                               \
    {"output-location", 0, OPT_STRING, &(flags).output, "S3URL",                                   \
     "Where Athena puts results (default: as the workgroup says)", 0, 0},                          \
    {"catalog", 0, OPT_STRING, &(flags).catalog, "NAME",                                           \
     "Athena's catalog (default: AwsDataCatalog)", 0, 0},                                          \
    AWS_OPTIONS((flags).aws)
/* clang-format on */

/* A stream and the table that it should have. */
struct table {
    const char *stream;
    const struct table_flags *flags;
    fiat_config *config;
    fiat__layers layers, delivery;
    fiat__table_settings settings;
    fiat__table wanted;
};

/* Read the stream's files and flags. table_close() in any case. */
int table_open(struct table *out, const char *stream, const struct table_flags *flags);
void table_close(struct table *table);

/* Say on stderr what was assumed of the table. */
void table_print_notes(const struct table *table);

/* The table that is there. */
struct table_live {
    fiat__doc *reply;        /* NULL: there is none */
    const fiat__doc *table;  /* the member "Table", or "TableMetadata" */
    bool by_athena;          /* it is Athena's answer: there is no Glue here */
    fiat__table table_there; /* read from it */
    fiat__changes changes;   /* from it to the table that should be there; none with name_only */
};

/* From Glue; or from Athena, for a catalog that is not Glue's, and where Athena alone answers, as
 * with `fiat local`; or from a file that holds Glue's answer, when `file` is not NULL. */
int table_live_read(struct table_live *out, struct table *table, const char *file);
void table_live_close(struct table_live *live);

/* Print the differences, a line each. */
void table_print_changes(const fiat__changes *changes);

/* Run one statement of Athena's to its end. */
int table_run(struct table *table, const char *sql);

/* A call of Glue's that answers nothing of interest: "CreateTable" and so on. `body`: the members
 * beside those that name the database, "\"TableInput\":{...}". */
int table_glue(struct table *table, const char *operation, const char *body);

/* Make the table that is not there (`live`), and its database when there is none. */
int table_make(struct table *table, const struct table_live *live);

/* "fiat.orders" */
const char *table_title(const struct table *table);

#endif
