#include "base/error.h"
#include "logger/logger_internal.h"

fiat_audit fiat_audit_log(fiat_logger *logger, fiat_event event, fiat_error *err) {
    fiat_audit audit = {.logger = logger, .status = FIAT_E_ARG};
    fiat__uuid id;
    if (!logger) {
        audit.status = fiat__err_set(err, FIAT_E_ARG, "no logger");
        return audit;
    }
    fiat__stream *stream = fiat__registry_find(logger->registry, "Audit", err);
    if (!stream) {
        audit.status = FIAT_E_STREAM_UNKNOWN;
        return audit;
    }
    audit.status = fiat__logger_log(logger, stream, event, NULL, &id, err);
    if (audit.status == FIAT_OK) fiat__uuid_write(audit.audit_id, &id);
    return audit;
}

/* The handle is the program's: its text goes into an event, so it must be what it says. */
static bool is_uuid(const char text[]) {
    for (size_t i = 0; i < FIAT__UUID_LEN; i++) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (dash ? text[i] != '-' : !text[i] || !strchr("0123456789abcdef", text[i])) return false;
    }
    return text[FIAT__UUID_LEN] == '\0';
}

fiat_status fiat_audit_log_output(const fiat_audit *audit, fiat_event event, fiat_error *err) {
    if (!audit || !audit->logger || audit->status != FIAT_OK || !is_uuid(audit->audit_id))
        return fiat__err_set(err, FIAT_E_ARG,
                             "the audit's first event was refused: there is nothing to add to");
    fiat__stream *stream = fiat__registry_audit_output(audit->logger->registry);
    return fiat__logger_log(audit->logger, stream, event, audit->audit_id, NULL, err);
}
