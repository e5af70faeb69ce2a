/* Logs a few events, some of them refused, and prints the statistics: JSON on the first line, then
 * Prometheus's text. stats_prometheus.py reads both.
 * usage: stats_print SINK */
#include <fiat/fiat.h>
#include <stdio.h>

static int print(fiat_logger *logger, fiat_stats_format format, fiat_error *err) {
    char *text;
    if (fiat_logger_stats_text(logger, format, &text, NULL, err) != FIAT_OK) return 1;
    printf("%s%s", text, format == FIAT_STATS_JSON ? "\n" : "");
    fiat_text_free(text);
    return 0;
}

static int fail(const fiat_error *err) {
    fprintf(stderr, "stats_print: %s\n", err->message);
    return 1;
}

int main(int argc, char **argv) {
    fiat_error err = FIAT_ERROR_INIT;
    fiat_logger *logger = argc == 2 ? fiat_configure(argv[1], &err, "app", "stats", NULL) : NULL;
    if (!logger) return fail(&err);
    for (int i = 0; i < 100; i++) {
        fiat_audit audit = audit_log(logger, FIAT_FIELDS(FIAT_FIELD("task", "count")), &err);
        if (audit.status != FIAT_OK ||
            audit_log_output(&audit, FIAT_FIELDS(FIAT_FIELD("output", i)), &err) != FIAT_OK)
            return fail(&err);
    }
    if (validated_log(logger, "Audit", FIAT_FIELDS(FIAT_FIELD("task", 1)), &err) == FIAT_OK ||
        validated_log(logger, "Audit", FIAT_FIELDS(FIAT_FIELD("tusk", "x")), &err) == FIAT_OK ||
        validated_log(logger, "Audit", FIAT_JSON("{", 1), &err) == FIAT_OK ||
        validated_log(logger, "Nowhere", FIAT_JSON("{}", 2), &err) == FIAT_OK)
        return 1;
    if (fiat_logger_flush(logger, 20000, &err) != FIAT_OK) return fail(&err);
    if (print(logger, FIAT_STATS_JSON, &err) || print(logger, FIAT_STATS_PROMETHEUS, &err))
        return fail(&err);
    return fiat_logger_close(logger, 20000, NULL, &err) == FIAT_OK ? 0 : fail(&err);
}
