/* The walkthrough: audit a function call. Prints the two rows:
 *
 *     cc audit.c $(pkg-config --cflags --libs fiat) && ./a.out
 *
 * With AWS, name the sink "firehose" instead of "stdout". Compiles as C11 and as C++11. */
#include <fiat/fiat.h>
#include <stdio.h>

/* example task */
static int add(int x, int y) {
    return x + y;
}

int main(int argc, char **argv) {
    const char *sink = argc > 1 ? argv[1] : "stdout"; /* or "firehose", or "local:DIR" */
    fiat_error err = FIAT_ERROR_INIT;

    /* the logger can be opened elsewhere; any thread may use it */
    fiat_logger *logger =
        fiat_configure(sink, &err, "app", "audit", "email", "ops@example.com", "tags",
                       "environment=non-prod,team=NTA", (const char *)NULL);
    if (!logger) {
        fprintf(stderr, "cannot open the logger: %s\n", err.message);
        return 1;
    }

    /* here it happens */
    fiat_audit audit =
        audit_log(logger,
                  FIAT_FIELDS(FIAT_FIELD("task", "add"),
                              FIAT_OBJECT("task_args", FIAT_FIELD("x", 1), FIAT_FIELD("y", 2)),
                              FIAT_FIELD("ticket_id", "nta-1000")),
                  &err);
    if (audit.status != FIAT_OK) fprintf(stderr, "not logged: %s\n", err.message);

    int result = add(1, 2);

    /* optionally, log the result: a second row with the same audit_id */
    if (audit_log_output(&audit, FIAT_FIELDS(FIAT_FIELD("output", result)), &err) != FIAT_OK)
        fprintf(stderr, "result not logged: %s\n", err.message);

    uint64_t left = 0;
    if (fiat_logger_close(logger, 5000, &left, &err) != FIAT_OK)
        fprintf(stderr, "%llu events not delivered: %s\n", (unsigned long long)left, err.message);
    return left ? 1 : 0;
}
