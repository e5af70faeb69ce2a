query_tests = %D%/local_layout_test %D%/local_query_test
check_PROGRAMS += $(query_tests)
TESTS += $(query_tests)

%C%_local_layout_test_SOURCES = %D%/local_layout_test.c
%C%_local_layout_test_CFLAGS = $(TEST_CFLAGS) $(PCRE2_CFLAGS)
%C%_local_layout_test_LDADD = libchaos.la $(fiat_query) $(CHECK_LIBS) $(PCRE2_LIBS)
%C%_local_query_test_SOURCES = %D%/local_query_test.c
%C%_local_query_test_CFLAGS = $(TEST_CFLAGS) $(ZLIB_CFLAGS)
%C%_local_query_test_LDADD = libchaos.la $(fiat_query) $(CHECK_LIBS) $(ZLIB_LIBS)
