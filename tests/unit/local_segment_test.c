#include "local/segment.h"
#include "support/test.h"
#include "support/tmpdir.h"

#include <fcntl.h>

typedef struct fixture {
    char *dir, path[4096];
    fiat__segment *segment;
} fixture;

static fixture s_fix;

static void set_up(void) {
    s_fix.dir = tmpdir_make();
    snprintf(s_fix.path, sizeof s_fix.path, "%s/1.seg", s_fix.dir);
}

static void tear_down(void) {
    fiat__segment_close(s_fix.segment, false);
    s_fix.segment = NULL;
    tmpdir_remove(s_fix.dir);
}

static void create(bool gzip) {
    fiat_error err = FIAT_ERROR_INIT;
    ck_assert_fiat_ok(
        fiat__segment_create(&s_fix.segment, s_fix.path, "bucket/a/object", gzip, false, &err),
        err);
}

static void append(const char *a, const char *b) {
    fiat_error err = FIAT_ERROR_INIT;
    const fiat__str records[] = {fiat__str_c(a), fiat__str_c(b)};
    ck_assert_fiat_ok(
        fiat__segment_append(s_fix.segment, records, b ? 2 : 1, fiat__str_of("", 0), true, &err),
        err);
}

/* As a new process would: open what is there. */
static fiat_status reopen(uint64_t *cut_bytes, bool *damaged) {
    fiat_error err = FIAT_ERROR_INIT;
    fiat__segment_close(s_fix.segment, false);
    return fiat__segment_recover(&s_fix.segment, s_fix.path, cut_bytes, damaged, &err);
}

static void assert_delivers(const char *want) {
    fiat_error err = FIAT_ERROR_INIT;
    fiat__buf got;
    fiat__buf_init(&got, 100000);
    ck_assert_fiat_ok(fiat__segment_deliver(s_fix.segment, s_fix.dir, false, &err), err);
    tmpdir_read(&got, s_fix.dir, "bucket/a/object");
    ck_assert_str_eq(fiat__buf_cstr(&got), want);
    fiat__buf_deinit(&got);
}

static long file_size(const char *path) {
    FILE *file = fopen(path, "rb");
    ck_assert_ptr_nonnull(file);
    ck_assert_int_eq(fseek(file, 0, SEEK_END), 0);
    const long size = ftell(file);
    fclose(file);
    return size;
}

static void overwrite(long at, const char *bytes, size_t len) {
    FILE *file = fopen(s_fix.path, "r+b");
    ck_assert_ptr_nonnull(file);
    ck_assert_int_eq(fseek(file, at, SEEK_SET), 0);
    ck_assert_uint_eq(fwrite(bytes, 1, len, file), len);
    fclose(file);
}

START_TEST(every_torn_tail_is_cut) {
    create(false);
    append("one,", "two;");
    const long whole = file_size(s_fix.path);
    append("three,", "four;");
    const long full = file_size(s_fix.path);
    for (long size = full; size >= whole; size--) {
        uint64_t cut_bytes = 99;
        bool damaged = true;
        ck_assert_int_eq(truncate(s_fix.path, size), 0);
        ck_assert_fiat_status(reopen(&cut_bytes, &damaged), FIAT_OK);
        ck_assert(!damaged);
        ck_assert_uint_eq(cut_bytes, size == full ? 0 : (uint64_t)(size - whole));
        ck_assert_uint_eq(s_fix.segment->data_bytes, size == full ? 19 : 8);
        assert_delivers(size == full ? "one,two;three,four;" : "one,two;");
        if (size == full) continue;
        ck_assert_int_eq(file_size(s_fix.path), whole);
        /* Put the byte back for the next round: recovery has cut it. */
        append("three,", "four;");
    }
}
END_TEST

START_TEST(a_torn_head_leaves_nothing) {
    create(false);
    const long head = file_size(s_fix.path);
    for (long size = 0; size <= head; size++) {
        uint64_t cut_bytes;
        bool damaged;
        if (size > 0) {
            fiat__segment_close(s_fix.segment, true);
            create(false);
            ck_assert_int_eq(truncate(s_fix.path, size), 0);
        }
        ck_assert_fiat_status(reopen(&cut_bytes, &damaged), FIAT_OK);
        ck_assert_ptr_null(s_fix.segment);
        ck_assert(!fiat__path_exists(s_fix.path));
        create(false);
    }
}
END_TEST

