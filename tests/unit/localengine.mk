# The local engine.
localengine_tests = %D%/local_segment_test %D%/local_firehose_test %D%/local_engine_test \
	%D%/local_hive_test %D%/local_athena_test %D%/local_macros_test
check_PROGRAMS += $(localengine_tests)
TESTS += $(localengine_tests)
LOCALENGINE_LDADD = $(fiat_local) $(CHECK_LIBS) $(ZLIB_LIBS)
%C%_local_segment_test_SOURCES = %D%/local_segment_test.c tests/support/tmpdir.h
%C%_local_segment_test_CFLAGS = $(TEST_CFLAGS)
%C%_local_segment_test_LDADD = $(LOCALENGINE_LDADD)
%C%_local_firehose_test_SOURCES = %D%/local_firehose_test.c tests/support/tmpdir.h
%C%_local_firehose_test_CFLAGS = $(TEST_CFLAGS)
%C%_local_firehose_test_LDADD = $(LOCALENGINE_LDADD)
%C%_local_engine_test_SOURCES = %D%/local_engine_test.c tests/support/tmpdir.h
%C%_local_engine_test_CFLAGS = $(TEST_CFLAGS) $(CURL_CFLAGS)
%C%_local_engine_test_LDADD = $(LOCALENGINE_LDADD) $(CURL_LIBS)
%C%_local_hive_test_SOURCES = %D%/local_hive_test.c
%C%_local_hive_test_CFLAGS = $(TEST_CFLAGS)
%C%_local_hive_test_LDADD = libchaos.la $(fiat_hive) $(CHECK_LIBS)
%C%_local_athena_test_SOURCES = %D%/local_athena_test.c tests/support/tmpdir.h
%C%_local_athena_test_CFLAGS = $(TEST_CFLAGS)
%C%_local_athena_test_LDADD = $(LOCALENGINE_LDADD)
%C%_local_macros_test_SOURCES = %D%/local_macros_test.c
%C%_local_macros_test_CFLAGS = $(TEST_CFLAGS)
%C%_local_macros_test_LDADD = $(LOCALENGINE_LDADD)
