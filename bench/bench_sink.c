/* The benchmarks' destination as a process of its own, so that its processor time is apart.
 * usage: bench_sink CA_FILE
 *
 * Prints {"port": N}; then, for each line that it reads, what has come since the last one. Ends
 * with its standard input. */
#include "sink.h"

#include <inttypes.h>
#include <stdio.h>
#include <sys/resource.h>

static double cpu_s(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           1e-6 * (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

int main(int argc, char **argv) {
    if (argc != 2) {
        fprintf(stderr, "usage: bench_sink CA_FILE\n");
        return 2;
    }
    struct bench_sink *sink = bench_sink_start(&(struct bench_sink_opts){.ca_file = argv[1]});
    double before_s = cpu_s();
    char line[16];
    printf("{\"port\": %d}\n", bench_sink_port(sink));
    fflush(stdout);
    while (fgets(line, sizeof line, stdin)) {
        struct sink_counts counts = bench_sink_take(sink);
        double now_s = cpu_s();
        printf("{\"requests\": %" PRIu64 ", \"records\": %" PRIu64 ", \"events\": %" PRIu64
               ", \"bytes\": %" PRIu64 ", \"billed_bytes\": %" PRIu64 ", \"bad_requests\": %" PRIu64
               ", \"cpu_s\": %.6f}\n",
               counts.requests, counts.records, counts.events, counts.bytes, counts.billed_bytes,
               counts.bad_requests, now_s - before_s);
        fflush(stdout);
        before_s = now_s;
    }
    bench_sink_stop(sink);
    return 0;
}
