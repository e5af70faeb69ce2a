/* Counts what a PutRecordBatch body holds while it streams by. */
#ifndef FIAT_BENCH_SINK_COUNT_H
#define FIAT_BENCH_SINK_COUNT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sink_counts {
    uint64_t requests, records, events; /* an event: a newline */
    uint64_t bytes;                     /* of the records' data */
    uint64_t billed_bytes;              /* each record rounded up to 5 KiB */
    uint64_t bad_requests;              /* not base64, or not whole */
};

/* One request's body. */
struct sink_body {
    struct sink_counts counts;
    uint64_t record_bytes; /* of the record at hand */
    enum { BODY_OUTSIDE, BODY_BEFORE_DATA, BODY_IN_DATA } state;
    unsigned matched;       /* of what the state looks for */
    unsigned held, padding; /* letters of a group that is not complete; '=' seen in it */
    unsigned char group[4];
    bool bad;
};

void sink_body_begin(struct sink_body *body);
void sink_body_feed(struct sink_body *body, const char *text, size_t len);
/* false: the body is no PutRecordBatch, or is cut off. */
bool sink_body_end(struct sink_body *body);

#endif
