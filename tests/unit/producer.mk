producer_tests = %D%/producer_observe_test %D%/producer_queue_test %D%/producer_billing_test \
	%D%/producer_pace_test %D%/producer_pack_test %D%/producer_retry_test %D%/producer_thread_test \
	%D%/producer_stdout_test %D%/producer_reply_test %D%/producer_chaos_test \
	%D%/producer_firehose_test %D%/producer_lane_test %D%/producer_report_test \
	%D%/producer_full_test %D%/producer_dead_letter_test %D%/producer_forecast_test
check_PROGRAMS += $(producer_tests)
TESTS += $(producer_tests)
PRODUCER_TEST_LDADD = $(fiat_producer) $(CHECK_LIBS)
PRODUCER_FAKE = %D%/producer_fake.c %D%/producer_fake.h

%C%_producer_observe_test_SOURCES = %D%/producer_observe_test.c $(PRODUCER_FAKE)
%C%_producer_observe_test_CFLAGS = $(TEST_CFLAGS)
%C%_producer_observe_test_LDADD = $(PRODUCER_TEST_LDADD)
%C%_producer_queue_test_SOURCES = %D%/producer_queue_test.c $(PRODUCER_FAKE)
%C%_producer_queue_test_CFLAGS = $(TEST_CFLAGS)
%C%_producer_queue_test_LDADD = $(PRODUCER_TEST_LDADD)
%C%_producer_billing_test_SOURCES = %D%/producer_billing_test.c $(PRODUCER_FAKE)
%C%_producer_billing_test_CFLAGS = $(TEST_CFLAGS)
%C%_producer_billing_test_LDADD = $(PRODUCER_TEST_LDADD)
%C%_producer_pack_test_SOURCES = %D%/producer_pack_test.c $(PRODUCER_FAKE)
%C%_producer_pack_test_CFLAGS = $(TEST_CFLAGS)
%C%_producer_pack_test_LDADD = libchaos.la $(PRODUCER_TEST_LDADD) $(ZLIB_LIBS)
%C%_producer_lane_test_SOURCES = %D%/producer_lane_test.c $(PRODUCER_FAKE)
%C%_producer_lane_test_CFLAGS = $(TEST_CFLAGS)
%C%_producer_lane_test_LDADD = $(PRODUCER_TEST_LDADD)
%C%_producer_pace_test_SOURCES = %D%/producer_pace_test.c $(PRODUCER_FAKE)
%C%_producer_pace_test_CFLAGS = $(TEST_CFLAGS)
%C%_producer_pace_test_LDADD = $(PRODUCER_TEST_LDADD)
%C%_producer_retry_test_SOURCES = %D%/producer_retry_test.c $(PRODUCER_FAKE)
%C%_producer_retry_test_CFLAGS = $(TEST_CFLAGS)
%C%_producer_retry_test_LDADD = $(PRODUCER_TEST_LDADD)
%C%_producer_dead_letter_test_SOURCES = %D%/producer_dead_letter_test.c tests/support/tmpdir.h \
	$(PRODUCER_FAKE)
%C%_producer_dead_letter_test_CFLAGS = $(TEST_CFLAGS) $(CJSON_CFLAGS)
%C%_producer_dead_letter_test_LDADD = libchaos.la $(PRODUCER_TEST_LDADD) $(CJSON_LIBS) $(ZLIB_LIBS)
%C%_producer_forecast_test_SOURCES = %D%/producer_forecast_test.c $(PRODUCER_FAKE)
%C%_producer_forecast_test_CFLAGS = $(TEST_CFLAGS)
%C%_producer_forecast_test_LDADD = $(PRODUCER_TEST_LDADD)
%C%_producer_full_test_SOURCES = %D%/producer_full_test.c $(PRODUCER_FAKE)
%C%_producer_full_test_CFLAGS = $(TEST_CFLAGS)
%C%_producer_full_test_LDADD = $(PRODUCER_TEST_LDADD)
%C%_producer_report_test_SOURCES = %D%/producer_report_test.c tests/support/tmpdir.h \
	$(PRODUCER_FAKE)
%C%_producer_report_test_CFLAGS = $(TEST_CFLAGS)
%C%_producer_report_test_LDADD = $(PRODUCER_TEST_LDADD) $(ZLIB_LIBS)
%C%_producer_thread_test_SOURCES = %D%/producer_thread_test.c tests/support/sanitizer.h \
	tests/support/fork_heap.h $(PRODUCER_FAKE)
%C%_producer_thread_test_CFLAGS = $(TEST_CFLAGS)
%C%_producer_thread_test_LDADD = $(PRODUCER_TEST_LDADD)
%C%_producer_stdout_test_SOURCES = %D%/producer_stdout_test.c
%C%_producer_stdout_test_CFLAGS = $(TEST_CFLAGS)
%C%_producer_stdout_test_LDADD = $(PRODUCER_TEST_LDADD)
%C%_producer_reply_test_SOURCES = %D%/producer_reply_test.c
%C%_producer_reply_test_CFLAGS = $(TEST_CFLAGS)
%C%_producer_reply_test_LDADD = libchaos.la $(PRODUCER_TEST_LDADD)
%C%_producer_chaos_test_SOURCES = %D%/producer_chaos_test.c $(PRODUCER_FAKE)
%C%_producer_chaos_test_CFLAGS = $(TEST_CFLAGS)
%C%_producer_chaos_test_LDADD = libchaos.la $(PRODUCER_TEST_LDADD)
%C%_producer_firehose_test_SOURCES = %D%/producer_firehose_test.c tests/support/sanitizer.h
%C%_producer_firehose_test_CFLAGS = $(TEST_CFLAGS)
%C%_producer_firehose_test_LDADD = libhttp_server.la libchaos.la $(PRODUCER_TEST_LDADD)

