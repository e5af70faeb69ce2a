noinst_LTLIBRARIES += libfiat_json.la
libfiat_json_la_SOURCES = \
	%D%/cjson_bridge.c %D%/cjson_bridge.h %D%/doc.h %D%/writer.c %D%/writer.h
libfiat_json_la_SOURCES += \
	%D%/equal.c %D%/equal.h %D%/excerpt.c %D%/excerpt.h %D%/keyset.c %D%/keyset.h %D%/lookup.c %D%/lookup.h %D%/object.c %D%/object.h %D%/pointer.c %D%/pointer.h %D%/recognize.c %D%/recognize.h \
	%D%/scan.c %D%/scan.h \
	%D%/scan_endian.h %D%/scan_neon.h %D%/scan_portable.h %D%/scan_sse2.h %D%/syntax.c %D%/tape.c %D%/tape.h
libfiat_json_la_CFLAGS = $(AM_CFLAGS) $(CJSON_CFLAGS)
libfiat_json_la_LIBADD = $(CJSON_LIBS) -lm
libfiat_json_la_SOURCES += %D%/number.c %D%/number.h
