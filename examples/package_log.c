/* Log a Debian machine's package history: every line of dpkg's log becomes an event of the stream
 * PackageEvent, between two rows of Audit.
 *
 *     package_log [--sink SINK] [--copy FILE] [LOG...]
 *
 * Without LOG it reads /var/log/dpkg.log and its rotated siblings, gzipped or not. Each event that
 * was delivered is also written to FILE, so that the table can be compared with it. Settings such
 * as schemas.dir and the endpoint come from the environment (FIAT_SCHEMAS_DIR, AWS_ENDPOINT_URL).
 * Exits with 0 when every line was delivered, 3 when some lines were refused, 1 otherwise. */
#include <fiat/fiat.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <zlib.h>

#define LINE_BYTES 8192

struct run {
    fiat_logger *logger;
    FILE *copy; /* written by the sender thread alone, read by nobody until close */
    unsigned long lines, accepted, refused;
    unsigned long delivered, lost; /* counted by the sender thread */
};

static void on_delivery(const fiat_delivery *report, void *ctx) {
    struct run *run = (struct run *)ctx;
    if (report->outcome != FIAT_DELIVERED) {
        run->lost++;
        fprintf(stderr, "not delivered: %s\n", report->error->message);
        return;
    }
    run->delivered++;
    if (!run->copy || strcmp(report->stream, "PackageEvent") != 0) return;
    fwrite(report->data, 1, report->data_length, run->copy);
    fputc('\n', run->copy);
}

/* dpkg writes local time without a zone: "2026-11-21 12:00:00" becomes "2026-11-21T12:00:00Z". */
static int to_utc(const char *date, const char *clock, char out[32]) {
    struct tm local;
    memset(&local, 0, sizeof local);
    if (sscanf(date, "%d-%d-%d", &local.tm_year, &local.tm_mon, &local.tm_mday) != 3 ||
        sscanf(clock, "%d:%d:%d", &local.tm_hour, &local.tm_min, &local.tm_sec) != 3)
        return 0;
    local.tm_year -= 1900;
    local.tm_mon -= 1;
    local.tm_isdst = -1;
    time_t when = mktime(&local);
    struct tm utc;
    return when != (time_t)-1 && gmtime_r(&when, &utc) &&
           strftime(out, 32, "%Y-%m-%dT%H:%M:%SZ", &utc) > 0;
}

/* Members that a line does not have are left out, so the fields are collected in an array. */
struct fields {
    fiat_field list[12];
    size_t count;
};

static void add(struct fields *fields, const char *name, const char *value) {
    if (value && *value && strcmp(value, "<none>") != 0)
        fields->list[fields->count++] = FIAT_FIELD(name, value);
}

static void add_package(struct fields *fields, char *name) {
    char *colon = name ? strchr(name, ':') : NULL;
    if (colon) *colon = '\0';
    add(fields, "package", name);
    add(fields, "architecture", colon ? colon + 1 : NULL);
}

/* The line after date, time and action; see dpkg(1), --log. */
static void add_rest(struct fields *fields, const char *action, char *rest) {
    char *save = NULL;
    if (strcmp(action, "startup") == 0 || strcmp(action, "conffile") == 0) {
        add(fields, "detail", rest);
    } else if (strcmp(action, "status") == 0) {
        add(fields, "state", strtok_r(rest, " ", &save));
        add_package(fields, strtok_r(NULL, " ", &save));
        add(fields, "new_version", strtok_r(NULL, " ", &save));
    } else {
        add_package(fields, strtok_r(rest, " ", &save));
        add(fields, "old_version", strtok_r(NULL, " ", &save));
        add(fields, "new_version", strtok_r(NULL, " ", &save));
    }
}

/* A full queue is the logger's way to ask for patience: nothing was kept, so try again. */
static fiat_status log_patiently(struct run *run, fiat_event event, fiat_error *err) {
    for (;;) {
        fiat_status status = validated_log(run->logger, "PackageEvent", event, err);
        if (status != FIAT_E_QUEUE_FULL) return status;
        fiat_error ignored;
        if (fiat_logger_flush(run->logger, 1000, &ignored) != FIAT_OK) usleep(1000);
    }
}

static void log_line(struct run *run, const char *file, unsigned long number, char *line) {
    char *save = NULL, happened_at[32] = "";
    char *date = strtok_r(line, " ", &save), *clock = strtok_r(NULL, " ", &save);
    char *action = strtok_r(NULL, " ", &save);
    struct fields fields;
    fields.count = 0;
    run->lines++;
    if (date && clock && to_utc(date, clock, happened_at)) add(&fields, "happened_at", happened_at);
    add(&fields, "action", action);
    if (action) add_rest(&fields, action, save);
    fiat_field source[] = {FIAT_FIELD("file", file), FIAT_FIELD("line", number)};
    fiat_field nested = {"source", FIAT_KIND_OBJECT, 2, {0}};
    nested.as.fields = source;
    fields.list[fields.count++] = nested;

    fiat_error err = FIAT_ERROR_INIT;
    fiat_event event = {FIAT_EVENT_FIELDS, fields.count, fields.list, NULL};
    if (log_patiently(run, event, &err) == FIAT_OK) {
        run->accepted++;
        return;
    }
    run->refused++;
    fprintf(stderr, "%s line %lu refused: %s\n", file, number, err.message);
}

