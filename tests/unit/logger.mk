logger_tests = %D%/logger_config_test %D%/logger_stamp_test %D%/logger_log_test \
	%D%/logger_chaos_test %D%/logger_thread_test %D%/logger_misuse_test %D%/logger_streams_test \
	%D%/logger_secret_test %D%/logger_stats_test %D%/logger_reports_test
check_PROGRAMS += $(logger_tests)
TESTS += $(logger_tests)
LOGGER_FAKE = %D%/logger_fake.c %D%/logger_fake.h tests/support/tmpdir.h
LOGGER_TEST_LDADD = $(fiat_logger) $(CHECK_LIBS) $(CJSON_LIBS) $(ZLIB_LIBS)

%C%_logger_config_test_SOURCES = %D%/logger_config_test.c
%C%_logger_config_test_CFLAGS = $(TEST_CFLAGS)
%C%_logger_config_test_LDADD = libchaos.la $(fiat_logger) $(CHECK_LIBS)
%C%_logger_stamp_test_SOURCES = %D%/logger_stamp_test.c
%C%_logger_stamp_test_CFLAGS = $(TEST_CFLAGS)
%C%_logger_stamp_test_LDADD = $(fiat_logger) $(CHECK_LIBS)
%C%_logger_log_test_SOURCES = %D%/logger_log_test.c $(LOGGER_FAKE)
%C%_logger_log_test_CFLAGS = $(TEST_CFLAGS) $(CJSON_CFLAGS)
%C%_logger_log_test_LDADD = $(LOGGER_TEST_LDADD)
%C%_logger_misuse_test_SOURCES = %D%/logger_misuse_test.c $(LOGGER_FAKE)
%C%_logger_misuse_test_CFLAGS = $(TEST_CFLAGS) $(CJSON_CFLAGS)
%C%_logger_misuse_test_LDADD = $(LOGGER_TEST_LDADD)
%C%_logger_reports_test_SOURCES = %D%/logger_reports_test.c $(LOGGER_FAKE)
%C%_logger_reports_test_CFLAGS = $(TEST_CFLAGS)
%C%_logger_reports_test_LDADD = $(LOGGER_TEST_LDADD)
%C%_logger_streams_test_SOURCES = %D%/logger_streams_test.c $(LOGGER_FAKE)
%C%_logger_streams_test_CFLAGS = $(TEST_CFLAGS)
%C%_logger_streams_test_LDADD = $(LOGGER_TEST_LDADD)
%C%_logger_chaos_test_SOURCES = %D%/logger_chaos_test.c $(LOGGER_FAKE)
%C%_logger_chaos_test_CFLAGS = $(TEST_CFLAGS) $(CJSON_CFLAGS)
%C%_logger_chaos_test_LDADD = libchaos.la $(LOGGER_TEST_LDADD)
%C%_logger_secret_test_SOURCES = %D%/logger_secret_test.c tests/support/tmpdir.h
%C%_logger_secret_test_CFLAGS = $(TEST_CFLAGS)
%C%_logger_secret_test_LDADD = libhttp_server.la $(LOGGER_TEST_LDADD)
%C%_logger_stats_test_SOURCES = %D%/logger_stats_test.c $(LOGGER_FAKE)
%C%_logger_stats_test_CFLAGS = $(TEST_CFLAGS) $(CJSON_CFLAGS)
%C%_logger_stats_test_LDADD = libchaos.la $(LOGGER_TEST_LDADD)
%C%_logger_thread_test_SOURCES = %D%/logger_thread_test.c tests/support/sanitizer.h \
	tests/support/fork_heap.h $(LOGGER_FAKE)
%C%_logger_thread_test_CFLAGS = $(TEST_CFLAGS)
%C%_logger_thread_test_LDADD = $(LOGGER_TEST_LDADD)

# The macros of events, in C and in C++.
check_PROGRAMS += %D%/logger_macros_test %D%/logger_macros_cxx_test
TESTS += %D%/logger_macros_test %D%/logger_macros_cxx_test
%C%_logger_macros_test_SOURCES = %D%/logger_macros_test.c
%C%_logger_macros_test_CFLAGS = $(TEST_CFLAGS)
%C%_logger_macros_test_LDADD = $(fiat_logger) $(CHECK_LIBS)
%C%_logger_macros_cxx_test_SOURCES = %D%/logger_macros_cxx_test.cc
%C%_logger_macros_cxx_test_CXXFLAGS = $(AM_CXXFLAGS) $(CHECK_CFLAGS)
%C%_logger_macros_cxx_test_LDADD = $(fiat_logger) $(CHECK_LIBS)
