# Objects and the sink that writes them.
check_PROGRAMS += %D%/producer_object_test %D%/producer_sink_local_test
TESTS += %D%/producer_object_test %D%/producer_sink_local_test
%C%_producer_object_test_SOURCES = %D%/producer_object_test.c tests/support/tmpdir.h
%C%_producer_object_test_CFLAGS = $(TEST_CFLAGS)
%C%_producer_object_test_LDADD = libfiat_producer.la $(CHECK_LIBS) $(ZLIB_LIBS)
%C%_producer_sink_local_test_SOURCES = %D%/producer_sink_local_test.c tests/support/tmpdir.h
%C%_producer_sink_local_test_CFLAGS = $(TEST_CFLAGS)
%C%_producer_sink_local_test_LDADD = libfiat_producer.la $(CHECK_LIBS) $(ZLIB_LIBS)
