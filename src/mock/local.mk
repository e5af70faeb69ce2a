# A Firehose for tests: a library of its own, so that nothing of it is in libfiat. (Its parts have
# another name because Automake sees no difference between libfiat-mock and libfiat_mock.)
noinst_LTLIBRARIES += libfiat_mocking.la
libfiat_mocking_la_SOURCES = \
	%D%/certificate.c %D%/certificate.h %D%/credentials.c %D%/credentials.h %D%/fault.c \
	%D%/fault.h %D%/firehose.c %D%/gunzip.c %D%/gunzip.h \
	%D%/head.c %D%/heap.c %D%/heap.h %D%/mock.c \
	%D%/mock_internal.h %D%/roles.c %D%/server.c %D%/server.h %D%/store.c %D%/store.h \
	%D%/streams.c %D%/streams.h %D%/verify.c %D%/wire.c %D%/wire.h
libfiat_mocking_la_CFLAGS = $(AM_CFLAGS) $(SSL_CFLAGS) $(CRYPTO_CFLAGS)
libfiat_mocking_la_LIBADD = $(SSL_LIBS) $(CRYPTO_LIBS)

# It exports what fiat/unstable/mock.h declares. Its API may change with any release, and so does
# its name. Shared alone, because parts of libfiat are in it once more.
lib_LTLIBRARIES += libfiat-mock.la
libfiat_mock_la_SOURCES =
libfiat_mock_la_LIBADD = libfiat_mocking.la libfiat_reply.la $(fiat_sigv4)
libfiat_mock_la_LDFLAGS = $(AM_LDFLAGS) -shared -release $(PACKAGE_VERSION) -no-undefined \
	-Wl,-z,nodelete -export-symbols-regex '^fiat_mock_'
