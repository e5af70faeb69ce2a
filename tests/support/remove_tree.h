/* Removing a folder of a test that links the public library alone; others have tmpdir.h. */
#ifndef FIAT_TESTS_REMOVE_TREE_H
#define FIAT_TESTS_REMOVE_TREE_H

#include <spawn.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/wait.h>

extern char **environ;

/* false: it could not be removed whole. */
static inline bool remove_tree(char *path) {
    char rm[] = "rm", option[] = "-rf", end[] = "--";
    char *argv[] = {rm, option, end, path, NULL};
    pid_t pid;
    int ended = 0;
    return posix_spawnp(&pid, rm, NULL, NULL, argv, environ) == 0 &&
           waitpid(pid, &ended, 0) == pid && ended == 0;
}

#endif
