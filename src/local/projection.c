/* See projection.h. The template is walked once: literal text becomes literal text of a regular
 * expression, ${column} a group that takes what the column's projection can produce. */
#include "local/projection.h"

#include "base/clock.h"
#include "base/error.h"
#include "duckdb/duckdb.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

#define TEXT_MAX_BYTES (1024 * 1024)
#define HIDDEN         "(?:[^/._][^/]*/)*[^/._][^/]*" /* below: no name that begins with . or _ */

struct work {
    fiat__projection *out;
    const fiat__hive_table *table;
    int64_t now_ms;
    fiat_status status;
    fiat_error *err;
};

bool fiat__projection_enabled(const fiat__hive_table *table) {
    const char *value = fiat__hive_get(table->properties, "projection.enabled");
    return value && strcasecmp(value, "true") == 0;
}

/* projection.COLUMN.NAME */
static const char *property(const struct work *w, const char *column, const char *name) {
    char key[512];
    snprintf(key, sizeof key, "projection.%s.%s", column, name);
    return fiat__hive_get(w->table->properties, key);
}

static void refuse(struct work *w, const char *column, const char *name, const char *what) {
    if (w->status == FIAT_OK)
        w->status = fiat__err_set(w->err, FIAT_E_SQL,
                                  "INVALID_TABLE_PROPERTY: table %s.%s: projection.%s.%s: %s",
                                  w->table->database, w->table->name, column, name, what);
}

/* --- dates --- */

/* Java's letters of a date: what strptime() and a regular expression call them. */
static const struct {
    const char *letters, *format, *regex;
} s_letters[] = {
    {"yyyy", "%Y", "[0-9]{4}"}, {"MM", "%m", "[0-9]{2}"}, {"dd", "%d", "[0-9]{2}"},
    {"HH", "%H", "[0-9]{2}"},   {"mm", "%M", "[0-9]{2}"}, {"ss", "%S", "[0-9]{2}"},
};

/* One piece of a format at `at`: its length, 0 for what is not known. */
static size_t date_piece(const char *at, fiat__buf *regex, fiat__buf *format) {
    for (size_t i = 0; i < sizeof s_letters / sizeof *s_letters; i++) {
        const size_t len = strlen(s_letters[i].letters);
        if (strncmp(at, s_letters[i].letters, len) != 0 || at[len] == *at) continue;
        fiat__buf_append_c(regex, s_letters[i].regex);
        fiat__buf_append_c(format, s_letters[i].format);
        return len;
    }
    size_t start = 0, len = 1, skip = 1;
    if (*at == '\'') {
        const char *end = strchr(at + 1, '\'');
        if (!end) return 0;
        start = 1;
        len = (size_t)(end - at - 1);
        skip = len + 2;
        if (len == 0) { /* '' is one quote */
            start = 0;
            len = 1;
        }
    } else if (isalpha((unsigned char)*at)) {
        return 0;
    }
    fiat__layout_escape(regex, fiat__str_of(at + start, len));
    for (size_t i = start; i < start + len; i++)
        fiat__buf_append_c(format, at[i] == '%' ? "%%" : (char[]){at[i], '\0'});
    return skip;
}

static const struct {
    const char *name, *sql;
} s_units[] = {{"YEAR", "YEAR"}, {"MONTH", "MONTH"},   {"WEEK", "WEEK"},    {"DAY", "DAY"},
               {"HOUR", "HOUR"}, {"MINUTE", "MINUTE"}, {"SECOND", "SECOND"}};

