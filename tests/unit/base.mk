base_tests = %D%/base_buf_test
check_PROGRAMS += $(base_tests)
TESTS += $(base_tests)

%C%_base_buf_test_SOURCES = %D%/base_buf_test.c
%C%_base_buf_test_CFLAGS = $(TEST_CFLAGS)
%C%_base_buf_test_LDADD = libfiat_base.la $(CHECK_LIBS)
