/* dlclose() of libfiat while its logger is open and a thread has logged: the library stays, because
 * its sender thread, and a destructor for each thread that logged, still run in it.
 *
 * usage: lifecycle_unload [LIBRARY]     else that of the build folder */
#include <fiat/fiat.h>

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static fiat_logger *(*s_configure)(const char *sink, fiat_error *err, ...);
static fiat_status (*s_log)(fiat_logger *logger, const char *stream, fiat_event event,
                            fiat_error *err);
static fiat_logger *s_logger;
static void *s_library;

/* POSIX: the pointer of a function may be read through one to void. */
static bool find(const char *name, void *function) {
    void *found = dlsym(s_library, name);
    memcpy(function, &found, sizeof found);
    return found != NULL;
}

/* Its destructor runs when it ends, after the dlclose(). */
static void *log_and_unload(void *arg) {
    const char text[] = "{\"task\":\"unload\"}";
    fiat_error err = FIAT_ERROR_INIT;
    fiat_status status = s_log(s_logger, "Audit", FIAT_JSON(text, sizeof text - 1), &err);
    if (status != FIAT_OK || dlclose(s_library) != 0) {
        fprintf(stderr, "lifecycle_unload: %s\n", err.message);
        return NULL;
    }
    return arg;
}

int main(int argc, char **argv) {
    const char *build = getenv("top_builddir");
    char path[500];
    fiat_error err = FIAT_ERROR_INIT;
    pthread_t thread;
    void *done = NULL;
    snprintf(path, sizeof path, "%s/.libs/libfiat.so", build ? build : ".");
    s_library = dlopen(argc > 1 ? argv[1] : path, RTLD_NOW);
    if (!s_library || !find("fiat_configure", &s_configure) || !find("validated_log", &s_log)) {
        fprintf(stderr, "lifecycle_unload: %s\n", dlerror());
        return 1;
    }
    s_logger = s_configure("stdout", &err, "linger.ms", "1", NULL);
    if (!s_logger) {
        fprintf(stderr, "lifecycle_unload: %s\n", err.message);
        return 1;
    }
    if (pthread_create(&thread, NULL, log_and_unload, &err) != 0 ||
        pthread_join(thread, &done) != 0 || !done)
        return 1;
    usleep(100000); /* the sender writes meanwhile */
    return 0;
}
