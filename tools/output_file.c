#include "output_file.h"

#include "base/buf.h"
#include "base/error.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/random.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void forget(struct output_file *out) {
    fiat__free(out->path);
    fiat__free(out->temporary);
    *out = (struct output_file){0};
}

/* What links lead to, when it is there. */
static char *real_path(const char *path) {
    char real[PATH_MAX];
    return fiat__strdup(realpath(path, real) ? real : path);
}

/* A name beside the path that starts with '.'. */
static char *name_beside(const char *path) {
    const char *slash = strrchr(path, '/');
    fiat__buf name;
    fiat__buf_init(&name, PATH_MAX);
    if (slash) fiat__buf_append(&name, path, (size_t)(slash - path) + 1);
    fiat__buf_printf(&name, ".%016llx.tmp", (unsigned long long)fiat__random_u64());
    char *copy = name.failed ? NULL : fiat__strdup(fiat__buf_cstr(&name));
    fiat__buf_deinit(&name);
    return copy;
}

fiat_status output_file_open(struct output_file *out, const char *path, fiat_error *err) {
    struct stat st;
    int flags = O_WRONLY | O_CLOEXEC;
    *out = (struct output_file){.file = stdout};
    if (!path || strcmp(path, "-") == 0) return FIAT_OK;
    if (fiat__path_is_dir(path))
        return fiat__err_set(err, FIAT_E_IO, "cannot write %s: it is a folder", path);
    bool in_place = stat(path, &st) == 0 && !S_ISREG(st.st_mode);
    out->path = real_path(path);
    if (out->path && !in_place) out->temporary = name_beside(out->path);
    fiat_status status = FIAT_OK;
    if (!out->path || (!in_place && !out->temporary)) {
        status = fiat__err_nomem(err);
    } else {
        if (!in_place) flags |= O_CREAT | O_EXCL;
        int fd = open(in_place ? out->path : out->temporary, flags, 0666);
        out->file = fd < 0 ? NULL : fdopen(fd, "w");
        if (!out->file) status = fiat__err_sys(err, errno, "cannot write %s", path);
        if (!out->file && fd >= 0) close(fd);
    }
    if (status != FIAT_OK) forget(out);
    return status;
}

fiat_status output_file_close(struct output_file *out, bool keep, fiat_error *err) {
    fiat_status status = FIAT_OK;
    if (!out->path) return FIAT_OK;
    bool written = fflush(out->file) == 0 && !ferror(out->file) &&
                   (!out->temporary || !keep || fsync(fileno(out->file)) == 0);
    int why = errno;
    if (fclose(out->file) != 0 && written) {
        written = false;
        why = errno;
    }
    if (keep && written && out->temporary && rename(out->temporary, out->path) != 0) {
        written = false;
        why = errno;
    }
    if (keep && !written) status = fiat__err_sys(err, why, "cannot write %s", out->path);
    if (out->temporary && (!keep || !written)) unlink(out->temporary);
    forget(out);
    return status;
}
