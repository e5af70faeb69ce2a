# Parts of the command that have logic of their own.
tools_tests = %D%/tools_conf_file_test
check_PROGRAMS += $(tools_tests)
TESTS += $(tools_tests)

%C%_tools_conf_file_test_SOURCES = %D%/tools_conf_file_test.c tools/conf_file.c
%C%_tools_conf_file_test_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tools
%C%_tools_conf_file_test_CFLAGS = $(TEST_CFLAGS)
%C%_tools_conf_file_test_LDADD = libchaos.la $(fiat_logger) $(CHECK_LIBS)
