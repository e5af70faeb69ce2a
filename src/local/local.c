/* The engine as a whole: the lock on the data folder, the streams, the server, the delivery thread.
 * The handle belongs to one thread. */
#include "local/local.h"
#include "base/error.h"
#include "base/file.h"
#include "base/mem.h"
#include "local/athena.h"
#include "local/firehose.h"
#include "local/http.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <unistd.h>

struct fiat__local {
    fiat__local_opts opts; /* with strings of its own */
    char *data_dir, *bind, *access_key_id, *secret_access_key;
    int lock_fd;
    bool opened, delivering;
    fiat__registry registry;
    pthread_t delivery;
    fiat__athena *athena;
    fiat__http_service services[3];
    fiat__http *http;
};

void fiat__local_opts_init(fiat__local_opts *opts) {
    *opts = (fiat__local_opts){.verify = true,
                               .access_key_id = "local",
                               .secret_access_key = "local",
                               .interval_ms = -1,
                               .size_bytes = -1};
}

/* --- the lock --------------------------------------------------------------------------------- */

static fiat_status held_by_another(const char *dir, int fd, fiat_error *err) {
    char pid[32] = "";
    const ssize_t got = pread(fd, pid, sizeof pid - 1, 0);
    if (got > 0) pid[strspn(pid, "0123456789")] = '\0';
    return fiat__err_set(err, FIAT_E_IO,
                         "data folder %s is in use by process %s; stop it or take another folder",
                         dir, *pid ? pid : "(unknown)");
}

/* flock() goes with the process, however it ends. */
static fiat_status take_lock(fiat__local *engine, fiat_error *err) {
    char *dir = fiat__path_join(engine->data_dir, ".fiat");
    char *path = dir ? fiat__path_join(dir, "lock") : NULL;
    char pid[32];
    const int pid_len = snprintf(pid, sizeof pid, "%ld\n", (long)getpid());
    fiat_status status = path ? fiat__dir_make(dir, err) : fiat__err_nomem(err);
    if (status == FIAT_OK) {
        engine->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
        if (engine->lock_fd < 0)
            status = fiat__err_sys(err, errno, "cannot open %s", path);
        else if (flock(engine->lock_fd, LOCK_EX | LOCK_NB) != 0)
            status = errno == EWOULDBLOCK ? held_by_another(engine->data_dir, engine->lock_fd, err)
                                          : fiat__err_sys(err, errno, "cannot lock %s", path);
        else if (ftruncate(engine->lock_fd, 0) != 0 ||
                 pwrite(engine->lock_fd, pid, (size_t)pid_len, 0) != pid_len)
            status = fiat__err_sys(err, errno, "cannot write %s", path);
    }
    fiat__free(path);
    fiat__free(dir);
    return status;
}

/* --- start and stop --------------------------------------------------------------------------- */

static void call_firehose(void *ctx, fiat__str operation, fiat__str body, const char *region,
                          fiat__reply *reply) {
    fiat__firehose_call(ctx, operation, body, region, reply);
}

static void call_athena(void *ctx, fiat__str operation, fiat__str body, const char *region,
                        fiat__reply *reply) {
    (void)region;
    fiat__athena_call(*(fiat__athena **)ctx, operation, body, reply);
}

static fiat_status copy_opts(fiat__local *engine, const fiat__local_opts *opts, fiat_error *err) {
    engine->opts = *opts;
    if (!opts->data_dir || !*opts->data_dir)
        return fiat__err_set(err, FIAT_E_ARG, "data folder: none named; use --data DIR");
    engine->data_dir = fiat__strdup(opts->data_dir);
    engine->bind = fiat__strdup(opts->bind ? opts->bind : "127.0.0.1");
    engine->access_key_id = fiat__strdup(opts->access_key_id ? opts->access_key_id : "");
    engine->secret_access_key =
        fiat__strdup(opts->secret_access_key ? opts->secret_access_key : "");
    if (!engine->data_dir || !engine->bind || !engine->access_key_id || !engine->secret_access_key)
        return fiat__err_nomem(err);
    if (opts->verify && (!*engine->access_key_id || !*engine->secret_access_key))
        return fiat__err_set(err, FIAT_E_ARG,
                             "no key to check signatures against; give both parts of one, or turn "
                             "the check off");
    engine->opts.data_dir = engine->data_dir;
    engine->opts.bind = engine->bind;
    engine->opts.access_key_id = engine->access_key_id;
    engine->opts.secret_access_key = engine->secret_access_key;
    return FIAT_OK;
}

/* Stop the delivery thread; false when it left something undelivered. */
static bool stop_delivery(fiat__local *engine, bool abandon) {
    void *left = NULL;
    fiat__mutex_lock(&engine->registry.lock);
    engine->registry.stopping = true;
    engine->registry.abandoned = abandon;
    fiat__cond_signal(&engine->registry.wake);
    fiat__mutex_unlock(&engine->registry.lock);
    pthread_join(engine->delivery, &left);
    engine->delivering = false;
    return left == NULL;
}

static bool shut_down(fiat__local *engine, bool abandon) {
    bool done = true;
    fiat__http_stop(engine->http);
    fiat__athena_close(engine->athena);
    if (engine->delivering) done = stop_delivery(engine, abandon);
    if (engine->opened) fiat__registry_close(&engine->registry);
    if (engine->lock_fd >= 0) close(engine->lock_fd);
    fiat__free(engine->data_dir);
    fiat__free(engine->bind);
    fiat__free(engine->access_key_id);
    fiat__free(engine->secret_access_key);
    fiat__free(engine);
    return done;
}

fiat_status fiat__local_start(fiat__local **out, const fiat__local_opts *opts, fiat_error *err) {
    fiat__local *engine = fiat__calloc(1, sizeof *engine);
    if (!engine) return fiat__err_nomem(err);
    engine->lock_fd = -1;
    engine->services[0] =
        (fiat__http_service){FIAT__FIREHOSE_TARGET, "firehose", call_firehose, &engine->registry};
    engine->services[1] =
        (fiat__http_service){FIAT__ATHENA_TARGET, "athena", call_athena, &engine->athena};
    fiat_status status = copy_opts(engine, opts, err);
    if (status == FIAT_OK) status = take_lock(engine, err);
    if (status == FIAT_OK) {
        status = fiat__registry_open(&engine->registry, &engine->opts, err);
        engine->opened = status == FIAT_OK;
    }
    if (status == FIAT_OK) {
        status = fiat__thread_start(&engine->delivery, "fiat-delivery", fiat__delivery_run,
                                    &engine->registry, err);
        engine->delivering = status == FIAT_OK;
    }
    if (status == FIAT_OK) status = fiat__athena_open(&engine->athena, &engine->opts, err);
    if (status == FIAT_OK)
        status = fiat__http_start(&engine->http, &engine->opts, engine->services, err);
    if (status == FIAT_OK)
        *out = engine;
    else
        shut_down(engine, true);
    return status;
}

uint16_t fiat__local_port(const fiat__local *engine) {
    return fiat__http_port(engine->http);
}

fiat_status fiat__local_stop(fiat__local *engine, fiat_error *err) {
    if (shut_down(engine, false)) return FIAT_OK;
    return fiat__err_set(err, FIAT_E_IO,
                         "not everything could be delivered (see above); it is kept and delivered "
                         "after the next start");
}

void fiat__local_abandon(fiat__local *engine) {
    shut_down(engine, true);
}
