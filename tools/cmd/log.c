/* fiat log: lines of JSON into a stream.
 *
 * The main thread reads, and gives each line to the logger; the logger's sender thread reports each
 * event's fate. What is not delivered goes to the reject file as it was read, so each event in
 * flight carries a copy of its line. */
#include "base/buf.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/mem.h"
#include "cmd.h"
#include "json/writer.h"
#include "lines.h"
#include "progress.h"
#include "project.h"
#include "rejects.h"
#include "waiting.h"

#include <inttypes.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>

/* White space may make the text longer than the event; a line beyond this is not an event. */
#define LINE_MAX_BYTES (4 * FIAT_EVENT_MAX_BYTES)
#define SHOWN_REFUSALS 5
#define WAIT_STEP_MS   100
#define SUMMARY_BYTES  4096

static const char *s_to = "firehose", *s_schemas, *s_reject;
static uint64_t s_timeout_s = 60;
static bool s_json, s_quiet;

static const struct opt s_options[] = {
    {"to", 't', OPT_STRING, &s_to, "SINK",
     "firehose (default); local:DIR, the same objects in a folder; stdout", 0, 0},
    {"schemas", 0, OPT_STRING, &s_schemas, "DIR", "Folder of the streams' schemas", 0, 0},
    {"reject", 'r', OPT_STRING, &s_reject, "FILE",
     "Append what is refused or not delivered there (default STREAM.rejected.jsonl)", 0, 0},
    {"timeout", 0, OPT_UINT, &s_timeout_s, "SECONDS",
     "Give up when nothing is delivered for this long (default 60)", 1, 86400},
    {"quiet", 'q', OPT_FLAG, &s_quiet, NULL, "No progress, no summary, only failures", 0, 0},
    {"json", 0, OPT_FLAG, &s_json, NULL, "Print the summary to stdout as a JSON object", 0, 0},
    {NULL, 0, OPT_FLAG, NULL, NULL, NULL, 0, 0},
};

static volatile sig_atomic_t s_stopped; /* signals that asked us to read no further */

struct run {
    fiat_logger *logger;
    const char *stream;
    rejects *rejects;
    char reject_path[512];
    progress *progress;
    uint64_t read, refused;                                    /* main thread */
    _Atomic uint64_t delivered, maybe, not_delivered, spooled; /* the last: of the two before it */
    atomic_bool reject_failed; /* the reject file cannot be written: reported once */
    fiat_error first_failure;  /* of delivery; sender thread, read after close */
    bool incomplete;           /* input could not be read, or time ran out */
};

/* An event in flight: the line it came from. Freed when its fate is known. */
struct origin {
    const char *file; /* an operand: lives as long as the process */
    uint64_t line;
    size_t len;
    char text[];
};

static void on_signal(int number) {
    (void)number;
    s_stopped++;
}

/* The first stops the reading, one that comes while events are awaited stops that. */
static void catch_signals(void) {
    struct sigaction action = {.sa_handler = on_signal};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    signal(SIGPIPE, SIG_IGN); /* a write that fails says so */
}

static void reject(struct run *run, const char *file, uint64_t line, const fiat_error *reason,
                   fiat__str event) {
    fiat_error err = FIAT_ERROR_INIT;
    if (rejects_add(run->rejects, file, line, reason, event, &err) == FIAT_OK) return;
    if (!atomic_exchange(&run->reject_failed, true)) cmd_fail_error("the reject file", &err);
}

/* What is not delivered goes to the reject file, unless the spool keeps it. What a former process
 * left in the spool has no line here: then it is kept as it was to be sent. @thread sender */
static void keep(struct run *run, const fiat_delivery *report, const fiat_error *reason) {
    const struct origin *origin = report->opaque;
    if (*report->spool_dir) {
        atomic_fetch_add(&run->spooled, 1);
        return;
    }
    if (origin)
        reject(run, origin->file, origin->line, reason, fiat__str_of(origin->text, origin->len));
    else
        reject(run, "spool", 0, reason, fiat__str_of(report->data, report->data_length));
}

/* @thread sender */
static void on_delivery(const fiat_delivery *report, void *ctx) {
    struct run *run = ctx;
    struct origin *origin = report->opaque;
    if (report->outcome == FIAT_DELIVERED) {
        atomic_fetch_add(&run->delivered, 1);
    } else {
        fiat_error reason = {.status = FIAT_E_NOT_DELIVERED, .message = "not delivered"};
        if (report->error) reason = *report->error;
        bool maybe = report->outcome == FIAT_MAYBE;
        if (maybe) fiat__err_wrap(&reason, FIAT_E_NOT_DELIVERED, "it may have arrived");
        if (atomic_load(&run->maybe) + atomic_load(&run->not_delivered) == 0)
            run->first_failure = reason;
        atomic_fetch_add(maybe ? &run->maybe : &run->not_delivered, 1);
        keep(run, report, &reason);
    }
    fiat__free(origin);
}

