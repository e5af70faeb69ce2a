/* A prefix is written out as atoms, as in local/layout.c: a literal character, a run of a time's
 * letters, or a value that events bring. Then folder by folder. */
#include "table/partition.h"

#include "base/error.h"
#include "base/mem.h"
#include "base/utf8.h"

#include <ctype.h>
#include <stdio.h>
#include <strings.h>

#define ATOMS_MAX       2048
#define TEXT_MAX_BYTES  (16 * 1024)
#define DEFAULT_PATTERN "!{timestamp:yyyy/MM/dd/HH}/"

typedef enum atom_kind { ATOM_LITERAL, ATOM_TIME, ATOM_VALUE, ATOM_RANDOM } atom_kind;

typedef struct atom {
    atom_kind kind;
    char c;         /* the character, or the time's letter */
    unsigned count; /* of letters */
} atom;

struct reading {
    fiat__partitions *out;
    fiat__str prefix;
    atom *atoms;
    size_t count;
    bool has_time, full;
    size_t run_first, run_last; /* atoms of the time without a name; last 0: none */
    fiat_error *err;
};

/* --- atoms --- */

static void add(struct reading *reading, atom_kind kind, char c, unsigned count) {
    if (reading->count == ATOMS_MAX)
        reading->full = true;
    else
        reading->atoms[reading->count++] = (atom){kind, c, count};
}

/* 'text' of a time's format, from the quote at `at`; '' is a quote. Returns where it ends. */
static size_t add_quoted(struct reading *reading, fiat__str format, size_t at) {
    size_t start = ++at;
    for (; at < format.len; at++) {
        bool doubled = at + 1 < format.len && format.ptr[at + 1] == '\'';
        if (format.ptr[at] == '\'') {
            if (!doubled) break;
            at++;
        }
        add(reading, ATOM_LITERAL, format.ptr[at], 1);
    }
    if (at == start) add(reading, ATOM_LITERAL, '\'', 1);
    return at + 1;
}

static void add_time(struct reading *reading, fiat__str format) {
    reading->has_time = true;
    for (size_t i = 0; i < format.len;) {
        char c = format.ptr[i];
        unsigned run = 1;
        while (i + run < format.len && format.ptr[i + run] == c)
            run++;
        if (c == '\'') {
            i = add_quoted(reading, format, i);
        } else if (isalpha((unsigned char)c)) {
            add(reading, ATOM_TIME, c, run);
            i += run;
        } else {
            add(reading, ATOM_LITERAL, c, 1);
            i++;
        }
    }
}

static fiat_status refuse(struct reading *reading, const char *why) {
    return fiat__err_set(reading->err, FIAT_E_CONFIG, "prefix \"%.*s\": %s",
                         (int)(reading->prefix.len < 100 ? reading->prefix.len : 100),
                         reading->prefix.ptr ? reading->prefix.ptr : "", why);
}

static fiat_status add_expression(struct reading *reading, fiat__str inner) {
    static const char time[] = "timestamp:";
    if (fiat__str_starts(inner, fiat__str_c(time)))
        add_time(reading, fiat__str_of(inner.ptr + strlen(time), inner.len - strlen(time)));
    else if (fiat__str_eq_c(inner, "firehose:random-string"))
        add(reading, ATOM_RANDOM, '\0', 1);
    else if (fiat__str_starts(inner, fiat__str_c("partitionKeyFrom")))
        add(reading, ATOM_VALUE, '\0', 1);
    else
        return refuse(reading, "an expression is none of timestamp:, firehose:random-string, "
                               "partitionKeyFromQuery:, partitionKeyFromLambda:");
    return FIAT_OK;
}

static fiat_status add_pattern(struct reading *reading, fiat__str pattern) {
    fiat_status status = FIAT_OK;
    for (size_t i = 0; i < pattern.len && status == FIAT_OK;) {
        const char *at = pattern.ptr + i;
        if (at[0] != '!' || i + 1 == pattern.len || at[1] != '{') {
            add(reading, ATOM_LITERAL, *at, 1);
            i++;
            continue;
        }
        const char *end = memchr(at, '}', pattern.len - i);
        if (!end) return refuse(reading, "an expression \"!{\" has no \"}\"");
        status = add_expression(reading, fiat__str_of(at + 2, (size_t)(end - at) - 2));
        i = (size_t)(end - pattern.ptr) + 1;
    }
    return status;
}

/* --- formats --- */

/* How fine a run of letters is: 0 years to 4 minutes; -1: nothing that can be counted on from one
 * partition to the next. */
