logger_tests = %D%/logger_config_test %D%/logger_stamp_test %D%/logger_log_test
check_PROGRAMS += $(logger_tests)
TESTS += $(logger_tests)

%C%_logger_config_test_SOURCES = %D%/logger_config_test.c
%C%_logger_config_test_CFLAGS = $(TEST_CFLAGS)
%C%_logger_config_test_LDADD = $(fiat_logger) $(CHECK_LIBS)
%C%_logger_stamp_test_SOURCES = %D%/logger_stamp_test.c
%C%_logger_stamp_test_CFLAGS = $(TEST_CFLAGS)
%C%_logger_stamp_test_LDADD = $(fiat_logger) $(CHECK_LIBS)
%C%_logger_log_test_SOURCES = %D%/logger_log_test.c
%C%_logger_log_test_CFLAGS = $(TEST_CFLAGS) $(CJSON_CFLAGS)
%C%_logger_log_test_LDADD = $(fiat_logger) $(CHECK_LIBS) $(CJSON_LIBS)
