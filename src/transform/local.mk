noinst_LTLIBRARIES += libfiat_transform.la
libfiat_transform_la_SOURCES = \
	%D%/firehose_event.c %D%/firehose_event.h %D%/log.c %D%/log.h %D%/verdict.h
