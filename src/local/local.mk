# The local engine.
noinst_LTLIBRARIES += libfiat_local.la
libfiat_local_la_SOURCES = \
	%D%/athena.c %D%/athena.h %D%/athena_catalog.c %D%/athena_ddl.c %D%/athena_internal.h \
	%D%/athena_query.c %D%/athena_result.c %D%/athena_result.h %D%/athena_results.c %D%/athena_run.c \
	%D%/athena_select.c %D%/athena_sql.c %D%/athena_sql.h %D%/athena_start.c %D%/athena_store.c \
	%D%/athena_text.c %D%/athena_text.h %D%/catalog.c %D%/catalog.h %D%/catalog_file.c \
	%D%/macros.c %D%/macros.h %D%/s3_place.c %D%/s3_place.h \
	%D%/projection.c %D%/projection.h %D%/table_view.c %D%/table_view.h \
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

# Hive's DDL.
noinst_LTLIBRARIES += libfiat_hive.la
libfiat_hive_la_SOURCES = \
	%D%/hive_create.c %D%/hive_cursor.c %D%/hive_cursor.h %D%/hive_lex.c %D%/hive_lex.h \
	%D%/hive_parse.c %D%/hive_parse.h %D%/hive_table.h