static int log_file(struct run *run, const char *path) {
    gzFile in = gzopen(path, "rb"); /* reads plain files as well */
    if (!in) {
        perror(path);
        return 0;
    }
    static char line[LINE_BYTES];
    unsigned long number = 0, before = run->accepted;
    while (gzgets(in, line, sizeof line)) {
        size_t length = strcspn(line, "\n");
        if (length == sizeof line - 1) { /* no such line is dpkg's */
            fprintf(stderr, "%s line %lu is longer than %zu bytes\n", path, number + 1, length);
            gzclose(in);
            return 0;
        }
        line[length] = '\0';
        log_line(run, path, ++number, line);
    }
    int error;
    const char *message = gzerror(in, &error);
    if (error != Z_OK) fprintf(stderr, "%s: %s\n", path, message);
    gzclose(in);
    fprintf(stderr, "  %s: %lu lines, %lu events\n", path, number, run->accepted - before);
    return error == Z_OK;
}

static int log_everything(struct run *run, int count, char **paths) {
    fiat_error err = FIAT_ERROR_INIT;
    fiat_audit audit =
        audit_log(run->logger,
                  FIAT_FIELDS(FIAT_FIELD("task", "import package log"),
                              FIAT_OBJECT("task_args", FIAT_FIELD("files", count),
                                          FIAT_FIELD("first", count ? paths[0] : (char *)NULL)),
                              FIAT_FIELD("ticket_id", "quickstart")),
                  &err);
    if (audit.status != FIAT_OK) {
        fprintf(stderr, "audit refused: %s\n", err.message);
        return 0;
    }
    int ok = 1;
    for (int i = 0; i < count; i++)
        ok &= log_file(run, paths[i]);
    fiat_status status =
        audit_log_output(&audit,
                         FIAT_FIELDS(FIAT_OBJECT("output", FIAT_FIELD("lines", run->lines),
                                                 FIAT_FIELD("events", run->accepted),
                                                 FIAT_FIELD("refused", run->refused))),
                         &err);
    if (status == FIAT_OK) return ok;
    fprintf(stderr, "audit result refused: %s\n", err.message);
    return 0;
}

static int finish(struct run *run) {
    fiat_error err = FIAT_ERROR_INIT;
    uint64_t left = 0;
    if (fiat_logger_close(run->logger, 60000, &left, &err) != FIAT_OK)
        fprintf(stderr, "%s\n", err.message);
    int copied = !run->copy || fclose(run->copy) == 0;
    printf("%lu lines read, %lu events accepted, %lu refused; with the two of the audit %lu "
           "delivered, %lu not delivered\n",
           run->lines, run->accepted, run->refused, run->delivered, run->lost);
    return left == 0 && run->lost == 0 && copied;
}

int main(int argc, char **argv) {
    const char *sink = "firehose", *copy = NULL;
    int first = 1;
    for (; first + 1 < argc && strncmp(argv[first], "--", 2) == 0; first += 2) {
        if (strcmp(argv[first], "--sink") == 0)
            sink = argv[first + 1];
        else if (strcmp(argv[first], "--copy") == 0)
            copy = argv[first + 1];
        else
            break;
    }
    glob_t found;
    memset(&found, 0, sizeof found);
    if (first == argc) glob("/var/log/dpkg.log*", 0, NULL, &found);
    int count = first < argc ? argc - first : (int)found.gl_pathc;
    char **paths = first < argc ? argv + first : found.gl_pathv;
    if (count == 0) {
        fprintf(stderr, "no /var/log/dpkg.log here; name a log file\n");
        return 2;
    }

    struct run run;
    memset(&run, 0, sizeof run);
    if (copy && !(run.copy = fopen(copy, "w"))) {
        perror(copy);
        return 1;
    }
    fiat_error err = FIAT_ERROR_INIT;
    run.logger = fiat_configure(sink, &err, "app", "package-log", "email", "ops@example.com",
                                "tags", "environment=demo", (const char *)NULL);
    if (!run.logger) {
        fprintf(stderr, "cannot open the logger: %s\n", err.message);
        return 1;
    }
    fiat_logger_on_delivery(run.logger, on_delivery, &run);
    int ok = log_everything(&run, count, paths);
    ok &= finish(&run);
    globfree(&found);
    return !ok ? 1 : run.refused ? 3 : 0;
}
