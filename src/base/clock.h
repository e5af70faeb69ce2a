/* Time. Code that waits or stamps takes a `const fiat__clock *`, so that tests can turn it. */
#ifndef FIAT_BASE_CLOCK_H
#define FIAT_BASE_CLOCK_H

#include <stddef.h>
#include <stdint.h>
#include <stdbool.h>

typedef struct fiat__clock {
    int64_t (*wall_ms)(void *ctx); /* since 1970-01-01T00:00:00Z, leap seconds not counted */
    int64_t (*mono_ms)(void *ctx); /* never goes back; origin unspecified */
    void *ctx;
} fiat__clock;

/* The system's clocks. */
extern const fiat__clock fiat__clock_system;

static inline int64_t fiat__wall_ms(const fiat__clock *clock) {
    return clock->wall_ms(clock->ctx);
}
static inline int64_t fiat__mono_ms(const fiat__clock *clock) {
    return clock->mono_ms(clock->ctx);
}

/* The monotonic clock in nanoseconds; of a clock that tests turn, as exact as its milliseconds. */
int64_t fiat__mono_ns(const fiat__clock *clock);

/* Broken-down UTC time, proleptic Gregorian. */
typedef struct fiat__utc {
    int year, month, day, hour, minute, second, millisecond; /* month and day from 1 */
} fiat__utc;

fiat__utc fiat__utc_of_ms(int64_t epoch_ms);
int64_t fiat__utc_to_ms(const fiat__utc *utc);

/* "2026-11-21T12:00:00.000Z" (RFC 3339): 24 bytes, no NUL. A time before the year 0 or after 9999
 * is written as the first or last millisecond of those years. */
#define FIAT__RFC3339_LEN 24
void fiat__rfc3339_write(char out[FIAT__RFC3339_LEN], int64_t epoch_ms);

/* "20261121T120000Z": 16 bytes and a NUL, as SigV4 wants. */
void fiat__basic_time_write(char out[17], int64_t epoch_ms);

/* Reads a date and time as RFC 3339 has it: any fraction (cut to milliseconds), "Z" or an offset; a
 * leap second counts as the one before. "UTC" for "Z" as well, as in token files of old versions of
 * AWS's command line. false for anything else. */
bool fiat__rfc3339_read(const char *text, size_t len, int64_t *epoch_ms);

/* Reads what fiat__basic_time_write() writes; false for anything else, 30 February included. */
bool fiat__basic_time_read(const char *text, size_t len, int64_t *epoch_ms);

#endif
