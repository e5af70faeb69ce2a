# Complete programs against the public API. Each is built twice: as C11, and as C++11 from the very
# same text, so that the headers stay usable from both.
examples = %D%/audit %D%/validated %D%/package_log %D%/validate %D%/event_loop
noinst_PROGRAMS += $(examples)
%C%_audit_SOURCES = %D%/audit.c
%C%_audit_LDADD = libfiat.la
%C%_validated_SOURCES = %D%/validated.c
%C%_validated_CFLAGS = $(AM_CFLAGS) $(CJSON_CFLAGS)
%C%_validated_LDADD = libfiat.la $(CJSON_LIBS)
%C%_package_log_SOURCES = %D%/package_log.c
%C%_package_log_LDADD = libfiat.la $(ZLIB_LIBS)
%C%_validate_SOURCES = %D%/validate.c
%C%_validate_LDADD = libfiat.la
%C%_event_loop_SOURCES = %D%/event_loop.c
%C%_event_loop_LDADD = libfiat.la

EXTRA_DIST += scripts/quickstart tests/data/dpkg/dpkg.log
EXTRA_DIST += %D%/schemas/PackageEvent/json_schema.json %D%/schemas/PackageEvent/athena.json \
	%D%/schemas/PackageEvent/stream.json
