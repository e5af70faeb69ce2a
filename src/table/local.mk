noinst_LTLIBRARIES += libfiat_table.la
libfiat_table_la_SOURCES = \
	%D%/check.c %D%/columns.c %D%/columns.h %D%/shape.c %D%/shape.h %D%/type.c %D%/type.h
libfiat_table_la_LIBADD = -lm
