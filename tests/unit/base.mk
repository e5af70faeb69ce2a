# Failing allocations, for the tests of every part: link libchaos.la.
check_LTLIBRARIES += libchaos.la
libchaos_la_SOURCES = tests/support/chaos.c tests/support/chaos.h
libchaos_la_CFLAGS = $(TEST_CFLAGS)

base_tests = %D%/base_arena_test %D%/base_base64_test %D%/base_buf_test %D%/base_clock_test \
	%D%/base_error_test %D%/base_fence_test %D%/base_file_test %D%/base_gunzip_test %D%/base_hash_test %D%/base_histogram_test \
	%D%/base_log_test %D%/base_mem_test \
	%D%/base_random_test %D%/base_thread_test %D%/base_utf8_test
check_PROGRAMS += $(base_tests)
TESTS += $(base_tests)
BASE_TEST_LIBS = libchaos.la $(fiat_base) $(CHECK_LIBS)

%C%_base_arena_test_SOURCES = %D%/base_arena_test.c
%C%_base_arena_test_CFLAGS = $(TEST_CFLAGS)
%C%_base_arena_test_LDADD = $(BASE_TEST_LIBS)
%C%_base_base64_test_SOURCES = %D%/base_base64_test.c
%C%_base_base64_test_CFLAGS = $(TEST_CFLAGS)
%C%_base_base64_test_LDADD = $(BASE_TEST_LIBS)
%C%_base_buf_test_SOURCES = %D%/base_buf_test.c
%C%_base_buf_test_CFLAGS = $(TEST_CFLAGS)
%C%_base_buf_test_LDADD = $(BASE_TEST_LIBS)
%C%_base_clock_test_SOURCES = %D%/base_clock_test.c
%C%_base_clock_test_CFLAGS = $(TEST_CFLAGS)
%C%_base_clock_test_LDADD = $(BASE_TEST_LIBS)
%C%_base_error_test_SOURCES = %D%/base_error_test.c
%C%_base_error_test_CFLAGS = $(TEST_CFLAGS)
%C%_base_error_test_LDADD = $(BASE_TEST_LIBS)
%C%_base_fence_test_SOURCES = %D%/base_fence_test.c
%C%_base_fence_test_CFLAGS = $(TEST_CFLAGS)
%C%_base_fence_test_LDADD = $(BASE_TEST_LIBS)
%C%_base_file_test_SOURCES = %D%/base_file_test.c
%C%_base_file_test_CFLAGS = $(TEST_CFLAGS)
%C%_base_file_test_LDADD = $(BASE_TEST_LIBS)
%C%_base_gunzip_test_SOURCES = %D%/base_gunzip_test.c tests/support/gzip.h
%C%_base_gunzip_test_CFLAGS = $(TEST_CFLAGS) $(ZLIB_CFLAGS)
%C%_base_gunzip_test_LDADD = $(BASE_TEST_LIBS)
%C%_base_hash_test_SOURCES = %D%/base_hash_test.c
%C%_base_hash_test_CFLAGS = $(TEST_CFLAGS)
%C%_base_hash_test_LDADD = $(BASE_TEST_LIBS)
%C%_base_histogram_test_SOURCES = %D%/base_histogram_test.c
%C%_base_histogram_test_CFLAGS = $(TEST_CFLAGS)
%C%_base_histogram_test_LDADD = $(BASE_TEST_LIBS)
%C%_base_log_test_SOURCES = %D%/base_log_test.c
%C%_base_log_test_CFLAGS = $(TEST_CFLAGS)
%C%_base_log_test_LDADD = $(BASE_TEST_LIBS)
%C%_base_mem_test_SOURCES = %D%/base_mem_test.c
%C%_base_mem_test_CFLAGS = $(TEST_CFLAGS)
%C%_base_mem_test_LDADD = $(BASE_TEST_LIBS)
%C%_base_random_test_SOURCES = %D%/base_random_test.c
%C%_base_random_test_CFLAGS = $(TEST_CFLAGS)
%C%_base_random_test_LDADD = $(BASE_TEST_LIBS)
%C%_base_thread_test_SOURCES = %D%/base_thread_test.c
%C%_base_thread_test_CFLAGS = $(TEST_CFLAGS)
%C%_base_thread_test_LDADD = $(BASE_TEST_LIBS)
%C%_base_utf8_test_SOURCES = %D%/base_utf8_test.c
%C%_base_utf8_test_CFLAGS = $(TEST_CFLAGS)
%C%_base_utf8_test_LDADD = $(BASE_TEST_LIBS)
