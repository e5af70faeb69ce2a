# Parts of the command that have logic of their own.
tools_tests = %D%/tools_athena_test %D%/tools_aws_test %D%/tools_conf_file_test
check_PROGRAMS += $(tools_tests)
TESTS += $(tools_tests)

%C%_tools_aws_test_SOURCES = %D%/tools_aws_test.c tools/aws.c tools/aws.h
%C%_tools_aws_test_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tools
%C%_tools_aws_test_CFLAGS = $(TEST_CFLAGS) $(CURL_CFLAGS)
%C%_tools_aws_test_LDADD = libfiat_svc.la $(fiat_logger) $(CHECK_LIBS)

%C%_tools_conf_file_test_SOURCES = %D%/tools_conf_file_test.c tools/conf_file.c
%C%_tools_conf_file_test_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tools
%C%_tools_conf_file_test_CFLAGS = $(TEST_CFLAGS)
%C%_tools_conf_file_test_LDADD = libchaos.la $(fiat_logger) $(CHECK_LIBS)

%C%_tools_athena_test_SOURCES = \
	%D%/tools_athena_test.c tools/athena_rows.c tools/athena_text.c tools/interrupt.c
%C%_tools_athena_test_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tools
%C%_tools_athena_test_CFLAGS = $(TEST_CFLAGS)
%C%_tools_athena_test_LDADD = $(fiat_svc) $(CHECK_LIBS)
