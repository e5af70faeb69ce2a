noinst_LTLIBRARIES += libfiat_aws.la
libfiat_aws_la_SOURCES = \
	%D%/http_date.c %D%/http_date.h %D%/sigv4.c %D%/sigv4.h \
	%D%/sigv4_canonical.c %D%/sigv4_canonical.h %D%/sigv4_verify.c %D%/sigv4_verify.h
libfiat_aws_la_CFLAGS = $(AM_CFLAGS) $(CURL_CFLAGS) $(CRYPTO_CFLAGS)
libfiat_aws_la_LIBADD = $(CURL_LIBS) $(CRYPTO_LIBS)

# The services that libfiat itself speaks to.
libfiat_aws_la_SOURCES += %D%/svc/firehose.c %D%/svc/firehose.h
