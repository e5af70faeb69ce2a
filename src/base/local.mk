noinst_LTLIBRARIES += libfiat_base.la
libfiat_base_la_SOURCES = \
	%D%/arena.c %D%/arena.h %D%/base64.c %D%/base64.h %D%/base64_kernels.c \
	%D%/base64_kernels.h %D%/base64_neon.h %D%/base64_x86.h %D%/buf.c %D%/buf.h %D%/clock.c %D%/clock.h \
	%D%/error.c %D%/error.h %D%/fence.c %D%/fence.h %D%/file.c %D%/file.h %D%/gunzip.c %D%/gunzip.h %D%/hash.c %D%/hash.h %D%/histogram.c %D%/histogram.h \
	%D%/log.c %D%/log.h %D%/mem.c %D%/mem.h \
	%D%/random.c %D%/random.h %D%/sha256_pair.c %D%/sha256_pair.h %D%/source.h %D%/str.c %D%/str.h %D%/thread.c %D%/thread.h %D%/utf8.c %D%/utf8.h
libfiat_base_la_CFLAGS = $(AM_CFLAGS) $(CRYPTO_CFLAGS) $(ZLIB_CFLAGS)
libfiat_base_la_LIBADD = $(CRYPTO_LIBS) $(ZLIB_LIBS) -lpthread
