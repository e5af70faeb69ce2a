#include "schema_child.h"

#include "base/mem.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/* Longest wait for a line. */
#define PATIENCE_MS 60000

/* A whole line is written at once, so that waiting for its start is enough. */
static bool read_line(struct bench_child *child, char *line, size_t room) {
    struct pollfd fd = {.fd = fileno(child->from), .events = POLLIN};
    if (poll(&fd, 1, PATIENCE_MS) > 0) return fgets(line, (int)room, child->from) != NULL;
    kill(-child->pid, SIGKILL);
    return false;
}

static bool give_up(struct bench_child *child, const char *reason) {
    snprintf(child->reason, sizeof child->reason, "%s", reason);
    child->reason[strcspn(child->reason, "\n")] = '\0';
    bench_child_end(child);
    return false;
}

/* A pipe whose ends no other child gets. */
static bool open_pipe(int ends[2]) {
    if (pipe(ends) != 0) return false;
    return fcntl(ends[0], F_SETFD, FD_CLOEXEC) == 0 && fcntl(ends[1], F_SETFD, FD_CLOEXEC) == 0;
}

/* Run argv with its stdin and stdout at our ends of two pipes. */
static bool spawn(struct bench_child *child, const char *const argv[]) {
    int to[2], from[2];
    if (!open_pipe(to) || !open_pipe(from)) return false;
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, to[0], 0);
    posix_spawn_file_actions_adddup2(&actions, from[1], 1);
    /* A process group of its own, so that whatever it starts can be ended with it. */
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
    int failed =
        posix_spawnp(&child->pid, argv[0], &actions, &attributes, (char *const *)argv, environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    close(to[0]);
    close(from[1]);
    child->to = fdopen(to[1], "w");
    child->from = fdopen(from[0], "r");
    if (failed) child->pid = 0;
    return !failed && child->to && child->from;
}

/* The first line: "ready NS VERDICTS". */
static bool read_ready(struct bench_child *child, size_t count) {
    size_t room = count + 512;
    char *line = fiat__malloc(room);
    if (!line || !read_line(child, line, room)) {
        fiat__free(line);
        return give_up(child, "it ended without a word, or took longer than a minute to begin");
    }
    char *at = line;
    bool ready = strncmp(line, "ready ", 6) == 0;
    if (ready) {
        child->compile_ns = strtod(line + 6, &at);
        at += *at == ' ';
        ready = strspn(at, "01") == count;
    }
    if (ready) {
        memmove(line, at, count);
        child->verdicts = line;
        return true;
    }
    give_up(child, strncmp(line, "cannot ", 7) == 0 ? line + 7 : "it spoke out of turn");
    fiat__free(line);
    return false;
}

bool bench_child_start(struct bench_child *child, const char *const argv[], size_t count) {
    *child = (struct bench_child){0};
    signal(SIGPIPE, SIG_IGN);
    if (!spawn(child, argv)) return give_up(child, "it cannot be started");
    return read_ready(child, count);
}

bool bench_child_turn(struct bench_child *child, double *total_ns, double *validate_ns) {
    char line[128];
    if (!child->pid) return false;
    fputs("turn\n", child->to);
    if (fflush(child->to) != 0 || !read_line(child, line, sizeof line))
        return give_up(child, "it ended early, or took longer than a minute for a turn");
    char *at;
    *total_ns = strtod(line, &at);
    *validate_ns = strtod(at, NULL);
    return true;
}

void bench_child_end(struct bench_child *child) {
    if (child->to) fclose(child->to);
    if (child->from) fclose(child->from);
    if (child->pid) waitpid(child->pid, NULL, 0);
    fiat__free(child->verdicts);
    child->verdicts = NULL;
    child->to = child->from = NULL;
    child->pid = 0;
}
