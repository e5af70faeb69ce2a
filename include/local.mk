fiatincludedir = $(includedir)/fiat
fiatinclude_HEADERS = \
	%D%/fiat/fiat.h %D%/fiat/types.h %D%/fiat/error.h %D%/fiat/allocator.h %D%/fiat/config.h \
	%D%/fiat/event.h %D%/fiat/log.h %D%/fiat/logger.h %D%/fiat/schema.h %D%/fiat/stats.h %D%/fiat/version.h

# What may still change.
fiatunstableincludedir = $(includedir)/fiat/unstable
fiatunstableinclude_HEADERS = %D%/fiat/unstable/mock.h
