# Benchmarks: `make bench` builds and runs them; JSON on stdout, what is for the eye on stderr.
# `make check` builds them, so that they keep up with what they measure.
check_PROGRAMS += %D%/bench_log %D%/bench_schema %D%/bench_ship %D%/bench_sink
SINK_SOURCES = %D%/sink.c %D%/sink.h %D%/sink_count.c %D%/sink_count.h %D%/sink_tls.c %D%/sink_tls.h
# The sink's memmem(), strcasestr(), accept4().
SINK_CFLAGS = -D_GNU_SOURCE $(SSL_CFLAGS)
%C%_bench_log_SOURCES = %D%/bench_log.c %D%/log_latency.c %D%/log_latency.h %D%/peers.h $(SINK_SOURCES)
%C%_bench_log_CFLAGS = $(AM_CFLAGS) $(CJSON_CFLAGS) $(SINK_CFLAGS)
%C%_bench_log_LDADD = $(fiat_logger) $(CJSON_LIBS) $(SSL_LIBS) -lm -lpthread
%C%_bench_schema_SOURCES = %D%/bench_schema.c %D%/schema_race.c %D%/schema_race.h %D%/schema_docs.c \
	%D%/schema_docs.h %D%/schema_events.c %D%/schema_child.c %D%/schema_child.h %D%/peers.h
%C%_bench_schema_CFLAGS = $(AM_CFLAGS) $(CJSON_CFLAGS)
%C%_bench_schema_CXXFLAGS = $(AM_CXXFLAGS) $(SIMDJSON_CFLAGS)
%C%_bench_schema_LDADD = $(fiat_schema) $(CJSON_LIBS)
%C%_bench_sink_SOURCES = %D%/bench_sink.c $(SINK_SOURCES)
%C%_bench_sink_CFLAGS = $(AM_CFLAGS) $(SINK_CFLAGS)
%C%_bench_sink_LDADD = $(fiat_base) $(SSL_LIBS) $(CRYPTO_LIBS) -lpthread
%C%_bench_ship_SOURCES = %D%/bench_ship.c
%C%_bench_ship_CFLAGS = $(AM_CFLAGS) $(CRYPTO_CFLAGS)
%C%_bench_ship_LDADD = $(fiat_logger) $(CRYPTO_LIBS)
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
	%D%/peers/ajv.js %D%/peers/blaze.py %D%/peers/validate_rs.py scripts/fetch-bench \
	%D%/ship.py %D%/peers/ship_boto3.py %D%/peers/ship_js.mjs %D%/peers/ship_go/main.go \
	%D%/peers/ship_go/go.mod %D%/peers/ship_go/go.sum

# What scripts/fetch-bench has fetched; and the workloads to run, all when empty.
BENCH_DEPS = $(abs_top_srcdir)/.deps-local/bench
BENCH_WORKLOADS =
# Who is to ship; all when empty.
BENCH_SENDERS =

bench: %D%/bench_log$(EXEEXT) bench-schema bench-ship
	@%D%/bench_log$(EXEEXT) $(srcdir)/%D%/schemas
bench-schema: %D%/bench_schema$(EXEEXT)
	@%D%/bench_schema$(EXEEXT) $(srcdir)/%D% $(BENCH_DEPS) $(BENCH_WORKLOADS)
bench-ship: %D%/bench_ship$(EXEEXT) %D%/bench_sink$(EXEEXT)
	@python3 -B $(srcdir)/%D%/ship.py $(builddir)/%D% $(abs_top_srcdir)/.deps-local $(BENCH_SENDERS)
.PHONY: bench bench-schema bench-ship
