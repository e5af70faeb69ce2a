/* fiat table create: the Athena table of a stream. */
#include "cmd.h"
#include "table.h"
#include "table/ddl.h"
#include "table/glue.h"

#include <stdio.h>

#define TEXT_MAX_BYTES (16 * 1024 * 1024)

static struct table_flags s_flags;
static bool s_dry_run;

static const struct opt s_options[] = {
    {"dry-run", 'n', OPT_FLAG, &s_dry_run, NULL,
     "Print the statements, or with --glue the TableInput; call nothing", 0, 0},
    TABLE_OPTIONS(s_flags),
    TABLE_AWS_OPTIONS(s_flags),
    {NULL, 0, OPT_FLAG, NULL, NULL, NULL, 0, 0},
};

static int print(const fiat__table *wanted) {
    fiat__buf text;
    fiat__buf_init(&text, TEXT_MAX_BYTES);
    bool whole;
    if (s_flags.glue) {
        whole = fiat__glue_table_input(&text, wanted) && fiat__buf_append_char(&text, '\n');
    } else {
        fiat__ddl_create_database(&text, wanted);
        fiat__buf_append_c(&text, ";\n");
        fiat__ddl_create(&text, wanted);
        whole = fiat__buf_append_c(&text, ";\n");
    }
    if (whole) fputs(fiat__buf_cstr(&text), stdout);
    fiat__buf_deinit(&text);
    return whole ? EXIT_DONE : cmd_fail(EXIT_FAILED, "out of memory");
}

static int create(struct table *table) {
    struct table_live live;
    int code = table_live_read(&live, table, NULL);
    if (code == EXIT_DONE && !live.reply) {
        table_print_notes(table);
        code = table_make(table, &live);
        if (code == EXIT_DONE) printf("%s: created\n", table_title(table));
    } else if (code == EXIT_DONE && live.changes.count == 0) {
        printf("%s: ok, nothing to do\n", table_title(table));
    } else if (code == EXIT_DONE) {
        table_print_changes(&live.changes);
        code =
            cmd_fail(EXIT_FAILED, "%s is there and differs: `fiat table %s %s`", table_title(table),
                     live.changes.breaking ? "check" : "update", table->stream);
    }
    table_live_close(&live);
    return code;
}

static int run(int argc, char **argv) {
    struct table table;
    (void)argc;
    int code = table_open(&table, argv[0], &s_flags);
    if (code == EXIT_DONE && s_dry_run) {
        table_print_notes(&table);
        code = print(&table.wanted);
    } else if (code == EXIT_DONE) {
        code = create(&table);
    }
    table_close(&table);
    return code;
}

const struct cmd cmd_table_create = {
    .name = "table create",
    .synopsis = "[OPTION...] STREAM",
    .summary = "Create the Athena table of a stream",
    .details =
        "Columns are those of athena.json; properties that are spelt otherwise are mapped. "
        "Partitions are projected from the prefix that Firehose writes to, so that none is ever "
        "added by hand. The database is made when there is none.\n\n"
        "Settings: the member \"table\" of the stream's stream.json, then of stream.json in the "
        "schemas' folder: database, name, format, workgroup, output, catalog, projection_from; of "
        "\"delivery\" bucket, prefix and time_zone. An option comes before both.\n\n"
        "A table that is there and agrees is left alone; so is one that differs, with exit code "
        "1.",
    .options = s_options,
    .min_args = 1,
    .max_args = 1,
    .run = run,
};
