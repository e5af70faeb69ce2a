/* Of the spool: its folder, what waits in it, and the room that is left. */
#include "base/file.h"
#include "doctor.h"
#include "producer/spool.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define MIB (1024.0 * 1024.0)

struct contents {
    uint64_t bytes, unsettled, damaged_bytes, quarantined, unreadable;
};

static fiat_status add_file(const fiat__spool_file *file, void *ctx, fiat_error *err) {
    struct contents *all = ctx;
    (void)err;
    all->bytes += file->bytes;
    all->unsettled += file->unsettled;
    all->damaged_bytes += file->damaged_bytes;
    all->quarantined += file->quarantined;
    all->unreadable += file->error != 0;
    return FIAT_OK;
}

static void say_waiting(struct doctor *doctor, const char *dir, const struct contents *all,
                        long holder) {
    if (holder)
        doctor_say(doctor, DOCTOR_OK, dir, NULL,
                   "in use by process %ld; events not acknowledged: %" PRIu64, holder,
                   all->unsettled);
    else if (all->unsettled)
        doctor_say(doctor, DOCTOR_WARNING, dir,
                   "start the program that logs, or send them with `fiat spool replay`",
                   "no process uses it, and events wait: %" PRIu64, all->unsettled);
    else
        doctor_say(doctor, DOCTOR_OK, dir, NULL, "writable; no event waits");
}

static void say_damage(struct doctor *doctor, const char *dir, const struct contents *all) {
    if (all->unreadable)
        doctor_say(doctor, DOCTOR_FAULT, dir,
                   "look at the disk; `fiat spool list` names them, `fiat spool export` saves what "
                   "can be read",
                   "files that cannot be read: %" PRIu64, all->unreadable);
    if (all->quarantined)
        doctor_say(doctor, DOCTOR_WARNING, dir,
                   "`fiat spool export` writes what is left of their events; then remove "
                   "quarantine/",
                   "files in quarantine: %" PRIu64, all->quarantined);
    if (all->damaged_bytes)
        doctor_say(doctor, DOCTOR_WARNING, dir,
                   "look at the disk; the events around them are sent all the same",
                   "damaged bytes: %" PRIu64, all->damaged_bytes);
}

static void say_size(struct doctor *doctor, const char *dir, uint64_t bytes, uint64_t max) {
    const char *remedy = "find out why events do not leave, or raise "
                         "spool.max.bytes";
    const double percent = 100.0 * (double)bytes / (double)max;
    if (percent >= 80)
        doctor_say(doctor, percent >= 99 ? DOCTOR_FAULT : DOCTOR_WARNING, dir, remedy,
                   "%.0f%% full: %.1f of %.1f MiB", percent, (double)bytes / MIB,
                   (double)max / MIB);
}

/* The disk of the folder, or of the one that it will be made in. */
static void say_disk(struct doctor *doctor, const char *dir, const char *on, uint64_t bytes,
                     uint64_t max) {
    struct statvfs disk;
    if (statvfs(on, &disk) != 0) return;
    const uint64_t left = (uint64_t)disk.f_bavail * disk.f_frsize;
    const uint64_t wanted = max > bytes ? max - bytes : 0;
    if (left < wanted)
        doctor_say(doctor, DOCTOR_WARNING, dir, "make room, or lower spool.max.bytes",
                   "the disk has %.1f MiB left, and the spool may grow by %.1f MiB",
                   (double)left / MIB, (double)wanted / MIB);
    else
        doctor_say(doctor, DOCTOR_OK, dir, NULL, "the disk has room for the whole spool");
}

/* No spool so far. */
static void say_unused(struct doctor *doctor, const char *dir) {
    char **names = NULL;
    size_t count = 0;
    if (fiat__dir_list(dir, &names, &count, NULL) == FIAT_OK && count)
        doctor_say(doctor, DOCTOR_WARNING, dir, "set spool.dir to a folder of its own",
                   "it is no spool, and holds other files");
    else
        doctor_say(doctor, DOCTOR_OK, dir, NULL, "writable; no logger has used it yet");
    fiat__dir_free_list(names, count);
}

static void look_inside(struct doctor *doctor, const char *dir, uint64_t max) {
    struct contents all = {0};
    const fiat__spool_visitor visitor = {.file = add_file, .ctx = &all};
    fiat_error err = FIAT_ERROR_INIT;
    long holder = 0;
    fiat_status status = fiat__spool_inspect(dir, &visitor, &holder, &err);
    if (status == FIAT_E_ARG) {
        say_unused(doctor, dir);
    } else if (status != FIAT_OK) {
        doctor_say_error(doctor, DOCTOR_FAULT, dir, NULL, &err);
        return;
    }
    if (status == FIAT_OK) say_waiting(doctor, dir, &all, holder);
    say_damage(doctor, dir, &all);
    say_size(doctor, dir, all.bytes, max);
    say_disk(doctor, dir, dir, all.bytes, max);
}

/* It is made when a logger opens it: where? */
static void look_above(struct doctor *doctor, const char *dir, uint64_t max) {
    char above[4096];
    snprintf(above, sizeof above, "%s", dir);
    while (!fiat__path_exists(above)) {
        char *slash = strrchr(above, '/');
        if (!slash || slash == above) {
            snprintf(above, sizeof above, "%s", slash ? "/" : ".");
            break;
        }
        *slash = '\0';
    }
    if (!fiat__path_is_dir(above) || access(above, W_OK | X_OK) != 0) {
        doctor_say(doctor, DOCTOR_FAULT, dir, "make it, for the user that logs, or set spool.dir",
                   "it is not there, and cannot be made in %s", above);
        return;
    }
    doctor_say(doctor, DOCTOR_OK, dir, NULL, "it is not there: the logger will make it");
    say_disk(doctor, dir, above, 0, max);
}

void doctor_check_spool(struct doctor *doctor) {
    const char *kind = doctor_setting(doctor, "spool"), *dir = doctor_setting(doctor, "spool.dir");
    const uint64_t max = strtoull(doctor_setting(doctor, "spool.max.bytes"), NULL, 10);
    if (!doctor_has_settings(doctor)) return;
    if (strcmp(kind, "off") == 0)
        doctor_say(doctor, DOCTOR_OK, "", NULL,
                   "off: events are in memory alone until they are acknowledged");
    else if (!*dir)
        doctor_say(doctor, DOCTOR_FAULT, "", "set spool.dir, or spool=off",
                   "spool is %s, and spool.dir is not set", kind);
    else if (!fiat__path_exists(dir))
        look_above(doctor, dir, max);
    else if (!fiat__path_is_dir(dir))
        doctor_say(doctor, DOCTOR_FAULT, dir, "set spool.dir to a folder", "it is no folder");
    else if (access(dir, R_OK | W_OK | X_OK) != 0)
        doctor_say(doctor, DOCTOR_FAULT, dir, "give it to the user that logs, or set spool.dir",
                   "this user may not write there");
    else
        look_inside(doctor, dir, max);
}
