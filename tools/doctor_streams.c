/* Of AWS's side of each stream: the delivery stream, and the table. */
#include "base/clock.h"
#include "base/error.h"
#include "doctor.h"
#include "json/writer.h"
#include "pipeline/delivery.h"
#include "table/compare.h"
#include "table/glue.h"

#include <stdio.h>
#include <string.h>

#define BODY_MAX_BYTES 4096

/* A call of a kind that says it all: NULL, and *err. */
static fiat__doc *call(fiat__service *service, const char *target, fiat__buf *body,
                       fiat_error *err) {
    fiat__doc *reply = NULL;
    if (fiat__buf_status(body, err) == FIAT_OK &&
        fiat__service_json(service, target, fiat__buf_cstr(body), &reply, err) != FIAT_OK)
        reply = NULL;
    return reply;
}

/* Who may not look does not know; anything else is a fault. */
static void say_failure(struct doctor *doctor, const char *subject, const fiat_error *err) {
    if (err->status == FIAT_E_AWS_DENIED)
        doctor_say(doctor, DOCTOR_WARNING, subject, NULL, "not known: %s", err->message);
    else
        doctor_say_error(doctor, DOCTOR_FAULT, subject, NULL, err);
}

/* Read a stream's files; the check of schemas has told what is wrong with them. */
static bool read_stream(project_stream *out, struct doctor *doctor, const char *name) {
    if (project_stream_read(out, doctor->schemas_dir, name, NULL) == FIAT_OK) return true;
    doctor_say(doctor, DOCTOR_WARNING, name, NULL, "not looked at: its files cannot be read");
    return false;
}

/* A check of every stream at a service of AWS. */
static void each_stream(struct doctor *doctor, const char *service_name,
                        void (*look)(struct doctor *doctor, fiat__service *service,
                                     const project_stream *stream)) {
    fiat__service *service;
    fiat_error err = FIAT_ERROR_INIT;
    project_stream stream;
    if (!doctor->stream_count) {
        doctor_say(doctor, DOCTOR_OK, "", NULL, "there is no stream to look for");
        return;
    }
    if (!doctor_can_call(doctor)) return;
    if (doctor_open(&service, doctor, service_name, &err) != FIAT_OK) {
        doctor_say_error(doctor, DOCTOR_FAULT, "", NULL, &err);
        return;
    }
    for (size_t i = 0; i < doctor->stream_count; i++) {
        if (!read_stream(&stream, doctor, doctor->streams[i])) continue;
        look(doctor, service, &stream);
        project_stream_free(&stream);
    }
    fiat__service_free(service);
}

/* --- delivery streams --- */

static const char *text_of(const fiat__doc *object, const char *name) {
    const char *text = "";
    (void)fiat__doc_string(fiat__doc_get(object, name), &text);
    return text;
}

static void say_state(struct doctor *doctor, const char *subject, const char *name,
                      const fiat__doc *reply) {
    const fiat__doc *description = fiat__doc_get(reply, "DeliveryStreamDescription");
    const fiat__doc *failure = fiat__doc_get(description, "FailureDescription");
    const char *state = text_of(description, "DeliveryStreamStatus");
    if (strcmp(state, "ACTIVE") == 0)
        doctor_say(doctor, DOCTOR_OK, subject, NULL, "delivery stream %s is ACTIVE", name);
    else if (strcmp(state, "CREATING") == 0)
        doctor_say(doctor, DOCTOR_WARNING, subject, "look again in a minute",
                   "delivery stream %s is CREATING: it takes no events yet", name);
    else if (!*state)
        doctor_say(doctor, DOCTOR_FAULT, subject, "is the endpoint of Firehose one of AWS's?",
                   "firehose DescribeDeliveryStream: no state of %s in the answer", name);
    else
        doctor_say(doctor, DOCTOR_FAULT, subject,
                   strcmp(state, "CREATING_FAILED") == 0
                       ? "mend that, delete the stream, and make it again"
                       : "make it again, once it is gone",
                   "delivery stream %s is %s%s%s%s%s", name, state, failure ? ": " : "",
                   text_of(failure, "Type"), failure ? ": " : "", text_of(failure, "Details"));
}

