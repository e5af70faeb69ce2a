#include "base/gunzip.h"
#include "support/gzip.h"
#include "support/test.h"

static fiat__buf s_packed, s_text;
static fiat_error s_err;

static void setup(void) {
    fiat__buf_init(&s_packed, 1 << 22);
    fiat__buf_init(&s_text, 1 << 24);
}

static void teardown(void) {
    fiat__buf_deinit(&s_packed);
    fiat__buf_deinit(&s_text);
}

static bool keep(void *user, const char *text, size_t len) {
    return fiat__buf_append(user, text, len);
}

static fiat_status unpack(fiat__str packed) {
    fiat__buf_clear(&s_text);
    return fiat__gunzip(packed, keep, &s_text, &s_err);
}

START_TEST(members_follow_one_another) {
    gzip_append(&s_packed, fiat__str_c("one\n"));
    gzip_append(&s_packed, fiat__str_c(""));
    gzip_append(&s_packed, fiat__str_c("two\n"));
    ck_assert(fiat__gunzip_is_gzip(fiat__buf_str(&s_packed)));
    ck_assert_fiat_ok(unpack(fiat__buf_str(&s_packed)), s_err);
    ck_assert_str_eq(fiat__buf_cstr(&s_text), "one\ntwo\n");
}
END_TEST

START_TEST(no_part_of_it_is_whole) {
    gzip_append(&s_packed, fiat__str_c("a text that is long enough to be cut"));
    for (size_t len = 0; len < s_packed.len; len++) {
        ck_assert_fiat_status(unpack(fiat__str_of(s_packed.ptr, len)), FIAT_E_IO);
        ck_assert_ptr_nonnull(strstr(s_err.message, "damaged gzip data"));
    }
}
END_TEST

START_TEST(damage_is_found) {
    gzip_append(&s_packed, fiat__str_c("a text whose sum is known"));
    s_packed.ptr[s_packed.len - 6] ^= 1; /* the checksum */
    ck_assert_fiat_status(unpack(fiat__buf_str(&s_packed)), FIAT_E_IO);
    ck_assert_fiat_status(unpack(fiat__str_c("plain text")), FIAT_E_IO);
    ck_assert(!fiat__gunzip_is_gzip(fiat__str_c("{}")));
    ck_assert(!fiat__gunzip_is_gzip(fiat__str_c("\x1f")));
}
END_TEST

static bool take_three(void *user, const char *text, size_t len) {
    (void)text;
    (void)len;
    return ++*(int *)user < 3;
}

START_TEST(stops_when_no_more_is_wanted) {
    static char zeros[1 << 20];
    int taken = 0;
    gzip_append(&s_packed, fiat__str_of(zeros, sizeof zeros));
    ck_assert_fiat_status(fiat__gunzip(fiat__buf_str(&s_packed), take_three, &taken, &s_err),
                          FIAT_E_LIMIT);
    ck_assert_int_eq(taken, 3);
    ck_assert_fiat_ok(unpack(fiat__buf_str(&s_packed)), s_err);
    ck_assert_uint_eq(s_text.len, sizeof zeros);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("base/gunzip");
    TCase *tcase = tcase_create("gunzip");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, members_follow_one_another);
    tcase_add_test(tcase, no_part_of_it_is_whole);
    tcase_add_test(tcase, damage_is_found);
    tcase_add_test(tcase, stops_when_no_more_is_wanted);
    suite_add_tcase(suite, tcase);
    return fiat_test_run(suite);
}
