/* A sink whose answers the test gives, a clock that the test turns, and a ledger of reports. */
#ifndef FIAT_TESTS_PRODUCER_FAKE_H
#define FIAT_TESTS_PRODUCER_FAKE_H

#include "base/thread.h"
#include "producer/producer_internal.h"
#include "support/test.h"

#define FAKE_MAX_BATCHES 256

typedef struct fake_sink fake_sink;

/* Sets the fate of every record of a batch. */
typedef void (*fake_answer)(fake_sink *sink, fiat__sink_batch *batch);

struct fake_sink {
    fiat__sink base;
    fiat__mutex lock;
    fiat__cond changed;
    bool woken;
    bool at_once;       /* answer inside submit */
    bool by_poll;       /* answer inside poll; else the test calls fake_finish() */
    fake_answer answer; /* for both; NULL: delivered */
    void *answer_ctx;
    fiat__sink_batch *batches[FAKE_MAX_BATCHES]; /* waiting for an answer, oldest first */
    size_t batch_count;
    unsigned submits, wakeups, cancels, reopens;
    unsigned forecasts, foretold; /* batches with another's, and batches that had come as such */
    bool *freed;                  /* may be NULL; set by free */
    fiat_status reopen_status;
};

/* Taken by the producer. */
fake_sink *fake_sink_new(void);
/* Answer the oldest waiting batch with one fate for all its records. */
void fake_finish(fake_sink *sink, fiat__record_fate fate, bool maybe);
/* The same with a fate each, as letters: D delivered, R retry, M retry maybe, T throttle, P pause,
 * X terminal, S refused as a whole, L too large. */
void fake_finish_each(fake_sink *sink, const char *letters);
void fake_set_fate(fiat__sink_record *record, char letter);

extern int64_t fake_now_ms;
extern const fiat__clock fake_clock;

/* Settings for tests: small limits, no delivery timeout. */
fiat__producer_opts fake_opts(void);
/* A producer on a fake clock without a thread: the test calls fiat__sender_turn(). */
fiat__producer *fake_producer(fake_sink *sink, const fiat__producer_opts *opts);
fiat__producer_stream *fake_stream(fiat__producer *producer, const char *name);
/* Both, with a sink of their own, at the beginning of the fake clock's time. */
fiat__producer *fake_open(const fiat__producer_opts *opts, fake_sink **sink,
                          fiat__producer_stream **stream);
/* Spread a stream over its lanes, as if threads had been in each other's way. */
void fake_spread(fiat__producer_stream *stream);
/* Append text as one event; the status. */
fiat_status fake_append(fiat__producer_stream *stream, const char *text);
fiat_status fake_append_with(fiat__producer_stream *stream, const char *text,
                             const fiat__uuid *uuid, void *opaque);

/* Reports in the order in which they came. */
typedef struct fake_report {
    fiat_outcome outcome;
    char stream[65], event_id[40], record_id[64], data[256];
    char dead_letter_file[256];
    size_t data_length;
    uint32_t attempts;
    uint64_t queued_ms;
    int64_t accepted_at_ms, sent_at_ms, settled_at_ms;
    fiat_error error;
    void *opaque;
} fake_report;

extern fake_report fake_reports[4096];
extern size_t fake_report_count;
void fake_on_delivery(const fiat_delivery *report, void *ctx);

/* accepted == delivered + maybe + not_delivered + queued, with these values. */
void fake_check_stats(fiat__producer *producer, uint64_t delivered, uint64_t maybe,
                      uint64_t not_delivered, uint64_t queued);

#endif
