table_tests = \
	%D%/table_check_test %D%/table_columns_test %D%/table_compare_test %D%/table_ddl_test \
	%D%/table_derive_test %D%/table_infer_test %D%/table_layers_test %D%/table_partition_test \
	%D%/table_type_test
check_PROGRAMS += $(table_tests)
TESTS += $(table_tests)

%C%_table_check_test_SOURCES = %D%/table_check_test.c
%C%_table_check_test_CFLAGS = $(TEST_CFLAGS)
%C%_table_check_test_LDADD = $(fiat_table) $(CHECK_LIBS)
%C%_table_columns_test_SOURCES = %D%/table_columns_test.c
%C%_table_columns_test_CFLAGS = $(TEST_CFLAGS)
%C%_table_columns_test_LDADD = libchaos.la $(fiat_table) $(CHECK_LIBS)
%C%_table_compare_test_SOURCES = %D%/table_compare_test.c %D%/table_fake.c %D%/table_fake.h
%C%_table_compare_test_CFLAGS = $(TEST_CFLAGS)
%C%_table_compare_test_LDADD = libchaos.la $(fiat_table) $(CHECK_LIBS)
%C%_table_ddl_test_SOURCES = %D%/table_ddl_test.c %D%/table_fake.c %D%/table_fake.h
%C%_table_ddl_test_CFLAGS = $(TEST_CFLAGS)
%C%_table_ddl_test_LDADD = libchaos.la $(fiat_table) $(CHECK_LIBS)
%C%_table_derive_test_SOURCES = %D%/table_derive_test.c
%C%_table_derive_test_CFLAGS = $(TEST_CFLAGS)
%C%_table_derive_test_LDADD = libchaos.la $(fiat_table) $(CHECK_LIBS)
%C%_table_infer_test_SOURCES = %D%/table_infer_test.c
%C%_table_infer_test_CFLAGS = $(TEST_CFLAGS)
%C%_table_infer_test_LDADD = libchaos.la $(fiat_table) $(CHECK_LIBS)
%C%_table_layers_test_SOURCES = %D%/table_layers_test.c
%C%_table_layers_test_CFLAGS = $(TEST_CFLAGS)
%C%_table_layers_test_LDADD = libchaos.la $(fiat_table) $(CHECK_LIBS)
%C%_table_partition_test_SOURCES = %D%/table_partition_test.c
%C%_table_partition_test_CFLAGS = $(TEST_CFLAGS)
%C%_table_partition_test_LDADD = libchaos.la $(fiat_table) $(CHECK_LIBS)
%C%_table_type_test_SOURCES = %D%/table_type_test.c
%C%_table_type_test_CFLAGS = $(TEST_CFLAGS)
%C%_table_type_test_LDADD = $(fiat_table) $(CHECK_LIBS)
