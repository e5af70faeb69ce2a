/* fiat table check: does the table that is there agree with its stream? */
#include "cmd.h"
#include "json/writer.h"
#include "table.h"

#include <stdio.h>

#define TEXT_MAX_BYTES (16 * 1024 * 1024)

static struct table_flags s_flags;
static const char *s_live;
static bool s_json;

static const struct opt s_options[] = {
    {"live", 0, OPT_STRING, &s_live, "FILE",
     "Compare with this answer of Glue's GetTable, and call nothing", 0, 0},
    {"json", 0, OPT_FLAG, &s_json, NULL, "Print the differences as one JSON object", 0, 0},
    TABLE_OPTIONS(s_flags),
    AWS_OPTIONS(s_flags.aws),
    {NULL, 0, OPT_FLAG, NULL, NULL, NULL, 0, 0},
};

enum { AGREES = 0, DIFFERS = 1, NO_VERDICT = 2 };

static void write_change(fiat__buf *out, const fiat__change *change) {
    static const char *const kinds[] = {"new", "wider", "serde", "property", "breaks"};
    const char *const rows[][2] = {{"kind", kinds[change->kind]},
                                   {"what", change->what},
                                   {"live", change->live},
                                   {"wanted", change->wanted},
                                   {"remedy", change->remedy}};
    bool first = true;
    fiat__buf_append_char(out, '{');
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        fiat__json_write_key(out, &first, rows[i][0]);
        fiat__json_write_string_c(out, rows[i][1]);
    }
    fiat__buf_append_char(out, '}');
}

static int print_json(const struct table *table, const struct table_live *live) {
    fiat__buf out;
    fiat__buf_init(&out, TEXT_MAX_BYTES);
    fiat__buf_printf(&out, "{\"table\":\"%s\",\"exists\":%s,\"agrees\":%s,\"differences\":[",
                     table_title(table), live->reply ? "true" : "false",
                     live->reply && live->changes.count == 0 ? "true" : "false");
    for (size_t i = 0; i < live->changes.count; i++) {
        if (i) fiat__buf_append_char(&out, ',');
        write_change(&out, &live->changes.items[i]);
    }
    bool whole = fiat__buf_append_c(&out, "]}\n");
    if (whole) fputs(fiat__buf_cstr(&out), stdout);
    fiat__buf_deinit(&out);
    return whole ? EXIT_DONE : cmd_fail(NO_VERDICT, "out of memory");
}

static void print_verdict(const struct table *table, const struct table_live *live) {
    const fiat__changes *changes = &live->changes;
    table_print_changes(changes);
    if (!live->reply)
        printf("%s: is not there: `fiat table create %s`\n", table_title(table), table->stream);
    else if (changes->count == 0)
        printf("%s: ok\n", table_title(table));
    else if (changes->breaking)
        printf("%s: differs, and `fiat table update` would break readers\n", table_title(table));
    else
        printf("%s: differs: `fiat table update %s`\n", table_title(table), table->stream);
}

static int check(struct table *table) {
    struct table_live live;
    int code = table_live_read(&live, table, s_live) == EXIT_DONE ? AGREES : NO_VERDICT;
    if (code == AGREES && s_json && print_json(table, &live) != EXIT_DONE) code = NO_VERDICT;
    if (code == AGREES && !s_json) print_verdict(table, &live);
    if (code == AGREES && (!live.reply || live.changes.count)) code = DIFFERS;
    table_live_close(&live);
    return code;
}

static int run(int argc, char **argv) {
    struct table table;
    (void)argc;
    int code = table_open(&table, argv[0], &s_flags) == EXIT_DONE ? check(&table) : NO_VERDICT;
    table_close(&table);
    return code;
}

static const struct cmd_exit s_exits[] = {
    {AGREES, "the table agrees with its stream"},
    {DIFFERS, "it differs, or is not there"},
    {NO_VERDICT, "there is no verdict: wrong use, a file that is wrong, or no answer of AWS"},
    {0, NULL},
};

const struct cmd cmd_table_check = {
    .name = "table check",
    .synopsis = "[OPTION...] STREAM",
    .summary = "Compare the Athena table with the files of its stream",
    .details =
        "Every difference is a line: columns, types, SerDe and its properties, location, "
        "partitions and their projection. \"new\", \"wider\", \"serde\" and \"property\" are what "
        "`fiat table update` sets right; what \"breaks\" it refuses, and the line says what else "
        "can be done. Comments, the order of columns, and properties of others do not count.",
    .options = s_options,
    .exits = s_exits,
    .min_args = 1,
    .max_args = 1,
    .run = run,
};
