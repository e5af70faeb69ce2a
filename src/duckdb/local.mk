# The SQL engine: loaded at run time, so that nothing of DuckDB is needed to build.
noinst_LTLIBRARIES += libfiat_duckdb.la
libfiat_duckdb_la_SOURCES = \
	%D%/api.h %D%/duckdb.c %D%/duckdb.h %D%/error.c %D%/internal.h %D%/load.c %D%/rows.c %D%/text.c
libfiat_duckdb_la_CPPFLAGS = $(AM_CPPFLAGS) \
	-DFIAT_DUCKDB_INSTALLED='"$(libdir)/fiat/libduckdb.so"' \
	-DFIAT_DUCKDB_SOURCE='"$(abs_top_srcdir)/.deps-local/duckdb/libduckdb.so"'
libfiat_duckdb_la_LIBADD = -ldl
EXTRA_DIST += scripts/fetch-duckdb
