noinst_LTLIBRARIES += libfiat_schema.la
libfiat_schema_la_SOURCES =
libfiat_schema_la_CFLAGS = $(AM_CFLAGS) $(PCRE2_CFLAGS)
libfiat_schema_la_LIBADD = $(PCRE2_LIBS)

# Formats.
libfiat_schema_la_SOURCES += \
	%D%/format.c %D%/format.h %D%/format_checks.h %D%/format_net.c %D%/format_text.c \
	%D%/format_time.c %D%/format_uri.c

# Regular expressions.
libfiat_schema_la_SOURCES += \
	%D%/regex.c %D%/regex.h %D%/regex_class.c %D%/regex_parts.h %D%/regex_property.c \
	%D%/regex_simple.c %D%/regex_simple_compile.c %D%/regex_translate.c