START_TEST(what_is_damaged_is_kept_aside) {
    char path[4200];
    create(false);
    append("one,", "two;");
    const long whole = file_size(s_fix.path);
    append("three,", "four;");
    append("five", NULL);
    const long full = file_size(s_fix.path);
    /* In the second request: its length, its checksum, its data. */
    const long places[] = {whole + 3, whole + 5, whole + 14};
    overwrite(places[_i], "\xff", 1);
    uint64_t cut_bytes;
    bool damaged;
    ck_assert_fiat_status(reopen(&cut_bytes, &damaged), FIAT_OK);
    ck_assert(damaged);
    ck_assert_uint_eq(cut_bytes, (uint64_t)(full - whole));
    assert_delivers("one,two;");
    snprintf(path, sizeof path, "%s.damaged", s_fix.path);
    ck_assert_int_eq(file_size(path), full - whole);
}
END_TEST

START_TEST(delivering_twice_makes_one_object) {
    uint64_t cut_bytes;
    bool damaged;
    create(true);
    append("{\"a\":1}\n", "{\"a\":2}\n");
    assert_delivers("{\"a\":1}\n{\"a\":2}\n");
    ck_assert_fiat_status(reopen(&cut_bytes, &damaged), FIAT_OK);
    ck_assert(s_fix.segment->gzip);
    ck_assert_str_eq(s_fix.segment->object, "bucket/a/object");
    assert_delivers("{\"a\":1}\n{\"a\":2}\n");
    fiat__buf list;
    fiat__buf_init(&list, 1000);
    tmpdir_list(&list, s_fix.dir, true);
    ck_assert_str_eq(fiat__buf_cstr(&list), "1.seg\nbucket/a/object\n");
    fiat__buf_deinit(&list);
}
END_TEST

/* /dev/full stands in for a disk without room. */
START_TEST(a_failed_append_leaves_no_trace) {
    create(false);
    append("one;", NULL);
    const long before = file_size(s_fix.path);
    const int good = s_fix.segment->fd, full = open("/dev/full", O_RDWR);
    if (full < 0) { /* not Linux: nothing to fail with */
        ck_assert_int_eq(file_size(s_fix.path), before);
        return;
    }
    const fiat__str record = fiat__str_c("two;");
    fiat_error err = FIAT_ERROR_INIT;
    s_fix.segment->fd = full;
    ck_assert_fiat_status(
        fiat__segment_append(s_fix.segment, &record, 1, fiat__str_of("", 0), false, &err),
        FIAT_E_IO);
    ck_assert_msg(strstr(err.message, "1.seg"), "%s", err.message);
    close(full);
    s_fix.segment->fd = good;
    ck_assert_int_eq(file_size(s_fix.path), before);
    append("three;", NULL);
    assert_delivers("one;three;");
}
END_TEST

START_TEST(a_delimiter_follows_each_record) {
    fiat_error err = FIAT_ERROR_INIT;
    const fiat__str records[] = {fiat__str_c("a"), fiat__str_of("", 0), fiat__str_c("b")};
    create(false);
    ck_assert_fiat_ok(
        fiat__segment_append(s_fix.segment, records, 3, fiat__str_c("\n"), false, &err), err);
    ck_assert_uint_eq(s_fix.segment->data_bytes, 5);
    assert_delivers("a\n\nb\n");
}
END_TEST

START_TEST(a_head_that_is_not_ours_is_refused) {
    uint64_t cut_bytes;
    bool damaged;
    /* length 2, its checksum, "{}" */
    static const char frame[] = "\x02\0\0\0\x43\xbf\xa6\xa3{}";
    fiat_error err = FIAT_ERROR_INIT;
    ck_assert_fiat_ok(fiat__file_replace(s_fix.path, fiat__str_of(frame, 10), false, &err), err);
    ck_assert_fiat_status(
        fiat__segment_recover(&s_fix.segment, s_fix.path, &cut_bytes, &damaged, &err), FIAT_E_IO);
    ck_assert_msg(strstr(err.message, "1.seg") && strstr(err.message, "damaged"), "%s",
                  err.message);
    ck_assert(fiat__path_exists(s_fix.path));
}
END_TEST

int main(void) {
    Suite *suite = suite_create("local/segment");
    TCase *tcase = tcase_create("segment");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, every_torn_tail_is_cut);
    tcase_add_test(tcase, a_torn_head_leaves_nothing);
    tcase_add_loop_test(tcase, what_is_damaged_is_kept_aside, 0, 3);
    tcase_add_test(tcase, a_head_that_is_not_ours_is_refused);
    tcase_add_test(tcase, a_failed_append_leaves_no_trace);
    tcase_add_test(tcase, delivering_twice_makes_one_object);
    tcase_add_test(tcase, a_delimiter_follows_each_record);
    suite_add_tcase(suite, tcase);
    return fiat_test_run(suite);
}
