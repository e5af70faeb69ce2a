# The local engine.
noinst_LTLIBRARIES += libfiat_local.la
libfiat_local_la_SOURCES = \
	%D%/buffer.c %D%/delivery.c %D%/destination.c %D%/destination.h %D%/firehose.c %D%/firehose.h \
	%D%/firehose_create.c %D%/firehose_put.c %D%/firehose_tags.c %D%/firehose_update.c %D%/http.c %D%/http.h %D%/local.c \
	%D%/local.h %D%/segment.c %D%/segment.h %D%/stream.c %D%/stream.h
libfiat_local_la_CFLAGS = $(AM_CFLAGS) $(MHD_CFLAGS) $(ZLIB_CFLAGS) $(CRYPTO_CFLAGS)
libfiat_local_la_LIBADD = $(MHD_LIBS) $(ZLIB_LIBS)

# What is common to all that answer in Firehose's place.
noinst_LTLIBRARIES += libfiat_reply.la
libfiat_reply_la_SOURCES = %D%/put_input.c %D%/put_input.h %D%/reply.c %D%/reply.h

# SQL on a data folder.
noinst_LTLIBRARIES += libfiat_query.la
libfiat_query_la_SOURCES = %D%/layout.c %D%/layout.h %D%/query.c %D%/query.h \
	%D%/view.c %D%/view.h