static uint64_t fates(const struct run *run) {
    return atomic_load(&run->delivered) + atomic_load(&run->maybe) +
           atomic_load(&run->not_delivered);
}

static void show(struct run *run, uint64_t bytes) {
    progress_show(run->progress, bytes, run->read, atomic_load(&run->delivered), run->refused);
}

static void tell_why(struct run *run, const fiat_error *why) {
    if (s_quiet) return;
    progress_clear(run->progress);
    cmd_fail(EXIT_FAILED, "waiting: %s (trying again; --timeout=%" PRIu64 ")", why->message,
             s_timeout_s);
}

/* Wait a little. FIAT_OK: all is delivered; FIAT_E_INCOMPLETE: not yet; FIAT_E_TIMEOUT when nothing
 * has moved for s_timeout_s. */
static fiat_status wait_a_step(struct run *run, waiting *w, fiat_error *err) {
    fiat_status status = fiat_logger_flush(run->logger, WAIT_STEP_MS, err);
    show(run, 0);
    if (status != FIAT_E_INCOMPLETE) return status;
    switch (
        waiting_look(w, fates(run), fiat__mono_ms(&fiat__clock_system), s_timeout_s * 1000, err)) {
    case WAITING_OVER:
        return fiat__err_set(err, FIAT_E_TIMEOUT,
                             "nothing was delivered for %" PRIu64 " s: see --timeout", s_timeout_s);
    case WAITING_TELL:
        tell_why(run, err);
        break;
    case WAITING_ON:
        break;
    }
    return FIAT_E_INCOMPLETE;
}

static bool is_full(fiat_status status) {
    return status == FIAT_E_QUEUE_FULL || status == FIAT_E_SPOOL_FULL;
}

/* Give one line to the logger, waiting while its queue or spool is full. */
static fiat_status log_line(struct run *run, const char *file, uint64_t line, fiat__str text,
                            fiat_error *err) {
    struct origin *origin = fiat__malloc(sizeof *origin + text.len);
    if (!origin) return fiat__err_nomem(err);
    origin->file = file;
    origin->line = line;
    origin->len = text.len;
    memcpy(origin->text, text.ptr, text.len);
    waiting w = {0};
    fiat_event event = fiat_event_with(FIAT_JSON(text.ptr, text.len), origin);
    fiat_status status = fiat_validated_log(run->logger, run->stream, event, err);
    while (is_full(status) && !s_stopped) {
        status = wait_a_step(run, &w, err);
        if (status == FIAT_OK || status == FIAT_E_INCOMPLETE)
            status = fiat_validated_log(run->logger, run->stream, event, err);
    }
    if (status != FIAT_OK) fiat__free(origin);
    return status;
}

static bool is_blank(fiat__str text) {
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] != ' ' && text.ptr[i] != '\t' && text.ptr[i] != '\r') return false;
    return true;
}

/* Does the failure concern the event alone, so that the next may do better? */
static bool is_refusal(fiat_status status) {
    return (status >= FIAT_E_JSON_SYNTAX && status <= FIAT_E_JSON_NOT_OBJECT) ||
           status == FIAT_E_SCHEMA_MISMATCH || status == FIAT_E_SCHEMA_LIMIT ||
           status == FIAT_E_EVENT_TOO_LARGE || status == FIAT_E_EVENT_STAMPED;
}

static void refuse(struct run *run, const char *file, uint64_t line, const fiat_error *reason,
                   fiat__str text) {
    run->refused++;
    reject(run, file, line, reason, text);
    if (s_quiet || run->refused > SHOWN_REFUSALS) return;
    char place[300];
    snprintf(place, sizeof place, "%.250s:%" PRIu64, file, line);
    progress_clear(run->progress);
    cmd_fail_error(place, reason);
    if (run->refused == SHOWN_REFUSALS)
        cmd_fail(EXIT_PARTIAL, "further refusals are only in %s", run->reject_path);
}

