/* The checks in their order, and how they say what they saw. */
#include "doctor.h"

#include "aws/xml.h"
#include "base/error.h"
#include "base/file.h"
#include "json/writer.h"
#include "terminal.h"
#include "text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define TEXT_MAX_BYTES    (16 * 1024 * 1024)
#define MESSAGE_MAX_BYTES 2048
#define VERDICT_WIDE      7

static const struct row {
    const char *name;
    bool network; /* not with --offline */
    void (*run)(struct doctor *doctor);
} s_checks[] = {
    {"settings", false, doctor_check_settings},
    {"schemas", false, doctor_check_schemas},
    {"spool", false, doctor_check_spool},
    {"region", false, doctor_check_region},
    {"credentials", true, doctor_check_credentials},
    {"endpoints", true, doctor_check_endpoints},
    {"clock", true, doctor_check_clock},
    {"identity", true, doctor_check_identity},
    {"streams", true, doctor_check_streams},
    {"tables", true, doctor_check_tables},
    {"permissions", true, doctor_check_permissions},
};

#define CHECK_COUNT (sizeof s_checks / sizeof s_checks[0])

/* --- saying it --- */

static const char *const s_verdicts[] = {"ok", "warning", "fault"};

static void print_line(struct doctor *doctor, enum doctor_verdict verdict, const char *subject,
                       const char *message, const char *remedy) {
    static const terminal_style styles[] = {TERMINAL_GOOD, TERMINAL_NOTE, TERMINAL_FAULT};
    const char *word = s_verdicts[verdict];
    printf("%s%s%s%*s  %s", terminal_begin(stdout, styles[verdict]), word, terminal_end(stdout),
           VERDICT_WIDE - (int)strlen(word), "", doctor->check);
    if (*subject) putchar(' ');
    text_print(stdout, subject);
    fputs(": ", stdout);
    text_print(stdout, message);
    if (*remedy) fputs("; ", stdout);
    text_print(stdout, remedy);
    putchar('\n');
    fflush(stdout);
}

static void write_member(fiat__buf *out, bool *first, const char *name, const char *value) {
    fiat__buf valid;
    fiat__buf_init(&valid, TEXT_MAX_BYTES);
    text_make_valid(&valid, fiat__str_c(value));
    fiat__json_write_key(out, first, name);
    fiat__json_write_string(out, fiat__buf_str(&valid));
    fiat__buf_deinit(&valid);
}

static void write_object(struct doctor *doctor, enum doctor_verdict verdict, const char *subject,
                         const char *message, const char *remedy) {
    bool first = true;
    fiat__buf *out = &doctor->text;
    fiat__buf_append_c(out, out->len ? ",\n{" : "[\n{");
    write_member(out, &first, "check", doctor->check);
    write_member(out, &first, "subject", subject);
    write_member(out, &first, "verdict", s_verdicts[verdict]);
    write_member(out, &first, "message", message);
    write_member(out, &first, "remedy", remedy);
    fiat__buf_append_char(out, '}');
}

void doctor_say(struct doctor *doctor, enum doctor_verdict verdict, const char *subject,
                const char *remedy, const char *format, ...) {
    char message[MESSAGE_MAX_BYTES];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    doctor->counts[verdict]++;
    (doctor->json ? write_object : print_line)(doctor, verdict, subject, message,
                                               remedy ? remedy : "");
}

void doctor_say_error(struct doctor *doctor, enum doctor_verdict verdict, const char *subject,
                      const char *remedy, const fiat_error *err) {
    if (aws_is_not_offered(err))
        doctor_say(doctor, DOCTOR_WARNING, subject, NULL, "not known: not offered by this server");
    else
        doctor_say(doctor, verdict, subject, remedy, "%s",
                   err->message[0] ? err->message : fiat_status_text((fiat_status)err->status));
}

/* --- what checks share --- */