static void look_at_stream(struct doctor *doctor, fiat__service *firehose,
                           const project_stream *stream) {
    char name[200], remedy[400];
    bool first = true;
    fiat__buf body;
    fiat_error err = FIAT_ERROR_INIT;
    doctor_delivery_name(name, sizeof name, doctor, stream);
    fiat__buf_init(&body, BODY_MAX_BYTES);
    fiat__buf_append_char(&body, '{');
    fiat__json_write_key(&body, &first, "DeliveryStreamName");
    fiat__json_write_string_c(&body, name);
    fiat__buf_append_char(&body, '}');
    fiat__doc *reply = call(firehose, "Firehose_20150804.DescribeDeliveryStream", &body, &err);
    snprintf(remedy, sizeof remedy,
             "`fiat stream create %s` makes it; or see region, account, stream.prefix and "
             "\"delivery_stream\"",
             stream->name);
    if (reply)
        say_state(doctor, stream->name, name, reply);
    else if (err.status == FIAT_E_AWS_NOT_FOUND)
        doctor_say(doctor, DOCTOR_FAULT, stream->name, remedy,
                   "there is no delivery stream %s in %s", name, doctor->region);
    else
        say_failure(doctor, stream->name, &err);
    fiat__doc_free(reply);
    fiat__buf_deinit(&body);
}

void doctor_check_streams(struct doctor *doctor) {
    each_stream(doctor, "firehose", look_at_stream);
}

/* --- tables --- */

/* What a stream's table should be, by its files. */
struct wanted {
    fiat__layers layers, delivery_layers;
    fiat__table_settings settings;
    fiat__delivery delivery;
    fiat__columns *columns;
    fiat__doc *schema;
    fiat__table table;
    bool placed; /* it is known where its objects are */
};

static void free_wanted(struct wanted *wanted) {
    fiat__layers_deinit(&wanted->layers);
    fiat__layers_deinit(&wanted->delivery_layers);
    if (wanted->delivery.stream) fiat__delivery_deinit(&wanted->delivery);
    fiat__columns_free(wanted->columns);
    fiat__doc_free(wanted->schema);
    if (wanted->table.arena.max_bytes) fiat__table_deinit(&wanted->table);
}

static fiat_status read_wanted(struct wanted *wanted, const struct doctor *doctor,
                               const project_stream *stream, fiat_error *err) {
    char name[200];
    doctor_delivery_name(name, sizeof name, doctor, stream);
    *wanted = (struct wanted){.placed = false};
    fiat_status status = project_layers(&wanted->layers, doctor->schemas_dir, stream, "table",
                                        fiat__table_setting_names, err);
    if (status == FIAT_OK)
        status = fiat__table_settings_read(&wanted->settings, &wanted->layers, stream->name, err);
    if (status == FIAT_OK)
        status = project_layers(&wanted->delivery_layers, doctor->schemas_dir, stream, "delivery",
                                fiat__delivery_names, err);
    if (status == FIAT_OK) status = fiat__delivery_init(&wanted->delivery, name, err);
    if (status == FIAT_OK)
        status = fiat__delivery_read(&wanted->delivery, &wanted->delivery_layers, NULL, NULL, err);
    if (status == FIAT_OK)
        status = fiat__columns_parse(&wanted->columns, fiat__buf_str(&stream->athena), err);
    if (status == FIAT_OK)
        status = fiat__doc_parse(&wanted->schema, fiat__buf_str(&stream->json_schema), err);
    return status;
}

static fiat_status make_wanted(struct wanted *wanted, fiat_error *err) {
    char prefix[300];
    const char *bucket = fiat__delivery_get(&wanted->delivery, FIAT__DELIVERY_BUCKET);
    const char *set = fiat__delivery_get(&wanted->delivery, FIAT__DELIVERY_PREFIX);
    snprintf(prefix, sizeof prefix, "%s/", wanted->delivery.stream);
    wanted->placed = bucket;
    const fiat__table_source source = {
        .columns = wanted->columns,
        .schema = wanted->schema,
        .settings = &wanted->settings,
        .bucket = bucket ? bucket : "not-known",
        .prefix = set ? set : prefix,
        .other_time_zone = !fiat__delivery_in_utc(&wanted->delivery),
        .this_year = (unsigned)fiat__utc_of_ms(fiat__wall_ms(&fiat__clock_system)).year};
    return fiat__table_init(&wanted->table, &source, err);
}

