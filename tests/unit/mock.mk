# The mock through its public API: by itself, and with libfiat's parts as its client.
mock_tests = %D%/mock_test %D%/mock_fault_test %D%/mock_limits_test
check_PROGRAMS += $(mock_tests)
TESTS += $(mock_tests)
%C%_mock_test_SOURCES = %D%/mock_test.c
%C%_mock_test_CFLAGS = $(TEST_CFLAGS)
%C%_mock_test_LDADD = libfiat-mock.la $(fiat_base) $(CHECK_LIBS) $(ZLIB_LIBS)
%C%_mock_fault_test_SOURCES = %D%/mock_fault_test.c
%C%_mock_fault_test_CFLAGS = $(TEST_CFLAGS)
%C%_mock_fault_test_LDADD = libfiat-mock.la $(fiat_logger) $(CHECK_LIBS)
%C%_mock_limits_test_SOURCES = %D%/mock_limits_test.c tests/support/tmpdir.h
%C%_mock_limits_test_CFLAGS = $(TEST_CFLAGS)
%C%_mock_limits_test_LDADD = libfiat-mock.la $(fiat_logger) $(CHECK_LIBS) $(ZLIB_LIBS)
