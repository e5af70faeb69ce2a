/* How fast one delivery stream is sent to: limits on bytes and records a second, learnt from its
 * throttling or fixed by settings, and how many requests are in flight. Arithmetic on times that
 * the caller gives; it knows nothing of the producer. Sender thread. */
#ifndef FIAT_PRODUCER_PACE_H
#define FIAT_PRODUCER_PACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FIAT__PACE_WINDOWS 8
#define FIAT__PACE_SIZES   4

/* In force at one moment, per second; 0: none. */
typedef struct fiat__pace_limits {
    uint64_t bytes, records;
    uint32_t in_flight;
} fiat__pace_limits;

typedef struct fiat__pace_opts {
    uint64_t max_bytes, max_records; /* per second; 0: none but what is learnt */
    uint32_t max_in_flight;          /* from 1 */
} fiat__pace_opts;

/* One of the two things that a stream has a quota of. Rates are per second. */
typedef struct fiat__pace_meter {
    double fixed;  /* 0: none */
    double lowest; /* a learnt limit never goes below */
    double mark;   /* what the stream took when it throttled last; 0: it never has */
    double peak;   /* the most that it was seen to take */
    int64_t cut_ms;
    double due_ms;                    /* the next batch, not before */
    double taken[FIAT__PACE_WINDOWS]; /* in the last windows */
} fiat__pace_meter;

typedef struct fiat__pace {
    fiat__pace_opts opts;
    fiat__pace_meter bytes, records;
    int64_t window;   /* number of the newest window */
    int64_t since_ms; /* nothing was counted before */
    double in_flight;
    bool probing;                      /* in_flight has met no resistance yet */
    bool taken;                        /* something was, since the rates were cut */
    double usual_ms[FIAT__PACE_SIZES]; /* round trip of batches by size; 0: not seen */
    size_t largest;                    /* batch that is taken, in bytes; 0: nothing is known */
    int64_t largest_ms;                /* when that was learnt */
} fiat__pace;

/* opts may be those of the pace: it is then as new. */
void fiat__pace_init(fiat__pace *pace, const fiat__pace_opts *opts);

/* When the next batch may go; INT64_MIN: at any time. */
int64_t fiat__pace_due_ms(const fiat__pace *pace);
/* Requests that may be in flight at once, from 1. */
uint32_t fiat__pace_in_flight(const fiat__pace *pace);
/* Limits in force, per second; 0: none. */
double fiat__pace_max_bytes(const fiat__pace *pace, int64_t now_ms);
double fiat__pace_max_records(const fiat__pace *pace, int64_t now_ms);
fiat__pace_limits fiat__pace_limits_at(const fiat__pace *pace, int64_t now_ms);
/* Lower *records and *bytes to what one batch should carry. */
void fiat__pace_limit_batch(const fiat__pace *pace, int64_t now_ms, size_t *records, size_t *bytes);

/* A batch goes out. */
void fiat__pace_sent(fiat__pace *pace, int64_t now_ms, size_t records, size_t bytes);
/* What the stream took of a batch. */
void fiat__pace_taken(fiat__pace *pace, int64_t now_ms, size_t records, size_t bytes);
/* A batch of `bytes` was answered after took_ms, without throttling. `in_flight` counts those under
 * way with it. */
void fiat__pace_answered(fiat__pace *pace, int64_t took_ms, size_t bytes, uint32_t in_flight);
/* A batch of `bytes` was refused as too large: from now on one carries half of that at most, and
 * twice as much again each ten minutes, in case what is on the way has changed. false: so small a
 * batch is not what anybody calls too large, and nothing was learnt. */
bool fiat__pace_too_large(fiat__pace *pace, int64_t now_ms, size_t bytes);
/* The stream throttled. Once for all the batches that were sent before the caller slowed down. */
void fiat__pace_throttled(fiat__pace *pace, int64_t now_ms);

#endif
