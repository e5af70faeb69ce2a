/* Calendar arithmetic without the C library's time zone state; no state of its own, any thread. */
#include "base/clock.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

static int64_t read_clock(clockid_t id) {
    struct timespec now;
    if (clock_gettime(id, &now) != 0) return 0;
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int64_t system_wall_ms(void *ctx) {
    (void)ctx;
    return read_clock(CLOCK_REALTIME);
}

static int64_t system_mono_ms(void *ctx) {
    (void)ctx;
    return read_clock(CLOCK_MONOTONIC);
}

const fiat__clock fiat__clock_system = {system_wall_ms, system_mono_ms, NULL};

int64_t fiat__mono_ns(const fiat__clock *clock) {
    struct timespec now;
    if (clock != &fiat__clock_system) return fiat__mono_ms(clock) * 1000000;
    if (clock_gettime(CLOCK_MONOTONIC, &now) != 0) return 0;
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* Days since 1970-01-01 and back, counting in years that start on 1 March so that the leap day is
 * the last of its year; eras of 400 years have 146,097 days. */
static int64_t days_from_civil(int64_t year, int month, int day) {
    year -= month <= 2;
    int64_t era = (year >= 0 ? year : year - 399) / 400;
    int64_t year_of_era = year - era * 400;
    int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

static void civil_from_days(int64_t days, fiat__utc *utc) {
    days += 719468;
    int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    int64_t day_of_era = days - era * 146097;
    int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int month_from_march = (int)((5 * day_of_year + 2) / 153);
    utc->day = (int)(day_of_year - (153 * month_from_march + 2) / 5 + 1);
    utc->month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;
    utc->year = (int)(year_of_era + era * 400 + (utc->month <= 2));
}

fiat__utc fiat__utc_of_ms(int64_t epoch_ms) {
    const int64_t day_ms = 86400000;
    int64_t days = epoch_ms / day_ms, rest = epoch_ms % day_ms;
    if (rest < 0) {
        rest += day_ms;
        days--;
    }
    fiat__utc utc;
    civil_from_days(days, &utc);
    utc.hour = (int)(rest / 3600000);
    utc.minute = (int)(rest / 60000 % 60);
    utc.second = (int)(rest / 1000 % 60);
    utc.millisecond = (int)(rest % 1000);
    return utc;
}

int64_t fiat__utc_to_ms(const fiat__utc *utc) {
    int64_t days = days_from_civil(utc->year, utc->month, utc->day);
    return ((days * 24 + utc->hour) * 60 + utc->minute) * 60000 + (int64_t)utc->second * 1000 +
           utc->millisecond;
}

static void two_digits(char *out, int value) {
    out[0] = (char)('0' + value / 10 % 10);
    out[1] = (char)('0' + value % 10);
}

/* 0000-01-01T00:00:00.000Z and 9999-12-31T23:59:59.999Z: what four digits can say. */
#define FIRST_MS INT64_C(-62167219200000)
#define LAST_MS  INT64_C(253402300799999)

static void write_second(char out[FIAT__RFC3339_LEN], int64_t epoch_ms) {
    fiat__utc utc = fiat__utc_of_ms(epoch_ms);
    memcpy(out, "0000-00-00T00:00:00.000Z", FIAT__RFC3339_LEN);
    two_digits(out, utc.year / 100);
    two_digits(out + 2, utc.year % 100);
    two_digits(out + 5, utc.month);
    two_digits(out + 8, utc.day);
    two_digits(out + 11, utc.hour);
    two_digits(out + 14, utc.minute);
    two_digits(out + 17, utc.second);
}

/* Most calls of a thread fall into the same second as the one before. */
static _Thread_local struct {
    int64_t second;
    char text[FIAT__RFC3339_LEN];
} tl_written = {INT64_MIN, {0}};

void fiat__rfc3339_write(char out[FIAT__RFC3339_LEN], int64_t epoch_ms) {
    if (epoch_ms < FIRST_MS) epoch_ms = FIRST_MS;
    if (epoch_ms > LAST_MS) epoch_ms = LAST_MS;
    int64_t second = epoch_ms / 1000;
    int ms = (int)(epoch_ms % 1000);
    if (ms < 0) {
        second--;
        ms += 1000;
    }
    if (second != tl_written.second) {
        write_second(tl_written.text, epoch_ms);
        tl_written.second = second;
    }
    memcpy(out, tl_written.text, FIAT__RFC3339_LEN);
    out[20] = (char)('0' + ms / 100);
    two_digits(out + 21, ms % 100);
}

void fiat__basic_time_write(char out[17], int64_t epoch_ms) {
    char text[FIAT__RFC3339_LEN];
    fiat__rfc3339_write(text, epoch_ms);
    snprintf(out, 17, "%.4s%.2s%.2sT%.2s%.2s%.2sZ", text, text + 5, text + 8, text + 11, text + 14,
             text + 17);
}

static int days_in_month(int year, int month) {
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return month == 2 && leap ? 29 : days[month - 1];
}

static bool read_digits(const char *text, int count, int min, int max, int *out) {
    int value = 0;
    for (int i = 0; i < count; i++) {
        if (text[i] < '0' || text[i] > '9') return false;
        value = value * 10 + (text[i] - '0');
    }
    *out = value;
    return value >= min && value <= max;
}

bool fiat__basic_time_read(const char *text, size_t len, int64_t *epoch_ms) {
    fiat__utc utc = {0};
    if (len != 16 || text[8] != 'T' || text[15] != 'Z') return false;
    if (!read_digits(text, 4, 0, 9999, &utc.year) || !read_digits(text + 4, 2, 1, 12, &utc.month) ||
        !read_digits(text + 6, 2, 1, 31, &utc.day) || !read_digits(text + 9, 2, 0, 23, &utc.hour) ||
        !read_digits(text + 11, 2, 0, 59, &utc.minute) ||
        !read_digits(text + 13, 2, 0, 59, &utc.second))
        return false;
    if (utc.day > days_in_month(utc.year, utc.month)) return false;
    *epoch_ms = fiat__utc_to_ms(&utc);
    return true;
}

/* ".123456", of which milliseconds count. */
static bool read_fraction(const char **at, const char *end, int *ms) {
    int digits = 0;
    if (*at == end || **at != '.') return true;
    for ((*at)++; *at < end && **at >= '0' && **at <= '9'; (*at)++, digits++)
        if (digits < 3) *ms = *ms * 10 + (**at - '0');
    for (int i = digits; i < 3; i++)
        *ms *= 10;
    return digits > 0;
}

/* "Z", "UTC" or "+01:00", to the end of the text. */
static bool read_offset(const char *at, size_t len, int *minutes) {
    int hour, minute;
    *minutes = 0;
    if ((len == 1 && (*at == 'Z' || *at == 'z')) || (len == 3 && memcmp(at, "UTC", 3) == 0))
        return true;
    if (len != 6 || (*at != '+' && *at != '-') || at[3] != ':' ||
        !read_digits(at + 1, 2, 0, 23, &hour) || !read_digits(at + 4, 2, 0, 59, &minute))
        return false;
    *minutes = (hour * 60 + minute) * (*at == '-' ? -1 : 1);
    return true;
}

static bool read_date(const char *text, fiat__utc *utc) {
    return read_digits(text, 4, 0, 9999, &utc->year) && text[4] == '-' &&
           read_digits(text + 5, 2, 1, 12, &utc->month) && text[7] == '-' &&
           read_digits(text + 8, 2, 1, 31, &utc->day) &&
           utc->day <= days_in_month(utc->year, utc->month);
}

bool fiat__rfc3339_read(const char *text, size_t len, int64_t *epoch_ms) {
    fiat__utc utc = {0};
    int offset;
    if (len < 20 || !read_date(text, &utc)) return false;
    if ((text[10] != 'T' && text[10] != 't' && text[10] != ' ') || text[13] != ':' ||
        text[16] != ':')
        return false;
    if (!read_digits(text + 11, 2, 0, 23, &utc.hour) ||
        !read_digits(text + 14, 2, 0, 59, &utc.minute) ||
        !read_digits(text + 17, 2, 0, 60, &utc.second))
        return false;
    if (utc.second == 60) utc.second = 59;
    const char *at = text + 19, *end = text + len;
    if (!read_fraction(&at, end, &utc.millisecond) || !read_offset(at, (size_t)(end - at), &offset))
        return false;
    *epoch_ms = fiat__utc_to_ms(&utc) - (int64_t)offset * 60000;
    return true;
}
