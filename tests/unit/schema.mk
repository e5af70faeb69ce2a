# Formats.
check_PROGRAMS += %D%/schema_format_test
TESTS += %D%/schema_format_test
%C%_schema_format_test_SOURCES = %D%/schema_format_test.c
%C%_schema_format_test_CFLAGS = $(TEST_CFLAGS)
%C%_schema_format_test_LDADD = $(fiat_schema) $(CHECK_LIBS)

# Regular expressions.
check_PROGRAMS += %D%/schema_regex_test
TESTS += %D%/schema_regex_test
%C%_schema_regex_test_SOURCES = %D%/schema_regex_test.c
%C%_schema_regex_test_CFLAGS = $(TEST_CFLAGS)
%C%_schema_regex_test_LDADD = libchaos.la $(fiat_schema) $(CHECK_LIBS)

# The engine.
schema_engine_tests = %D%/schema_keywords_test
check_PROGRAMS += $(schema_engine_tests)
TESTS += $(schema_engine_tests)
noinst_HEADERS += %D%/schema_engines.h
%C%_schema_keywords_test_SOURCES = %D%/schema_keywords_test.c
%C%_schema_keywords_test_CFLAGS = $(TEST_CFLAGS)
%C%_schema_keywords_test_LDADD = $(fiat_schema) $(CHECK_LIBS)