fiat_status doctor_open(fiat__service **out, struct doctor *doctor, const char *service,
                        fiat_error *err) {
    fiat__service_opts opts;
    aws_opts(&opts, service, doctor->config, &doctor->aws);
    opts.connect_timeout_ms = opts.request_timeout_ms = opts.deadline_ms = doctor->timeout_ms;
    opts.max_attempts = 3;
    return fiat__service_open(out, service, &opts, err);
}

static bool has(struct doctor *doctor, bool there, const char *missing) {
    if (!there) doctor_say(doctor, DOCTOR_WARNING, "", NULL, "not looked at: %s", missing);
    return there;
}

bool doctor_has_settings(struct doctor *doctor) {
    return has(doctor, doctor->config, "settings cannot be read");
}

bool doctor_has_region(struct doctor *doctor) {
    return doctor_has_settings(doctor) && has(doctor, *doctor->region, "there is no region");
}

bool doctor_can_call(struct doctor *doctor) {
    return doctor_has_region(doctor) && has(doctor, *doctor->key_id, "there are no credentials");
}

bool doctor_xml(char *out, size_t size, fiat__str xml, const char *path) {
    fiat__buf value;
    fiat__buf_init(&value, MESSAGE_MAX_BYTES);
    bool found = fiat__xml_value(&value, xml, path);
    snprintf(out, size, "%s", found ? fiat__buf_cstr(&value) : "");
    fiat__buf_deinit(&value);
    return found;
}

const char *doctor_setting(const struct doctor *doctor, const char *name) {
    const char *value = doctor->config ? fiat_config_get(doctor->config, name) : NULL;
    return value ? value : "";
}

void doctor_delivery_name(char *out, size_t size, const struct doctor *doctor,
                          const project_stream *stream) {
    fiat__buf name;
    fiat__buf_init(&name, MESSAGE_MAX_BYTES);
    (void)project_delivery_name(&name, stream, doctor->config);
    snprintf(out, size, "%s", fiat__buf_cstr(&name));
    fiat__buf_deinit(&name);
}

/* --- all of it --- */

static void print_end(const struct doctor *doctor) {
    const size_t *counts = doctor->counts;
    printf("%zu ok, %zu %s, %zu %s\n", counts[DOCTOR_OK], counts[DOCTOR_WARNING],
           counts[DOCTOR_WARNING] == 1 ? "warning" : "warnings", counts[DOCTOR_FAULT],
           counts[DOCTOR_FAULT] == 1 ? "fault" : "faults");
}

static void print_left_out(void) {
    const char *between = "";
    fputs("not looked at with --offline: ", stderr);
    for (size_t i = 0; i < CHECK_COUNT; i++) {
        if (!s_checks[i].network) continue;
        fprintf(stderr, "%s%s", between, s_checks[i].name);
        between = ", ";
    }
    fputc('\n', stderr);
}

int doctor_run(struct doctor *doctor, char **streams, size_t count) {
    fiat__buf_init(&doctor->text, TEXT_MAX_BYTES);
    doctor->streams = streams;
    doctor->stream_count = count;
    for (size_t i = 0; i < CHECK_COUNT; i++) {
        doctor->check = s_checks[i].name;
        if (!doctor->offline || !s_checks[i].network) s_checks[i].run(doctor);
    }
    bool failed = doctor->text.failed;
    if (doctor->json && !failed) printf("%s\n]\n", fiat__buf_cstr(&doctor->text));
    if (!doctor->json) print_end(doctor);
    if (doctor->offline) print_left_out();
    if (doctor->streams != streams) fiat__dir_free_list(doctor->streams, doctor->stream_count);
    fiat__buf_deinit(&doctor->text);
    fiat_config_free(doctor->config);
    if (failed) return cmd_fail(EXIT_FAILED, "out of memory");
    return doctor->counts[DOCTOR_FAULT] ? EXIT_FAILED : EXIT_DONE;
}
