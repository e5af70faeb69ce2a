/* The numbers of a delivery stream. docs/statistics.md has the same rows; a test compares them. */
#ifndef FIAT_PRODUCER_NUMBERS_H
#define FIAT_PRODUCER_NUMBERS_H

#include "base/histogram.h"
#include "producer/pace.h"

#include <stddef.h>
#include <stdint.h>

/* XX(member, KIND, "name for Prometheus", "meaning") */
#define FIAT__NUMBER_MAP(XX)                                                                       \
    XX(accepted, COUNTER, "accepted_events", "Events queued")                                      \
    XX(delivered, COUNTER, "delivered_events", "Events acknowledged")                              \
    XX(maybe, COUNTER, "maybe_delivered_events", "Events given up that may have arrived")          \
    XX(not_delivered, COUNTER, "undelivered_events", "Events given up that did not arrive")        \
    XX(evicted, COUNTER, "evicted_events", "Events given up to make room in the queue")            \
    XX(dead_letters, COUNTER, "dead_letter_events", "Events given up that are in the file for it") \
    XX(queued, GAUGE, "queued_events", "Events waiting or in flight")                              \
    XX(records, COUNTER, "acknowledged_records", "Records acknowledged")                           \
    XX(retried_records, COUNTER, "retried_records", "Records sent again")                          \
    XX(throttled_records, COUNTER, "throttled_records", "Records refused for the sake of pace")    \
    XX(resent_events, COUNTER, "resent_events", "Events in records sent again")                    \
    XX(duplicates_risked, COUNTER, "duplicates_risked_events",                                     \
       "Events sent again after an attempt that may have arrived")                                 \
    XX(requests, COUNTER, "requests", "Requests made")                                             \
    XX(failed_requests, COUNTER, "failed_requests",                                                \
       "Requests of which no record was acknowledged")                                             \
    XX(in_flight, GAUGE, "requests_in_flight", "Requests waiting for their answer")                \
    XX(bytes, COUNTER, "acknowledged_bytes", "Bytes of records acknowledged")                      \
    XX(billed_bytes, COUNTER, "billed_bytes", "The same, each record rounded up to 5 KiB")

typedef struct fiat__tally {
#define XX(member, kind, name, meaning) uint64_t member;
    FIAT__NUMBER_MAP(XX)
#undef XX
} fiat__tally;

/* A gauge goes down by the addition of this. */
#define FIAT__TALLY_LESS_ONE UINT64_MAX

static inline void fiat__tally_add(fiat__tally *to, const fiat__tally *change) {
#define XX(member, kind, name, meaning) to->member += change->member;
    FIAT__NUMBER_MAP(XX)
#undef XX
}

/* What is in the spool; all zero: there is none. */
typedef struct fiat__spool_stats {
    uint64_t bytes;     /* of its segments and notes */
    uint64_t max_bytes; /* most that they may be */
    uint64_t unsettled; /* events */
    uint64_t unread;    /* of them, those on disk alone */
    uint64_t recovered; /* events that a former process left */
    uint64_t damaged;   /* events of former processes that cannot be read */
    uint64_t damaged_bytes;
    uint64_t lost;       /* events that could be read when they were counted, and then could not */
    uint64_t unreadable; /* files and folders that the disk does not give: they stay */
} fiat__spool_stats;

/* All delivery streams together. */
typedef struct fiat__producer_totals {
    fiat__tally tally;
    uint64_t queued_bytes, queue_max_bytes; /* memory of events and of reports that wait */
    uint64_t reports_waiting;               /* events */
    fiat__spool_stats spool;
} fiat__producer_totals;

/* One delivery stream. */
typedef struct fiat__stream_view {
    const char *name; /* borrowed until the producer is freed */
    fiat__tally tally;
    const char *state;      /* "sending", "backing off", "throttled", "paused"; borrowed for ever */
    int64_t state_since_ms; /* wall time; 0: from the beginning */
    fiat__pace_limits limits; /* of its pace, at the last answer */
    char why[320];            /* why it is not sending; else "" */
} fiat__stream_view;

/* What is measured. */
typedef enum fiat__window_id {
    FIAT__WINDOW_CALL_NS,       /* calls of the logger; the logger adds them */
    FIAT__WINDOW_QUEUE_US,      /* events: from acceptance to the first request */
    FIAT__WINDOW_ROUND_TRIP_US, /* requests */
    FIAT__WINDOW_COUNT
} fiat__window_id;

#endif
