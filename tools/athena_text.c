#include "athena_text.h"

#include <inttypes.h>
#include <stdio.h>

#define KILO           1024.0
#define MEGA           (1024u * 1024)
#define MIN_MEGABYTES  10
#define MEGAS_PER_TERA (KILO * KILO)

void athena_size_text(char out[ATHENA_TEXT_BYTES], uint64_t bytes) {
    static const char *const units[] = {"KB", "MB", "GB", "TB", "PB"};
    double size = (double)bytes / KILO;
    size_t unit = 0;
    if (bytes < KILO) {
        snprintf(out, ATHENA_TEXT_BYTES, "%" PRIu64 " byte%s", bytes, bytes == 1 ? "" : "s");
        return;
    }
    /* What would be written as 1024 of one is 1.0 of the next. */
    for (; size >= 1023.5 && unit + 1 < sizeof units / sizeof units[0]; unit++)
        size /= KILO;
    snprintf(out, ATHENA_TEXT_BYTES, size < 9.95 ? "%.1f %s" : "%.0f %s", size, units[unit]);
}

double athena_cost(uint64_t scanned_bytes, double usd_per_tb) {
    uint64_t megabytes = scanned_bytes / MEGA + (scanned_bytes % MEGA != 0);
    if (megabytes < MIN_MEGABYTES) megabytes = MIN_MEGABYTES;
    return (double)megabytes / MEGAS_PER_TERA * usd_per_tb;
}

void athena_cost_text(char out[ATHENA_TEXT_BYTES], double usd) {
    int decimals = 2;
    for (double rest = usd; rest > 0 && rest < 0.1 && decimals < 9; rest *= 10)
        decimals++;
    snprintf(out, ATHENA_TEXT_BYTES, "about %.*f USD", decimals, usd);
}

const char *athena_remedy(const char *reason) {
    /* The first that fits counts. */
    static const struct {
        const char *part, *remedy;
    } rows[] = {
        {"SCHEMA_NOT_FOUND", "name the database with --database, or \"table\": {\"database\": ...} "
                             "in schemas/stream.json"},
        {"TABLE_NOT_FOUND", "`fiat table create STREAM` makes a stream's table; --database names "
                            "another database"},
        {"COLUMN_NOT_FOUND", "`fiat table show STREAM` lists a table's columns"},
        {"FUNCTION_NOT_FOUND", "Athena's functions are those of Trino"},
        {"TYPE_MISMATCH", "cast one side: CAST(x AS varchar)"},
        {"SYNTAX_ERROR", "the SQL is Trino's: names with other characters than a-z, 0-9 and _ "
                         "stand in \"double quotes\", texts in 'single ones'"},
        {"HIVE_BAD_DATA", "an object in S3 is not as the table says; `fiat table check STREAM` "
                          "compares table and schema, and \"$path\" is an object's name in SQL"},
        {"HIVE_CURSOR_ERROR", "an object in S3 cannot be read as the table says; `fiat table check "
                              "STREAM` compares table and schema"},
        {"HIVE_EXCEED_PARTITION_LIMIT", "choose partitions: WHERE datehour >= '2026/11/21/00'"},
        {"EXCEEDED_TIME_LIMIT", "choose fewer partitions: WHERE datehour >= '2026/11/21/00'"},
        {"EXHAUSTED", "choose fewer partitions or columns, or leave out ORDER BY"},
        {"exhausted", "choose fewer partitions or columns, or leave out ORDER BY"},
        {"Bytes scanned limit", "the workgroup limits what a query may scan: choose fewer "
                                "partitions, or another workgroup with --workgroup"},
        {"utput location",
         "say where results go: --output-location s3://BUCKET/PREFIX/, \"table\": "
         "{\"output\": ...} in schemas/stream.json, or the workgroup's settings"},
        {"utput bucket", "say where results go: --output-location s3://BUCKET/PREFIX/, in the "
                         "region of the query"},
        {"WorkGroup", "name another workgroup with --workgroup"},
        {"Access Denied", "whoever asks needs s3:GetObject and s3:ListBucket for the data, "
                          "s3:PutObject for the results, and glue:GetTable"},
        {"AccessDenied", "whoever asks needs s3:GetObject and s3:ListBucket for the data, "
                         "s3:PutObject for the results, and glue:GetTable"},
        {"not authorized", "whoever asks needs that permission"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (strstr(reason, rows[i].part)) return rows[i].remedy;
    return NULL;
}

bool athena_write_line(fiat__buf *out, const char *text) {
    for (const char *c = text; *c; c++)
        fiat__buf_append_char(out, (unsigned char)*c < 0x20 || *c == 0x7F ? ' ' : *c);
    return !out->failed;
}
