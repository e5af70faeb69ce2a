/* fiat query: SQL on Athena, or on a data folder. */
#include "query.h"

#include "base/buf.h"
#include "base/error.h"
#include "base/file.h"
#include "cmd.h"
#include "output_file.h"
#include "project.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#define SQL_MAX_BYTES (1024 * 1024)
#define HISTORY_COUNT 20
#define HISTORY_MAX   10000

static struct query_flags s_flags;

/* clang-format off */
static const struct opt s_options[] = {
    {"local", 0, OPT_STRING, &s_flags.local, "DIR",
     "Not Athena, but the folder that `fiat local` or `--to local:DIR` wrote", 0, 0},
    {"schemas", 0, OPT_STRING, &s_flags.schemas, "DIR", "Folder of the streams' schemas", 0, 0},
    {"format", 'f', OPT_CHOICE, &s_flags.format, "table|csv|json|jsonl",
     "How rows are printed (default table); json is an array, jsonl an object a line", 0, 0},
    {"json", 0, OPT_FLAG, &s_flags.json, NULL, "The same as --format=json", 0, 0},
    {"file", 'F', OPT_STRING, &s_flags.file, "FILE", "Read the SQL from a file; - is stdin", 0, 0},
    {"output", 'o', OPT_STRING, &s_flags.output, "FILE",
     "Write rows to a file, which is there only when it is whole", 0, 0},
    {"database", 0, OPT_STRING, &s_flags.database, "NAME", "Database (default: fiat)", 0, 0},
    {"catalog", 0, OPT_STRING, &s_flags.catalog, "NAME", "Catalog (default: AwsDataCatalog)", 0, 0},
    {"workgroup", 0, OPT_STRING, &s_flags.workgroup, "NAME", "Workgroup (default: primary)", 0, 0},
    {"output-location", 0, OPT_STRING, &s_flags.output_location, "S3URL",
     "Where Athena puts results (default: as the workgroup says)", 0, 0},
    {"price", 0, OPT_STRING, &s_flags.price, "USD",
     "What a terabyte scanned costs, for the estimate (default 5)", 0, 0},
    {"results", 0, OPT_STRING, &s_flags.results, "ID", "Show the rows of an earlier query", 0, 0},
    {"history", 0, OPT_FLAG, &s_flags.history, NULL,
     "List the newest queries of the workgroup: 20, or as many as the argument says", 0, 0},
    {"dry-run", 0, OPT_FLAG, &s_flags.dry_run, NULL, "Print what would be sent, and send nothing",
     0, 0},
    AWS_OPTIONS(s_flags.aws),
    {NULL, 0, OPT_FLAG, NULL, NULL, NULL, 0, 0},
};
/* clang-format on */

fiat_status query_print(const struct query *query, const struct row_source *rows, uint64_t *count,
                        fiat_error *err) {
    struct output_file file;
    fiat_error ignored;
    fiat_status status = output_file_open(&file, query->flags->output, err);
    if (status != FIAT_OK) return status;
    struct output output = {.format = query->format, .file = file.file};
    status = output_rows(&output, rows, err);
    *count = output.row_count;
    fiat_status closed =
        output_file_close(&file, status == FIAT_OK, status == FIAT_OK ? err : &ignored);
    return status == FIAT_OK ? closed : status;
}

static fiat_status read_stdin(fiat__buf *out, fiat_error *err) {
    char chunk[4096];
    ssize_t got;
    while ((got = read(STDIN_FILENO, chunk, sizeof chunk)) > 0 || (got < 0 && errno == EINTR))
        if (got > 0) fiat__buf_append(out, chunk, (size_t)got);
    return got < 0 ? fiat__err_sys(err, errno, "cannot read stdin") : fiat__buf_status(out, err);
}

static fiat_status read_sql(fiat__buf *out, const char *operand, fiat_error *err) {
    const char *file = s_flags.file;
    if (file && strcmp(file, "-") != 0) return fiat__file_read(file, out, err);
    if (file || strcmp(operand, "-") == 0) return read_stdin(out, err);
    fiat__buf_append_c(out, operand);
    return fiat__buf_status(out, err);
}

static int run_sql(const struct query *query, const char *operand) {
    fiat__buf sql;
    fiat_error err = FIAT_ERROR_INIT;
    int code;
    fiat__buf_init(&sql, SQL_MAX_BYTES);
    if (read_sql(&sql, operand, &err) != FIAT_OK)
        code = cmd_fail_error("the SQL text", &err);
    else
        code = s_flags.local ? query_local(query, fiat__buf_str(&sql))
                             : query_athena(query, fiat__buf_str(&sql));
    fiat__buf_deinit(&sql);
    return code;
}

