/* fiat table show: the Athena table as it is. */
#include "cmd.h"
#include "json/doc.h"
#include "table.h"
#include "table/ddl.h"

#include <stdio.h>

#define TEXT_MAX_BYTES (16 * 1024 * 1024)

static struct table_flags s_flags = {.name_only = true};
static bool s_json;

static const struct opt s_options[] = {
    {"json", 0, OPT_FLAG, &s_json, NULL, "Print Glue's answer", 0, 0},
    TABLE_NAME_OPTIONS(s_flags),
    AWS_OPTIONS(s_flags.aws),
    {NULL, 0, OPT_FLAG, NULL, NULL, NULL, 0, 0},
};

static int print(const struct table_live *live) {
    fiat__buf text;
    fiat__buf_init(&text, TEXT_MAX_BYTES);
    if (s_json)
        fiat__doc_write(&text, live->reply);
    else
        fiat__ddl_create(&text, &live->table_there);
    bool whole = fiat__buf_append_c(&text, s_json ? "\n" : ";\n");
    if (whole) fputs(fiat__buf_cstr(&text), stdout);
    fiat__buf_deinit(&text);
    return whole ? EXIT_DONE : cmd_fail(EXIT_FAILED, "out of memory");
}

static int run(int argc, char **argv) {
    struct table table;
    struct table_live live;
    (void)argc;
    int code = table_open(&table, argv[0], &s_flags);
    if (code == EXIT_DONE) {
        code = table_live_read(&live, &table, NULL);
        if (code == EXIT_DONE)
            code = live.reply ? print(&live)
                              : cmd_fail(EXIT_FAILED, "%s is not there: `fiat table create %s`",
                                         table_title(&table), argv[0]);
        table_live_close(&live);
    }
    table_close(&table);
    return code;
}

const struct cmd cmd_table_show = {
    .name = "table show",
    .synopsis = "[OPTION...] STREAM",
    .summary = "Print the Athena table of a stream as it is",
    .details = "Prints the statement that would make the table that is there. The one that should "
               "be there is printed by `fiat table create --dry-run`.",
    .options = s_options,
    .min_args = 1,
    .max_args = 1,
    .run = run,
};
