noinst_LTLIBRARIES += libfiat_producer.la
libfiat_producer_la_SOURCES = %D%/producer.h %D%/sink.h
libfiat_producer_la_CFLAGS = $(AM_CFLAGS) $(ZLIB_CFLAGS)
libfiat_producer_la_LIBADD = libfiat_base.la $(ZLIB_LIBS)

# Objects under a folder, and the sink that writes them.
libfiat_producer_la_SOURCES += \
	%D%/object.c %D%/object.h %D%/prefix.c %D%/sink_local.c
