/* fiat spool export: the events of a spool that are not acknowledged, as lines. */
#include "base/error.h"
#include "cmd.h"
#include "producer/spool.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const char *s_stream;

static const struct opt s_options[] = {
    {"stream", 's', OPT_STRING, &s_stream, "NAME", "Only events of this delivery stream", 0, 0},
    {NULL, 0, OPT_FLAG, NULL, NULL, NULL, 0, 0},
};

struct export {
    uint64_t events, unreadable;
};

static fiat_status print_event(const fiat__spool_frame *frame, void *ctx, fiat_error *err) {
    struct export *done = ctx;
    if (s_stream && !fiat__str_eq_c(frame->stream, s_stream)) return FIAT_OK;
    if (fwrite(frame->event.ptr, 1, frame->event.len, stdout) != frame->event.len ||
        putchar('\n') == EOF)
        return fiat__err_sys(err, errno, "cannot write to stdout");
    done->events++;
    return FIAT_OK;
}

static fiat_status warn_of_damage(const fiat__spool_file *file, void *ctx, fiat_error *err) {
    struct export *done = ctx;
    (void)err;
    if (file->quarantined) return FIAT_OK;
    if (file->error) {
        done->unreadable++;
        cmd_fail(EXIT_DONE, "%s cannot be read: %s; what the disk does not give is missing",
                 file->path, strerror(file->error));
    }
    if (file->damaged_bytes)
        cmd_fail(EXIT_DONE, "%s: %" PRIu64 " bytes are damaged; events in them are missing",
                 file->path, file->damaged_bytes);
    return FIAT_OK;
}

static int run(int argc, char **argv) {
    struct export done = {0};
    const fiat__spool_visitor visitor = {
        .event = print_event, .file = warn_of_damage, .ctx = &done};
    fiat_error err = FIAT_ERROR_INIT;
    long holder = 0;
    (void)argc;
    if (fiat__spool_inspect(argv[0], &visitor, &holder, &err) != FIAT_OK)
        return cmd_fail_error(NULL, &err);
    fprintf(stderr, "%" PRIu64 " %s\n", done.events, done.events == 1 ? "event" : "events");
    return done.unreadable ? EXIT_PARTIAL : EXIT_DONE;
}

const struct cmd cmd_spool_export = {
    .name = "spool export",
    .synopsis = "[OPTION...] DIR",
    .summary = "Print the events of a spool that are not acknowledged",
    .details =
        "DIR is the setting spool.dir. Events are printed as they would be sent, one a line, "
        "in the order in which they were logged. Changes nothing: they stay in the spool. "
        "While a process uses it, some of them may be delivered meanwhile.\n\n"
        "The exit code is 3 when a file cannot be read; what the disk gives of it is printed.",
    .options = s_options,
    .min_args = 1,
    .max_args = 1,
    .run = run,
};
