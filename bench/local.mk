# Benchmarks: `make bench` builds and runs them; JSON on stdout, what is for the eye on stderr.
EXTRA_PROGRAMS += %D%/bench_log %D%/bench_schema
%C%_bench_log_SOURCES = %D%/bench_log.c %D%/peers.h
%C%_bench_log_CFLAGS = $(AM_CFLAGS) $(CJSON_CFLAGS)
%C%_bench_log_LDADD = $(fiat_logger) $(CJSON_LIBS) -lm -lpthread
%C%_bench_schema_SOURCES = %D%/bench_schema.c %D%/schema_race.c %D%/schema_race.h %D%/schema_docs.c \
	%D%/schema_docs.h %D%/schema_events.c %D%/schema_child.c %D%/schema_child.h %D%/peers.h
%C%_bench_schema_CFLAGS = $(AM_CFLAGS) $(CJSON_CFLAGS)
%C%_bench_schema_CXXFLAGS = $(AM_CXXFLAGS) $(SIMDJSON_CFLAGS)
%C%_bench_schema_LDADD = $(fiat_schema) $(CJSON_LIBS)
if HAVE_SIMDJSON
%C%_bench_log_SOURCES += %D%/peer_simdjson.cc
%C%_bench_log_CXXFLAGS = $(AM_CXXFLAGS) $(SIMDJSON_CFLAGS)
%C%_bench_log_LDADD += $(SIMDJSON_LIBS)
%C%_bench_schema_SOURCES += %D%/peer_simdjson.cc
%C%_bench_schema_LDADD += $(SIMDJSON_LIBS)
else
%C%_bench_log_SOURCES += %D%/peer_none.c
%C%_bench_schema_SOURCES += %D%/peer_none.c
endif
if HAVE_RAPIDJSON
%C%_bench_schema_SOURCES += %D%/peer_rapidjson.cc
else
%C%_bench_schema_SOURCES += %D%/peer_rapidjson_none.c
endif
EXTRA_DIST += %D%/schemas/BenchAudit/json_schema.json %D%/schemas/BenchStruct/json_schema.json \
	%D%/make_data.py %D%/packages.txt \
	%D%/peers/ajv.js %D%/peers/blaze.py %D%/peers/validate_rs.py scripts/fetch-bench

# What scripts/fetch-bench has fetched; and the workloads to run, all when empty.
BENCH_DEPS = $(abs_top_srcdir)/.deps-local/bench
BENCH_WORKLOADS =

bench: %D%/bench_log$(EXEEXT) bench-schema
	@%D%/bench_log$(EXEEXT) $(srcdir)/%D%/schemas
bench-schema: %D%/bench_schema$(EXEEXT)
	@%D%/bench_schema$(EXEEXT) $(srcdir)/%D% $(BENCH_DEPS) $(BENCH_WORKLOADS)
.PHONY: bench bench-schema
