noinst_LTLIBRARIES += libfiat_table.la
libfiat_table_la_SOURCES = \
	%D%/check.c %D%/columns.c %D%/columns.h %D%/derive.c %D%/derive.h %D%/derive_parts.h \
	%D%/derive_type.c %D%/shape.c %D%/shape.h %D%/type.c %D%/type.h
libfiat_table_la_LIBADD = -lm
