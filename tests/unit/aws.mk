aws_tests =
check_PROGRAMS += $(aws_tests)
TESTS += $(aws_tests)

# The scripted HTTP server, for every test that needs one.
check_LTLIBRARIES += libhttp_server.la
libhttp_server_la_SOURCES = tests/support/http_server.c tests/support/http_server.h
libhttp_server_la_CFLAGS = $(AM_CFLAGS)
libhttp_server_la_LIBADD = libfiat_base.la
