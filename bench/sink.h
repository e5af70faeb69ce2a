/* A destination for benchmarks: an HTTP/1.1 server on loopback that takes PutRecordBatch bodies as
 * fast as it can, counts what they hold and answers as Firehose does when all is well. It looks at
 * no signature. One thread a connection. */
#ifndef FIAT_BENCH_SINK_H
#define FIAT_BENCH_SINK_H

#include "sink_count.h"

struct bench_sink;

struct bench_sink_opts {
    const char *ca_file;     /* NULL: no TLS; else where the certificate to trust is written */
    unsigned reply_delay_ms; /* between a request and its reply */
};

/* Exits the process with a message when it cannot: there would be nothing to measure. */
struct bench_sink *bench_sink_start(const struct bench_sink_opts *opts);
int bench_sink_port(const struct bench_sink *sink);
/* What has come since the last call. */
struct sink_counts bench_sink_take(struct bench_sink *sink);
/* Close all connections, in the middle of a request if need be. */
void bench_sink_stop(struct bench_sink *sink);

#endif
