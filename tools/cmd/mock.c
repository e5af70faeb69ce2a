/* fiat mock: the mock of fiat/unstable/mock.h as a process. The main thread starts it, reads the
 * script, and waits for a signal. */
#include "base/file.h"
#include "cmd.h"

#include <fiat/unstable/mock.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/select.h>
#include <unistd.h>

#define SCRIPT_MAX_BYTES (1024 * 1024)

static const char *s_url_file, *s_access_key, *s_secret_key, *s_streams, *s_script, *s_output;
static uint64_t s_port, s_bytes_per_s, s_records_per_s, s_ttl_s = 3600, s_seed = 1;
static bool s_tls, s_no_verify;

static const struct opt s_options[] = {
    {"port", 'p', OPT_UINT, &s_port, "N", "Port to listen on (default: any free one)", 0, 65535},
    {"url-file", 0, OPT_STRING, &s_url_file, "FILE", "Write its URL there when ready", 0, 0},
    {"tls", 0, OPT_FLAG, &s_tls, NULL, "Serve HTTPS, with certificates made at start", 0, 0},
    {"script", 0, OPT_STRING, &s_script, "FILE",
     "Faults, one a line; \"-\": standard input, line by line as it comes", 0, 0},
    {"seed", 0, OPT_UINT, &s_seed, "N", "Of all that is random (default 1)", 1, UINT64_MAX},
    {"streams", 0, OPT_STRING, &s_streams, "NAMES",
     "Streams that exist, comma between (default: all)", 0, 0},
    {"bytes-per-s", 0, OPT_UINT, &s_bytes_per_s, "N", "Quota of each stream (default: none)", 0,
     UINT64_MAX},
    {"records-per-s", 0, OPT_UINT, &s_records_per_s, "N", "Quota of each stream (default: none)", 0,
     UINT64_MAX},
    {"access-key", 0, OPT_STRING, &s_access_key, "ID", "Key that clients sign with (\"mock\")", 0,
     0},
    {"secret-key", 0, OPT_STRING, &s_secret_key, "KEY", "Its secret (\"mock\")", 0, 0},
    {"no-verify", 0, OPT_FLAG, &s_no_verify, NULL, "Take requests whatever their signature", 0, 0},
    {"credentials-ttl", 0, OPT_UINT, &s_ttl_s, "SECONDS",
     "Life of the keys that its credential endpoints give out (default 3600)", 1, 604800},
    {"output", 'o', OPT_STRING, &s_output, "FILE", "At the end, write what was taken there", 0, 0},
    {NULL, 0, OPT_FLAG, NULL, NULL, NULL, 0, 0},
};

static volatile sig_atomic_t s_stop;

static void on_signal(int number) {
    (void)number;
    s_stop = 1;
}

static fiat_status write_url(const fiat_mock *mock, fiat_error *err) {
    char text[128];
    if (!s_url_file) return FIAT_OK;
    const int len = snprintf(text, sizeof text, "%s\n", fiat_mock_url(mock));
    return fiat__file_replace(s_url_file, fiat__str_of(text, (size_t)len), false, err);
}

static void print_ready(const fiat_mock *mock) {
    printf("fiat mock: ready; export AWS_ENDPOINT_URL=%s AWS_REGION=us-east-1 "
           "AWS_ACCESS_KEY_ID=%s AWS_SECRET_ACCESS_KEY=%s",
           fiat_mock_url(mock), s_access_key ? s_access_key : "mock",
           s_secret_key ? "..." : "mock");
    if (s_tls) printf(" AWS_CA_BUNDLE=%s", fiat_mock_ca_file(mock));
    printf("; credentials at %s\n", fiat_mock_credentials_url(mock));
    fflush(stdout);
}

/* Wait for input or a signal; signals are open nowhere else. true: there is input. */
static bool wait_for_input(bool with_input, const sigset_t *open) {
    while (!s_stop) {
        fd_set fds;
        FD_ZERO(&fds);
        if (with_input) FD_SET(STDIN_FILENO, &fds);
        if (pselect(STDIN_FILENO + 1, &fds, NULL, NULL, NULL, open) > 0) return true;
    }
    return false;
}

/* Play the whole lines in `text`, each by itself, and keep the rest. */
static void play_lines(fiat_mock *mock, fiat__buf *text) {
    fiat_error err = FIAT_ERROR_INIT;
    char *line = text->ptr, *end;
    while ((end = strchr(line, '\n')) != NULL) {
        *end = '\0';
        if (fiat_mock_play(mock, line, &err) != FIAT_OK) cmd_fail_error("standard input", &err);
        line = end + 1;
    }
    text->len -= (size_t)(line - text->ptr);
    memmove(text->ptr, line, text->len + 1);
}

/* false: the input has ended. */
static bool read_input(fiat_mock *mock, fiat__buf *text) {
    char piece[4096];
    const ssize_t got = read(STDIN_FILENO, piece, sizeof piece);
    if (got <= 0 || !fiat__buf_append(text, piece, (size_t)got)) return false;
    play_lines(mock, text);
    return true;
}