static int fineness(const atom *item) {
    static const char letters[] = "yMdHm";
    char c = item->c == 'u' ? 'y' : item->c == 'L' ? 'M' : item->c;
    const char *at = strchr(letters, c);
    if (!at || (item->count != 1 && item->count != 2 && !(c == 'y' && item->count == 4))) return -1;
    return (int)(at - letters);
}

/* Append atoms as a format of Java's: what is not a time's is quoted where it could be taken for
 * one. */
static void write_format(char *out, size_t size, const atom *atoms, size_t count) {
    size_t len = 0;
    bool open = false; /* within quotes */
    for (size_t i = 0; i < count && len + 8 < size; i++) {
        char c = atoms[i].c;
        bool quoted = atoms[i].kind == ATOM_LITERAL &&
                      (isalpha((unsigned char)c) || strchr("[]{}#", c) || (open && c == '\''));
        if (quoted != open) out[len++] = '\'';
        open = quoted;
        if (c == '\'') out[len++] = c;
        for (unsigned n = 0; n < atoms[i].count; n++)
            out[len++] = c;
    }
    if (open) out[len++] = '\'';
    out[len] = '\0';
}

/* A partition of one time: from years down to something, each once, so that one follows another. */
static fiat_status set_date(struct reading *reading, fiat__partition *partition, const atom *atoms,
                            size_t count) {
    static const char *const units[] = {"YEARS", "MONTHS", "DAYS", "HOURS", "MINUTES"};
    bool seen[5] = {false};
    int finest = -1;
    for (size_t i = 0; i < count; i++) {
        if (atoms[i].kind != ATOM_TIME) continue;
        int fine = fineness(&atoms[i]);
        if (fine < 0)
            return refuse(reading, "of times, partitions can be made of yyyy, MM, dd, HH and mm");
        seen[fine] = true;
        if (fine > finest) finest = fine;
    }
    for (int i = 0; i <= finest; i++)
        if (!seen[i])
            return refuse(reading, "a time must name the year, and everything down to its finest "
                                   "part, as !{timestamp:yyyy/MM/dd/HH} does");
    partition->kind = FIAT__PARTITION_DATE;
    partition->unit = units[finest];
    write_format(partition->format, sizeof partition->format, atoms, count);
    return FIAT_OK;
}

/* month=, day=, hour=: numbers. */
static bool set_integer(fiat__partition *partition, const atom *item) {
    static const unsigned min[] = {0, 1, 1, 0, 0}, max[] = {0, 12, 31, 23, 59};
    int fine = fineness(item);
    if (fine <= 0) return false;
    partition->kind = FIAT__PARTITION_INTEGER;
    partition->min = min[fine];
    partition->max = max[fine];
    partition->digits = item->count;
    return true;
}

/* --- folders --- */

static fiat_status new_partition(struct reading *reading, fiat__str name, fiat__partition **out) {
    fiat__partitions *all = reading->out;
    if (all->count == FIAT__PARTITIONS_MAX)
        return refuse(reading, "it has more than 16 partitions");
    fiat__partition *partition = &all->items[all->count];
    *partition = (fiat__partition){.unit = ""};
    if (name.len >= sizeof partition->name)
        return refuse(reading, "a folder's name is longer than 63 characters");
    for (size_t i = 0; i < name.len; i++)
        partition->name[i] = (char)tolower((unsigned char)name.ptr[i]);
    for (size_t i = 0; i < all->count; i++)
        if (strcmp(all->items[i].name, partition->name) == 0)
            return refuse(reading, "two of its partitions have the same name");
    all->count++;
    *out = partition;
    return FIAT_OK;
}

static void write_literals(fiat__buf *out, const atom *atoms, size_t count) {
    for (size_t i = 0; i < count; i++)
        fiat__buf_append_char(out, atoms[i].c);
}

static size_t count_kind(const atom *atoms, size_t count, atom_kind kind) {
    size_t found = 0;
    for (size_t i = 0; i < count; i++)
        found += atoms[i].kind == kind;
    return found;
}

static bool add_one_value(fiat__partition *partition, const atom *atoms, size_t count) {
    if (count == 0 || count >= sizeof partition->format) return false;
    partition->kind = FIAT__PARTITION_ENUM;
    for (size_t i = 0; i < count; i++) {
        if (atoms[i].c == ',') return false; /* which parts the values of an enum */
        partition->format[i] = atoms[i].c;
    }
    partition->format[count] = '\0';
    return true;
}

