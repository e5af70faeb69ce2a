duckdb_tests = %D%/duckdb_rows_test %D%/duckdb_text_test
check_PROGRAMS += $(duckdb_tests)
TESTS += $(duckdb_tests)

%C%_duckdb_rows_test_SOURCES = %D%/duckdb_rows_test.c
%C%_duckdb_rows_test_CFLAGS = $(TEST_CFLAGS)
%C%_duckdb_rows_test_LDADD = $(fiat_duckdb) $(CHECK_LIBS)
%C%_duckdb_text_test_SOURCES = %D%/duckdb_text_test.c
%C%_duckdb_text_test_CFLAGS = $(TEST_CFLAGS)
%C%_duckdb_text_test_LDADD = $(fiat_duckdb) $(CHECK_LIBS)
