/* Prefix patterns: literal text and !{namespace:value} expressions. Pure functions, any thread.
 *
 * The rules are those of https://docs.aws.amazon.com/firehose/latest/dev/s3-prefixes.html
 * ("Semantic rules"). The value of a timestamp expression is a pattern of Java's DateTimeFormatter
 * (https://docs.oracle.com/javase/8/docs/api/java/time/format/DateTimeFormatter.html), in UTC and
 * with English names. Letters whose meaning hangs on a locale (Y, w, W, e, c) are refused: Y, the
 * week-based year, is nearly always a slip for y, and shows only around New Year. */
#include "base/clock.h"
#include "base/error.h"
#include "base/random.h"
#include "producer/object.h"

#include <stdio.h>

#define DEFAULT_SUFFIX "yyyy/MM/dd/HH/"

typedef struct part {
    fiat__str literal; /* when `namespace` is empty */
    fiat__str namespace, value;
} part;

/* --- timestamp patterns ----------------------------------------------------------------------- */

static const char *const s_months[] = {"January",   "February", "March",    "April",
                                       "May",       "June",     "July",     "August",
                                       "September", "October",  "November", "December"};
static const char *const s_days[] = {"Monday", "Tuesday",  "Wednesday", "Thursday",
                                     "Friday", "Saturday", "Sunday"};

typedef struct moment {
    fiat__utc utc;
    int day_of_year; /* 1..366 */
    int weekday;     /* 0: Monday */
    int64_t ms_of_day;
} moment;

static moment moment_of(int64_t time_ms) {
    const int64_t day_ms = 24 * 60 * 60 * 1000;
    moment m = {.utc = fiat__utc_of_ms(time_ms)};
    const fiat__utc new_year = {.year = m.utc.year, .month = 1, .day = 1};
    m.day_of_year = (int)((time_ms - fiat__utc_to_ms(&new_year)) / day_ms) + 1;
    int64_t days = time_ms / day_ms - (time_ms % day_ms < 0);
    m.ms_of_day = time_ms - days * day_ms;
    m.weekday = (int)(((days + 3) % 7 + 7) % 7); /* 1970-01-01 was a Thursday */
    return m;
}

static void put_year(fiat__buf *out, int year, size_t count) {
    if (count == 2)
        fiat__buf_printf(out, "%02d", year % 100);
    else
        fiat__buf_printf(out, "%0*d", (int)count, year);
}

/* 1, 2: number; 3: short name; 4: name; 5: initial. */
static void put_name(fiat__buf *out, int number, const char *name, size_t count) {
    if (count <= 2)
        fiat__buf_printf(out, "%0*d", (int)count, number);
    else
        fiat__buf_printf(out, "%.*s", count == 3 ? 3 : count == 4 ? 99 : 1, name);
}

static void put_quarter(fiat__buf *out, int quarter, size_t count) {
    static const char *const names[] = {"1st quarter", "2nd quarter", "3rd quarter", "4th quarter"};
    if (count == 3)
        fiat__buf_printf(out, "Q%d", quarter);
    else if (count == 4)
        fiat__buf_append_c(out, names[quarter - 1]);
    else
        fiat__buf_printf(out, "%0*d", count == 2 ? 2 : 1, quarter);
}

/* Leading digits of the second's fraction. */
static void put_fraction(fiat__buf *out, int ms, size_t count) {
    char digits[20];
    snprintf(digits, sizeof digits, "%03d000000", ms % 1000);
    fiat__buf_append(out, digits, count);
}

static void put_offset(fiat__buf *out, char letter, size_t count) {
    static const char *const offsets[] = {"+00", "+0000", "+00:00", "+0000", "+00:00"};
    if (letter == 'X')
        fiat__buf_append_char(out, 'Z');
    else if (letter == 'x')
        fiat__buf_append_c(out, offsets[count - 1]);
    else
        fiat__buf_append_c(out, count < 4 ? "+0000" : count == 4 ? "GMT" : "Z");
}

