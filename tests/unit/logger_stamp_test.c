#include "logger/stamp.h"
#include "support/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static fiat_error s_err;

/* Make stamps from a list and settings; caller deinits on FIAT_OK. */
static fiat_status make(fiat__stamp *stamp, const char *list, const char *tags) {
    fiat__stream_json asked;
    char text[256] = "";
    fiat_config *config;
    ck_assert_fiat_ok(fiat_config_new(&config, &s_err), s_err);
    ck_assert_fiat_ok(fiat_config_set(config, "tags", tags, &s_err), s_err);
    ck_assert_fiat_ok(fiat_config_set(config, "app", "a\"b", &s_err), s_err);
    ck_assert_fiat_ok(fiat_config_set(config, "host", "h1", &s_err), s_err);
    if (list) snprintf(text, sizeof text, "{\"stamp\":%s}", list);
    fiat_status status =
        fiat__stream_json_read(&asked, fiat__str_c(list ? text : NULL), NULL, NULL, &s_err);
    if (status == FIAT_OK) status = fiat__stamp_init(stamp, &asked, config, &s_err);
    fiat__stream_json_deinit(&asked);
    fiat_config_free(config);
    return status;
}

static const struct {
    const char *list, *says;
} s_wrong_lists[] = {{"{}", "array"}, {"[\"ip\"]", "\"ip\""}, {"[1]", "number"}};

START_TEST(wrong_lists_are_refused) {
    fiat__stamp stamp;
    ck_assert_fiat_status(make(&stamp, s_wrong_lists[_i].list, ""), FIAT_E_STREAM_INVALID);
    ck_assert_msg(strstr(s_err.message, s_wrong_lists[_i].says), "%s", s_err.message);
}
END_TEST

static const char *const s_wrong_tags[] = {"a",        "=b",    "a=1,",   ",a=1",
                                           "a=1,,b=2", "a=1,b", "a=1,a=2"};

START_TEST(wrong_tags_are_refused) {
    fiat__stamp stamp;
    ck_assert_fiat_status(make(&stamp, "[\"tags\"]", s_wrong_tags[_i]), FIAT_E_CONFIG);
}
END_TEST

START_TEST(head_and_constant_make_an_object) {
    fiat__stamp stamp;
    char head[FIAT__STAMP_HEAD_BYTES];
    fiat__uuid id = fiat__uuid7(1000);
    ck_assert_fiat_ok(
        make(&stamp, "[\"tags\",\"app\",\"id\",\"time\",\"host\",\"email\"]", "t=x,u=a=b,v="),
        s_err);
    size_t len = fiat__stamp_head(&stamp, head, &id, 1000, NULL);
    ck_assert_uint_eq(len, 1 + 43 + 1 + 33);
    ck_assert_int_eq(memcmp(head, "{\"id\":\"00000000-03e8-7", 22), 0);
    ck_assert_int_eq(memcmp(head + 44, ",\"time\":\"1970-01-01T00:00:01.000Z\"", 34), 0);
    /* email is not configured: left out */
    ck_assert_str_eq(fiat__buf_cstr(&stamp.constant),
                     "\"host\":\"h1\",\"app\":\"a\\\"b\","
                     "\"tags\":{\"t\":\"x\",\"u\":\"a=b\",\"v\":\"\"}");
    ck_assert_uint_eq(stamp.reserved_count, 1);
    ck_assert_str_eq(stamp.reserved[0], "email");
    ck_assert_uint_eq(stamp.name_count, 5);
    fiat__stamp_deinit(&stamp);
}
END_TEST

START_TEST(audit_id_is_the_id_or_the_one_given) {
    fiat__stamp stamp;
    char head[FIAT__STAMP_HEAD_BYTES], text[FIAT__UUID_LEN];
    fiat__uuid id = fiat__uuid7(1000);
    fiat__uuid_write(text, &id);
    ck_assert_fiat_ok(make(&stamp, "[\"audit_id\"]", ""), s_err);
    ck_assert_uint_eq(fiat__stamp_head(&stamp, head, &id, 0, NULL), 50);
    ck_assert_int_eq(memcmp(head + 13, text, FIAT__UUID_LEN), 0);
    const char *given = "0190a5d0-0000-7000-8000-000000000001";
    ck_assert_uint_eq(fiat__stamp_head(&stamp, head, &id, 0, given), 50);
    ck_assert_int_eq(memcmp(head + 13, given, FIAT__UUID_LEN), 0);
    fiat__stamp_deinit(&stamp);
}
END_TEST

START_TEST(nothing_asked_for_is_a_brace) {
    fiat__stamp stamp;
    char head[FIAT__STAMP_HEAD_BYTES];
    fiat__uuid id = fiat__uuid7(1000);
    ck_assert_fiat_ok(make(&stamp, NULL, "a=b"), s_err);
    ck_assert_uint_eq(fiat__stamp_head(&stamp, head, &id, 0, NULL), 1);
    ck_assert_uint_eq(stamp.constant.len, 0);
    ck_assert_uint_eq(stamp.name_count, 0);
    fiat__stamp_deinit(&stamp);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("logger/stamp");
    TCase *tcase = tcase_create("stamp");
    tcase_add_loop_test(tcase, wrong_lists_are_refused, 0,
                        sizeof s_wrong_lists / sizeof *s_wrong_lists);
    tcase_add_loop_test(tcase, wrong_tags_are_refused, 0,
                        sizeof s_wrong_tags / sizeof *s_wrong_tags);
    tcase_add_test(tcase, head_and_constant_make_an_object);
    tcase_add_test(tcase, audit_id_is_the_id_or_the_one_given);
    tcase_add_test(tcase, nothing_asked_for_is_a_brace);
    suite_add_tcase(suite, tcase);
    return fiat_test_run(suite);
}
