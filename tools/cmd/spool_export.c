/* fiat spool export: the events of a spool that are not acknowledged, as lines. */
#include "base/error.h"
#include "cmd.h"
#include "producer/spool.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

static const char *s_stream;

static const struct opt s_options[] = {
    {"stream", 's', OPT_STRING, &s_stream, "NAME", "Only events of this delivery stream", 0, 0},
    {NULL, 0, OPT_FLAG, NULL, NULL, NULL, 0, 0},
};

static fiat_status print_event(const fiat__spool_frame *frame, void *ctx, fiat_error *err) {
    uint64_t *count = ctx;
    if (s_stream && !fiat__str_eq_c(frame->stream, s_stream)) return FIAT_OK;
    if (fwrite(frame->event.ptr, 1, frame->event.len, stdout) != frame->event.len ||
        putchar('\n') == EOF)
        return fiat__err_sys(err, errno, "cannot write to stdout");
    ++*count;
    return FIAT_OK;
}

static fiat_status warn_of_damage(const fiat__spool_file *file, void *ctx, fiat_error *err) {
    (void)ctx;
    (void)err;
    if (file->damaged_bytes && !file->quarantined)
        cmd_fail(EXIT_DONE, "%s: %" PRIu64 " bytes are damaged; events in them are missing",
                 file->path, file->damaged_bytes);
    return FIAT_OK;
}

static int run(int argc, char **argv) {
    uint64_t count = 0;
    const fiat__spool_visitor visitor = {
        .event = print_event, .file = warn_of_damage, .ctx = &count};
    fiat_error err = FIAT_ERROR_INIT;
    long holder = 0;
    (void)argc;
    if (fiat__spool_inspect(argv[0], &visitor, &holder, &err) != FIAT_OK)
        return cmd_fail_error(NULL, &err);
    fprintf(stderr, "%" PRIu64 " %s\n", count, count == 1 ? "event" : "events");
    return EXIT_DONE;
}

const struct cmd cmd_spool_export = {
    .name = "spool export",
    .synopsis = "[OPTION...] DIR",
    .summary = "Print the events of a spool that are not acknowledged",
    .details =
        "DIR is the setting spool.dir. Events are printed as they would be sent, one a line, "
        "in the order in which they were logged. Changes nothing: they stay in the spool. "
        "While a process uses it, some of them may be delivered meanwhile.",
    .options = s_options,
    .min_args = 1,
    .max_args = 1,
    .run = run,
};
