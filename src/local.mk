# libfiat: what an embedder links. The shared library exports the public API alone (every other
# symbol is hidden), so that it carries no Athena, no DuckDB and no HTTP server. It stays in memory
# after dlclose(): threads that have logged run a destructor of ours when they end.
lib_LTLIBRARIES += libfiat.la
libfiat_la_SOURCES =
libfiat_la_LIBADD = libfiat_logger.la libfiat_producer.la libfiat_aws.la libfiat_sigv4.la \
	libfiat_schema.la libfiat_json.la libfiat_base.la
libfiat_la_LDFLAGS = $(AM_LDFLAGS) -version-info $(FIAT_LT_VERSION) -no-undefined -Wl,-z,nodelete \
	-export-symbols-regex '^(fiat_[a-z]|audit_log|audit_log_output|validated_log)'
