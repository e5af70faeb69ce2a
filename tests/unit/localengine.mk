# The local engine.
localengine_tests = %D%/local_segment_test %D%/local_firehose_test %D%/local_engine_test
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
