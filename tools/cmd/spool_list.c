/* fiat spool list: what is in a spool's folder. */
#include "base/buf.h"
#include "cmd.h"
#include "json/writer.h"
#include "producer/spool.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static bool s_json;

static const struct opt s_options[] = {
    {"json", 0, OPT_FLAG, &s_json, NULL, "Print one JSON object", 0, 0},
    {NULL, 0, OPT_FLAG, NULL, NULL, NULL, 0, 0},
};

#define OUTPUT_MAX_BYTES (64u << 20)

struct listing {
    fiat__buf files; /* of JSON */
    bool first;
    uint64_t segments, events, unsettled, bytes, damaged_bytes, quarantined, unreadable;
};

static void print_file(const fiat__spool_file *file) {
    printf("%-32s %12" PRIu64 " bytes  %10" PRIu64 " events  %10" PRIu64 " not acknowledged",
           file->path, file->bytes, file->events, file->unsettled);
    if (file->torn) fputs("  torn at its end", stdout);
    if (file->damaged_bytes) printf("  %" PRIu64 " bytes damaged", file->damaged_bytes);
    if (file->error) printf("  cannot be read: %s", strerror(file->error));
    putchar('\n');
}

static void write_bool(fiat__buf *out, bool *first, const char *name, bool value) {
    fiat__json_write_key(out, first, name);
    fiat__buf_append_c(out, value ? "true" : "false");
}

static void write_uint(fiat__buf *out, bool *first, const char *name, uint64_t value) {
    fiat__json_write_key(out, first, name);
    fiat__json_write_uint(out, value);
}

static void write_file(struct listing *list, const fiat__spool_file *file) {
    bool first = true;
    if (!list->first) fiat__buf_append_char(&list->files, ',');
    list->first = false;
    fiat__buf_append_char(&list->files, '{');
    fiat__json_write_key(&list->files, &first, "path");
    fiat__json_write_string_c(&list->files, file->path);
    write_uint(&list->files, &first, "bytes", file->bytes);
    write_uint(&list->files, &first, "events", file->events);
    write_uint(&list->files, &first, "unacknowledged", file->unsettled);
    write_uint(&list->files, &first, "damaged_bytes", file->damaged_bytes);
    write_bool(&list->files, &first, "torn", file->torn);
    write_bool(&list->files, &first, "quarantined", file->quarantined);
    write_bool(&list->files, &first, "unreadable", file->error);
    fiat__buf_append_char(&list->files, '}');
}

static fiat_status add_file(const fiat__spool_file *file, void *ctx, fiat_error *err) {
    struct listing *list = ctx;
    list->bytes += file->bytes;
    list->unsettled += file->unsettled;
    list->unreadable += file->error != 0;
    if (file->quarantined) {
        list->quarantined++;
    } else {
        list->segments++;
        list->events += file->events;
        list->damaged_bytes += file->damaged_bytes;
    }
    if (s_json)
        write_file(list, file);
    else
        print_file(file);
    return fiat__buf_status(&list->files, err);
}

static void print_json(const struct listing *list, const char *dir, long holder) {
    fiat__buf out;
    bool first = true;
    fiat__buf_init(&out, OUTPUT_MAX_BYTES + 8192);
    fiat__buf_append_char(&out, '{');
    fiat__json_write_key(&out, &first, "spool");
    fiat__json_write_string_c(&out, dir);
    write_uint(&out, &first, "used_by_process", (uint64_t)holder);
    write_uint(&out, &first, "segments", list->segments);
    write_uint(&out, &first, "bytes", list->bytes);
    write_uint(&out, &first, "events", list->events);
    write_uint(&out, &first, "unacknowledged", list->unsettled);
    write_uint(&out, &first, "damaged_bytes", list->damaged_bytes);
    write_uint(&out, &first, "quarantined", list->quarantined);
    write_uint(&out, &first, "unreadable", list->unreadable);
    fiat__json_write_key(&out, &first, "files");
    fiat__buf_append_char(&out, '[');
    fiat__buf_append(&out, list->files.ptr, list->files.len);
    fiat__buf_append_c(&out, "]}");
    puts(fiat__buf_cstr(&out));
    fiat__buf_deinit(&out);
}

static void print_summary(const struct listing *list, long holder) {
    printf("%" PRIu64 " %s, %" PRIu64 " bytes, %" PRIu64 " %s, %" PRIu64
           " not acknowledged, %" PRIu64 " quarantined",
           list->segments, list->segments == 1 ? "segment" : "segments", list->bytes, list->events,
           list->events == 1 ? "event" : "events", list->unsettled, list->quarantined);
    if (list->unreadable) printf(", %" PRIu64 " that cannot be read", list->unreadable);
    if (holder) printf("; in use by process %ld", holder);
    putchar('\n');
}

static int run(int argc, char **argv) {
    struct listing list = {.first = true};
    const fiat__spool_visitor visitor = {.file = add_file, .ctx = &list};
    fiat_error err = FIAT_ERROR_INIT;
    long holder = 0;
    (void)argc;
    fiat__buf_init(&list.files, OUTPUT_MAX_BYTES);
    int code = EXIT_DONE;
    if (fiat__spool_inspect(argv[0], &visitor, &holder, &err) != FIAT_OK)
        code = cmd_fail_error(NULL, &err);
    else if (s_json)
        print_json(&list, argv[0], holder);
    else
        print_summary(&list, holder);
    fiat__buf_deinit(&list.files);
    return code;
}

const struct cmd cmd_spool_list = {
    .name = "spool list",
    .synopsis = "[OPTION...] DIR",
    .summary = "Show what a spool holds",
    .details = "DIR is the setting spool.dir. Lists the segments, those of forked children and "
               "those in quarantine included, with their events and how many of them are not "
               "acknowledged. Of a file that cannot be read, what the disk gives of it is counted. "
               "Changes "
               "nothing, and works while a process uses the spool.",
    .options = s_options,
    .min_args = 1,
    .max_args = 1,
    .run = run,
};