static void put_field(fiat__buf *out, char letter, size_t count, const moment *m) {
    const fiat__utc *t = &m->utc;
    const int width = (int)count;
    switch (letter) {
    case 'y':
    case 'u':
        put_year(out, t->year, count);
        break;
    case 'G':
        fiat__buf_append_c(out, count == 4 ? "Anno Domini" : count == 5 ? "A" : "AD");
        break;
    case 'M':
    case 'L':
        put_name(out, t->month, s_months[t->month - 1], count);
        break;
    case 'Q':
    case 'q':
        put_quarter(out, (t->month + 2) / 3, count);
        break;
    case 'd':
        fiat__buf_printf(out, "%0*d", width, t->day);
        break;
    case 'D':
        fiat__buf_printf(out, "%0*d", width, m->day_of_year);
        break;
    case 'E':
        put_name(out, 0, s_days[m->weekday], count < 3 ? 3 : count);
        break;
    case 'a':
        fiat__buf_append_c(out, t->hour < 12 ? "AM" : "PM");
        break;
    case 'H':
        fiat__buf_printf(out, "%0*d", width, t->hour);
        break;
    case 'k':
        fiat__buf_printf(out, "%0*d", width, t->hour == 0 ? 24 : t->hour);
        break;
    case 'K':
        fiat__buf_printf(out, "%0*d", width, t->hour % 12);
        break;
    case 'h':
        fiat__buf_printf(out, "%0*d", width, t->hour % 12 == 0 ? 12 : t->hour % 12);
        break;
    case 'm':
        fiat__buf_printf(out, "%0*d", width, t->minute);
        break;
    case 's':
        fiat__buf_printf(out, "%0*d", width, t->second);
        break;
    case 'S':
        put_fraction(out, t->millisecond, count);
        break;
    case 'A':
        fiat__buf_printf(out, "%0*lld", width, (long long)m->ms_of_day);
        break;
    case 'n':
        fiat__buf_printf(out, "%0*d", width, t->millisecond * 1000000);
        break;
    case 'N':
        fiat__buf_printf(out, "%0*lld", width, (long long)m->ms_of_day * 1000000);
        break;
    default:
        put_offset(out, letter, count);
        break; /* X, x, Z */
    }
}

/* How often a letter may be repeated, as DateTimeFormatterBuilder.appendPattern() has it; 0: not
 * offered. */
static size_t most_repeats(char letter) {
    static const char letters[] = "yuGMLQqdDEaHkKhmsSAnNXxZ";
    static const unsigned char most[] = {9, 9, 5, 5, 5, 4, 4, 2, 3, 5, 1, 2,
                                         2, 2, 2, 2, 2, 9, 9, 9, 9, 5, 5, 5};
    const char *at = strchr(letters, letter);
    return at ? most[at - letters] : 0;
}

static bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static fiat_status bad_pattern(fiat_error *err, fiat__str pattern, const char *why) {
    return fiat__err_set(err, FIAT_E_CONFIG, "prefix: !{timestamp:%.*s}: %s", (int)pattern.len,
                         pattern.ptr, why);
}

static fiat_status put_letters(fiat__buf *out, fiat__str pattern, char letter, size_t count,
                               const moment *m, fiat_error *err) {
    size_t most = most_repeats(letter);
    if (letter == 'Y')
        return bad_pattern(err, pattern, "Y is the year of the week; write y for the year");
    if (most == 0)
        return fiat__err_set(err, FIAT_E_CONFIG,
                             "prefix: !{timestamp:%.*s}: letter '%c' is not one of the time fields "
                             "offered here; put text in single quotes",
                             (int)pattern.len, pattern.ptr, letter);
    if (count > most)
        return fiat__err_set(err, FIAT_E_CONFIG,
                             "prefix: !{timestamp:%.*s}: '%c' may stand at most %zu times in a row",
                             (int)pattern.len, pattern.ptr, letter, most);
    put_field(out, letter, count, m);
    return FIAT_OK;
}

/* A quoted run that starts at pattern[at]; returns the place after it, 0 when it has no end. As in
 * Java's DateTimeFormatterBuilder, two quotes are one quote within a run, and a run that is empty
 * is a quote; so four in a row are one quote, too. */
static size_t put_quoted(fiat__buf *out, fiat__str pattern, size_t at) {
    const size_t start = ++at;
    for (; at < pattern.len; at++) {
        if (pattern.ptr[at] == '\'') {
            if (at + 1 >= pattern.len || pattern.ptr[at + 1] != '\'') {
                if (at == start) fiat__buf_append_char(out, '\'');
                return at + 1;
            }
            at++;
        }
        fiat__buf_append_char(out, pattern.ptr[at]);
    }
    return 0;
}