/* The value of a folder "name=value". */
static fiat_status set_value(struct reading *reading, fiat__partition *partition, const atom *atoms,
                             size_t count) {
    size_t times = count_kind(atoms, count, ATOM_TIME);
    size_t literals = count_kind(atoms, count, ATOM_LITERAL);
    if (literals == count && add_one_value(partition, atoms, count)) return FIAT_OK;
    if (count == 1 && atoms[0].kind == ATOM_VALUE) {
        partition->kind = FIAT__PARTITION_INJECTED;
        return FIAT_OK;
    }
    if (count == 1 && times && set_integer(partition, &atoms[0])) return FIAT_OK;
    if (times && times + literals == count) return set_date(reading, partition, atoms, count);
    return refuse(reading, "a folder NAME=VALUE must be one time, one key of the events, or a "
                           "fixed text without a comma");
}

static fiat_status add_named(struct reading *reading, fiat__str name, const atom *atoms,
                             size_t count) {
    fiat__partition *partition;
    fiat_status status = new_partition(reading, name, &partition);
    if (status == FIAT_OK) status = set_value(reading, partition, atoms, count);
    if (status != FIAT_OK) return status;
    write_literals(&reading->out->template, atoms - name.len - 1, name.len + 1);
    fiat__buf_printf(&reading->out->template, "${%s}", partition->name);
    return FIAT_OK;
}

/* The time without a name, over one folder or more. */
static fiat_status add_run(struct reading *reading) {
    static const char *const names[] = {"year", "month", "day", "datehour", "datehour"};
    const atom *atoms = reading->atoms + reading->run_first;
    size_t count = reading->run_last - reading->run_first;
    fiat__partition *partition;
    int finest = 0;
    for (size_t i = 0; i < count; i++)
        if (atoms[i].kind == ATOM_TIME && fineness(&atoms[i]) > finest)
            finest = fineness(&atoms[i]);
    fiat_status status = new_partition(reading, fiat__str_c(names[finest]), &partition);
    if (status == FIAT_OK) status = set_date(reading, partition, atoms, count);
    if (status == FIAT_OK) fiat__buf_printf(&reading->out->template, "${%s}", partition->name);
    return status;
}

static fiat_status add_plain(struct reading *reading, size_t at, size_t end) {
    fiat_status status = FIAT_OK;
    for (; at < end && status == FIAT_OK; at++) {
        const atom *item = &reading->atoms[at];
        if (reading->run_last && at == reading->run_first)
            status = add_run(reading);
        else if (at > reading->run_first && at < reading->run_last)
            continue;
        else if (item->kind == ATOM_LITERAL)
            fiat__buf_append_char(&reading->out->template, item->c);
        else if (item->kind == ATOM_TIME)
            status = refuse(reading, "a part of the time stands apart from the others: name its "
                                     "folder, as hour=!{timestamp:HH}/");
        else
            status = refuse(reading, item->kind == ATOM_RANDOM
                                         ? "a random folder cannot be found again: write it after "
                                           "the last /"
                                         : "name the folder of a key, as "
                                           "customer=!{partitionKeyFromQuery:customer}/");
    }
    return status;
}

static size_t folder_end(const struct reading *reading, size_t at) {
    while (at < reading->count &&
           !(reading->atoms[at].kind == ATOM_LITERAL && reading->atoms[at].c == '/'))
        at++;
    return at;
}

/* The name of a folder "name=..." from `at` on; len 0: it has none, or is none. */
static fiat__str read_name(const struct reading *reading, size_t at, size_t end, char *name,
                           size_t size) {
    for (size_t len = 0; end < reading->count && at + len < end && len < size; len++) {
        const atom *item = &reading->atoms[at + len];
        if (item->kind != ATOM_LITERAL) break;
        if (item->c == '=') return fiat__str_of(name, len);
        if (!isalnum((unsigned char)item->c) && item->c != '_') break;
        name[len] = item->c;
    }
    return fiat__str_of(name, 0);
}

/* From the first part of the time without a name to the last before a folder without such. */
static void find_run(struct reading *reading) {
    char name[256];
    for (size_t at = 0, end; at < reading->count; at = end + 1) {
        bool any = false;
        end = folder_end(reading, at);
        bool named = read_name(reading, at, end, name, sizeof name).len > 0;
        for (size_t i = at; i < end && !named; i++) {
            if (reading->atoms[i].kind != ATOM_TIME) continue;
            if (reading->run_last == 0) reading->run_first = i;
            reading->run_last = i + 1;
            any = true;
        }
        if (reading->run_last && !any) return;
    }
}

/* What follows the last '/' begins the names of objects: it is no part of the place. */
static fiat_status check_tail(struct reading *reading, size_t at) {
    for (; at < reading->count; at++)
        if (reading->atoms[at].kind == ATOM_TIME || reading->atoms[at].kind == ATOM_VALUE)
            return refuse(reading, "it ends within a partition: end it with a /");
    return FIAT_OK;
}

