/* What `fiat doctor` looks at. A check is a function that looks at one kind of thing and says what
 * it saw, a line each; it has a row in doctor.c. What one check finds out, later ones may use. None
 * stops another, none waits longer than doctor.timeout_ms for one thing. */
#ifndef FIAT_TOOLS_DOCTOR_H
#define FIAT_TOOLS_DOCTOR_H

#include "aws.h"
#include "base/buf.h"
#include "project.h"

enum doctor_verdict { DOCTOR_OK, DOCTOR_WARNING, DOCTOR_FAULT };

struct doctor {
    /* What is asked for. */
    struct aws_flags aws;
    const char *schemas;
    bool json, offline;
    uint32_t timeout_ms;
    /* What is known of the project. */
    fiat_config *config;     /* NULL: settings could not be read */
    const char *schemas_dir; /* NULL: there is none */
    char **streams;
    size_t stream_count;
    /* What is known of AWS; "" until a check knows. */
    char region[64];
    char key_id[160]; /* of the credentials, masked */
    char arn[300], account[16];
    /* The clock, as the first server tells it that says so. */
    char clock_host[256];
    int64_t skew_ms; /* the server's less ours */
    /* The answer. */
    const char *check; /* at hand */
    size_t counts[DOCTOR_FAULT + 1];
    fiat__buf text; /* with --json */
};

/* Look at everything. EXIT_DONE: no fault; EXIT_FAILED. streams: those named; none: all. */
int doctor_run(struct doctor *doctor, char **streams, size_t count);

/* Say one thing. remedy: what to do, NULL when there is nothing or the message says it. */
void doctor_say(struct doctor *doctor, enum doctor_verdict verdict, const char *subject,
                const char *remedy, const char *format, ...) FIAT_PRINTF(5, 6);
void doctor_say_error(struct doctor *doctor, enum doctor_verdict verdict, const char *subject,
                      const char *remedy, const fiat_error *err);

/* Open a service of AWS, with the time that a check has. */
fiat_status doctor_open(fiat__service **out, struct doctor *doctor, const char *service,
                        fiat_error *err);
/* What a check needs is there: settings; a region as well; credentials as well. Else say that
 * nothing was looked at, and why. */
bool doctor_has_settings(struct doctor *doctor);
bool doctor_has_region(struct doctor *doctor);
bool doctor_can_call(struct doctor *doctor);

/* How a text from XML of AWS is read: of this path, cut to size. */
bool doctor_xml(char *out, size_t size, fiat__str xml, const char *path);

/* The name of a stream's delivery stream, with the prefix that the settings have. */
void doctor_delivery_name(char *out, size_t size, const struct doctor *doctor,
                          const project_stream *stream);

/* The value of a setting; "" when there are none. */
const char *doctor_setting(const struct doctor *doctor, const char *name);

/* The checks. */
void doctor_check_settings(struct doctor *doctor);
void doctor_check_schemas(struct doctor *doctor);
void doctor_check_spool(struct doctor *doctor);
void doctor_check_region(struct doctor *doctor);
void doctor_check_credentials(struct doctor *doctor);
void doctor_check_endpoints(struct doctor *doctor);
void doctor_check_clock(struct doctor *doctor);
void doctor_check_identity(struct doctor *doctor);
void doctor_check_streams(struct doctor *doctor);
void doctor_check_tables(struct doctor *doctor);
void doctor_check_permissions(struct doctor *doctor);

#endif
