/* The short names, alone in this file: a static link takes them only where they are used, and a
 * program with an audit_log() of its own links cleanly. The library never calls them. */
#include <fiat/logger.h>

fiat_audit audit_log(fiat_logger *logger, fiat_event event, fiat_error *err) {
    return fiat_audit_log(logger, event, err);
}

fiat_status audit_log_output(const fiat_audit *audit, fiat_event event, fiat_error *err) {
    return fiat_audit_log_output(audit, event, err);
}

fiat_status validated_log(fiat_logger *logger, const char *stream, fiat_event event,
                          fiat_error *err) {
    return fiat_validated_log(logger, stream, event, err);
}