# Objects and the sink that writes them.
check_PROGRAMS += %D%/producer_object_test %D%/producer_sink_local_test
TESTS += %D%/producer_object_test %D%/producer_sink_local_test
%C%_producer_object_test_SOURCES = %D%/producer_object_test.c tests/support/tmpdir.h
%C%_producer_object_test_CFLAGS = $(TEST_CFLAGS)
%C%_producer_object_test_LDADD = $(fiat_producer) $(CHECK_LIBS) $(ZLIB_LIBS)
%C%_producer_sink_local_test_SOURCES = %D%/producer_sink_local_test.c tests/support/tmpdir.h
%C%_producer_sink_local_test_CFLAGS = $(TEST_CFLAGS)
%C%_producer_sink_local_test_LDADD = $(fiat_producer) $(CHECK_LIBS) $(ZLIB_LIBS)

# The spool.
SPOOL_FAKE = %D%/spool_fake.c %D%/spool_fake.h tests/support/tmpdir.h
SPOOL_CALLS = %D%/spool_calls.c %D%/spool_calls.h $(SPOOL_FAKE)
check_PROGRAMS += %D%/producer_spool_fork_test
TESTS += %D%/producer_spool_fork_test
%C%_producer_spool_fork_test_SOURCES = %D%/producer_spool_fork_test.c $(SPOOL_FAKE)
%C%_producer_spool_fork_test_CFLAGS = $(TEST_CFLAGS)
%C%_producer_spool_fork_test_LDADD = $(fiat_producer) $(CHECK_LIBS) $(ZLIB_LIBS) -ldl

check_PROGRAMS += %D%/producer_spool_strands_test
TESTS += %D%/producer_spool_strands_test
%C%_producer_spool_strands_test_SOURCES = %D%/producer_spool_strands_test.c $(SPOOL_CALLS)
%C%_producer_spool_strands_test_CFLAGS = $(TEST_CFLAGS)
%C%_producer_spool_strands_test_LDADD = $(fiat_producer) $(CHECK_LIBS) $(ZLIB_LIBS)
check_PROGRAMS += %D%/producer_spool_strands_recover_test
TESTS += %D%/producer_spool_strands_recover_test
%C%_producer_spool_strands_recover_test_SOURCES = %D%/producer_spool_strands_recover_test.c \
	$(SPOOL_CALLS)
%C%_producer_spool_strands_recover_test_CFLAGS = $(TEST_CFLAGS)
%C%_producer_spool_strands_recover_test_LDADD = $(fiat_producer) $(CHECK_LIBS) $(ZLIB_LIBS)

check_PROGRAMS += %D%/producer_spool_test
TESTS += %D%/producer_spool_test
%C%_producer_spool_test_SOURCES = %D%/producer_spool_test.c $(SPOOL_FAKE)
%C%_producer_spool_test_CFLAGS = $(TEST_CFLAGS)
%C%_producer_spool_test_LDADD = $(fiat_producer) $(CHECK_LIBS) $(ZLIB_LIBS)
check_PROGRAMS += %D%/producer_spooled_test
TESTS += %D%/producer_spooled_test
%C%_producer_spooled_test_SOURCES = %D%/producer_spooled_test.c $(SPOOL_FAKE) $(PRODUCER_FAKE)
%C%_producer_spooled_test_CFLAGS = $(TEST_CFLAGS)
%C%_producer_spooled_test_LDADD = $(fiat_producer) $(CHECK_LIBS) $(ZLIB_LIBS)
check_PROGRAMS += %D%/producer_spool_power_test
TESTS += %D%/producer_spool_power_test
%C%_producer_spool_power_test_SOURCES = %D%/producer_spool_power_test.c %D%/power_disk.c \
	%D%/power_disk.h $(SPOOL_FAKE)
%C%_producer_spool_power_test_CFLAGS = $(TEST_CFLAGS)
%C%_producer_spool_power_test_LDADD = $(fiat_producer) $(CHECK_LIBS) $(ZLIB_LIBS)
check_PROGRAMS += %D%/producer_spool_room_test
TESTS += %D%/producer_spool_room_test
%C%_producer_spool_room_test_SOURCES = %D%/producer_spool_room_test.c $(SPOOL_FAKE) $(PRODUCER_FAKE)
%C%_producer_spool_room_test_CFLAGS = $(TEST_CFLAGS)
%C%_producer_spool_room_test_LDADD = $(fiat_producer) $(CHECK_LIBS) $(ZLIB_LIBS)
check_PROGRAMS += %D%/producer_spool_recover_test
TESTS += %D%/producer_spool_recover_test
%C%_producer_spool_recover_test_SOURCES = %D%/producer_spool_recover_test.c $(SPOOL_FAKE)
%C%_producer_spool_recover_test_CFLAGS = $(TEST_CFLAGS)
%C%_producer_spool_recover_test_LDADD = libchaos.la $(fiat_producer) $(CHECK_LIBS) $(ZLIB_LIBS)
