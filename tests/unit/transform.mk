transform_tests = %D%/transform_firehose_event_test %D%/transform_log_test
check_PROGRAMS += $(transform_tests)
TESTS += $(transform_tests)

%C%_transform_firehose_event_test_SOURCES = %D%/transform_firehose_event_test.c
%C%_transform_firehose_event_test_CFLAGS = $(TEST_CFLAGS)
%C%_transform_firehose_event_test_LDADD = libchaos.la $(fiat_transform) $(CHECK_LIBS)
%C%_transform_log_test_SOURCES = %D%/transform_log_test.c tests/support/gzip.h $(LOGGER_FAKE)
%C%_transform_log_test_CFLAGS = $(TEST_CFLAGS) $(ZLIB_CFLAGS)
%C%_transform_log_test_LDADD = libchaos.la libfiat_transform.la $(LOGGER_TEST_LDADD)

# The runtime loop, against a scripted runtime API.
check_PROGRAMS += %D%/lambda_runtime_test
TESTS += %D%/lambda_runtime_test
%C%_lambda_runtime_test_SOURCES = %D%/lambda_runtime_test.c tests/support/tmpdir.h
%C%_lambda_runtime_test_CFLAGS = $(TEST_CFLAGS) $(ZLIB_CFLAGS)
%C%_lambda_runtime_test_LDADD = libhttp_server.la $(fiat_lambda) $(CHECK_LIBS) $(ZLIB_LIBS)