/* "NOW", "NOW-3YEARS", "NOW+1DAY": SQL of that moment; false: none of them. */
static bool write_now(struct work *w, const char *text, size_t len, fiat__buf *sql) {
    char stamp[FIAT__RFC3339_LEN + 1] = "", copy[64], *unit;
    if (len < 3 || len >= sizeof copy || strncasecmp(text, "NOW", 3) != 0) return false;
    snprintf(copy, sizeof copy, "%.*s", (int)(len - 3), text + 3);
    const char *at = copy + strspn(copy, " ");
    fiat__rfc3339_write(stamp, w->now_ms);
    if (!*at) {
        fiat__buf_printf(sql, "TIMESTAMP '%.19s'", stamp);
        return true;
    }
    const char sign = *at++;
    if (sign != '+' && sign != '-') return false;
    const unsigned long count = strtoul(at, &unit, 10);
    if (unit == at || count > 100000) return false;
    unit += strspn(unit, " ");
    for (size_t i = 0; i < sizeof s_units / sizeof *s_units; i++) {
        const size_t name_len = strlen(s_units[i].name);
        if (strncasecmp(unit, s_units[i].name, name_len) != 0) continue;
        if (unit[name_len] && strcasecmp(unit + name_len, "S") != 0) continue;
        fiat__buf_printf(sql, "TIMESTAMP '%.19s' %c INTERVAL %lu %s", stamp, sign, count,
                         s_units[i].sql);
        return true;
    }
    return false;
}

/* One end of a range as the format has it, so that the partition that it is in belongs to it. */
static bool write_bound(struct work *w, fiat__str text, const char *format, fiat__buf *sql) {
    while (text.len && text.ptr[0] == ' ')
        text = fiat__str_of(text.ptr + 1, text.len - 1);
    while (text.len && text.ptr[text.len - 1] == ' ')
        text.len--;
    if (!text.len) return false;
    fiat__buf_append_c(sql, "try_strptime(");
    fiat__buf now;
    fiat__buf_init(&now, 256);
    if (write_now(w, text.ptr, text.len, &now)) {
        fiat__buf_printf(sql, "strftime(%s, ", fiat__buf_cstr(&now));
        fiat__duckdb_quote_text(sql, fiat__str_c(format));
        fiat__buf_append_char(sql, ')');
    } else {
        fiat__duckdb_quote_text(sql, text);
    }
    fiat__buf_deinit(&now);
    fiat__buf_append_c(sql, ", ");
    fiat__duckdb_quote_text(sql, fiat__str_c(format));
    fiat__buf_append_char(sql, ')');
    return true;
}

static void begin_condition(fiat__buf *sql) {
    if (sql->len) fiat__buf_append_c(sql, " AND ");
}

static void write_date(struct work *w, const char *column) {
    const char *format = property(w, column, "format"), *range = property(w, column, "range");
    fiat__buf time_format, *sql = &w->out->condition;
    if (!format || !*format) {
        refuse(w, column, "format", "a date needs one");
        return;
    }
    const char *comma = range ? strchr(range, ',') : NULL;
    if (!comma || strchr(comma + 1, ',')) {
        refuse(w, column, "range", "a date needs two ends, such as 'NOW-3YEARS,NOW'");
        return;
    }
    fiat__buf_init(&time_format, 1024);
    for (const char *at = format; *at && w->status == FIAT_OK;) {
        const size_t len = date_piece(at, &w->out->layout.regex, &time_format);
        if (len == 0)
            refuse(w, column, "format",
                   "of Java's letters yyyy, MM, dd, HH, mm and ss are offered");
        at += len;
    }
    const char *text = fiat__buf_cstr(&time_format);
    begin_condition(sql);
    fiat__buf_append_c(sql, "try_strptime(CAST(");
    fiat__duckdb_quote_name(sql, fiat__str_c(column));
    fiat__buf_append_c(sql, " AS VARCHAR), ");
    fiat__duckdb_quote_text(sql, fiat__str_c(text));
    fiat__buf_append_c(sql, ") BETWEEN ");
    bool good = write_bound(w, fiat__str_of(range, (size_t)(comma - range)), text, sql);
    fiat__buf_append_c(sql, " AND ");
    if (!good || !write_bound(w, fiat__str_c(comma + 1), text, sql))
        refuse(w, column, "range", "a date needs two ends, such as 'NOW-3YEARS,NOW'");
    fiat__buf_deinit(&time_format);
}

