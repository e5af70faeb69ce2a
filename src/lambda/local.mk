# The bootstrap of functions in AWS Lambda, with every handler.
noinst_LTLIBRARIES += libfiat_runtime.la
libfiat_runtime_la_SOURCES = \
	%D%/handler.c %D%/handler.h %D%/runtime.c %D%/runtime.h %D%/runtime_api.c %D%/runtime_api.h \
	%D%/say.c %D%/say.h %D%/handlers/log.c
libfiat_runtime_la_CFLAGS = $(AM_CFLAGS) $(CURL_CFLAGS) $(SSL_CFLAGS)
libfiat_runtime_la_LIBADD = $(CURL_LIBS)

bin_PROGRAMS += fiat-lambda
fiat_lambda_SOURCES = %D%/main.c
fiat_lambda_LDADD = $(fiat_lambda)