static fiat_status read_folders(struct reading *reading) {
    char text[256];
    fiat_status status = FIAT_OK;
    find_run(reading);
    for (size_t at = 0, end; at < reading->count && status == FIAT_OK; at = end + 1) {
        end = folder_end(reading, at);
        if (end == reading->count) return check_tail(reading, at);
        fiat__str name = read_name(reading, at, end, text, sizeof text);
        size_t value = at + name.len + 1;
        status = name.len ? add_named(reading, name, reading->atoms + value, end - value)
                          : add_plain(reading, at, end);
        bool within = end >= reading->run_first && end < reading->run_last;
        if (!within) fiat__buf_append_char(&reading->out->template, '/');
    }
    return status;
}

/* The folder down to the first partition. */
static void write_folder(struct reading *reading) {
    fiat__str all = fiat__buf_str(&reading->out->template);
    size_t len = 0;
    for (size_t i = 0; i < all.len && all.ptr[i] != '$'; i++)
        if (all.ptr[i] == '/') len = i + 1;
    /* "year=" begins a partition, and the folder before it is the place of all. */
    fiat__buf_append(&reading->out->folder, all.ptr, len);
}

/* What no key of an object should have, and "${", which would be taken for a partition. */
static fiat_status check_text(struct reading *reading) {
    fiat__str prefix = reading->prefix;
    bool right = fiat__utf8_check(prefix.ptr ? prefix.ptr : "", prefix.len) == prefix.len;
    for (size_t i = 0; i < prefix.len && right; i++)
        right = (unsigned char)prefix.ptr[i] >= ' ' && prefix.ptr[i] != 0x7F &&
                !(i && prefix.ptr[i] == '{' && prefix.ptr[i - 1] == '$');
    if (right) return FIAT_OK;
    return fiat__err_set(reading->err, FIAT_E_CONFIG,
                         "prefix: it must be UTF-8 text without control characters and ${");
}

fiat_status fiat__partitions_init(fiat__partitions *out, fiat__str prefix, fiat_error *err) {
    struct reading reading = {.out = out, .prefix = prefix, .err = err};
    out->count = 0;
    fiat__buf_init(&out->folder, TEXT_MAX_BYTES);
    fiat__buf_init(&out->template, TEXT_MAX_BYTES);
    reading.atoms = fiat__calloc(ATOMS_MAX, sizeof *reading.atoms);
    if (!reading.atoms) return fiat__err_nomem(err);
    fiat_status status = check_text(&reading);
    if (status == FIAT_OK) status = add_pattern(&reading, prefix);
    if (status == FIAT_OK && !reading.has_time)
        status = add_pattern(&reading, fiat__str_c(DEFAULT_PATTERN));
    if (status == FIAT_OK && reading.full)
        status = fiat__err_set(err, FIAT_E_LIMIT, "prefix: longer than %d characters", ATOMS_MAX);
    if (status == FIAT_OK) status = read_folders(&reading);
    if (status == FIAT_OK) write_folder(&reading);
    if (status == FIAT_OK) status = fiat__buf_status(&out->template, err);
    if (status == FIAT_OK) status = fiat__buf_status(&out->folder, err);
    fiat__free(reading.atoms);
    return status;
}

void fiat__partitions_deinit(fiat__partitions *partitions) {
    fiat__buf_deinit(&partitions->folder);
    fiat__buf_deinit(&partitions->template);
}

/* --- moments --- */

static void write_part(fiat__buf *out, char letter, unsigned count,
                       const fiat__table_moment *moment) {
    unsigned value = letter == 'M' || letter == 'L' ? moment->month
                     : letter == 'd'                ? moment->day
                     : letter == 'H'                ? moment->hour
                     : letter == 'm'                ? 0
                     : count == 2                   ? moment->year % 100
                                                    : moment->year;
    fiat__buf_printf(out, "%0*u", (int)count, value);
}

/* 'quoted text' from its first quote on; '' is a quote, inside and out. Returns its end. */
static const char *write_quoted(fiat__buf *out, const char *at) {
    const char *start = ++at;
    for (; *at; at++) {
        if (*at == '\'' && *++at != '\'') break;
        fiat__buf_append_char(out, *at);
    }
    if (at == start + 1) fiat__buf_append_char(out, '\'');
    return at;
}

bool fiat__partition_write_moment(fiat__buf *out, const fiat__partition *partition,
                                  const fiat__table_moment *moment) {
    for (const char *at = partition->format; *at;) {
        unsigned count = 1;
        if (*at == '\'') {
            at = write_quoted(out, at);
            continue;
        }
        while (isalpha((unsigned char)*at) && at[count] == at[0])
            count++;
        if (isalpha((unsigned char)*at))
            write_part(out, at[0], count, moment);
        else
            fiat__buf_append_char(out, *at);
        at += count;
    }
    return !out->failed;
}
