noinst_LTLIBRARIES += libfiat_json.la
libfiat_json_la_SOURCES = \
	%D%/cjson_bridge.c %D%/cjson_bridge.h %D%/doc.h %D%/writer.c %D%/writer.h
libfiat_json_la_CFLAGS = $(AM_CFLAGS) $(CJSON_CFLAGS)
libfiat_json_la_LIBADD = $(CJSON_LIBS) -lm
libfiat_json_la_SOURCES += %D%/number.c %D%/number.h
