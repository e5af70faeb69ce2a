noinst_LTLIBRARIES += libfiat_producer.la
libfiat_producer_la_SOURCES = \
	%D%/dead_letter.c %D%/dead_letter.h %D%/forecast.c %D%/fork.c %D%/give_up.c %D%/lane.c %D%/numbers.h %D%/observe.c \
	%D%/pace.c %D%/pace.h %D%/pack.c %D%/pack.h %D%/producer.c %D%/producer.h %D%/producer_internal.h %D%/queue.c \
	%D%/queue_take.c \
	%D%/record.c %D%/report.c %D%/report_queue.c %D%/retry.c %D%/sender.c %D%/sink.c %D%/sink.h \
	%D%/sink_firehose.c \
	%D%/sink_stdout.c %D%/stats.c
libfiat_producer_la_SOURCES += \
	%D%/intake.c %D%/spool.c %D%/spool.h %D%/spool_append.c %D%/spool_dir.c %D%/spool_format.c \
	%D%/spool_format.h %D%/spool_internal.h %D%/spool_io.c %D%/spool_io.h %D%/spool_read.c \
	%D%/spool_recover.c %D%/spool_room.c %D%/spool_strands.c %D%/spool_strands.h \
	%D%/spool_sync.c %D%/spool_writer.c %D%/spool_writer.h
libfiat_producer_la_CFLAGS = $(AM_CFLAGS) $(ZLIB_CFLAGS)
libfiat_producer_la_LIBADD = $(ZLIB_LIBS) -lpthread -lm

# Objects under a folder, and the sink that writes them.
libfiat_producer_la_SOURCES += \
	%D%/object.c %D%/object.h %D%/prefix.c %D%/sink_local.c
