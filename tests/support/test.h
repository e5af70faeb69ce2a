/* What every unit test program shares: Check, and a main() that runs one suite. */
#ifndef FIAT_TESTS_SUPPORT_TEST_H
#define FIAT_TESTS_SUPPORT_TEST_H

#include <check.h>
#include <fiat/error.h>
#include <stdlib.h>

/* Assert that a call succeeded, and show its message when it did not. */
#define ck_assert_fiat_ok(call, err)                                                               \
    do {                                                                                           \
        fiat_status status_ = (call);                                                              \
        ck_assert_msg(status_ == FIAT_OK, "%s: %s: %s", #call, fiat_status_name(status_),          \
                      (err).message);                                                              \
    } while (0)

/* Assert that a call failed with a given status. */
#define ck_assert_fiat_status(call, want)                                                          \
    do {                                                                                           \
        fiat_status status_ = (call);                                                              \
        ck_assert_msg(status_ == (want), "%s: got %s, want %s", #call, fiat_status_name(status_),  \
                      fiat_status_name(want));                                                     \
    } while (0)

static inline int fiat_test_run(Suite *suite) {
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

#endif
