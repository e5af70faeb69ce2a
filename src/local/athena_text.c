/* See athena_text.h. DuckDB gives 2026-11-21 12:00:00, 1e+20 and {"a":1}; Athena gives
 * 2026-11-21 12:00:00.000, 1.0E20 and {a=1}. */
#include "local/athena_text.h"

#include "base/buf.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* https://docs.aws.amazon.com/athena/latest/ug/data-types.html, the names of DML. */
static const char *const s_types[][2] = {
    {"utinyint", "smallint"},
    {"usmallint", "integer"},
    {"uinteger", "bigint"},
    {"ubigint", "bigint"},
    {"hugeint", "bigint"},
    {"uhugeint", "bigint"},
    {"bignum", "bigint"},
    {"blob", "varbinary"},
    {"list", "array"},
    {"array", "array"},
    {"struct", "row"},
    {"timestamp_s", "timestamp"},
    {"enum", "varchar"},
    {"timestamp_ms", "timestamp"},
    {"timestamp_ns", "timestamp"},
    {"bit", "varchar"},
    {"union", "varchar"},
    {"interval", "interval day to second"},
    {"null", "unknown"},
    {"other", "varchar"},
};

const char *fiat__athena_type(const fiat__duckdb_column *column) {
    for (size_t i = 0; i < sizeof s_types / sizeof *s_types; i++)
        if (strcmp(s_types[i][0], column->type) == 0) return s_types[i][1];
    return column->type;
}

static bool is_type(const fiat__duckdb_column *column, const char *type) {
    return strcmp(fiat__athena_type(column), type) == 0;
}

/* Of Double.toString(): at least one digit behind the point; an exponent below 1e-3, from 1e7 on.
 * https://docs.oracle.com/javase/8/docs/api/java/lang/Double.html#toString-double- */
static void write_double(fiat__buf *out, double value, bool single) {
    char digits[40];
    int precision = 1;
    if (isnan(value) || isinf(value)) {
        fiat__buf_append_c(out, isnan(value) ? "NaN" : value < 0 ? "-Infinity" : "Infinity");
        return;
    }
    for (; precision < 17; precision++) {
        snprintf(digits, sizeof digits, "%.*e", precision - 1, value);
        if (single ? strtof(digits, NULL) == (float)value : strtod(digits, NULL) == value) break;
    }
    snprintf(digits, sizeof digits, "%.*e", precision - 1, value);
    char *mark = strchr(digits, 'e');
    const long exponent = strtol(mark + 1, NULL, 10);
    *mark = '\0';
    if (value == 0) {
        fiat__buf_append_c(out, signbit(value) ? "-0.0" : "0.0");
    } else if (exponent < -3 || exponent >= 7) {
        fiat__buf_printf(out, "%s%sE%ld", digits, strchr(digits, '.') ? "" : ".0", exponent);
    } else {
        const int decimals = precision - 1 - (int)exponent;
        fiat__buf_printf(out, "%.*f", decimals > 1 ? decimals : 1, value);
    }
}

/* "2026-11-21 12:00:00.1234+00": milliseconds, and the zone, which is always UTC, by name. */
static void write_timestamp(fiat__buf *out, fiat__str value, bool zone) {
    size_t end = value.len;
    if (zone)
        for (size_t i = end; i > 10 && end == value.len; i--)
            if (value.ptr[i - 1] == '+' || value.ptr[i - 1] == '-') end = i - 1;
    const char *point = memchr(value.ptr, '.', end);
    const size_t whole = point ? (size_t)(point - value.ptr) : end;
    fiat__buf_append(out, value.ptr, whole);
    fiat__buf_append_char(out, '.');
    for (size_t i = 1; i <= 3; i++)
        fiat__buf_append_char(out, whole + i < end ? value.ptr[whole + i] : '0');
    if (zone) fiat__buf_append_c(out, " UTC");
}

/* --- nested values: JSON text as rows, maps and arrays --- */

static unsigned hex_value(const char *at) {
    char digits[5];
    snprintf(digits, sizeof digits, "%.4s", at);
    return (unsigned)strtoul(digits, NULL, 16);
}

static void write_unicode(fiat__buf *out, unsigned code) {
    char bytes[4];
    size_t len = 0;
    if (code < 0x80) {
        bytes[len++] = (char)code;
    } else {
        const unsigned more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
        static const unsigned lead[] = {0, 0xC0, 0xE0, 0xF0};
        bytes[len++] = (char)(lead[more] | code >> 6 * more);
        for (unsigned i = more; i-- > 0;)
            bytes[len++] = (char)(0x80 | (code >> 6 * i & 0x3F));
    }
    fiat__buf_append(out, bytes, len);
}

/* What a JSON string that starts at `at` says; the place behind it. */
static size_t write_string(fiat__buf *out, fiat__str json, size_t at) {
    static const char from[] = "bfnrt", to[] = "\b\f\n\r\t";
    for (at++; at < json.len && json.ptr[at] != '"'; at++) {
        if (json.ptr[at] != '\\' || at + 1 == json.len) {
            fiat__buf_append_char(out, json.ptr[at]);
            continue;
        }
        const char *known = strchr(from, json.ptr[++at]);
        if (json.ptr[at] == 'u' && json.len - at > 4) {
            unsigned code = hex_value(json.ptr + at + 1);
            at += 4;
            if (code >= 0xD800 && code < 0xDC00 && json.len - at > 6) {
                code = 0x10000 + ((code & 0x3FF) << 10) + (hex_value(json.ptr + at + 3) & 0x3FF);
                at += 6;
            }
            write_unicode(out, code);
        } else {
            fiat__buf_append_char(out, known ? to[known - from] : json.ptr[at]);
        }
    }
    return at + 1;
}

static void write_nested(fiat__buf *out, fiat__str json) {
    for (size_t at = 0; at < json.len;) {
        const char c = json.ptr[at];
        if (c == '"') {
            at = write_string(out, json, at);
            continue;
        }
        if (c == ':')
            fiat__buf_append_char(out, '=');
        else
            fiat__buf_append_char(out, c);
        if (c == ',') fiat__buf_append_char(out, ' ');
        at++;
    }
}

fiat__str fiat__athena_text(const fiat__duckdb_column *column, fiat__str value,
                            fiat__buf *scratch) {
    if (!value.ptr) return value;
    const bool single = is_type(column, "float");
    char number[64];
    snprintf(number, sizeof number, "%.*s", value.len < 60 ? (int)value.len : 60, value.ptr);
    fiat__buf_clear(scratch);
    if (single || is_type(column, "double"))
        write_double(scratch, strtod(number, NULL), single);
    else if (is_type(column, "timestamp") || is_type(column, "timestamp with time zone"))
        write_timestamp(scratch, value, !is_type(column, "timestamp"));
    else if (is_type(column, "row") || is_type(column, "map") || is_type(column, "array"))
        write_nested(scratch, value);
    else
        return value;
    return scratch->failed ? value : fiat__buf_str(scratch);
}
