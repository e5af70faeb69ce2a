/* Where records go: the small table of functions behind which firehose, local and stdout stand.
 * Everything but wakeup() is called on the producer's sender thread. */
#ifndef FIAT_PRODUCER_SINK_H
#define FIAT_PRODUCER_SINK_H

#include "aws/net.h"
#include "base/clock.h"
#include "base/hash.h"
#include "base/log.h"
#include "base/str.h"
#include <fiat/error.h>

struct fiat__sink;

/* What became of one record of a batch. */
typedef enum fiat__record_fate {
    FIAT__FATE_DELIVERED = 1,
    FIAT__FATE_RETRY,    /* not delivered, try again */
    FIAT__FATE_THROTTLE, /* not delivered, try again, slower */
    FIAT__FATE_PAUSE,    /* an operator can mend it: keep, try again at the longest interval */
    FIAT__FATE_TERMINAL, /* will never be delivered */
    FIAT__FATE_REFUSED,  /* the whole batch, not delivered: its halves may be, or all but one */
    FIAT__FATE_TOO_LARGE /* the same because of its bytes: so may be fewer of them */
} fiat__record_fate;

typedef struct fiat__sink_record {
    fiat__str data; /* whole newline-ended events, unless the sink takes_bytes */
    /* Results. */
    fiat__record_fate fate;
    /* With RETRY, THROTTLE: the destination may have it all the same. With DELIVERED: it may have
     * it twice. */
    bool maybe_delivered;
    char record_id[256];
    fiat_error err; /* set unless DELIVERED */
} fiat__sink_record;

/* A batch that will probably be submitted soon. */
typedef struct fiat__sink_forecast {
    const fiat__str *data; /* of its records; borrowed during submit() */
    size_t count;
    bool hashed;                                   /* by the sink: */
    unsigned char body_sha256[FIAT__SHA256_BYTES]; /* of what it would send */
} fiat__sink_forecast;

/* One request's worth of records for one stream. */
typedef struct fiat__sink_batch {
    const char *stream; /* delivery stream name */
    fiat__sink_record *records;
    size_t count;
    /* During submit(). */
    const fiat__sink_forecast *foretold; /* what was made of it as another's `next`; NULL: none */
    fiat__sink_forecast *next; /* what the stream will probably send after it; NULL: unknown */
    void (*done)(struct fiat__sink_batch *batch); /* sender thread, inside submit, poll or cancel */
    void *user;
    bool sent_anew; /* result: a second request carried it at once */
} fiat__sink_batch;

typedef struct fiat__sink_vtable {
    const char *name;
    size_t max_batch_records, max_batch_bytes;
    bool takes_bytes; /* passes records on whatever is in them; else they must be lines of text */
    /* Start delivery. Ends in exactly one batch->done() with every record's fate set, possibly
     * before submit returns. */
    void (*submit)(struct fiat__sink *sink, fiat__sink_batch *batch);
    /* Make progress; wait at most timeout_ms, or until wakeup(). */
    void (*poll)(struct fiat__sink *sink, int timeout_ms);
    void (*wakeup)(struct fiat__sink *sink); /* any thread */
    /* Give up what is in flight: done() for each, with FIAT__FATE_RETRY. */
    void (*cancel)(struct fiat__sink *sink);
    void (*free)(struct fiat__sink *sink);
    /* In the child after fork(): forget connections and threads of the parent without touching what
     * they share with it (no TLS goodbye, no close of its sockets' streams), and start afresh. The
     * producer's lock is held, or the fence entered (base/fence.h): no other thread forks. */
    fiat_status (*reopen)(struct fiat__sink *sink, fiat_error *err);
} fiat__sink_vtable;

/* First member of every sink. */
typedef struct fiat__sink {
    const fiat__sink_vtable *vtable;
    bool looks_ahead; /* makes use of a batch's `next` */
} fiat__sink;

/* Settings that sinks read; strings are copied by the sink. */
typedef struct fiat__sink_opts {
    const char *region, *endpoint_url; /* "" : the usual AWS places */
    bool fips, dualstack;              /* firehose: false: what AWS's own settings say */
    fiat__net_opts net;                /* firehose */
    const char *prefix;                /* local: "" : "!{stream}/" */
    bool gzip;                         /* local */
    bool sync;                         /* local: fsync before a record counts as delivered */
    uint32_t connect_timeout_ms, request_timeout_ms;
    uint32_t max_in_flight;   /* firehose: requests at once */
    fiat__log *log;           /* kept until free; NULL: none */
    const fiat__clock *clock; /* NULL: system */
} fiat__sink_opts;

/* "firehose", "local:DIR" or "stdout". FIAT_E_ARG names the three. */
fiat_status fiat__sink_open(fiat__sink **out, const char *spec, const fiat__sink_opts *opts,
                            fiat_error *err);
fiat_status fiat__sink_firehose_new(fiat__sink **out, const fiat__sink_opts *opts, fiat_error *err);
fiat_status fiat__sink_local_new(fiat__sink **out, const char *dir, const fiat__sink_opts *opts,
                                 fiat_error *err);
fiat_status fiat__sink_stdout_new(fiat__sink **out, const fiat__sink_opts *opts, fiat_error *err);

#endif