/* --- the other types --- */

/* Two whole numbers and a comma between them. */
static bool read_range(const char *text, long long *low, long long *high) {
    char *end, *last;
    *low = strtoll(text, &end, 10);
    if (end == text || *(end += strspn(end, " ")) != ',') return false;
    *high = strtoll(end + 1, &last, 10);
    return last > end + 1 && !last[strspn(last, " ")];
}

static void write_integer(struct work *w, const char *column) {
    const char *range = property(w, column, "range"), *digits = property(w, column, "digits");
    const unsigned long digit_count = digits ? strtoul(digits, NULL, 10) : 0;
    long long low, high;
    if (!range || !read_range(range, &low, &high)) {
        refuse(w, column, "range", "an integer needs two ends, such as '1,12'");
        return;
    }
    if (digits && (digit_count < 1 || digit_count > 18)) {
        refuse(w, column, "digits", "allowed are 1 to 18");
        return;
    }
    if (digits)
        fiat__buf_printf(&w->out->layout.regex, "[0-9]{%lu}", digit_count);
    else
        fiat__buf_append_c(&w->out->layout.regex, "-?[0-9]+");
    begin_condition(&w->out->condition);
    fiat__buf_append_c(&w->out->condition, "TRY_CAST(");
    fiat__duckdb_quote_name(&w->out->condition, fiat__str_c(column));
    fiat__buf_printf(&w->out->condition, " AS BIGINT) BETWEEN %lld AND %lld", low, high);
}

static void write_enum(struct work *w, const char *column) {
    const char *values = property(w, column, "values");
    if (!values || !*values) {
        refuse(w, column, "values", "an enum needs them, such as 'a,b'");
        return;
    }
    fiat__buf_append_c(&w->out->layout.regex, "(?:");
    for (const char *at = values;;) {
        const size_t len = strcspn(at, ",");
        fiat__layout_escape(&w->out->layout.regex, fiat__str_of(at, len));
        at += len;
        if (!*at++) break;
        fiat__buf_append_char(&w->out->layout.regex, '|');
    }
    fiat__buf_append_char(&w->out->layout.regex, ')');
}

static void write_value(struct work *w, const char *column) {
    const char *type = property(w, column, "type");
    if (!fiat__projection_enabled(w->table))
        fiat__buf_append_c(&w->out->layout.regex, "[^/]+");
    else if (!type)
        refuse(w, column, "type", "there is none: date, integer, enum or injected");
    else if (strcasecmp(type, "date") == 0)
        write_date(w, column);
    else if (strcasecmp(type, "integer") == 0)
        write_integer(w, column);
    else if (strcasecmp(type, "enum") == 0)
        write_enum(w, column);
    else if (strcasecmp(type, "injected") == 0)
        fiat__buf_append_c(&w->out->layout.regex, "[^/]+");
    else
        refuse(w, column, "type", "it must be date, integer, enum or injected");
}

/* --- the template --- */

static const fiat__hive_column *find_column(const struct work *w, const char *name, size_t len) {
    for (const fiat__hive_column *each = w->table->partitions; each; each = each->next)
        if (strlen(each->name) == len && strncasecmp(each->name, name, len) == 0) return each;
    return NULL;
}

/* "${name}" at `at`: its length. */
static size_t write_group(struct work *w, const char *at) {
    fiat__layout *layout = &w->out->layout;
    const char *end = strchr(at, '}');
    const fiat__hive_column *column = end ? find_column(w, at + 2, (size_t)(end - at - 2)) : NULL;
    if (!column || layout->partition_count == FIAT__LAYOUT_PARTITIONS_MAX) {
        w->status = fiat__err_set(w->err, FIAT_E_SQL,
                                  "INVALID_TABLE_PROPERTY: table %s.%s: storage.location.template "
                                  "has ${...} that is no partition column: %.100s",
                                  w->table->database, w->table->name, at);
        return 0;
    }
    fiat__layout_partition *partition = &layout->partitions[layout->partition_count];
    w->out->columns[layout->partition_count] = column;
    partition->group = (unsigned)++layout->partition_count;
    snprintf(partition->name, sizeof partition->name, "%s", column->name);
    fiat__buf_append_char(&layout->regex, '(');
    write_value(w, column->name);
    fiat__buf_append_char(&layout->regex, ')');
    return (size_t)(end + 1 - at);
}

