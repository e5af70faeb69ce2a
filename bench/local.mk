# Benchmarks: `make bench` builds and runs them; JSON on stdout.
EXTRA_PROGRAMS += %D%/bench_log
%C%_bench_log_SOURCES = %D%/bench_log.c %D%/peers.h
%C%_bench_log_CFLAGS = $(AM_CFLAGS) $(CJSON_CFLAGS)
%C%_bench_log_LDADD = $(fiat_logger) $(CJSON_LIBS) -lm -lpthread
if HAVE_SIMDJSON
%C%_bench_log_SOURCES += %D%/peer_simdjson.cc
%C%_bench_log_CXXFLAGS = $(AM_CXXFLAGS) $(SIMDJSON_CFLAGS)
%C%_bench_log_LDADD += $(SIMDJSON_LIBS)
else
%C%_bench_log_SOURCES += %D%/peer_none.c
endif
EXTRA_DIST += %D%/schemas/BenchAudit/json_schema.json

bench: %D%/bench_log$(EXEEXT)
	@%D%/bench_log$(EXEEXT) $(srcdir)/%D%/schemas
.PHONY: bench
