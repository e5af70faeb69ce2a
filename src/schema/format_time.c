/* date-time, date and time after RFC 3339 section 5.6, duration after its appendix A. No state. */
#include "schema/format_checks.h"

/* Eight bytes that are digits where `pattern` has '0', and its bytes elsewhere: the difference is 0
 * to 9 or 0, and what is more sets the byte's highest bit. */
static inline bool is_like(const char *at, const char pattern[8], const char most[8]) {
    uint64_t bytes, wanted, room;
    memcpy(&bytes, at, 8);
    memcpy(&wanted, pattern, 8);
    memcpy(&room, most, 8);
    uint64_t beyond = bytes ^ wanted;
    return (((beyond + room) | beyond) & UINT64_C(0x8080808080808080)) == 0;
}

#define DIGIT "\x76" /* 9 + 0x76 is 0x7f */
#define SAME  "\x7f"

/* Of two bytes that are digits. */
static inline unsigned two_digits(const char *at) {
    return (unsigned)(unsigned char)at[0] * 10 + (unsigned)(unsigned char)at[1] - '0' * 11;
}

static inline bool is_digit(char c) {
    return (unsigned char)(c - '0') < 10;
}

static bool is_leap_year(unsigned century, unsigned year_of_century) {
    return year_of_century != 0 ? year_of_century % 4 == 0 : century % 4 == 0;
}

/* full-date in exactly ten bytes */
static inline bool check_date(const char *at) {
    static const unsigned char days[13] = {0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (!is_like(at, "0000-00-", DIGIT DIGIT DIGIT DIGIT SAME DIGIT DIGIT SAME) ||
        !is_digit(at[8]) || !is_digit(at[9]))
        return false;
    unsigned month = two_digits(at + 5), day = two_digits(at + 8);
    if (month - 1 > 11 || day - 1 >= days[month]) return false;
    return month != 2 || day < 29 || is_leap_year(two_digits(at), two_digits(at + 2));
}

/* time-offset up to the very end; *minutes east of UTC */
static inline bool check_offset(const char *at, size_t len, int *minutes) {
    *minutes = 0;
    if (len == 1) return (at[0] | 0x20) == 'z'; /* section 5.6 allows lower case */
    if (len != 6 || (at[0] != '+' && at[0] != '-') || at[3] != ':' || !is_digit(at[1]) ||
        !is_digit(at[2]) || !is_digit(at[4]) || !is_digit(at[5]))
        return false;
    unsigned hour = two_digits(at + 1), minute = two_digits(at + 4);
    if (hour > 23 || minute > 59) return false;
    *minutes = (int)(hour * 60 + minute);
    if (at[0] == '-') *minutes = -*minutes;
    return true;
}

/* full-time */
static inline bool check_time(const char *at, size_t len) {
    if (len < 9 || !is_like(at, "00:00:00", DIGIT DIGIT SAME DIGIT DIGIT SAME DIGIT DIGIT))
        return false;
    unsigned hour = two_digits(at), minute = two_digits(at + 3), second = two_digits(at + 6);
    if (hour > 23 || minute > 59 || second > 60) return false;
    size_t next = 8;
    if (at[8] == '.') {
        next = 9;
        while (next < len && is_digit(at[next]))
            next++;
        if (next == 9) return false;
    }
    int offset;
    if (!check_offset(at + next, len - next, &offset)) return false;
    if (second < 60) return true;
    /* Leap seconds are put in at the end of a day of UTC (section 5.7). */
    const int day = 24 * 60;
    return ((int)(hour * 60 + minute) - offset + day) % day == day - 1;
}

bool fiat__format_date_time(fiat__str text) {
    return text.len >= 20 && (text.ptr[10] | 0x20) == 't' && check_date(text.ptr) &&
           check_time(text.ptr + 11, text.len - 11);
}

bool fiat__format_date(fiat__str text) {
    return text.len == 10 && check_date(text.ptr);
}

bool fiat__format_time(fiat__str text) {
    return check_time(text.ptr, text.len);
}

/* One or more of the elements that `units` names, each at most once, in its order and without a gap
 * once begun: a year may be followed by months and these by days, but not a year by days. */
static const char *skip_elements(const char *at, const char *end, const char *units) {
    for (const char *unit = NULL; at < end && fiat__char_is(*at, FIAT__CHAR_DIGIT);) {
        while (at < end && fiat__char_is(*at, FIAT__CHAR_DIGIT))
            at++;
        if (at == end || *at == '\0') return NULL;
        const char *found = strchr(units, *at++);
        if (!found || (unit && found != unit + 1)) return NULL;
        unit = found;
    }
    return at;
}

bool fiat__format_duration(fiat__str text) {
    const char *at = text.ptr, *end = text.ptr + text.len;
    if (text.len < 3 || *at++ != 'P') return false;
    if (end[-1] == 'W') return skip_elements(at, end, "W") == end;
    if (*at != 'T') at = skip_elements(at, end, "YMD");
    if (!at || at == end) return at != NULL;
    const char *time = at + 1;
    return *at == 'T' && time < end && skip_elements(time, end, "HMS") == end;
}