static fiat_status take_line(struct run *run, const char *file, uint64_t number, fiat__str text,
                             bool whole, fiat_error *err) {
    if (whole && is_blank(text)) return FIAT_OK;
    run->read++;
    fiat_status status = whole ? log_line(run, file, number, text, err)
                               : fiat__err_set(err, FIAT_E_EVENT_TOO_LARGE,
                                               "the line is longer than %d bytes", LINE_MAX_BYTES);
    if (status == FIAT_OK) return FIAT_OK;
    if (is_refusal(status) || (is_full(status) && s_stopped)) {
        refuse(run, file, number, err, text);
        return FIAT_OK;
    }
    if (status != FIAT_E_TIMEOUT) return status;
    run->refused++;
    reject(run, file, number, err, text); /* nothing that was read is lost */
    return fiat__err_wrap(err, status, "stopped at %.250s:%" PRIu64, file, number);
}

static fiat_status read_file(struct run *run, const char *path, fiat_error *err) {
    lines *in;
    const char *name = strcmp(path, "-") == 0 ? "stdin" : path;
    bool more = true, whole = true;
    fiat__str text;
    fiat_status status = lines_open(&in, path, LINE_MAX_BYTES, err);
    if (status != FIAT_OK) return status;
    while (status == FIAT_OK && !s_stopped) {
        status = lines_next(in, &text, &more, &whole, err);
        if (status != FIAT_OK || !more) break;
        uint64_t number = lines_number(in);
        if (number == 1 && fiat__str_starts(text, fiat__str_c("\xEF\xBB\xBF"))) /* a BOM */
            text = fiat__str_of(text.ptr + 3, text.len - 3);
        status = take_line(run, name, number, text, whole, err);
        show(run, lines_offset(in));
        if (atomic_load(&run->reject_failed)) break;
    }
    progress_next_file(run->progress, lines_file_bytes(path));
    lines_close(in);
    return status;
}

static void read_all(struct run *run, int argc, char **argv) {
    fiat_error err = FIAT_ERROR_INIT;
    static char from_stdin[] = "-", *only_stdin[] = {from_stdin};
    if (argc == 0) {
        argc = 1;
        argv = only_stdin;
    }
    for (int i = 0; i < argc && !run->incomplete && !s_stopped; i++) {
        if (read_file(run, argv[i], &err) == FIAT_OK) continue;
        progress_clear(run->progress);
        cmd_fail_error(NULL, &err);
        run->incomplete = true;
    }
    if (!s_stopped) return;
    cmd_fail(EXIT_FAILED, "stopped by a signal; delivering what was read");
    run->incomplete = true;
}

static void print_json(const struct run *run, bool rejected) {
    bool first = true;
    fiat__buf out;
    const struct {
        const char *name;
        uint64_t value;
    } counts[] = {{"read", run->read},
                  {"delivered", atomic_load(&run->delivered)},
                  {"refused", run->refused},
                  {"maybe", atomic_load(&run->maybe)},
                  {"not_delivered", atomic_load(&run->not_delivered)},
                  {"left_in_spool", atomic_load(&run->spooled)}};
    fiat__buf_init(&out, SUMMARY_BYTES);
    fiat__buf_append_char(&out, '{');
    fiat__json_write_key(&out, &first, "stream");
    fiat__json_write_string_c(&out, run->stream);
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        fiat__json_write_key(&out, &first, counts[i].name);
        fiat__json_write_uint(&out, counts[i].value);
    }
    fiat__json_write_key(&out, &first, "reject_file");
    if (rejected)
        fiat__json_write_string_c(&out, run->reject_path);
    else
        fiat__buf_append_c(&out, "null");
    fiat__buf_append_c(&out, "}");
    puts(fiat__buf_cstr(&out));
    fiat__buf_deinit(&out);
}

static void print_summary(const struct run *run, bool rejected) {
    uint64_t delivered = atomic_load(&run->delivered), maybe = atomic_load(&run->maybe),
             lost = atomic_load(&run->not_delivered), spooled = atomic_load(&run->spooled);
    fprintf(stderr, "%" PRIu64 " %s: %" PRIu64 " delivered", run->read,
            run->read == 1 ? "event" : "events", delivered);
    if (run->refused) fprintf(stderr, ", %" PRIu64 " refused", run->refused);
    if (maybe) fprintf(stderr, ", %" PRIu64 " perhaps delivered", maybe);
    if (lost) fprintf(stderr, ", %" PRIu64 " not delivered", lost);
    if (spooled) fprintf(stderr, ", %" PRIu64 " left in the spool for the next time", spooled);
    if (rejected) fprintf(stderr, "; see %s", run->reject_path);
    fputc('\n', stderr);
}

/* Wait until all is delivered, as long as some is, and until a signal that comes now. */
static void drain(struct run *run) {
    waiting w = {0};
    fiat_error err;
    int before = s_stopped;
    while (s_stopped == before && wait_a_step(run, &w, &err) == FIAT_E_INCOMPLETE)
        continue;
    if (s_stopped != before) {
        progress_clear(run->progress);
        cmd_fail(EXIT_FAILED, "stopped by a signal; giving up what is not delivered");
    }
}