static void serve(fiat_mock *mock, const sigset_t *open) {
    fiat__buf text;
    fiat__buf_init(&text, SCRIPT_MAX_BYTES);
    bool reading = s_script && strcmp(s_script, "-") == 0;
    while (wait_for_input(reading, open))
        reading = read_input(mock, &text);
    fiat__buf_deinit(&text);
}

static fiat_status play_file(fiat_mock *mock, fiat_error *err) {
    fiat__buf text;
    if (!s_script || strcmp(s_script, "-") == 0) return FIAT_OK;
    fiat__buf_init(&text, SCRIPT_MAX_BYTES);
    fiat_status status = fiat__file_read(s_script, &text, err);
    if (status == FIAT_OK) status = fiat_mock_play(mock, fiat__buf_cstr(&text), err);
    fiat__buf_deinit(&text);
    return status;
}

static void print_stats(fiat_mock *mock) {
    fiat_mock_stats stats = {.struct_size = sizeof stats};
    const char *comma = "";
    fiat_mock_get_stats(mock, &stats);
    printf("{\"connections\":%" PRIu64 ",\"requests\":%" PRIu64 ",\"records\":%" PRIu64
           ",\"bytes\":%" PRIu64 ",\"over_quota\":%" PRIu64 ",\"keys\":%" PRIu64 ",\"faults\":{",
           stats.connections, stats.requests, stats.records, stats.bytes, stats.over_quota,
           stats.keys);
    for (int kind = 1; kind < FIAT_MOCK_FAULT_COUNT; kind++) {
        const uint64_t met = fiat_mock_fault_count(mock, (fiat_mock_fault)kind);
        if (!met) continue;
        printf("%s\"%s\":%" PRIu64, comma, fiat_mock_fault_name((fiat_mock_fault)kind), met);
        comma = ",";
    }
    printf("}}\n");
}

static int write_output(fiat_mock *mock) {
    fiat_mock_record record = {.struct_size = sizeof record};
    if (!s_output) return EXIT_DONE;
    FILE *file = fopen(s_output, "w");
    bool good = file != NULL;
    for (size_t i = 0; good && fiat_mock_get_record(mock, i, &record); i++)
        good = fwrite(record.data, 1, record.length, file) == record.length;
    if (file && fclose(file) != 0) good = false;
    return good ? EXIT_DONE : cmd_fail(EXIT_FAILED, "cannot write %s", s_output);
}

static void block_signals(sigset_t *open) {
    const struct sigaction action = {.sa_handler = on_signal};
    sigset_t blocked;
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGINT);
    sigaddset(&blocked, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &blocked, open);
    sigdelset(open, SIGINT);
    sigdelset(open, SIGTERM);
}

static int run(int argc, char **argv) {
    fiat_error err = FIAT_ERROR_INIT;
    fiat_mock_opts opts;
    fiat_mock *mock = NULL;
    sigset_t open;
    (void)argc, (void)argv;
    if (!s_access_key != !s_secret_key)
        return cmd_fail(EXIT_USAGE, "give --access-key and --secret-key together");
    fiat_mock_opts_init(&opts);
    opts.port = (uint16_t)s_port;
    opts.tls = s_tls;
    opts.no_verify = s_no_verify;
    opts.no_data = !s_output;
    if (s_access_key) opts.access_key_id = s_access_key;
    if (s_secret_key) opts.secret_access_key = s_secret_key;
    opts.streams = s_streams;
    opts.bytes_per_s = s_bytes_per_s;
    opts.records_per_s = s_records_per_s;
    opts.credentials_ttl_s = (uint32_t)s_ttl_s;
    opts.seed = s_seed;
    block_signals(&open);
    if (fiat_mock_start(&mock, &opts, &err) != FIAT_OK) return cmd_fail_error(NULL, &err);
    fiat_status status = play_file(mock, &err);
    if (status == FIAT_OK) status = write_url(mock, &err);
    int code = status == FIAT_OK ? EXIT_DONE : cmd_fail_error(s_script, &err);
    if (status == FIAT_OK) {
        print_ready(mock);
        serve(mock, &open);
        print_stats(mock);
        code = write_output(mock);
    }
    fiat_mock_stop(mock);
    return code;
}

const struct cmd cmd_mock = {
    .name = "mock",
    .synopsis = "[OPTION...]",
    .summary = "Play a Firehose that fails as it is told, for tests",
    .details =
        "Takes PutRecord and PutRecordBatch, and what is asked about streams, as AWS does, limits, "
        "error codes and signatures "
        "included, and keeps nothing once it ends. A script says which requests fail, and how: "
        "lines such as \"throttle x3\", \"record-failure 20\", \"reset-taken 1%\" (docs/mock.md "
        "has all of them); \"clear\" ends them.\n\n"
        "Prints one line when it is ready, with what a client has to export, and one line of JSON "
        "with what came in when SIGTERM or SIGINT stop it. For a server that stores what it takes "
        "see `fiat local`.",
    .options = s_options,
    .run = run,
};
