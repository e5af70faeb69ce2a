pipeline_tests = %D%/pipeline_delivery_test
check_PROGRAMS += $(pipeline_tests)
TESTS += $(pipeline_tests)

%C%_pipeline_delivery_test_SOURCES = %D%/pipeline_delivery_test.c
%C%_pipeline_delivery_test_CFLAGS = $(TEST_CFLAGS)
%C%_pipeline_delivery_test_LDADD = libchaos.la $(fiat_pipeline) $(CHECK_LIBS)
