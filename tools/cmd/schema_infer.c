/* fiat schema infer: json_schema.json and athena.json out of samples. */
#include "base/error.h"
#include "base/file.h"
#include "base/mem.h"
#include "cmd.h"
#include "documents.h"
#include "project.h"
#include "table/derive.h"
#include "table/infer.h"
#include "text.h"

#include <inttypes.h>
#include <stdio.h>

#define SHOWN_REFUSALS 5

static const char *s_output;
static uint64_t s_enum_max = 16, s_enum_samples = 100, s_map_names = 32;
static bool s_closed, s_columns, s_force, s_lines, s_no_formats, s_quiet, s_timestamps;

static const struct opt s_options[] = {
    {"output", 'o', OPT_STRING, &s_output, "DIR",
     "Write json_schema.json and athena.json into this folder, in place of printing the schema", 0,
     0},
    {"force", 0, OPT_FLAG, &s_force, NULL, "Overwrite files that are there", 0, 0},
    {"columns", 0, OPT_FLAG, &s_columns, NULL, "Print athena.json, not the schema", 0, 0},
    {"closed", 0, OPT_FLAG, &s_closed, NULL, "Let in no members but those of the samples", 0, 0},
    {"enum-max", 0, OPT_UINT, &s_enum_max, "N",
     "Most values of an enum (default 16); 0: propose none", 0, 1000},
    {"enum-samples", 0, OPT_UINT, &s_enum_samples, "N",
     "Strings to have seen before an enum is proposed (default 100)", 1, UINT32_MAX},
    {"map-names", 0, OPT_UINT, &s_map_names, "N",
     "Most names of an object before it may be a map (default 32)", 1, 1000},
    {"no-formats", 0, OPT_FLAG, &s_no_formats, NULL, "Propose no \"format\"", 0, 0},
    {"timestamps", 0, OPT_FLAG, &s_timestamps, NULL,
     "Columns of format date-time become timestamp, not string", 0, 0},
    {"lines", 0, OPT_FLAG, &s_lines, NULL, "Every line is a sample, also in a .json file", 0, 0},
    {"quiet", 'q', OPT_FLAG, &s_quiet, NULL, "No notes, only failures", 0, 0},
    {NULL, 0, OPT_FLAG, NULL, NULL, NULL, 0, 0},
};

struct run {
    fiat__infer *infer;
    uint64_t refused;   /* samples that are no JSON */
    fiat_status status; /* why learning ended early */
    fiat_error error;
};

/* --- reading --- */

static void refuse(struct run *run, const document *doc) {
    char place[300];
    document_place at = document_at(doc, run->error.offset);
    if (++run->refused > SHOWN_REFUSALS) return;
    snprintf(place, sizeof place, "%.250s:%" PRIu64 ":%" PRIu64 ": not taken", doc->file, at.line,
             at.column);
    cmd_fail_error(place, &run->error);
    if (run->refused == SHOWN_REFUSALS)
        cmd_fail(EXIT_PARTIAL, "further samples that are not taken are only counted");
}

static bool learn(const document *doc, void *user) {
    struct run *run = user;
    run->error = (fiat_error)FIAT_ERROR_INIT;
    run->status = doc->cut
                      ? fiat__err_set(&run->error, FIAT_E_LIMIT, "the line is longer than %d bytes",
                                      DOCUMENTS_LINE_MAX_BYTES)
                      : fiat__infer_add(run->infer, doc->text, &run->error);
    if (run->status == FIAT_E_NOMEM) return false;
    if (run->status != FIAT_OK) refuse(run, doc);
    run->status = FIAT_OK;
    return true;
}

static int read_samples(struct run *run, int argc, char **argv) {
    static char from_stdin[] = "-", *only_stdin[] = {from_stdin};
    fiat_error err = FIAT_ERROR_INIT;
    if (argc == 0) {
        argc = 1;
        argv = only_stdin;
    }
    for (int i = 0; i < argc; i++) {
        bool lines = s_lines || !fiat__str_ends(fiat__str_c(argv[i]), fiat__str_c(".json"));
        if (documents_read(argv[i], lines, learn, run, &err) != FIAT_OK)
            return cmd_fail_error(NULL, &err);
        if (run->status != FIAT_OK) return cmd_fail_error(NULL, &run->error);
    }
    if (fiat__infer_count(run->infer) == 0)
        return cmd_fail(EXIT_FAILED, "there was no sample to learn from");
    return EXIT_DONE;
}

/* --- writing --- */

static void print_note(const char *place, const char *message, void *user) {
    (void)user;
    if (s_quiet) return;
    fputs("note: ", stderr);
    text_print(stderr, place);
    fprintf(stderr, "%s%s\n", *place ? ": " : "", message);
}

static void print_column_note(const char *column, const char *place, const char *message,
                              void *user) {
    (void)user;
    if (s_quiet) return;
    fputs("note: column ", stderr);
    text_print(stderr, column);
    text_print(stderr, place);
    fprintf(stderr, ": %s\n", message);
}

