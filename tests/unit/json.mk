# Exact numbers.
check_PROGRAMS += %D%/json_number_test
TESTS += %D%/json_number_test
%C%_json_number_test_SOURCES = %D%/json_number_test.c
%C%_json_number_test_CFLAGS = $(TEST_CFLAGS)
%C%_json_number_test_LDADD = $(fiat_json) $(CHECK_LIBS)
