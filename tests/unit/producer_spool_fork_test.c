/* Who owns the folder that the child of a fork makes for its spool, when the parent is gone and
 * another process opens the spool above at any moment: between any two steps of the child's. The
 * system's calls for these steps are passed through here, where the other process comes in. */
#define _GNU_SOURCE /* RTLD_NEXT, F_OFD_SETLK */
#include "spool_fake.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <sys/wait.h>

typedef enum step { AFTER_MKDIR, BEFORE_LOCK, WHILE_LOCKING, STEPS } step;

static char *s_dir;
static fiat__spool_opts s_opts;
static step s_step;
static int s_visits_left; /* of the other process, each at the next such step */

/* The other process: takes over what it finds, and ends. Its locks are those of its open files, so
 * that it may be played in the child. */
static void visit(step now) {
    fiat__spool *other;
    if (now != s_step || s_visits_left == 0) return;
    s_visits_left--;
    const int left = s_visits_left;
    s_visits_left = 0; /* none within */
    if (fiat__spool_open(&other, &s_opts, NULL) != FIAT_OK) _exit(3);
    fiat__spool_close(other);
    s_visits_left = left;
}

/* POSIX: the pointer of a function may be read through one to void. */
static void find(const char *name, void *function) {
    void *found = dlsym(RTLD_NEXT, name);
    memcpy(function, &found, sizeof found);
}

int mkdir(const char *path, mode_t mode) {
    int (*next)(const char *, mode_t);
    find("mkdir", &next);
    int result = next(path, mode);
    if (result == 0) visit(AFTER_MKDIR);
    return result;
}

int fcntl(int fd, int command, ...) {
    int (*next)(int, int, ...);
    va_list args;
    find("fcntl", &next);
    va_start(args, command);
    void *arg = va_arg(args, void *); /* none of ours is wider */
    va_end(args);
    if (command != F_OFD_SETLK) return next(fd, command, arg);
    visit(BEFORE_LOCK);
    struct stat file;
    if (s_step == WHILE_LOCKING && s_visits_left > 0 && fstat(fd, &file) == 0) {
        s_visits_left--; /* the other holds it, and is about to remove it */
        errno = EAGAIN;
        return -1;
    }
    return next(fd, command, arg);
}

static void set_up(void) {
    s_dir = tmpdir_make();
    s_opts = spool_opts(s_dir, false);
    disk_heal();
}

static void tear_down(void) {
    tmpdir_remove(s_dir);
}

/* Three times it comes in between; then the child has a folder, and nobody else takes it. */
static int log_in_child(fiat__spool *spool) {
    s_visits_left = 3;
    fiat__spool_forked(spool);
    if (fiat__spool_reopen(spool, NULL) != FIAT_OK) return 1;
    if (s_visits_left != 0) return 2;
    s_step = AFTER_MKDIR;
    s_visits_left = 1;
    visit(AFTER_MKDIR);
    for (int i = 0; i < 10; i++)
        if (spool_put(spool, "child", NULL, NULL) != FIAT_OK) return 4;
    fiat__spool_close(spool);
    return 0;
}

START_TEST(child_keeps_the_folder_that_it_made) {
    s_step = (step)_i;
    fiat__spool *spool = spool_open(&s_opts);
    int go[2], status = -1;
    ck_assert_int_eq(pipe(go), 0);
    pid_t child = fork();
    if (child == 0) {
        char byte;
        close(go[1]);
        if (read(go[0], &byte, 1) < 0) _exit(5);
        _exit(log_in_child(spool));
    }
    fiat__spool_close(spool); /* the parent is gone */
    close(go[1]);
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
    close(go[0]);
    spool = spool_open(&s_opts);
    ck_assert_uint_eq(spool_stats(spool).recovered, 10);
    for (int i = 0; i < 10; i++)
        spool_expect(spool, "child", true);
    spool_expect_none(spool);
    fiat__spool_close(spool);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("producer_spool_fork");
    TCase *tcase = tcase_create("fork");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_loop_test(tcase, child_keeps_the_folder_that_it_made, 0, STEPS);
    suite_add_tcase(suite, tcase);
    return fiat_test_run(suite);
}
