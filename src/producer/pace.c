/* The pace of a stream.
 *
 * Quotas of Firehose are per stream, of bytes, records and requests a second; an answer says that
 * one of them was exceeded, not which. So both rates are cut to a part of what the stream took
 * lately, unless one of them was seen to be much higher before. From there they follow a cubic, as
 * in AWS's adaptive retry mode (and RFC 9438): quickly back towards the rate at which it throttled,
 * slowly around it, then faster again to find out whether there is more. The time that takes does
 * not depend on the rate.
 *
 * A limit is kept by a schedule: each batch puts off the next one by what it costs. A batch carries
 * at most a slice of a second's worth, so that what exceeds a quota is a slice and not 4 MiB.
 *
 * Requests in flight: one more for each answer until something resists, then one more a round;
 * half of them when the stream throttles, one fewer a round when round trips take much longer than
 * batches of that size usually do. */
#include "producer/pace.h"

#include <math.h>

#define WINDOW_MS   250
#define SLICE_MS    200
#define ARREARS_MS  50 /* what may be caught up of a schedule that was not kept */
#define RECOVERY_MS 4000.0
#define CUT         0.8

/* A tenth of the smallest quota that Firehose ever documented for a stream. */
#define LOWEST_BYTES   104858.0
#define LOWEST_RECORDS 100.0

#define FIRST_IN_FLIGHT 2.0
#define SLOW_FACTOR     2
#define SLOW_MORE_MS    50
#define USUAL_ANSWERS   256

/* Below the bodies that any proxy lets through. */
#define SMALLEST_BYTES ((size_t)64 * 1024)
#define LARGER_MS      (10 * 60 * 1000)

void fiat__pace_init(fiat__pace *pace, const fiat__pace_opts *opts) {
    *pace = (fiat__pace){.opts = *opts,
                         .bytes = {.fixed = (double)opts->max_bytes, .lowest = LOWEST_BYTES},
                         .records = {.fixed = (double)opts->max_records, .lowest = LOWEST_RECORDS},
                         .in_flight = fmin(FIRST_IN_FLIGHT, opts->max_in_flight),
                         .probing = true};
}

/* Bring the windows up to now; what is older falls out. */
static void turn(fiat__pace *pace, int64_t now_ms) {
    int64_t window = now_ms / WINDOW_MS, skipped = window - pace->window;
    if (skipped > FIAT__PACE_WINDOWS) {
        skipped = FIAT__PACE_WINDOWS;
        pace->since_ms = now_ms;
    }
    for (int64_t i = 0; i < skipped; i++) {
        size_t at = (size_t)((window - i + FIAT__PACE_WINDOWS) % FIAT__PACE_WINDOWS);
        pace->bytes.taken[at] = pace->records.taken[at] = 0;
    }
    if (skipped > 0) pace->window = window;
}

/* What the stream takes a second, over up to two seconds. */
static double rate_of(const fiat__pace *pace, const fiat__pace_meter *meter, int64_t now_ms) {
    int64_t oldest_ms = (now_ms / WINDOW_MS - FIAT__PACE_WINDOWS + 1) * WINDOW_MS;
    if (oldest_ms < pace->since_ms) oldest_ms = pace->since_ms;
    int64_t span_ms = now_ms - oldest_ms;
    double sum = 0;
    for (size_t i = 0; i < FIAT__PACE_WINDOWS; i++) {
        int64_t age = (pace->window - (int64_t)i + FIAT__PACE_WINDOWS) % FIAT__PACE_WINDOWS;
        if (pace->window - age >= now_ms / WINDOW_MS - FIAT__PACE_WINDOWS + 1)
            sum += meter->taken[i];
    }
    return sum * 1000 / (double)(span_ms < WINDOW_MS ? WINDOW_MS : span_ms);
}

/* 0: none. A learnt limit that is not used does not grow. */
static double limit_of(const fiat__pace *pace, const fiat__pace_meter *meter, int64_t now_ms) {
    if (meter->mark == 0) return meter->fixed;
    double x = ((double)(now_ms - meter->cut_ms) - RECOVERY_MS) / RECOVERY_MS;
    double limit = meter->mark * (1 + (1 - CUT) * x * x * x);
    limit = fmin(limit, fmax(meter->mark, 2 * rate_of(pace, meter, now_ms)));
    return meter->fixed > 0 ? fmin(limit, meter->fixed) : limit;
}

double fiat__pace_max_bytes(const fiat__pace *pace, int64_t now_ms) {
    return limit_of(pace, &pace->bytes, now_ms);
}

double fiat__pace_max_records(const fiat__pace *pace, int64_t now_ms) {
    return limit_of(pace, &pace->records, now_ms);
}

int64_t fiat__pace_due_ms(const fiat__pace *pace) {
    double due_ms = fmax(pace->bytes.due_ms, pace->records.due_ms);
    return due_ms > 0 ? (int64_t)ceil(due_ms) : INT64_MIN;
}

uint32_t fiat__pace_in_flight(const fiat__pace *pace) {
    return (uint32_t)pace->in_flight;
}

fiat__pace_limits fiat__pace_limits_at(const fiat__pace *pace, int64_t now_ms) {
    return (fiat__pace_limits){.bytes = (uint64_t)fiat__pace_max_bytes(pace, now_ms),
                               .records = (uint64_t)fiat__pace_max_records(pace, now_ms),
                               .in_flight = fiat__pace_in_flight(pace)};
}

static void limit_share(double limit, size_t *most) {
    double slice = limit * SLICE_MS / 1000;
    if (limit > 0 && slice < (double)*most) *most = slice < 1 ? 1 : (size_t)slice;
}