/* The worst difference, and how many there are: `fiat table check` tells them all. */
static void say_differences(struct doctor *doctor, const char *stream, const struct wanted *wanted,
                            const fiat__changes *changes) {
    const fiat__change *worst = NULL;
    size_t count = 0;
    bool breaks = false;
    char remedy[200];
    for (size_t i = 0; i < changes->count; i++) {
        const fiat__change *change = &changes->items[i];
        if (!wanted->placed && strncmp(change->what, "column", strlen("column")) != 0) continue;
        const bool worse = change->kind == FIAT__CHANGE_BREAKS && !breaks;
        if (!count++ || worse) worst = change;
        breaks |= worse;
    }
    snprintf(remedy, sizeof remedy, "`fiat table check %s` shows all%s", stream,
             breaks ? "" : ", `fiat table update` makes them agree");
    if (!worst)
        doctor_say(doctor, DOCTOR_OK, stream, NULL, "table %s.%s has the columns of athena.json",
                   wanted->table.database, wanted->table.name);
    else
        doctor_say(doctor, breaks ? DOCTOR_FAULT : DOCTOR_WARNING, stream, remedy,
                   "table %s.%s differs in %zu %s: %s is %s, not %s", wanted->table.database,
                   wanted->table.name, count, count == 1 ? "thing" : "things", worst->what,
                   *worst->live ? worst->live : "not there",
                   *worst->wanted ? worst->wanted : "there");
}

static void say_table(struct doctor *doctor, const char *stream, struct wanted *wanted,
                      const fiat__doc *reply) {
    fiat__table live;
    fiat__changes changes = {0};
    fiat_error err = FIAT_ERROR_INIT;
    fiat_status status = fiat__glue_table_read(&live, fiat__doc_get(reply, "Table"), &err);
    if (status == FIAT_OK) status = fiat__table_keep_start(&wanted->table, &live, &err);
    if (status == FIAT_OK) {
        status = fiat__table_compare(&changes, &live, &wanted->table, &err);
        if (status == FIAT_OK) say_differences(doctor, stream, wanted, &changes);
        fiat__changes_deinit(&changes);
    }
    if (status != FIAT_OK) doctor_say_error(doctor, DOCTOR_FAULT, stream, NULL, &err);
    fiat__table_deinit(&live);
}

static void ask_glue(struct doctor *doctor, fiat__service *glue, const char *stream,
                     struct wanted *wanted) {
    char remedy[200];
    bool first = true;
    fiat__buf body;
    fiat_error err = FIAT_ERROR_INIT;
    fiat__buf_init(&body, BODY_MAX_BYTES);
    fiat__buf_append_char(&body, '{');
    fiat__json_write_key(&body, &first, "DatabaseName");
    fiat__json_write_string_c(&body, wanted->table.database);
    fiat__json_write_key(&body, &first, "Name");
    fiat__json_write_string_c(&body, wanted->table.name);
    fiat__buf_append_char(&body, '}');
    fiat__doc *reply = call(glue, "AWSGlue.GetTable", &body, &err);
    snprintf(remedy, sizeof remedy, "`fiat table create %s` makes it", stream);
    if (reply)
        say_table(doctor, stream, wanted, reply);
    else if (err.status == FIAT_E_AWS_NOT_FOUND)
        doctor_say(doctor, DOCTOR_WARNING, stream, remedy,
                   "there is no table %s.%s: events are stored, SQL does not see them",
                   wanted->table.database, wanted->table.name);
    else
        say_failure(doctor, stream, &err);
    fiat__doc_free(reply);
    fiat__buf_deinit(&body);
}

static void look_at_table(struct doctor *doctor, fiat__service *glue,
                          const project_stream *stream) {
    struct wanted wanted;
    fiat_error err = FIAT_ERROR_INIT;
    if (!stream->has_athena || !stream->has_json_schema) {
        doctor_say(doctor, DOCTOR_WARNING, stream->name,
                   stream->has_athena ? NULL : "`fiat schema columns` makes it",
                   "not looked at: there is no %s",
                   stream->has_athena ? "json_schema.json" : "athena.json");
        return;
    }
    fiat_status status = read_wanted(&wanted, doctor, stream, &err);
    if (status == FIAT_OK) status = make_wanted(&wanted, &err);
    if (status == FIAT_OK)
        ask_glue(doctor, glue, stream->name, &wanted);
    else
        doctor_say_error(doctor, DOCTOR_FAULT, stream->name, NULL, &err);
    free_wanted(&wanted);
}

void doctor_check_tables(struct doctor *doctor) {
    each_stream(doctor, "glue", look_at_table);
}
