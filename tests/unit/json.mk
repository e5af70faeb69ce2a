# Exact numbers.
check_PROGRAMS += %D%/json_number_test
TESTS += %D%/json_number_test
%C%_json_number_test_SOURCES = %D%/json_number_test.c
%C%_json_number_test_CFLAGS = $(TEST_CFLAGS)
%C%_json_number_test_LDADD = $(fiat_json) $(CHECK_LIBS)

# Writing, documents, cJSON.
check_PROGRAMS += %D%/json_doc_test %D%/json_writer_test
TESTS += %D%/json_doc_test %D%/json_writer_test
%C%_json_doc_test_SOURCES = %D%/json_doc_test.c
%C%_json_doc_test_CFLAGS = $(TEST_CFLAGS) $(CJSON_CFLAGS)
%C%_json_doc_test_LDADD = libchaos.la $(fiat_json) $(CJSON_LIBS) $(CHECK_LIBS)
%C%_json_writer_test_SOURCES = %D%/json_writer_test.c
%C%_json_writer_test_CFLAGS = $(TEST_CFLAGS)
%C%_json_writer_test_LDADD = $(fiat_json) $(CHECK_LIBS) -lm

# The scanner and the tape.
check_PROGRAMS += %D%/json_scan_test %D%/json_tape_test
TESTS += %D%/json_scan_test %D%/json_tape_test
%C%_json_scan_test_SOURCES = %D%/json_scan_test.c
%C%_json_scan_test_CFLAGS = $(TEST_CFLAGS)
%C%_json_scan_test_LDADD = $(fiat_json) $(CHECK_LIBS)
%C%_json_tape_test_SOURCES = %D%/json_tape_test.c
%C%_json_tape_test_CFLAGS = $(TEST_CFLAGS)
%C%_json_tape_test_LDADD = $(fiat_json) $(CHECK_LIBS)

# Pointers by an index.
check_PROGRAMS += %D%/json_lookup_test
TESTS += %D%/json_lookup_test
%C%_json_lookup_test_SOURCES = %D%/json_lookup_test.c
%C%_json_lookup_test_CFLAGS = $(TEST_CFLAGS)
%C%_json_lookup_test_LDADD = libchaos.la $(fiat_json) $(CHECK_LIBS)
