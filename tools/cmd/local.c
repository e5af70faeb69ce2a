/* fiat local: the local engine as a process. The main thread starts it and waits for a signal. */
#include "base/file.h"
#include "cmd.h"
#include "local/local.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NOT_GIVEN UINT64_MAX

static const char *s_data, *s_port_file, *s_bind, *s_access_key, *s_secret_key;
static uint64_t s_port = 4573, s_interval_s = NOT_GIVEN, s_size_mb = NOT_GIVEN;
static bool s_no_verify, s_auto_create, s_sync;

static const struct opt s_options[] = {
    {"data", 'd', OPT_STRING, &s_data, "DIR", "Folder for objects and state, made if missing", 0,
     0},
    {"port", 'p', OPT_UINT, &s_port, "N", "Port to listen on; 0: any free one (default 4573)", 0,
     65535},
    {"port-file", 0, OPT_STRING, &s_port_file, "FILE", "Write the port's number there when ready",
     0, 0},
    {"bind", 0, OPT_STRING, &s_bind, "ADDRESS", "Address to listen on (default 127.0.0.1)", 0, 0},
    {"access-key", 0, OPT_STRING, &s_access_key, "ID",
     "Key that clients sign with (default $AWS_ACCESS_KEY_ID, else \"local\")", 0, 0},
    {"secret-key", 0, OPT_STRING, &s_secret_key, "KEY",
     "Its secret (default $AWS_SECRET_ACCESS_KEY, else \"local\")", 0, 0},
    {"no-verify", 0, OPT_FLAG, &s_no_verify, NULL, "Take requests whatever their signature", 0, 0},
    {"auto-create", 0, OPT_FLAG, &s_auto_create, NULL,
     "Create unknown streams when records are put to them", 0, 0},
    {"interval", 0, OPT_UINT, &s_interval_s, "SECONDS",
     "Deliver after this time, whatever the streams' hints say", 0, 900},
    {"size", 0, OPT_UINT, &s_size_mb, "MB", "Deliver at this size, whatever the streams' hints say",
     1, 128},
    {"sync", 0, OPT_FLAG, &s_sync, NULL,
     "Acknowledge only what is on the disk: survives a power cut, and is slower", 0, 0},
    {NULL, 0, OPT_FLAG, NULL, NULL, NULL, 0, 0},
};

static void print_line(void *ctx, const char *line) {
    (void)ctx;
    fprintf(stderr, "fiat local: %s\n", line);
}

/* One key, both halves from the same place: a half of each would match nothing. */
static const char *pick_key(fiat__local_opts *opts) {
    const char *id = getenv("AWS_ACCESS_KEY_ID"), *secret = getenv("AWS_SECRET_ACCESS_KEY");
    if (!s_access_key != !s_secret_key) return "give --access-key and --secret-key together";
    if (s_access_key) {
        id = s_access_key;
        secret = s_secret_key;
    }
    if (!id || !*id || !secret || !*secret) return NULL; /* "local", as initialised */
    opts->access_key_id = id;
    opts->secret_access_key = secret;
    return NULL;
}

static fiat_status write_port_file(const fiat__local *engine, fiat_error *err) {
    char text[16];
    if (!s_port_file) return FIAT_OK;
    const int len = snprintf(text, sizeof text, "%u\n", (unsigned)fiat__local_port(engine));
    return fiat__file_replace(s_port_file, fiat__str_of(text, (size_t)len), false, err);
}

/* One line: where, what, and what a client needs. The secret is shown only when it is ours. */
static void print_ready(const fiat__local *engine, const fiat__local_opts *opts) {
    const bool own = strcmp(opts->secret_access_key, "local") == 0;
    const char *bind = opts->bind ? opts->bind : "127.0.0.1";
    const bool v6 = strchr(bind, ':') != NULL;
    printf("fiat local: ready, data in %s; export AWS_ENDPOINT_URL=http://%s%s%s:%u "
           "AWS_REGION=us-east-1 AWS_ACCESS_KEY_ID=%s AWS_SECRET_ACCESS_KEY=%s\n",
           opts->data_dir, v6 ? "[" : "", bind, v6 ? "]" : "", (unsigned)fiat__local_port(engine),
           opts->access_key_id, own ? "local" : "...");
    fflush(stdout);
}

static void wait_for_signal(const sigset_t *signals) {
    int which = 0;
    while (sigwait(signals, &which) != 0)
        continue;
}

static int run(int argc, char **argv) {
    fiat_error err = FIAT_ERROR_INIT;
    fiat__local_opts opts;
    fiat__local *engine = NULL;
    sigset_t signals;
    (void)argc, (void)argv;
    if (!s_data) return cmd_fail(EXIT_USAGE, "no data folder named; add --data DIR");
    fiat__local_opts_init(&opts);
    opts.data_dir = s_data;
    opts.bind = s_bind;
    opts.port = (uint16_t)s_port;
    opts.verify = !s_no_verify;
    opts.auto_create = s_auto_create;
    opts.sync = s_sync;
    opts.log = print_line;
    if (s_interval_s != NOT_GIVEN) opts.interval_ms = (int64_t)s_interval_s * 1000;
    if (s_size_mb != NOT_GIVEN) opts.size_bytes = (int64_t)s_size_mb * 1024 * 1024;
    const char *wrong = pick_key(&opts);
    if (wrong) return cmd_fail(EXIT_USAGE, "%s", wrong);
    /* Before any thread is made, so that all of them leave these signals to sigwait(). */
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &signals, NULL);
    signal(SIGPIPE, SIG_IGN);
    if (fiat__local_start(&engine, &opts, &err) != FIAT_OK) return cmd_fail_error(NULL, &err);
    fiat_status status = write_port_file(engine, &err);
    if (status == FIAT_OK) {
        print_ready(engine, &opts);
        wait_for_signal(&signals);
        status = fiat__local_stop(engine, &err);
    } else {
        fiat__local_stop(engine, NULL);
    }
    return status == FIAT_OK ? EXIT_DONE : cmd_fail_error(NULL, &err);
}

const struct cmd cmd_local = {
    .name = "local",
    .synopsis = "--data DIR [OPTION...]",
    .summary = "Serve Firehose and Athena here, with a folder for S3",
    .details =
        "Answers the Firehose API (streams, PutRecord, PutRecordBatch, tags) as AWS does, limits, "
        "error codes and signatures included, for the AWS SDKs, the AWS CLI and this library. "
        "Records are kept in a write-ahead file before they are acknowledged, and delivered to "
        "DIR/BUCKET/PREFIX... when a stream's buffering hints say so and at the end; a process "
        "that is killed loses none of them.\n\n"
        "Answers the Athena API as well: DDL of external tables over these objects, and queries, "
        "which DuckDB runs (scripts/fetch-duckdb installs it).\n\n"
        "Prints one line when it is ready, with what a client has to export. SIGTERM and SIGINT "
        "stop it in order. GET /health answers without a signature.",
    .options = s_options,
    .run = run,
};