static int finish(struct run *run) {
    bool rejected = false;
    fiat_error err = FIAT_ERROR_INIT;
    drain(run);
    (void)fiat_logger_close(run->logger, 0, NULL, NULL);
    progress_clear(run->progress);
    if (rejects_close(run->rejects, &rejected, &err) != FIAT_OK) {
        cmd_fail_error("the reject file", &err);
        atomic_store(&run->reject_failed, true);
    }
    uint64_t lost = atomic_load(&run->maybe) + atomic_load(&run->not_delivered);
    if (lost) cmd_fail_error("not delivered", &run->first_failure);
    if (s_json)
        print_json(run, rejected);
    else if (!s_quiet)
        print_summary(run, rejected);
    if (lost || run->incomplete || atomic_load(&run->reject_failed)) return EXIT_FAILED;
    return run->refused ? EXIT_PARTIAL : EXIT_DONE;
}

static uint64_t all_bytes(int argc, char **argv) {
    uint64_t total = 0;
    for (int i = 0; i < argc; i++) {
        uint64_t bytes = lines_file_bytes(argv[i]);
        if (bytes == 0) return 0;
        total += bytes;
    }
    return total;
}

static int run_with(struct run *run, const fiat_config *config, int argc, char **argv) {
    fiat_error err = FIAT_ERROR_INIT;
    if (fiat_logger_open(&run->logger, s_to, config, &err) != FIAT_OK)
        return cmd_fail_error(NULL, &err);
    if (rejects_new(&run->rejects, run->reject_path, &err) != FIAT_OK) {
        fiat_logger_close(run->logger, 0, NULL, NULL);
        return cmd_fail_error(NULL, &err);
    }
    catch_signals();
    fiat_logger_on_delivery(run->logger, on_delivery, run);
    run->progress = progress_new(s_quiet ? NULL : stderr, all_bytes(argc, argv));
    read_all(run, argc, argv);
    int code = finish(run);
    progress_free(run->progress);
    return code;
}

/* Every line's fate must be told, on the sender thread. */
static fiat_status configure(fiat_config **config, fiat_error *err) {
    static const char *const own[][2] = {{"reports", "sender"}, {"reports.only", "all"}};
    fiat_status status = project_config(config, s_schemas, err);
    if (status != FIAT_OK) return status;
    for (size_t i = 0; i < sizeof own / sizeof own[0] && status == FIAT_OK; i++)
        status = fiat_config_set(*config, own[i][0], own[i][1], err);
    if (status != FIAT_OK) fiat_config_free(*config);
    return status;
}

static int run(int argc, char **argv) {
    static struct run state; /* zero */
    fiat_config *config;
    fiat_error err = FIAT_ERROR_INIT;
    if (s_json && strcmp(s_to, "stdout") == 0)
        return cmd_fail(EXIT_USAGE, "--json and --to=stdout would both print to stdout");
    state.stream = argv[0];
    if (s_reject)
        snprintf(state.reject_path, sizeof state.reject_path, "%s", s_reject);
    else
        snprintf(state.reject_path, sizeof state.reject_path, "%s.rejected.jsonl", argv[0]);
    if (configure(&config, &err) != FIAT_OK) return cmd_fail_error(NULL, &err);
    int code = run_with(&state, config, argc - 1, argv + 1);
    fiat_config_free(config);
    return code;
}

const struct cmd cmd_log = {
    .name = "log",
    .synopsis = "[OPTION...] STREAM [FILE...]",
    .summary = "Check lines of JSON and send them to a stream",
    .details =
        "Each line of the files (plain or gzip), or of stdin without FILE or with -, is one event. "
        "It is checked against the stream's JSON Schema, stamped and delivered. Blank lines are "
        "skipped.\n\n"
        "What is refused or cannot be delivered is appended to the reject file, with the reason "
        "and "
        "the line as it was read; once mended it can be sent again:\n\n"
        " jq -r .event Example.rejected.jsonl | fiat log Example\n\n"
        "The exit code is 3 when events were refused and all others delivered, 1 when some were "
        "not "
        "delivered. SIGINT and SIGTERM stop the reading; what was read is still delivered. A "
        "second "
        "signal ends the waiting for that, too: what is left goes to the reject file.\n\n"
        "With a spool, what is not delivered at the end stays there, for the next time, and not in "
        "the reject file. The settings reports and reports.only do not apply.",
    .options = s_options,
    .min_args = 1,
    .max_args = -1,
    .run = run,
};