static fiat_status put_timestamp(fiat__buf *out, fiat__str pattern, int64_t time_ms,
                                 fiat_error *err) {
    const moment m = moment_of(time_ms);
    if (pattern.len == 0) return bad_pattern(err, pattern, "the pattern is empty");
    for (size_t at = 0; at < pattern.len;) {
        const char c = pattern.ptr[at];
        if (c == '\'') {
            at = put_quoted(out, pattern, at);
            if (at == 0) return bad_pattern(err, pattern, "a single quote is not closed");
        } else if (is_letter(c)) {
            size_t count = 1;
            while (at + count < pattern.len && pattern.ptr[at + count] == c)
                count++;
            fiat_status status = put_letters(out, pattern, c, count, &m, err);
            if (status != FIAT_OK) return status;
            at += count;
        } else if (strchr("[]{}#", c)) {
            return bad_pattern(err, pattern, "[ ] { } # are reserved; put them in single quotes");
        } else {
            fiat__buf_append_char(out, c);
            at++;
        }
    }
    return FIAT_OK;
}

/* --- the pattern as a whole ------------------------------------------------------------------- */

static size_t find(fiat__str text, const char *what, size_t what_len) {
    for (size_t at = 0; at + what_len <= text.len; at++)
        if (memcmp(text.ptr + at, what, what_len) == 0) return at;
    return text.len;
}

/* Take the next literal or expression off the front of `rest`. */
static fiat_status next_part(fiat__str *rest, part *out, fiat_error *err) {
    *out = (part){.literal = {rest->ptr, find(*rest, "!{", 2)}};
    size_t taken = out->literal.len;
    if (taken == 0) {
        const fiat__str after = {rest->ptr + 2, rest->len - 2};
        const fiat__str inside = {after.ptr, find(after, "}", 1)};
        const size_t colon = find(inside, ":", 1);
        if (inside.len == after.len || colon == inside.len)
            return fiat__err_set(err, FIAT_E_CONFIG,
                                 "prefix: \"!{\" may only begin an expression "
                                 "!{namespace:value}, at \"%.*s\"",
                                 (int)(rest->len < 40 ? rest->len : 40), rest->ptr);
        out->namespace = fiat__str_of(inside.ptr, colon);
        out->value = fiat__str_of(inside.ptr + colon + 1, inside.len - colon - 1);
        taken = inside.len + 3;
    }
    rest->ptr += taken;
    rest->len -= taken;
    return FIAT_OK;
}

static void put_random(fiat__buf *out, const char *given) {
    static const char digits[] = "0123456789abcdefghijklmnopqrstuvwxyz";
    char made[12] = "";
    for (size_t i = 0; !given && i < 11; i++)
        made[i] = digits[fiat__random_below(sizeof digits - 1)];
    fiat__buf_append_c(out, given ? given : made);
}

static fiat_status put_expression(fiat__buf *out, const part *e, fiat__prefix_kind kind,
                                  const fiat__prefix_values *values, fiat_error *err) {
    if (fiat__str_eq_c(e->namespace, "timestamp"))
        return put_timestamp(out, e->value, values->time_ms, err);
    if (fiat__str_starts(e->namespace, fiat__str_c("partitionKeyFrom")))
        return fiat__err_set(err, FIAT_E_CONFIG,
                             "prefix: !{%.*s:...} needs dynamic partitioning, which is not offered "
                             "here; use !{timestamp:...}",
                             (int)e->namespace.len, e->namespace.ptr);
    if (!fiat__str_eq_c(e->namespace, "firehose"))
        return fiat__err_set(err, FIAT_E_CONFIG,
                             "prefix: unknown namespace \"%.*s\"; use timestamp or firehose",
                             (int)e->namespace.len, e->namespace.ptr);
    if (fiat__str_eq_c(e->value, "random-string")) {
        put_random(out, values->random);
    } else if (!fiat__str_eq_c(e->value, "error-output-type")) {
        return fiat__err_set(err, FIAT_E_CONFIG,
                             "prefix: unknown !{firehose:%.*s}; use random-string, or "
                             "error-output-type in ErrorOutputPrefix",
                             (int)e->value.len, e->value.ptr);
    } else if (kind == FIAT__PREFIX_DATA) {
        return fiat__err_set(err, FIAT_E_CONFIG,
                             "prefix: Prefix cannot contain !{firehose:error-output-type}; it "
                             "belongs in ErrorOutputPrefix");
    } else {
        fiat__buf_append_c(out, values->error_type ? values->error_type : "processing-failed");
    }
    return FIAT_OK;
}

