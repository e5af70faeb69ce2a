/* Of the project: its settings, and the files of its streams. */
#include "base/error.h"
#include "base/file.h"
#include "doctor.h"
#include "logger/config_line.h"
#include "stream_check.h"

#include <stdio.h>
#include <string.h>

/* --- settings --- */

/* A fault of the line, in *err. */
static bool is_faulty(fiat__str line, fiat_error *err) {
    char name[128];
    fiat__buf value;
    fiat__str key, text;
    switch (fiat__config_line_read(line, &key, &text)) {
    case FIAT__CONFIG_LINE_EMPTY:
        return false;
    case FIAT__CONFIG_LINE_FAULT:
        fiat__err_set(err, FIAT_E_CONFIG, "\"%.*s\" is not of the form name = value",
                      key.len < 80 ? (int)key.len : 80, key.ptr);
        return true;
    default:
        break;
    }
    fiat__err_copy(name, sizeof name, key.ptr, key.len);
    fiat__buf_init(&value, PROJECT_FILE_MAX_BYTES);
    fiat__buf_append(&value, text.ptr, text.len);
    bool faulty = fiat_config_check(name, fiat__buf_cstr(&value), err) != FIAT_OK;
    fiat__buf_deinit(&value);
    return faulty;
}

/* All that is wrong with the file; reading it for use ends with the first. */
static size_t find_lines(struct doctor *doctor, const char *path) {
    fiat__buf text;
    fiat_error err = FIAT_ERROR_INIT;
    size_t faults = 0, number = 0;
    fiat__buf_init(&text, PROJECT_FILE_MAX_BYTES);
    if (fiat__file_read(path, &text, &err) != FIAT_OK) {
        doctor_say_error(doctor, DOCTOR_FAULT, "", NULL, &err);
        faults++;
    }
    fiat__str rest = fiat__buf_str(&text);
    while (rest.len) {
        char place[300];
        fiat__str line = fiat__config_line_next(&rest);
        number++;
        if (!is_faulty(line, &err)) continue;
        snprintf(place, sizeof place, "%s line %zu", path, number);
        doctor_say_error(doctor, DOCTOR_FAULT, place,
                         "`fiat config list --all` lists what there is", &err);
        faults++;
    }
    fiat__buf_deinit(&text);
    return faults;
}

/* What is left without the file of the working folder, so that later checks have something to go
 * by. */
static void go_without(struct doctor *doctor) {
    if (fiat_config_new(&doctor->config, NULL) != FIAT_OK) return;
    if (doctor->schemas &&
        fiat_config_set(doctor->config, "schemas.dir", doctor->schemas, NULL) != FIAT_OK)
        return;
    doctor_say(doctor, DOCTOR_WARNING, "", NULL,
               "what follows goes by defaults and the environment");
}

static void name_streams(struct doctor *doctor) {
    fiat_error err = FIAT_ERROR_INIT;
    doctor->schemas_dir = project_schemas_dir(doctor->config);
    if (doctor->stream_count || !doctor->schemas_dir || !fiat__path_is_dir(doctor->schemas_dir))
        return;
    if (project_streams(doctor->schemas_dir, false, &doctor->streams, &doctor->stream_count,
                        &err) != FIAT_OK)
        doctor_say_error(doctor, DOCTOR_FAULT, doctor->schemas_dir, NULL, &err);
}

void doctor_check_settings(struct doctor *doctor) {
    bool named;
    fiat_error err = FIAT_ERROR_INIT;
    char path[256];
    snprintf(path, sizeof path, "%s", project_config_path(&named));
    const bool there = fiat__path_exists(path);
    if (project_config(&doctor->config, doctor->schemas, &err) == FIAT_OK) {
        doctor_say(doctor, DOCTOR_OK, there ? path : "", NULL, "%s",
                   !there  ? "there is no fiat.conf here: defaults and the environment count"
                   : named ? "read; FIAT_CONFIG names it"
                           : "read");
    } else {
        if ((!named && !there) || find_lines(doctor, path) == 0)
            doctor_say_error(doctor, DOCTOR_FAULT, "", NULL, &err);
        go_without(doctor);
    }
    if (doctor->config) name_streams(doctor);
}

/* --- files of streams --- */

struct finding {
    struct doctor *doctor;
    const char *stream;
    size_t count;
};

static void find(const stream_check_finding *finding, void *user) {
    struct finding *all = user;
    char subject[300];
    snprintf(subject, sizeof subject, "%s/%s", all->stream, finding->file);
    all->count++;
    doctor_say(all->doctor, finding->fault ? DOCTOR_FAULT : DOCTOR_WARNING, subject, NULL,
               "%s%s%s%s", finding->column ? "column \"" : "",
               finding->column ? finding->column : "", finding->column ? "\": " : "",
               finding->message);
}

static void check_stream(struct doctor *doctor, const char *name) {
    project_stream stream;
    fiat_error err = FIAT_ERROR_INIT;
    struct finding all = {doctor, name, 0};
    if (project_stream_read(&stream, doctor->schemas_dir, name, &err) != FIAT_OK) {
        doctor_say_error(doctor, DOCTOR_FAULT, name, "make one with `fiat init`", &err);
        return;
    }
    (void)stream_check(doctor->config, &stream, find, &all);
    if (!all.count) doctor_say(doctor, DOCTOR_OK, name, NULL, "its files are right, and agree");
    project_stream_free(&stream);
}

void doctor_check_schemas(struct doctor *doctor) {
    if (!doctor_has_settings(doctor)) return;
    if (doctor->schemas_dir && !fiat__path_is_dir(doctor->schemas_dir))
        doctor_say(doctor, DOCTOR_FAULT, doctor->schemas_dir, "make it, or set schemas.dir",
                   "there is no such folder");
    else if (!doctor->schemas_dir)
        doctor_say(doctor, DOCTOR_WARNING, "",
                   "make one with `fiat init`, or name it with --schemas DIR",
                   "there is no folder \"schemas\" here");
    else if (!doctor->stream_count)
        doctor_say(doctor, DOCTOR_WARNING, doctor->schemas_dir,
                   "a stream is a folder with a json_schema.json: make one with `fiat init`",
                   "it has no stream");
    for (size_t i = 0; i < doctor->stream_count; i++)
        check_stream(doctor, doctor->streams[i]);
}