/* What a batch may carry of what was refused; *most: of what the caller allows. */
static void limit_size(const fiat__pace *pace, int64_t now_ms, size_t *most) {
    int64_t doublings = (now_ms - pace->largest_ms) / LARGER_MS;
    if (pace->largest == 0 || doublings >= 16) return;
    size_t largest = pace->largest << doublings;
    if (largest < *most) *most = largest;
}

bool fiat__pace_too_large(fiat__pace *pace, int64_t now_ms, size_t bytes) {
    size_t known = SIZE_MAX;
    if (bytes <= SMALLEST_BYTES) return false;
    limit_size(pace, now_ms, &known);
    if (bytes / 2 >= known) return true; /* it was sent before that was known */
    pace->largest = bytes / 2;
    pace->largest_ms = now_ms;
    return true;
}

void fiat__pace_limit_batch(const fiat__pace *pace, int64_t now_ms, size_t *records,
                            size_t *bytes) {
    limit_share(limit_of(pace, &pace->records, now_ms), records);
    limit_share(limit_of(pace, &pace->bytes, now_ms), bytes);
    limit_size(pace, now_ms, bytes);
}

static void put_off(fiat__pace_meter *meter, double limit, int64_t now_ms, size_t amount) {
    if (limit == 0) return;
    double from_ms = fmax(meter->due_ms, (double)(now_ms - ARREARS_MS));
    meter->due_ms = from_ms + (double)amount * 1000 / limit;
}

void fiat__pace_sent(fiat__pace *pace, int64_t now_ms, size_t records, size_t bytes) {
    turn(pace, now_ms);
    put_off(&pace->records, limit_of(pace, &pace->records, now_ms), now_ms, records);
    put_off(&pace->bytes, limit_of(pace, &pace->bytes, now_ms), now_ms, bytes);
}

void fiat__pace_taken(fiat__pace *pace, int64_t now_ms, size_t records, size_t bytes) {
    turn(pace, now_ms);
    size_t at = (size_t)(pace->window % FIAT__PACE_WINDOWS);
    pace->taken = true;
    pace->records.taken[at] += (double)records;
    pace->bytes.taken[at] += (double)bytes;
    pace->records.peak = fmax(pace->records.peak, rate_of(pace, &pace->records, now_ms));
    pace->bytes.peak = fmax(pace->bytes.peak, rate_of(pace, &pace->bytes, now_ms));
}

static size_t size_class(size_t bytes) {
    return bytes < 65536 ? 0 : bytes < 524288 ? 1 : bytes < 2097152 ? 2 : 3;
}

/* Did it take much longer than usual? What is usual follows: down at once, up slowly. */
static bool is_slow(double *usual_ms, double took_ms) {
    bool slow = *usual_ms > 0 && took_ms > *usual_ms * SLOW_FACTOR + SLOW_MORE_MS;
    if (*usual_ms == 0 || took_ms < *usual_ms)
        *usual_ms = fmax(took_ms, 1);
    else
        *usual_ms += (took_ms - *usual_ms) / USUAL_ANSWERS;
    return slow;
}

void fiat__pace_answered(fiat__pace *pace, int64_t took_ms, size_t bytes, uint32_t in_flight) {
    double least = fmin(FIRST_IN_FLIGHT, pace->opts.max_in_flight);
    double step = pace->probing ? 1 : 1 / pace->in_flight;
    if (is_slow(&pace->usual_ms[size_class(bytes)], (double)took_ms)) {
        pace->probing = false;
        pace->in_flight = fmax(fmin(least, pace->in_flight), pace->in_flight - step);
    } else if (in_flight >= fiat__pace_in_flight(pace)) {
        pace->in_flight = fmin(pace->opts.max_in_flight, pace->in_flight + step);
    }
}

static void cut(fiat__pace *pace, fiat__pace_meter *meter, int64_t now_ms) {
    double limit = limit_of(pace, meter, now_ms), rate = rate_of(pace, meter, now_ms);
    if (limit > 0) rate = fmin(rate, limit); /* the rest was saved up before */
    meter->mark = fmax(rate, meter->lowest);
    meter->cut_ms = now_ms;
    meter->due_ms = (double)(now_ms + SLICE_MS);
}

static bool may_be_why(const fiat__pace *pace, const fiat__pace_meter *meter, int64_t now_ms) {
    return rate_of(pace, meter, now_ms) >= 0.7 * meter->peak;
}

/* A stream that takes nothing at all is out of order rather than over its quota, although it uses
 * the same words: how often it is tried is for the backoff, and its rates stay as they were. */
static void cut_rates(fiat__pace *pace, int64_t now_ms) {
    if (!pace->taken) return;
    pace->taken = false;
    bool bytes = may_be_why(pace, &pace->bytes, now_ms);
    bool records = may_be_why(pace, &pace->records, now_ms);
    if (!bytes && !records) { /* the quota is not what it was */
        pace->bytes.peak = rate_of(pace, &pace->bytes, now_ms);
        pace->records.peak = rate_of(pace, &pace->records, now_ms);
        bytes = records = true;
    }
    if (bytes) cut(pace, &pace->bytes, now_ms);
    if (records) cut(pace, &pace->records, now_ms);
}

void fiat__pace_throttled(fiat__pace *pace, int64_t now_ms) {
    turn(pace, now_ms);
    cut_rates(pace, now_ms);
    pace->probing = false;
    pace->in_flight = fmax(1, pace->in_flight / 2);
}