/* The operand of --history; 0 when it is no number of queries. */
static uint64_t history_count(const char *operand) {
    char *end;
    if (!operand) return HISTORY_COUNT;
    uint64_t count = strtoull(operand, &end, 10);
    return *operand >= '0' && *operand <= '9' && !*end && count <= HISTORY_MAX ? count : 0;
}

static int check_use(int argc, char **argv) {
    const struct {
        bool given;
        const char *name;
    } athenas[] = {{s_flags.database, "database"},   {s_flags.catalog, "catalog"},
                   {s_flags.workgroup, "workgroup"}, {s_flags.output_location, "output-location"},
                   {s_flags.price, "price"},         {s_flags.results, "results"},
                   {s_flags.history, "history"},     {s_flags.dry_run, "dry-run"},
                   {s_flags.aws.region, "region"},   {s_flags.aws.endpoint_url, "endpoint-url"}};
    for (size_t i = 0; s_flags.local && i < sizeof athenas / sizeof athenas[0]; i++)
        if (athenas[i].given)
            return cmd_fail(EXIT_USAGE, "--%s is Athena's: it does not go with --local",
                            athenas[i].name);
    if (s_flags.history && (s_flags.results || s_flags.file || s_flags.dry_run))
        return cmd_fail(EXIT_USAGE, "--history goes with neither SQL nor --results nor --dry-run");
    if (s_flags.history && history_count(argc ? argv[0] : NULL) == 0)
        return cmd_fail(EXIT_USAGE, "--history %.40s: a number of queries is meant, 1 to %d",
                        argv[0], HISTORY_MAX);
    if (s_flags.results && (argc || s_flags.file || s_flags.dry_run))
        return cmd_fail(EXIT_USAGE, "--results goes with neither SQL nor --dry-run");
    if (!s_flags.history && !s_flags.results && (argc == 1) == (s_flags.file != NULL))
        return cmd_fail(EXIT_USAGE, "give the SQL as one argument, or --file FILE");
    return EXIT_DONE;
}

static int run(int argc, char **argv) {
    const char *operand = argc ? argv[0] : NULL;
    struct query query = {.flags = &s_flags, .format = s_flags.json ? OUTPUT_JSON : OUTPUT_TABLE};
    fiat_error err = FIAT_ERROR_INIT;
    fiat_config *config;
    int code = check_use(argc, argv);
    if (code != EXIT_DONE) return code;
    if (s_flags.format)
        (void)output_format_of(s_flags.format, &query.format); /* one of its words */
    if (project_config(&config, s_flags.schemas, &err) != FIAT_OK)
        return cmd_fail_error(NULL, &err);
    query.config = config;
    if (s_flags.history)
        code = query_athena_history(&query, history_count(operand));
    else
        code = s_flags.results ? query_athena_results(&query) : run_sql(&query, operand);
    fiat_config_free(config);
    return code;
}

static const struct cmd_exit s_exits[] = {
    {EXIT_DONE, "done"},
    {EXIT_FAILED, "the query failed, or could not be run"},
    {EXIT_USAGE, "wrong use"},
    {130, "stopped by SIGINT, and so was the query"},
    {143, "stopped by SIGTERM, and so was the query"},
    {0, NULL},
};

const struct cmd cmd_query = {
    .name = "query",
    .synopsis = "[--local DIR] [OPTION...] SQL",
    .summary = "Run SQL on the events, on Athena or in a data folder",
    .details =
        "Without --local the SQL goes to Athena, is followed to its end, and its rows are fetched. "
        "Database, workgroup, place of results and catalog are those of \"table\" in "
        "schemas/stream.json where no option says otherwise. On a terminal a line tells its state, "
        "for how long it has run and what it has scanned; the last line on stderr tells what that "
        "may cost: an estimate, by AWS's price of 5 USD a terabyte, at least 10 MB a query. "
        "Interrupted with Ctrl-C, it stops the query.\n\n"
        "With --local every stream is a table of its name, with the columns of its athena.json. "
        "The SQL is DuckDB's, which is close to Athena's; it can read nothing but the folder.\n\n"
        "The SQL is one statement, or - for the text on stdin. A stream's partition is a column as "
        "well: `datehour`, such as '2026/11/21/12', or the names of folders like dt=2026-11-21. "
        "Conditions on it that are constants choose the files to read.\n\n"
        " fiat query \"SELECT task, count(*) FROM audit\n"
        "   WHERE datehour >= '2026/11/21/00' GROUP BY task\"\n"
        " fiat query --local data \"SELECT * FROM Audit\"\n"
        " fiat query --history 5",
    .options = s_options,
    .exits = s_exits,
    .min_args = 0,
    .max_args = 1,
    .run = run,
};
