/* fiat table update: bring the Athena table up to date with its stream. */
#include "cmd.h"
#include "table.h"
#include "table/glue.h"

#include <stdio.h>

#define TEXT_MAX_BYTES (16 * 1024 * 1024)

static struct table_flags s_flags;
static const char *s_live;
static bool s_dry_run;

static const struct opt s_options[] = {
    {"dry-run", 'n', OPT_FLAG, &s_dry_run, NULL,
     "Print the statements, or the TableInput for Glue; change nothing", 0, 0},
    {"live", 0, OPT_STRING, &s_live, "FILE",
     "With --dry-run: compare with this answer of Glue's GetTable, and call nothing", 0, 0},
    TABLE_OPTIONS(s_flags),
    TABLE_AWS_OPTIONS(s_flags),
    {NULL, 0, OPT_FLAG, NULL, NULL, NULL, 0, 0},
};

static int by_athena(struct table *table, const struct table_live *live) {
    fiat__buf sql;
    int code = EXIT_DONE;
    fiat__buf_init(&sql, TEXT_MAX_BYTES);
    for (size_t i = 0; code == EXIT_DONE; i++) {
        fiat__buf_clear(&sql);
        if (!fiat__changes_write_ddl(&sql, &live->changes, &table->wanted, i)) break;
        if (s_dry_run)
            printf("%s;\n", fiat__buf_cstr(&sql));
        else
            code = table_run(table, fiat__buf_cstr(&sql));
    }
    if (sql.failed) code = cmd_fail(EXIT_FAILED, "out of memory");
    fiat__buf_deinit(&sql);
    return code;
}

static int by_glue(struct table *table, const struct table_live *live) {
    fiat__buf members;
    int code = EXIT_DONE;
    if (live->by_athena)
        return cmd_fail(EXIT_FAILED,
                        "%s: that needs the Glue catalogue, and here is none: drop and create the "
                        "table (the data stays)",
                        table_title(table));
    fiat__buf_init(&members, TEXT_MAX_BYTES);
    if (!s_dry_run) fiat__buf_append_c(&members, "\"TableInput\":");
    if (!fiat__glue_update_input(&members, live->table, &live->table_there, &table->wanted))
        code = cmd_fail(EXIT_FAILED, "out of memory");
    else if (s_dry_run)
        puts(fiat__buf_cstr(&members));
    else
        code = table_glue(table, "UpdateTable", fiat__buf_cstr(&members));
    fiat__buf_deinit(&members);
    return code;
}

static int change(struct table *table, const struct table_live *live) {
    const char *why = fiat__changes_need_glue(&live->changes, &table->wanted);
    if (why && !s_flags.glue) fprintf(stderr, "note: by the Glue catalogue: %s\n", why);
    int code = why || s_flags.glue ? by_glue(table, live) : by_athena(table, live);
    if (code != EXIT_DONE || s_dry_run) return code;
    table_print_changes(&live->changes);
    printf("%s: updated\n", table_title(table));
    return EXIT_DONE;
}

static int update(struct table *table) {
    struct table_live live;
    int code = table_live_read(&live, table, s_live);
    if (code == EXIT_DONE && !live.reply) {
        code = cmd_fail(EXIT_FAILED, "%s is not there: `fiat table create %s`", table_title(table),
                        table->stream);
    } else if (code == EXIT_DONE && live.changes.count == 0) {
        printf("%s: ok, nothing to do\n", table_title(table));
    } else if (code == EXIT_DONE && live.changes.breaking) {
        table_print_changes(&live.changes);
        code = cmd_fail(EXIT_FAILED, "%s: nothing was changed: readers would break",
                        table_title(table));
    } else if (code == EXIT_DONE) {
        code = change(table, &live);
    }
    table_live_close(&live);
    return code;
}

static int run(int argc, char **argv) {
    struct table table;
    (void)argc;
    if (s_live && !s_dry_run) return cmd_fail(EXIT_USAGE, "--live goes with --dry-run");
    int code = table_open(&table, argv[0], &s_flags);
    if (code == EXIT_DONE) code = update(&table);
    table_close(&table);
    return code;
}

const struct cmd cmd_table_update = {
    .name = "table update",
    .synopsis = "[OPTION...] STREAM",
    .summary = "Bring the Athena table up to date with its stream",
    .details =
        "Adds new columns after those that are there, sets properties, and widens types where "
        "what is stored reads as the wider type: int to bigint, float to double, decimals that "
        "grow, varchar that grows, members added at the end of a struct. (Of Parquet only the last "
        "two.)\n\n"
        "A column that is gone, narrower or of another type, another place, format or other "
        "partitions would break who reads the table: then nothing is changed, each is named with "
        "what can be done, and the exit code is 1. No data is touched in any case.",
    .options = s_options,
    .min_args = 1,
    .max_args = 1,
    .run = run,
};
