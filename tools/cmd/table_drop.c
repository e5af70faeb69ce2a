/* fiat table drop: take a stream's table out of the catalogue. */
#include "cmd.h"
#include "json/doc.h"
#include "table.h"
#include "table/ddl.h"

#include <stdio.h>
#include <strings.h>
#include <unistd.h>

static struct table_flags s_flags = {.name_only = true};
static bool s_yes;

static const struct opt s_options[] = {
    {"yes", 'y', OPT_FLAG, &s_yes, NULL, "Do not ask", 0, 0},
    TABLE_NAME_OPTIONS(s_flags),
    TABLE_AWS_OPTIONS(s_flags),
    {NULL, 0, OPT_FLAG, NULL, NULL, NULL, 0, 0},
};

/* Of an external table alone the data stays where it is; Iceberg's is deleted with the table.
 * https://docs.aws.amazon.com/athena/latest/ug/drop-table.html */
static bool keeps_data(const struct table_live *live) {
    const char *type = "";
    const char *kind = fiat__property_get(&live->table_there.properties, "table_type");
    (void)fiat__doc_string(fiat__doc_get(live->table, "TableType"), &type);
    return strcmp(type, "EXTERNAL_TABLE") == 0 && !(kind && strcasecmp(kind, "iceberg") == 0);
}

static bool is_agreed(const struct table *table, const struct table_live *live) {
    char answer[16] = "";
    if (s_yes) return true;
    fprintf(stderr, "Drop the table %s? The data in %s stays. [y/N] ", table_title(table),
            live->table_there.location);
    return fgets(answer, sizeof answer, stdin) && strncasecmp(answer, "y", 1) == 0;
}

static int drop(struct table *table, const struct table_live *live) {
    fiat__buf sql;
    if (!keeps_data(live))
        return cmd_fail(EXIT_FAILED,
                        "%s is no external table: dropping it could delete data, which fiat never "
                        "does",
                        table_title(table));
    if (!s_yes && !isatty(STDIN_FILENO))
        return cmd_fail(EXIT_USAGE, "nobody can be asked here: say --yes to drop %s",
                        table_title(table));
    if (!is_agreed(table, live)) return cmd_fail(EXIT_FAILED, "nothing was dropped");
    fiat__buf_init(&sql, 4096);
    fiat__ddl_drop(&sql, &table->wanted);
    int code = s_flags.glue ? table_glue(table, "DeleteTable", "")
                            : table_run(table, fiat__buf_cstr(&sql));
    fiat__buf_deinit(&sql);
    if (code == EXIT_DONE)
        printf("%s: dropped; the data in %s is as it was\n", table_title(table),
               live->table_there.location);
    return code;
}

static int run(int argc, char **argv) {
    struct table table;
    struct table_live live;
    (void)argc;
    int code = table_open(&table, argv[0], &s_flags);
    if (code == EXIT_DONE) {
        code = table_live_read(&live, &table, NULL);
        if (code == EXIT_DONE && !live.reply)
            printf("%s: is not there, nothing to do\n", table_title(&table));
        else if (code == EXIT_DONE)
            code = drop(&table, &live);
        table_live_close(&live);
    }
    table_close(&table);
    return code;
}

const struct cmd cmd_table_drop = {
    .name = "table drop",
    .synopsis = "[OPTION...] STREAM",
    .summary = "Drop the Athena table of a stream; its data stays",
    .details =
        "Asks first, unless --yes. Only an external table is dropped: what S3 holds is never "
        "touched.",
    .options = s_options,
    .min_args = 1,
    .max_args = 1,
    .run = run,
};