/* athena.json holds nothing when no sample was an object. */
static fiat_status propose(const struct run *run, fiat__buf *schema, fiat__buf *athena,
                           fiat_error *err) {
    const fiat__derive_opts opts = {.timestamps = s_timestamps};
    uint64_t others = fiat__infer_count(run->infer) - fiat__infer_objects(run->infer);
    fiat_status status = fiat__infer_write(run->infer, schema, print_note, NULL, err);
    if (status != FIAT_OK) return status;
    if (others && !s_quiet)
        fprintf(stderr, "note: %" PRIu64 " %s: no stream takes such events\n", others,
                others == 1 ? "sample is no object" : "samples are no objects");
    if (!s_output && !s_columns) return FIAT_OK;
    fiat_error reason = FIAT_ERROR_INIT;
    status = fiat__columns_derive(athena, fiat__buf_str(schema), &opts, print_column_note, NULL,
                                  &reason);
    if (status == FIAT_E_TABLE_COLUMN && !s_columns) {
        if (!s_quiet) fprintf(stderr, "note: there is no athena.json: %s\n", reason.message);
        fiat__buf_clear(athena);
        return FIAT_OK;
    }
    if (status != FIAT_OK) fiat__err_assign(err, &reason);
    return status;
}

struct file {
    const char *name;
    const fiat__buf *text;
    char *path;
};

static int write_all(struct file *files, size_t count) {
    fiat_error err = FIAT_ERROR_INIT;
    for (size_t i = 0; i < count; i++) {
        files[i].path = fiat__path_join(s_output, files[i].name);
        if (!files[i].path) return cmd_fail(EXIT_FAILED, "out of memory");
        if (!s_force && fiat__path_exists(files[i].path))
            return cmd_fail(EXIT_FAILED,
                            "%s is already there; nothing was written (--force overwrites it)",
                            files[i].path);
    }
    fiat_status status = fiat__dir_make(s_output, &err);
    for (size_t i = 0; i < count && status == FIAT_OK; i++) {
        if (files[i].text->len == 0) continue;
        status = fiat__file_replace(files[i].path, fiat__buf_str(files[i].text), false, &err);
        if (status == FIAT_OK) puts(files[i].path);
    }
    return status == FIAT_OK ? EXIT_DONE : cmd_fail_error(NULL, &err);
}

static int write_files(const fiat__buf *schema, const fiat__buf *athena) {
    struct file files[] = {{"json_schema.json", schema, NULL}, {"athena.json", athena, NULL}};
    int code = write_all(files, sizeof files / sizeof files[0]);
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
        fiat__free(files[i].path);
    return code;
}

static int finish(const struct run *run) {
    fiat__buf schema, athena;
    fiat_error err = FIAT_ERROR_INIT;
    int code = EXIT_DONE;
    fiat__buf_init(&schema, PROJECT_FILE_MAX_BYTES);
    fiat__buf_init(&athena, PROJECT_FILE_MAX_BYTES);
    if (propose(run, &schema, &athena, &err) != FIAT_OK)
        code = cmd_fail_error(NULL, &err);
    else if (s_output)
        code = write_files(&schema, &athena);
    else
        fputs(fiat__buf_cstr(s_columns ? &athena : &schema), stdout);
    fiat__buf_deinit(&athena);
    fiat__buf_deinit(&schema);
    return code;
}

static int run(int argc, char **argv) {
    const fiat__infer_opts defaults = FIAT__INFER_OPTS_INIT;
    const fiat__infer_opts opts = {.enum_max = (uint32_t)s_enum_max,
                                   .enum_samples = (uint32_t)s_enum_samples,
                                   .map_names = (uint32_t)s_map_names,
                                   .no_formats = s_no_formats,
                                   .closed = s_closed,
                                   .max_bytes = defaults.max_bytes};
    struct run run = {0};
    fiat_error err = FIAT_ERROR_INIT;
    if (s_output && s_columns)
        return cmd_fail(EXIT_USAGE, "--output writes the columns anyhow: leave --columns out");
    if (fiat__infer_new(&run.infer, &opts, &err) != FIAT_OK) return cmd_fail_error(NULL, &err);
    int code = read_samples(&run, argc, argv);
    if (code == EXIT_DONE) code = finish(&run);
    if (run.refused)
        cmd_fail(EXIT_PARTIAL, "%" PRIu64 " samples were taken, %" PRIu64 " were not",
                 fiat__infer_count(run.infer), run.refused);
    fiat__infer_free(run.infer);
    return code == EXIT_DONE && run.refused ? EXIT_PARTIAL : code;
}

const struct cmd cmd_schema_infer = {
    .name = "schema infer",
    .synopsis = "[OPTION...] [FILE...]",
    .summary = "Propose a JSON Schema and columns from samples",
    .details =
        "FILE has a sample, a JSON document, on each line, and may be gzip; one called .json is a "
        "single sample. Without FILE, or for -, stdin is read. Memory is bounded, so gigabytes "
        "will do.\n\n"
        "Every sample is valid under the schema, which is printed. Types, nested objects and "
        "arrays, required members, formats that all strings fit (date-time, date, uuid, ipv4, "
        "ipv6, email, uri), enums and maps (objects of many names) are proposed; lengths and "
        "ranges are not invented. Notes on stderr say what was guessed: read them, and mend the "
        "schema by hand.\n\n"
        " fiat schema infer --output schemas/Order orders.jsonl\n\n"
        "The exit code is 3 when a sample was no JSON and left out.",
    .options = s_options,
    .max_args = -1,
    .run = run,
};
