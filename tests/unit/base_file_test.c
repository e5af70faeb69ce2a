#include "base/file.h"
#include "base/mem.h"
#include "support/chaos.h"
#include "support/test.h"
#include "support/tmpdir.h"

#include <fcntl.h>
#include <sys/stat.h>

static char *s_dir;
static fiat__buf s_buf;

static void setup(void) {
    s_dir = tmpdir_make();
    fiat__buf_init(&s_buf, 1 << 20);
}

static void teardown(void) {
    fiat__buf_deinit(&s_buf);
    tmpdir_remove(s_dir);
}

/* "DIR/name"; valid until the fourth call from here. */
static const char *in_dir(const char *name) {
    static char paths[4][1024];
    static unsigned next;
    char *path = paths[next++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", s_dir, name);
    return path;
}

static void put(const char *name, const char *text) {
    fiat_error err;
    ck_assert_fiat_ok(fiat__file_replace(in_dir(name), fiat__str_c(text), false, &err), err);
}

START_TEST(read_reports_what_is_wrong) {
    fiat_error err;
    fiat__buf small;
    ck_assert_fiat_status(fiat__file_read(in_dir("none"), &s_buf, &err), FIAT_E_NOT_FOUND);
    ck_assert(strstr(err.message, "/none: No such file"));
    ck_assert_fiat_status(fiat__file_read(s_dir, &s_buf, &err), FIAT_E_IO);
    put("five", "12345");
    fiat__buf_init(&small, 4);
    ck_assert_fiat_status(fiat__file_read(in_dir("five"), &small, &err), FIAT_E_LIMIT);
    ck_assert(strstr(err.message, "/five is larger than 4 bytes"));
    fiat__buf_deinit(&small);
    fiat__buf_init(&small, 5);
    ck_assert_fiat_ok(fiat__file_read(in_dir("five"), &small, &err), err);
    ck_assert_str_eq(fiat__buf_cstr(&small), "12345");
    fiat__buf_deinit(&small);
}
END_TEST

START_TEST(read_appends_and_takes_files_of_any_size) {
    static char big[200000];
    fiat_error err;
    memset(big, 'b', sizeof big - 1);
    put("big", big);
    put("empty", "");
    fiat__buf_append_c(&s_buf, "a");
    ck_assert_fiat_ok(fiat__file_read(in_dir("empty"), &s_buf, &err), err);
    ck_assert_str_eq(fiat__buf_cstr(&s_buf), "a");
    ck_assert_fiat_ok(fiat__file_read(in_dir("big"), &s_buf, &err), err);
    ck_assert_uint_eq(s_buf.len, sizeof big);
    ck_assert_str_eq(s_buf.ptr + 1, big);
}
END_TEST

static size_t count_names(void) {
    char **names;
    size_t count;
    fiat_error err;
    ck_assert_fiat_ok(fiat__dir_list(s_dir, &names, &count, &err), err);
    fiat__dir_free_list(names, count);
    return count;
}

START_TEST(replace_fails_without_a_trace) {
    fiat_error err;
    fiat__str data = fiat__str_c("new");
    ck_assert_fiat_status(fiat__file_replace(in_dir("no/such"), data, true, &err),
                          FIAT_E_NOT_FOUND);
    ck_assert_fiat_ok(fiat__dir_make(in_dir("folder/full"), &err), err);
    ck_assert_fiat_status(fiat__file_replace(in_dir("folder"), data, false, &err), FIAT_E_IO);
    ck_assert(strstr(err.message, "cannot rename"));
    ck_assert_uint_eq(count_names(), 1);
}
END_TEST

START_TEST(replace_is_seen_whole_by_who_has_the_old_file_open) {
    char old[16] = "";
    fiat_error err;
    put("f", "old text");
    int fd = open(in_dir("f"), O_RDONLY);
    ck_assert_fiat_ok(fiat__file_replace(in_dir("f"), fiat__str_c("new"), true, &err), err);
    ck_assert_int_eq(read(fd, old, sizeof old - 1), 8);
    ck_assert_str_eq(old, "old text");
    close(fd);
    ck_assert_fiat_ok(fiat__file_read(in_dir("f"), &s_buf, &err), err);
    ck_assert_str_eq(fiat__buf_cstr(&s_buf), "new");
    ck_assert_uint_eq(count_names(), 1);
}
END_TEST

START_TEST(replace_in_the_working_folder) {
    fiat_error err;
    ck_assert_int_eq(chdir(s_dir), 0);
    ck_assert_fiat_ok(fiat__file_replace("plain", fiat__str_c("x"), true, &err), err);
    ck_assert(fiat__path_exists(in_dir("plain")));
    ck_assert_int_eq(chdir("/"), 0);
}
END_TEST

static mode_t mode_of(const char *name) {
    struct stat st;
    ck_assert_int_eq(lstat(in_dir(name), &st), 0);
    return st.st_mode;
}

static void rewrite(const char *name, const char *text) {
    fiat_error err;
    ck_assert_fiat_ok(fiat__file_rewrite(in_dir(name), fiat__str_c(text), &err), err);
    fiat__buf_clear(&s_buf);
    ck_assert_fiat_ok(fiat__file_read(in_dir(name), &s_buf, &err), err);
    ck_assert_str_eq(fiat__buf_cstr(&s_buf), text);
}

START_TEST(rewrite_keeps_mode_and_link) {
    umask(077);
    rewrite("f", "made");
    ck_assert_uint_eq(mode_of("f") & 07777, 0600);
    ck_assert_int_eq(chmod(in_dir("f"), 0664), 0);
    ck_assert_int_eq(symlink("f", in_dir("link")), 0);
    rewrite("link", "changed");
    ck_assert(S_ISLNK(mode_of("link")));
    ck_assert_uint_eq(mode_of("f") & 07777, 0664);
    ck_assert_uint_eq(count_names(), 2);
}
END_TEST

START_TEST(rewrite_keeps_the_owner) {
    struct stat st;
    if (getuid() != 0) return; /* others may not make a file that is not theirs */
    put("f", "theirs");
    ck_assert_int_eq(chown(in_dir("f"), 12345, 54321), 0);
    rewrite("f", "still theirs");
    ck_assert_int_eq(stat(in_dir("f"), &st), 0);
    ck_assert_uint_eq(st.st_uid, 12345);
    ck_assert_uint_eq(st.st_gid, 54321);
}
END_TEST

START_TEST(rewrite_refuses_what_is_no_plain_file) {
    fiat_error err;
    ck_assert_int_eq(mkfifo(in_dir("fifo"), 0600), 0);
    ck_assert_fiat_status(fiat__file_rewrite(in_dir("fifo"), fiat__str_c("x"), &err), FIAT_E_IO);
    ck_assert_msg(strstr(err.message, "/fifo is not a plain file"), "%s", err.message);
    ck_assert(S_ISFIFO(mode_of("fifo")));
    ck_assert_int_eq(symlink("loop", in_dir("loop")), 0);
    ck_assert_fiat_status(fiat__file_rewrite(in_dir("loop"), fiat__str_c("x"), &err), FIAT_E_IO);
    ck_assert_msg(strstr(err.message, "cannot follow"), "%s", err.message);
    ck_assert_fiat_status(fiat__file_rewrite(in_dir("no/such"), fiat__str_c("x"), &err),
                          FIAT_E_NOT_FOUND);
    ck_assert_uint_eq(count_names(), 2);
}
END_TEST

START_TEST(dir_make_makes_parents_and_says_what_is_in_the_way) {
    fiat_error err;
    ck_assert_fiat_ok(fiat__dir_make(in_dir("a//b/c/"), &err), err);
    ck_assert(fiat__path_is_dir(in_dir("a/b/c")));
    ck_assert_fiat_ok(fiat__dir_make(in_dir("a/b/c"), &err), err);
    ck_assert_fiat_ok(fiat__dir_make("/", &err), err);
    put("file", "");
    ck_assert_fiat_status(fiat__dir_make(in_dir("file/x"), &err), FIAT_E_IO);
    ck_assert(strstr(err.message, "/file: File exists"));
    ck_assert_int_eq(symlink("nowhere", in_dir("dangling")), 0);
    ck_assert_fiat_status(fiat__dir_make(in_dir("dangling"), &err), FIAT_E_IO);
    ck_assert(strstr(err.message, "/dangling: File exists"));
}
END_TEST

START_TEST(dir_list_is_sorted_and_whole) {
    fiat_error err;
    char **names, name[16];
    size_t count;
    ck_assert_fiat_status(fiat__dir_list(in_dir("none"), &names, &count, &err), FIAT_E_NOT_FOUND);
    ck_assert_ptr_null(names);
    ck_assert_fiat_ok(fiat__dir_list(s_dir, &names, &count, &err), err);
    ck_assert_uint_eq(count, 0);
    fiat__dir_free_list(names, count);
    for (int i = 39; i >= 0; i--) {
        snprintf(name, sizeof name, i % 2 ? ".h%02d" : "n%02d", i);
        put(name, "");
    }
    ck_assert_fiat_ok(fiat__dir_list(s_dir, &names, &count, &err), err);
    ck_assert_uint_eq(count, 40);
    ck_assert_str_eq(names[0], ".h01");
    ck_assert_str_eq(names[39], "n38");
    for (size_t i = 1; i < count; i++)
        ck_assert_int_lt(strcmp(names[i - 1], names[i]), 0);
    fiat__dir_free_list(names, count);
}
END_TEST

START_TEST(join) {
    static const char *const rows[][3] = {
        {"a", "b", "a/b"}, {"a/", "b", "a/b"}, {"", "b", "b"}, {"/", "b", "/b"}, {"a", "", "a/"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char *path = fiat__path_join(rows[i][0], rows[i][1]);
        ck_assert_str_eq(path, rows[i][2]);
        fiat__free(path);
    }
}
END_TEST

static fiat_status use_everything(void *ctx) {
    char **names;
    size_t count;
    fiat__buf text;
    fiat_error err;
    (void)ctx;
    fiat__buf_init(&text, 1000);
    fiat_status status = fiat__file_replace(in_dir("f"), fiat__str_c("text"), false, &err);
    if (status == FIAT_OK) status = fiat__dir_make(in_dir("x/y"), &err);
    if (status == FIAT_OK) status = fiat__file_read(in_dir("f"), &text, &err);
    fiat__buf_deinit(&text);
    if (status == FIAT_OK) status = fiat__dir_list(s_dir, &names, &count, &err);
    if (status == FIAT_OK) fiat__dir_free_list(names, count);
    return status;
}

START_TEST(out_of_memory_anywhere_leaves_nothing) {
    chaos_loop(use_everything, NULL);
    ck_assert_uint_eq(count_names(), 2); /* f and x: no temporary file */
}
END_TEST

int main(void) {
    Suite *suite = suite_create("base/file");
    TCase *tcase = tcase_create("file");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, read_reports_what_is_wrong);
    tcase_add_test(tcase, read_appends_and_takes_files_of_any_size);
    tcase_add_test(tcase, replace_fails_without_a_trace);
    tcase_add_test(tcase, replace_is_seen_whole_by_who_has_the_old_file_open);
    tcase_add_test(tcase, replace_in_the_working_folder);
    tcase_add_test(tcase, rewrite_keeps_mode_and_link);
    tcase_add_test(tcase, rewrite_keeps_the_owner);
    tcase_add_test(tcase, rewrite_refuses_what_is_no_plain_file);
    tcase_add_test(tcase, dir_make_makes_parents_and_says_what_is_in_the_way);
    tcase_add_test(tcase, dir_list_is_sorted_and_whole);
    tcase_add_test(tcase, join);
    tcase_add_test(tcase, out_of_memory_anywhere_leaves_nothing);
    suite_add_tcase(suite, tcase);
    return fiat_test_run(suite);
}