fiat_status fiat__prefix_expand(fiat__buf *out, fiat__str pattern, fiat__prefix_kind kind,
                                const fiat__prefix_values *values, fiat_error *err) {
    bool has_time = false, has_expression = false, has_type = false;
    const size_t before = out->len;
    for (fiat__str rest = pattern; rest.len > 0;) {
        part p;
        fiat_status status = next_part(&rest, &p, err);
        if (status != FIAT_OK) return status;
        if (p.literal.len > 0) {
            fiat__buf_append(out, p.literal.ptr, p.literal.len);
            continue;
        }
        status = put_expression(out, &p, kind, values, err);
        if (status != FIAT_OK) return status;
        has_expression = true;
        has_time = has_time || fiat__str_eq_c(p.namespace, "timestamp");
        has_type = has_type || fiat__str_eq_c(p.value, "error-output-type");
    }
    if (kind == FIAT__PREFIX_ERROR && has_expression && !has_type)
        return fiat__err_set(err, FIAT_E_CONFIG,
                             "prefix: ErrorOutputPrefix with expressions must contain "
                             "!{firehose:error-output-type}");
    if (kind == FIAT__PREFIX_DATA && !has_time) {
        fiat_status status = put_timestamp(out, fiat__str_c(DEFAULT_SUFFIX), values->time_ms, err);
        if (status != FIAT_OK) return status;
    }
    if (out->len - before > FIAT__PREFIX_VALUE_BYTES)
        return fiat__err_set(err, FIAT_E_CONFIG,
                             "prefix: evaluates to %zu bytes; at most %d are allowed",
                             out->len - before, FIAT__PREFIX_VALUE_BYTES);
    return fiat__buf_status(out, err);
}

/* Late on Wednesday, 30 September 2026, and on Wednesday, 30 December 2026: September has the
 * longest name, December the longest number and the next longest name. */
const int64_t fiat__prefix_longest_ms[FIAT__PREFIX_LONGEST_COUNT] = {1790812799999, 1798675199999};

fiat_status fiat__prefix_check(fiat__str pattern, fiat__prefix_kind kind, fiat_error *err) {
    if (pattern.len > FIAT__PREFIX_MAX_BYTES)
        return fiat__err_set(err, FIAT_E_CONFIG, "prefix: %zu bytes; at most %d are allowed",
                             pattern.len, FIAT__PREFIX_MAX_BYTES);
    fiat_status status = FIAT_OK;
    fiat__buf value;
    fiat__buf_init(&value, 64 * FIAT__PREFIX_MAX_BYTES);
    for (size_t i = 0; status == FIAT_OK && i < FIAT__PREFIX_LONGEST_COUNT; i++) {
        const fiat__prefix_values values = {.stream = "",
                                            .time_ms = fiat__prefix_longest_ms[i],
                                            .error_type = "format-conversion-failed",
                                            .random = "00000000000"};
        fiat__buf_clear(&value);
        status = fiat__prefix_expand(&value, pattern, kind, &values, err);
    }
    fiat__buf_deinit(&value);
    return status;
}

fiat_status fiat__prefix_check_pair(fiat__str data, fiat__str error, fiat_error *err) {
    fiat_status status = fiat__prefix_check(data, FIAT__PREFIX_DATA, err);
    if (status == FIAT_OK) status = fiat__prefix_check(error, FIAT__PREFIX_ERROR, err);
    if (status == FIAT_OK && error.len == 0 && find(data, "!{", 2) < data.len)
        return fiat__err_set(err, FIAT_E_CONFIG,
                             "ErrorOutputPrefix cannot be null or empty when Prefix contains "
                             "expressions");
    return status;
}
