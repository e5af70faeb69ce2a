# Failing allocations, for the tests of every part: link libchaos.la.
check_LTLIBRARIES += libchaos.la
libchaos_la_SOURCES = tests/support/chaos.c tests/support/chaos.h
libchaos_la_CFLAGS = $(TEST_CFLAGS)
libchaos_la_LIBADD = libfiat_base.la

base_tests = %D%/base_buf_test
check_PROGRAMS += $(base_tests)
TESTS += $(base_tests)

%C%_base_buf_test_SOURCES = %D%/base_buf_test.c
%C%_base_buf_test_CFLAGS = $(TEST_CFLAGS)
%C%_base_buf_test_LDADD = libchaos.la libfiat_base.la $(CHECK_LIBS)
