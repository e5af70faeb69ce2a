/* fiat spool replay: send what a spool holds. A logger that opens it does just that. */
#include "base/clock.h"
#include "cmd.h"
#include "producer/spool.h"
#include "project.h"
#include "waiting.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define WAIT_STEP_MS 500

static const char *s_to = "firehose";
static uint64_t s_timeout_s = 60;

static const struct opt s_options[] = {
    {"to", 't', OPT_STRING, &s_to, "SINK", "firehose (the default), local:DIR or stdout", 0, 0},
    {"timeout", 0, OPT_UINT, &s_timeout_s, "SECONDS",
     "Give up when nothing was delivered for so long (default 60)", 1, 86400},
    {NULL, 0, OPT_FLAG, NULL, NULL, NULL, 0, 0},
};

static uint64_t fates(fiat_logger *logger) {
    fiat_stats stats = {.struct_size = sizeof stats};
    fiat_logger_stats(logger, &stats);
    return stats.delivered + stats.maybe + stats.not_delivered;
}

static void drain(fiat_logger *logger) {
    waiting w = {0};
    fiat_error err = FIAT_ERROR_INIT;
    waiting_advice advice = WAITING_ON;
    while (advice != WAITING_OVER &&
           fiat_logger_flush(logger, WAIT_STEP_MS, &err) == FIAT_E_INCOMPLETE) {
        advice = waiting_look(&w, fates(logger), fiat__mono_ms(&fiat__clock_system),
                              s_timeout_s * 1000, &err);
        if (advice == WAITING_TELL) cmd_fail_error("waiting", &err);
    }
}

/* What is refused for good leaves the spool, and must be somewhere. */
#define KEPT_IN "spool.refused.jsonl"

static int replay(fiat_logger *logger, const char *kept_in) {
    fiat_stats stats = {.struct_size = sizeof stats};
    fiat_error err = FIAT_ERROR_INIT;
    drain(logger);
    fiat_logger_stats(logger, &stats);
    fprintf(stderr, "%" PRIu64 " %s delivered, %" PRIu64 " given up, %" PRIu64 " left",
            stats.delivered, stats.delivered == 1 ? "event" : "events",
            stats.maybe + stats.not_delivered, stats.queued);
    if (stats.spool_damaged)
        fprintf(stderr, ", %" PRIu64 " damaged: see quarantine", stats.spool_damaged);
    if (stats.spool_unreadable)
        fprintf(stderr, ", %" PRIu64 " of its files cannot be read: see fiat spool list",
                stats.spool_unreadable);
    if (stats.dead_letters) fprintf(stderr, "; given up, with the reasons: %s", kept_in);
    fputc('\n', stderr);
    if (fiat_logger_close(logger, 0, NULL, &err) != FIAT_OK) return cmd_fail_error(NULL, &err);
    if (stats.spool_unreadable) return EXIT_FAILED;
    return stats.maybe + stats.not_delivered ? EXIT_PARTIAL : EXIT_DONE;
}

/* The logger makes it when it opens, whether or not there will be something in it. */
static void remove_if_empty(const char *path) {
    struct stat about;
    if (lstat(path, &about) == 0 && S_ISREG(about.st_mode) && about.st_size == 0) unlink(path);
}

static fiat_status configure(fiat_config **config, const char *dir, fiat_error *err) {
    fiat_status status = project_config(config, NULL, err);
    if (status != FIAT_OK) return status;
    status = fiat_config_set(*config, "spool.dir", dir, err);
    if (status == FIAT_OK) status = fiat_config_set(*config, "spool", "async", err);
    /* Nothing is logged here; and evict is refused with a spool. */
    if (status == FIAT_OK) status = fiat_config_set(*config, "queue.full", "refuse", err);
    if (status == FIAT_OK && !*fiat_config_get(*config, "dead.letter.file"))
        status = fiat_config_set(*config, "dead.letter.file", KEPT_IN, err);
    if (status != FIAT_OK) fiat_config_free(*config);
    return status;
}

static int run(int argc, char **argv) {
    fiat_config *config;
    fiat_logger *logger;
    fiat_error err = FIAT_ERROR_INIT;
    (void)argc;
    if (fiat__spool_find(argv[0], &err) != FIAT_OK) /* opening would make it one */
        return cmd_fail_error(NULL, &err);
    if (configure(&config, argv[0], &err) != FIAT_OK) return cmd_fail_error(NULL, &err);
    fiat_status status = fiat_logger_open(&logger, s_to, config, &err);
    int code = status == FIAT_OK ? replay(logger, fiat_config_get(config, "dead.letter.file"))
                                 : cmd_fail_error(NULL, &err);
    if (strcmp(fiat_config_get(config, "dead.letter.file"), KEPT_IN) == 0) remove_if_empty(KEPT_IN);
    fiat_config_free(config);
    return code;
}

const struct cmd cmd_spool_replay = {
    .name = "spool replay",
    .synopsis = "[OPTION...] DIR",
    .summary = "Send what a spool holds, and empty it",
    .details =
        "DIR is the setting spool.dir of a process that has ended. Its events are sent to the "
        "delivery streams that they were logged to, and what is acknowledged leaves the spool; "
        "the next logger that opens it would do the same. Refused while a process uses the "
        "spool. What AWS refuses for good is appended to the setting dead.letter.file, or "
        "to " KEPT_IN " in the working folder when it is not set.\n\n"
        "The exit code is 1 when events are left, in files that cannot be read as well; 3 when "
        "some were refused for good.",
    .options = s_options,
    .min_args = 1,
    .max_args = 1,
    .run = run,
};
