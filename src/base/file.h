/* Files and folders, with errors that name the path. Interrupted calls are taken up again. */
#ifndef FIAT_BASE_FILE_H
#define FIAT_BASE_FILE_H

#include "base/buf.h"

/* Append a whole file to `out`. FIAT_E_NOT_FOUND, FIAT_E_IO, FIAT_E_LIMIT (over out->max). */
fiat_status fiat__file_read(const char *path, fiat__buf *out, fiat_error *err);

/* Write all of `data` to an open descriptor. */
fiat_status fiat__file_write_fd(int fd, const char *path, fiat__str data, fiat_error *err);

/* Replace or make a file so that a reader sees the old or the new contents, never a part: written
 * beside it under a name that starts with '.', then renamed. `sync`: it survives a power cut when
 * the call returns (fsync of file and folder). */
fiat_status fiat__file_replace(const char *path, fiat__str data, bool sync, fiat_error *err);

/* The same for a file that its owner alone may read, without sync. */
fiat_status fiat__file_replace_private(const char *path, fiat__str data, fiat_error *err);

/* Change what a file holds, or make it: as fiat__file_replace() with sync, but a symbolic link is
 * followed and stays, and the file keeps its mode and, where that is allowed, its owner. FIAT_E_IO
 * also for what is no plain file. */
fiat_status fiat__file_rewrite(const char *path, fiat__str data, fiat_error *err);

/* mkdir -p. */
fiat_status fiat__dir_make(const char *path, fiat_error *err);

/* fsync a folder, which makes names made or removed in it durable. */
fiat_status fiat__dir_sync(const char *path, fiat_error *err);
/* The same for the folder that a file is in. */
fiat_status fiat__dir_sync_of(const char *file, fiat_error *err);

/* Names in a folder except "." and "..", sorted by bytes. Caller frees with fiat__dir_free_list().
 */
fiat_status fiat__dir_list(const char *path, char ***names, size_t *count, fiat_error *err);
void fiat__dir_free_list(char **names, size_t count);

/* "a/b" of "a" and "b"; heap, NULL when out of memory. Caller frees with fiat__free(). */
char *fiat__path_join(const char *dir, const char *name);

bool fiat__path_is_dir(const char *path);
bool fiat__path_exists(const char *path);

#endif
