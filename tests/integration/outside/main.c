/* A program of somebody else's, in the common part of C11 and C++11: it logs an audit to files and
 * sees that an event which breaks its schema, and one for an unknown stream, are refused.
 * usage: program DIR */
#include <fiat/fiat.h>
#include <stdio.h>
#include <string.h>

static const fiat_error no_error = FIAT_ERROR_INIT;

static int fail(const char *what, const fiat_error *err) {
    fprintf(stderr, "%s: %s\n", what, err->message);
    return 1;
}

static int use(fiat_logger *logger) {
    fiat_error err = no_error;
    fiat_audit audit =
        audit_log(logger,
                  FIAT_FIELDS(FIAT_FIELD("task", "add"),
                              FIAT_OBJECT("task_args", FIAT_FIELD("x", 1), FIAT_FIELD("y", 2.5))),
                  &err);
    if (audit.status != FIAT_OK) return fail("audit_log", &err);
    if (audit_log_output(&audit, FIAT_FIELDS(FIAT_FIELD("output", 3.5)), &err) != FIAT_OK)
        return fail("audit_log_output", &err);
    const char text[] = "{\"task\": 5}";
    fiat_event wrong = FIAT_JSON(text, strlen(text));
    if (validated_log(logger, "Audit", wrong, &err) != FIAT_E_SCHEMA_MISMATCH)
        return fail("an event that breaks its schema was not refused as such", &err);
    if (strcmp(err.instance_path, "/task") != 0 || strcmp(err.keyword, "type") != 0)
        return fail("the error does not name the place", &err);
    if (validated_log(logger, "Nowhere", wrong, &err) != FIAT_E_STREAM_UNKNOWN)
        return fail("an unknown stream was not refused as such", &err);
    return 0;
}

int main(int argc, char **argv) {
    char sink[1024];
    fiat_error err = no_error;
    uint64_t left = 0;
    if (argc != 2 || strcmp(fiat_version(), FIAT_VERSION) != 0) return 2;
    snprintf(sink, sizeof sink, "local:%s", argv[1]);
    fiat_logger *logger = fiat_configure(sink, &err, "app", "outside", (const char *)0);
    if (!logger) return fail("fiat_configure", &err);
    int result = use(logger);
    if (fiat_logger_close(logger, 10000, &left, &err) != FIAT_OK) return fail("close", &err);
    return left == 0 ? result : 1;
}
