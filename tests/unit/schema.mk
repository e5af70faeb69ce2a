# Formats.
check_PROGRAMS += %D%/schema_format_test
TESTS += %D%/schema_format_test
%C%_schema_format_test_SOURCES = %D%/schema_format_test.c
%C%_schema_format_test_CFLAGS = $(TEST_CFLAGS)
%C%_schema_format_test_LDADD = $(fiat_schema) $(CHECK_LIBS)

# Sixteen bytes at a time.
check_PROGRAMS += %D%/schema_block_test
TESTS += %D%/schema_block_test
%C%_schema_block_test_SOURCES = %D%/schema_block_test.c
%C%_schema_block_test_CFLAGS = $(TEST_CFLAGS)
%C%_schema_block_test_LDADD = $(fiat_schema) $(CHECK_LIBS)

# Encoded content of strings.
check_PROGRAMS += %D%/schema_content_test
TESTS += %D%/schema_content_test
%C%_schema_content_test_SOURCES = %D%/schema_content_test.c
%C%_schema_content_test_CFLAGS = $(TEST_CFLAGS)
%C%_schema_content_test_LDADD = $(fiat_schema) $(CHECK_LIBS)

# Regular expressions.
check_PROGRAMS += %D%/schema_regex_test
TESTS += %D%/schema_regex_test
%C%_schema_regex_test_SOURCES = %D%/schema_regex_test.c
%C%_schema_regex_test_CFLAGS = $(TEST_CFLAGS)
%C%_schema_regex_test_LDADD = libchaos.la $(fiat_schema) $(CHECK_LIBS)

# Compatibility of two versions.
check_PROGRAMS += %D%/schema_compat_test %D%/schema_compat_random_test
TESTS += %D%/schema_compat_test %D%/schema_compat_random_test
noinst_HEADERS += %D%/schema_compat_pairs.h
%C%_schema_compat_test_SOURCES = %D%/schema_compat_test.c
%C%_schema_compat_test_CFLAGS = $(TEST_CFLAGS)
%C%_schema_compat_test_LDADD = libchaos.la $(fiat_schema) $(CHECK_LIBS)
%C%_schema_compat_random_test_SOURCES = %D%/schema_compat_random_test.c
%C%_schema_compat_random_test_CFLAGS = $(TEST_CFLAGS)
%C%_schema_compat_random_test_LDADD = $(fiat_schema) $(CHECK_LIBS)

# The engine.
schema_engine_tests = \
	%D%/schema_engines_test %D%/schema_flatten_test %D%/schema_keywords_test %D%/schema_load_test \
	%D%/schema_check_test %D%/schema_metaschema_test %D%/schema_registry_test %D%/schema_run_test \
	%D%/schema_report_test
check_PROGRAMS += $(schema_engine_tests)
TESTS += $(schema_engine_tests)
noinst_HEADERS += %D%/schema_engines.h
%C%_schema_engines_test_SOURCES = %D%/schema_engines_test.c
%C%_schema_engines_test_CFLAGS = $(TEST_CFLAGS)
%C%_schema_engines_test_LDADD = $(fiat_schema) $(CHECK_LIBS)
%C%_schema_flatten_test_SOURCES = %D%/schema_flatten_test.c
%C%_schema_flatten_test_CFLAGS = $(TEST_CFLAGS)
%C%_schema_flatten_test_LDADD = $(fiat_schema) $(CHECK_LIBS)
%C%_schema_keywords_test_SOURCES = %D%/schema_keywords_test.c
%C%_schema_keywords_test_CFLAGS = $(TEST_CFLAGS)
%C%_schema_keywords_test_LDADD = $(fiat_schema) $(CHECK_LIBS)
%C%_schema_load_test_SOURCES = %D%/schema_load_test.c
%C%_schema_load_test_CFLAGS = $(TEST_CFLAGS)
%C%_schema_load_test_LDADD = $(fiat_schema) $(CHECK_LIBS)
%C%_schema_check_test_SOURCES = %D%/schema_check_test.c
%C%_schema_check_test_CFLAGS = $(TEST_CFLAGS)
%C%_schema_check_test_LDADD = libchaos.la $(fiat_schema) $(CHECK_LIBS)
%C%_schema_metaschema_test_SOURCES = %D%/schema_metaschema_test.c
%C%_schema_metaschema_test_CFLAGS = $(TEST_CFLAGS)
%C%_schema_metaschema_test_LDADD = $(fiat_schema) $(CHECK_LIBS)
%C%_schema_registry_test_SOURCES = %D%/schema_registry_test.c
%C%_schema_registry_test_CFLAGS = $(TEST_CFLAGS)
%C%_schema_registry_test_LDADD = libchaos.la $(fiat_schema) $(CHECK_LIBS)
%C%_schema_run_test_SOURCES = %D%/schema_run_test.c
%C%_schema_run_test_CFLAGS = $(TEST_CFLAGS)
%C%_schema_run_test_LDADD = libchaos.la $(fiat_schema) $(CHECK_LIBS)
%C%_schema_report_test_SOURCES = %D%/schema_report_test.c
%C%_schema_report_test_CFLAGS = $(TEST_CFLAGS)
%C%_schema_report_test_LDADD = $(fiat_schema) $(CHECK_LIBS)

# The parser, by the cases of the JSON parsing test suite, on every way through the engines.
check_PROGRAMS += %D%/json_suite_test
TESTS += %D%/json_suite_test
noinst_HEADERS += %D%/json_suite_cases.h
%C%_json_suite_test_SOURCES = %D%/json_suite_test.c
%C%_json_suite_test_CFLAGS = $(TEST_CFLAGS)
%C%_json_suite_test_LDADD = $(fiat_schema) $(CHECK_LIBS)

# Schemas and documents that are made to hurt.
check_PROGRAMS += %D%/schema_hostile_test
TESTS += %D%/schema_hostile_test
%C%_schema_hostile_test_SOURCES = %D%/schema_hostile_test.c
%C%_schema_hostile_test_CFLAGS = $(TEST_CFLAGS)
%C%_schema_hostile_test_LDADD = libchaos.la $(fiat_schema) $(CHECK_LIBS)

# Standard output.
check_PROGRAMS += %D%/schema_output_test
TESTS += %D%/schema_output_test
%C%_schema_output_test_SOURCES = %D%/schema_output_test.c
%C%_schema_output_test_CFLAGS = $(TEST_CFLAGS)
%C%_schema_output_test_LDADD = libchaos.la $(fiat_schema) $(CHECK_LIBS)
check_PROGRAMS += %D%/schema_limits_test
TESTS += %D%/schema_limits_test
%C%_schema_limits_test_SOURCES = %D%/schema_limits_test.c
%C%_schema_limits_test_CFLAGS = $(TEST_CFLAGS)
%C%_schema_limits_test_LDADD = $(fiat_schema) $(CHECK_LIBS)

# The order of members, and what a compiled schema takes.
check_PROGRAMS += %D%/schema_order_test
TESTS += %D%/schema_order_test
%C%_schema_order_test_SOURCES = %D%/schema_order_test.c
%C%_schema_order_test_CFLAGS = $(TEST_CFLAGS)
%C%_schema_order_test_LDADD = $(fiat_schema) $(CHECK_LIBS)
