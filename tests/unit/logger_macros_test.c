/* The macros of fiat/event.h with values of every type: what becomes of them in the event. Compiled
 * as C and, by logger_macros_cxx_test.cc, as C++. Only public functions are used. */
#include "support/test.h"

#include <fiat/fiat.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

static fiat_error s_err;
static char s_line[4096]; /* the last event, from "output" on; sender thread, read after flush */
static char s_dir[] = "/tmp/fiat-macros-XXXXXX";
static fiat_logger *s_logger;
static fiat_audit s_audit;

static void keep_output(const fiat_delivery *report, void *ctx) {
    const char *output = strstr(report->data, "\"output\":");
    (void)ctx;
    if (!output || report->outcome != FIAT_DELIVERED) return;
    size_t length = (size_t)(report->data + report->data_length - output) - 10; /* the last '}' */
    if (length >= sizeof s_line) abort();
    memcpy(s_line, output + 9, length);
    s_line[length] = '\0';
}

static void setup(void) {
    char place[64] = "local:";
    ck_assert_ptr_nonnull(mkdtemp(strcpy(s_dir, "/tmp/fiat-macros-XXXXXX")));
    ck_assert_int_eq(chdir(s_dir), 0); /* no folder `schemas` here */
    strcat(place, s_dir);
    s_logger = fiat_configure(place, &s_err, "linger.ms", "0", "local.sync", "false", NULL);
    ck_assert_msg(s_logger != NULL, "%s", s_err.message);
    fiat_logger_on_delivery(s_logger, keep_output, NULL);
    s_audit = audit_log(s_logger, FIAT_FIELDS(FIAT_FIELD("task", "t")), &s_err);
    ck_assert_msg(s_audit.status == FIAT_OK, "%s", s_err.message);
}

static void teardown(void) {
    char command[64] = "rm -rf ";
    ck_assert_int_eq(fiat_logger_close(s_logger, 5000, NULL, &s_err), FIAT_OK);
    ck_assert_int_eq(chdir("/"), 0);
    ck_assert_int_eq(system(strcat(command, s_dir)), 0);
}

/* `want`: the JSON text that the member "output" must have. */
static void check(fiat_event event, const char *want) {
    ck_assert_fiat_ok(audit_log_output(&s_audit, event, &s_err), s_err);
    ck_assert_fiat_ok(fiat_logger_flush(s_logger, 5000, &s_err), s_err);
    ck_assert_str_eq(s_line, want);
}

#define CHECK_FIELD(value, want) check(FIAT_FIELDS(FIAT_FIELD("output", value)), want)

enum colour { RED = 1, BLUE = -2 };

START_TEST(integers) {
    const int ci = -1;
    volatile long vl = 2;
    const volatile short cvs = 3;
    enum colour colour = BLUE;
    char c = 'A';
    size_t size = 7;
    CHECK_FIELD(0, "0");
    CHECK_FIELD(ci, "-1");
    CHECK_FIELD(vl, "2");
    CHECK_FIELD(cvs, "3");
    CHECK_FIELD(colour, "-2");
    CHECK_FIELD(RED, "1");
    CHECK_FIELD(c, "65");
    CHECK_FIELD(size, "7");
    CHECK_FIELD((signed char)-128, "-128");
    CHECK_FIELD((unsigned char)255, "255");
    CHECK_FIELD((unsigned short)65535, "65535");
    CHECK_FIELD(UINT32_MAX, "4294967295");
    CHECK_FIELD(INT64_MIN, "-9223372036854775808");
    CHECK_FIELD(UINT64_MAX, "18446744073709551615");
    CHECK_FIELD(18446744073709551615ULL, "18446744073709551615");
    CHECK_FIELD(-9223372036854775807LL, "-9223372036854775807");
}
END_TEST

START_TEST(booleans) {
    const bool no = false;
    volatile bool yes = true;
    check(FIAT_FIELDS(FIAT_FIELD("output", true)), "true");
    check(FIAT_FIELDS(FIAT_FIELD("output", false)), "false");
    CHECK_FIELD(no, "false");
    CHECK_FIELD(yes, "true");
    CHECK_FIELD((bool)(3 > 2), "true");
}
END_TEST

START_TEST(numbers) {
    const float f = 0.1f;
    volatile double d = -2.5e-300;
    CHECK_FIELD(1.5, "1.5");
    CHECK_FIELD(f, "0.10000000149011612");
    CHECK_FIELD(d, "-2.5e-300");
    CHECK_FIELD(1e22, "1e+22");
    CHECK_FIELD(-0.0, "-0");
}
END_TEST

START_TEST(strings) {
    const char *const constant = "constant";
    char array[] = "array";
    const char fixed[] = "fixed";
    char *none = NULL;
    CHECK_FIELD("", "\"\"");
    CHECK_FIELD("literal", "\"literal\"");
    CHECK_FIELD(constant, "\"constant\"");
    CHECK_FIELD(array, "\"array\"");
    CHECK_FIELD(fixed, "\"fixed\"");
    CHECK_FIELD(none, "null");
    CHECK_FIELD("q\"b\\n\n\x01", "\"q\\\"b\\\\n\\n\\u0001\"");
    check(FIAT_FIELDS(FIAT_STRING("output", "a\0b!", 3)), "\"a\\u0000b\"");
}
END_TEST

START_TEST(nesting) {
    check(FIAT_FIELDS(FIAT_NULL("output")), "null");
    check(FIAT_FIELDS(FIAT_EMPTY_OBJECT("output")), "{}");
    check(FIAT_FIELDS(FIAT_EMPTY_ARRAY("output")), "[]");
    check(FIAT_FIELDS(FIAT_RAW_JSON("output", "[1]x", 3)), "[1]");
    check(FIAT_FIELDS(FIAT_OBJECT(
              "output",
              FIAT_ARRAY(
                  "1", FIAT_ITEM(1), FIAT_ITEM("two"), FIAT_ITEM(true), FIAT_ITEM(3.5),
                  FIAT_NULL(NULL), FIAT_EMPTY_OBJECT(NULL), FIAT_EMPTY_ARRAY(NULL),
                  FIAT_STRING(NULL, "xyz", 1), FIAT_RAW_JSON(NULL, "{}", 2),
                  FIAT_OBJECT(NULL,
                              FIAT_ARRAY("4", FIAT_OBJECT(NULL, FIAT_ARRAY("6", FIAT_ITEM(7u)))))),
              FIAT_FIELD("last", false))),
          "{\"1\":[1,\"two\",true,3.5,null,{},[],\"x\",{},{\"4\":[{\"6\":[7]}]}],\"last\":false}");
}
END_TEST

START_TEST(forms) {
    check(FIAT_JSON("{\"output\":1} ", 12), "1");
    int mark = 0;
    fiat_event event = fiat_event_with(FIAT_JSON("{}", 2), &mark);
    ck_assert_ptr_eq(event.opaque, &mark);
    fiat_error err = FIAT_ERROR_INIT;
    ck_assert_int_eq(err.status, FIAT_OK);
    ck_assert_str_eq(err.message, "");
}
END_TEST

int main(void) {
    Suite *suite = suite_create("logger/macros");
    TCase *tcase = tcase_create("macros");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, integers);
    tcase_add_test(tcase, booleans);
    tcase_add_test(tcase, numbers);
    tcase_add_test(tcase, strings);
    tcase_add_test(tcase, nesting);
    tcase_add_test(tcase, forms);
    suite_add_tcase(suite, tcase);
    return fiat_test_run(suite);
}