/* `path`: of a folder below the data folder, with ${column} in it. */
static void write_layout(struct work *w, const char *path) {
    fiat__layout *layout = &w->out->layout;
    size_t glob_len = 0; /* up to the last '/' before the first ${ */
    for (const char *at = path; *at && w->status == FIAT_OK;) {
        if (at[0] == '$' && at[1] == '{') {
            at += write_group(w, at);
            continue;
        }
        fiat__layout_escape(&layout->regex, fiat__str_of(at, 1));
        if (layout->partition_count == 0 && *at == '/') glob_len = (size_t)(at + 1 - path);
        at++;
    }
    fiat__buf_append_c(&layout->regex, HIDDEN);
    for (size_t i = 0; i < glob_len; i++)
        fiat__buf_append_char(&layout->glob, strchr("*?[]\\", path[i]) ? '?' : path[i]);
    fiat__buf_append_c(&layout->glob, "**");
}

/* "bucket/folder/" of a URI, or a refusal. */
static void write_path(struct work *w, const char *uri, fiat__buf *path) {
    fiat__s3_place place;
    if (!fiat__s3_place_read(fiat__str_c(uri), &place)) {
        w->status = fiat__err_set(w->err, FIAT_E_SQL,
                                  "table %s.%s: '%.200s' is no place in S3: s3://bucket/folder/",
                                  w->table->database, w->table->name, uri);
        return;
    }
    fiat__buf_append(path, place.bucket.ptr, place.bucket.len);
    fiat__buf_append_char(path, '/');
    fiat__buf_append(path, place.key.ptr, place.key.len);
    if (place.key.len) fiat__buf_append_char(path, '/');
}

fiat_status fiat__projection_init(fiat__projection *out, const fiat__hive_table *table,
                                  int64_t now_ms, fiat_error *err) {
    struct work w = {out, table, now_ms, FIAT_OK, err};
    const char *template = fiat__hive_get(table->properties, "storage.location.template");
    fiat__buf path;
    *out = (fiat__projection){.layout = {.partition_count = 0}};
    fiat__buf_init(&out->layout.glob, TEXT_MAX_BYTES);
    fiat__buf_init(&out->layout.regex, TEXT_MAX_BYTES);
    fiat__buf_init(&out->condition, TEXT_MAX_BYTES);
    fiat__buf_init(&path, TEXT_MAX_BYTES);
    if (!fiat__projection_enabled(table)) template = NULL;
    write_path(&w, template ? template : table->location, &path);
    for (const fiat__hive_column *each = table->partitions; !template && each; each = each->next)
        fiat__buf_printf(&path, "%s=${%s}/", each->name, each->name);
    if (w.status == FIAT_OK) w.status = fiat__buf_status(&path, err);
    if (w.status == FIAT_OK) write_layout(&w, fiat__buf_cstr(&path));
    fiat__buf_deinit(&path);
    if (w.status == FIAT_OK) w.status = fiat__buf_status(&out->layout.regex, err);
    if (w.status == FIAT_OK) w.status = fiat__buf_status(&out->layout.glob, err);
    if (w.status == FIAT_OK) w.status = fiat__buf_status(&out->condition, err);
    if (w.status != FIAT_OK) fiat__projection_deinit(out);
    return w.status;
}

void fiat__projection_deinit(fiat__projection *projection) {
    fiat__layout_deinit(&projection->layout);
    fiat__buf_deinit(&projection->condition);
}
