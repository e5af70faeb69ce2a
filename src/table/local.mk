noinst_LTLIBRARIES += libfiat_table.la
libfiat_table_la_SOURCES = \
	%D%/check.c %D%/columns.c %D%/columns.h %D%/compare.c %D%/compare.h %D%/ddl.c %D%/ddl.h \
	%D%/definition.c %D%/definition.h %D%/derive.c %D%/derive.h %D%/derive_parts.h %D%/derive_type.c \
	%D%/glue.c %D%/glue.h %D%/infer.c %D%/infer.h %D%/infer_node.c %D%/infer_node.h \
	%D%/infer_write.c %D%/layers.c %D%/layers.h %D%/partition.c %D%/partition.h %D%/reserved.c \
	%D%/reserved.h %D%/serde.c %D%/serde.h %D%/settings.c %D%/settings.h %D%/shape.c %D%/shape.h \
	%D%/shape_ref.c %D%/shape_ref.h %D%/type.c %D%/type.h
libfiat_table_la_LIBADD = -lm
