# Calls of the tools. Not in libfiat: an embedder carries Firehose alone, which ../local.mk names.
noinst_LTLIBRARIES += libfiat_svc.la
libfiat_svc_la_SOURCES = \
	%D%/athena.c %D%/athena.h %D%/identity.c %D%/identity.h %D%/s3.c %D%/s3.h \
	%D%/service.c %D%/service.h %D%/service_error.c %D%/service_json.c %D%/service_place.c \
	%D%/service_private.h
libfiat_svc_la_CFLAGS = $(AM_CFLAGS) $(CURL_CFLAGS)
