# A Firehose for tests: a library of its own, so that nothing of it is in libfiat. (Its parts have
# another name because Automake sees no difference between libfiat-mock and libfiat_mock.)
noinst_LTLIBRARIES += libfiat_mocking.la
libfiat_mocking_la_SOURCES = \
	%D%/heap.c %D%/heap.h %D%/server.c %D%/server.h %D%/wire.c %D%/wire.h
libfiat_mocking_la_CFLAGS = $(AM_CFLAGS) $(SSL_CFLAGS) $(CRYPTO_CFLAGS)
libfiat_mocking_la_LIBADD = $(SSL_LIBS) $(CRYPTO_LIBS)
