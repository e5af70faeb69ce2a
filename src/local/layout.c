/* Prefix patterns to regular expressions.
 *
 * The pattern is first written out as atoms: a literal character, or a piece of regular expression
 * that stands for an expression of the pattern. A time's own separators are literal characters,
 * since "!{timestamp:yyyy/MM/dd}" makes three folders. Then folder by folder: "name=..." gives a
 * column; of the others, the first run that holds parts of the time gives one. */
#include "local/layout.h"

#include "base/error.h"
#include "base/mem.h"

#include <ctype.h>
#include <stdio.h>
#include <strings.h>

#define ATOMS_MAX       4096
#define TEXT_MAX_BYTES  (64 * 1024)
#define DEFAULT_PATTERN "!{timestamp:yyyy/MM/dd/HH}/"

typedef struct atom {
    char literal;      /* '\0': an expression */
    char letter;       /* of a time: 'y', 'M', 'd', 'H', ...; else '\0' */
    const char *regex; /* static; of an expression */
    unsigned count;    /* of digits, with regex "\\d" */
} atom;

struct atoms {
    atom *items;
    size_t count;
    bool has_time, full;
};

static void add(struct atoms *atoms, atom item) {
    if (atoms->count == ATOMS_MAX)
        atoms->full = true;
    else
        atoms->items[atoms->count++] = item;
}

/* 'quoted text' from the quote at `at`; '' is a quote, inside and out. Returns where it ends. */
static size_t add_quoted(struct atoms *atoms, fiat__str value, size_t at) {
    size_t start = ++at;
    for (; at < value.len; at++) {
        bool doubled = at + 1 < value.len && value.ptr[at + 1] == '\'';
        if (value.ptr[at] == '\'') {
            if (!doubled) break;
            at++;
        }
        add(atoms, (atom){.literal = value.ptr[at]});
    }
    if (at == start) add(atoms, (atom){.literal = '\''});
    return at + 1;
}

/* The value of a timestamp expression: Java's DateTimeFormatter. Where the count of letters fixes
 * the count of digits it is used; everything else is taken as "any text without a slash". */
static void add_time(struct atoms *atoms, fiat__str value) {
    atoms->has_time = true;
    for (size_t i = 0; i < value.len;) {
        char c = value.ptr[i];
        size_t run = 1;
        while (i + run < value.len && value.ptr[i + run] == c)
            run++;
        if (c == '\'') {
            i = add_quoted(atoms, value, i);
            continue;
        }
        if (!isalpha((unsigned char)c)) {
            add(atoms, (atom){.literal = c});
            i++;
            continue;
        }
        bool digits =
            (run == 2 && strchr("yuMLdHkKhms", c)) || (run == 4 && strchr("yu", c)) || c == 'S';
        add(atoms, (atom){.letter = c,
                          .regex = digits ? "\\d" : "[^/]+?",
                          .count = digits ? (unsigned)run : 0});
        i += run;
    }
}

static fiat_status add_expression(struct atoms *atoms, fiat__str inner, fiat_error *err) {
    static const char time[] = "timestamp:";
    if (fiat__str_starts(inner, fiat__str_c(time)))
        add_time(atoms, fiat__str_of(inner.ptr + strlen(time), inner.len - strlen(time)));
    else if (fiat__str_eq_c(inner, "firehose:random-string"))
        add(atoms, (atom){.regex = "[A-Za-z0-9]+"});
    else if (memchr(inner.ptr, ':', inner.len))
        add(atoms, (atom){.regex = "[^/]+?"});
    else
        return fiat__err_set(err, FIAT_E_CONFIG, "prefix: \"!{%.*s}\" is no expression",
                             (int)inner.len, inner.ptr);
    return FIAT_OK;
}

static fiat_status add_pattern(struct atoms *atoms, fiat__str pattern, fiat_error *err) {
    fiat_status status = FIAT_OK;
    for (size_t i = 0; i < pattern.len && status == FIAT_OK;) {
        const char *at = pattern.ptr + i;
        if (at[0] != '!' || i + 1 == pattern.len || at[1] != '{') {
            add(atoms, (atom){.literal = *at});
            i++;
            continue;
        }
        const char *end = memchr(at, '}', pattern.len - i);
        if (!end)
            return fiat__err_set(err, FIAT_E_CONFIG, "prefix: the expression \"%.*s\" has no \"}\"",
                                 (int)(pattern.len - i), at);
        status = add_expression(atoms, fiat__str_of(at + 2, (size_t)(end - at) - 2), err);
        i = (size_t)(end - pattern.ptr) + 1;
    }
    return status;
}

bool fiat__layout_escape(fiat__buf *out, fiat__str text) {
    for (size_t i = 0; i < text.len; i++) {
        if (strchr("\\.+*?()|[]{}^$", text.ptr[i])) fiat__buf_append_char(out, '\\');
        fiat__buf_append_char(out, text.ptr[i]);
    }
    return !out->failed;
}

static void write_atom(fiat__buf *out, const atom *item) {
    if (item->literal)
        fiat__layout_escape(out, fiat__str_of(&item->literal, 1));
    else if (item->count)
        fiat__buf_printf(out, "%s{%u}", item->regex, item->count);
    else
        fiat__buf_append_c(out, item->regex);
}

/* The folder that starts at `at`: its end (at the '/' or the end of the atoms). */
static size_t folder_end(const struct atoms *atoms, size_t at) {
    while (at < atoms->count && atoms->items[at].literal != '/')
        at++;
    return at;
}

/* Length of "name=" at the start of the folder; 0 when it has none. Copies the name. What follows
 * the last '/' is no folder: the name of the object goes on there. */
static size_t read_name(const struct atoms *atoms, size_t at, size_t end, char *name, size_t size) {
    size_t len = 0;
    while (end < atoms->count && at + len < end && len + 1 < size) {
        char c = atoms->items[at + len].literal;
        if (c == '=') {
            name[len] = '\0';
            return len ? len + 1 : 0;
        }
        if (!isalnum((unsigned char)c) && c != '_') return 0;
        name[len++] = c;
    }
    return 0;
}

static bool is_time(const struct atoms *atoms, size_t at) {
    return atoms->items[at].letter != '\0';
}

/* The parts of the time that make one column: from atom `first` to before `last`; last 0: none. */
struct time_run {
    size_t first, last;
    bool open; /* while it is written */
};

/* From the first part of the time to the last one before a folder "name=" or one without a time. */
static struct time_run find_time_run(const struct atoms *atoms) {
    struct time_run run = {0, 0, false};
    char name[64];
    for (size_t at = 0, end; at < atoms->count; at = end + 1) {
        bool any = false;
        end = folder_end(atoms, at);
        bool named = read_name(atoms, at, end, name, sizeof name) > 0;
        for (size_t i = at; i < end && !named; i++) {
            if (!is_time(atoms, i)) continue;
            if (run.last == 0) run.first = i;
            run.last = i + 1;
            any = true;
        }
        if (run.last && !any) break;
    }
    return run;
}

/* The name tells how fine the time goes. */
static const char *time_name(const struct atoms *atoms, size_t first, size_t last) {
    static const char *const rows[][2] = {
        {"HkKhmsSAnN", "datehour"}, {"dDE", "day"}, {"MLQq", "month"}, {"yu", "year"}};
    for (size_t row = 0; row < sizeof rows / sizeof rows[0]; row++)
        for (size_t i = first; i < last; i++)
            if (is_time(atoms, i) && strchr(rows[row][0], atoms->items[i].letter))
                return rows[row][1];
    return "datehour";
}

/* Open a group for a column, unless there are too many or one has the name already. */
static bool open_partition(fiat__layout *layout, const char *name) {
    if (layout->partition_count == FIAT__LAYOUT_PARTITIONS_MAX) return false;
    for (size_t i = 0; i < layout->partition_count; i++)
        if (strcasecmp(layout->partitions[i].name, name) == 0) return false;
    fiat__layout_partition *partition = &layout->partitions[layout->partition_count];
    snprintf(partition->name, sizeof partition->name, "%s", name);
    partition->group = (unsigned)++layout->partition_count;
    return fiat__buf_append_char(&layout->regex, '(');
}

static void write_atoms(fiat__layout *layout, const struct atoms *atoms, size_t at, size_t end) {
    for (; at < end; at++)
        write_atom(&layout->regex, &atoms->items[at]);
}

/* A folder without a name, in which the run of the time may start, go on or end. */
static void write_plain(fiat__layout *layout, const struct atoms *atoms, size_t at, size_t end,
                        struct time_run *run) {
    for (; at < end; at++) {
        if (at == run->first && run->last)
            run->open = open_partition(layout, time_name(atoms, run->first, run->last));
        write_atom(&layout->regex, &atoms->items[at]);
        if (run->open && at + 1 == run->last) fiat__buf_append_char(&layout->regex, ')');
    }
}

static void write_regex(fiat__layout *layout, const struct atoms *atoms) {
    struct time_run run = find_time_run(atoms);
    char name[sizeof layout->partitions[0].name];
    for (size_t at = 0, end; at < atoms->count; at = end + 1) {
        end = folder_end(atoms, at);
        size_t named = read_name(atoms, at, end, name, sizeof name);
        if (named) {
            write_atoms(layout, atoms, at, at + named);
            bool open = open_partition(layout, name);
            write_atoms(layout, atoms, at + named, end);
            if (open) fiat__buf_append_char(&layout->regex, ')');
        } else {
            write_plain(layout, atoms, at, end, &run);
        }
        if (end < atoms->count) write_atom(&layout->regex, &atoms->items[end]);
    }
}

/* The folder down to the first expression, and everything below it. */
static void write_glob(fiat__layout *layout, const struct atoms *atoms) {
    size_t end = 0;
    for (size_t i = 0; i < atoms->count && atoms->items[i].literal; i++)
        if (atoms->items[i].literal == '/') end = i + 1;
    for (size_t i = 0; i < end; i++) {
        char c = atoms->items[i].literal;
        fiat__buf_append_char(&layout->glob, strchr("*?[]\\", c) ? '?' : c);
    }
    fiat__buf_append_c(&layout->glob, "**");
}

fiat_status fiat__layout_init(fiat__layout *layout, fiat__str prefix, fiat_error *err) {
    struct atoms atoms = {.items = fiat__calloc(ATOMS_MAX, sizeof *atoms.items)};
    *layout = (fiat__layout){.partition_count = 0};
    fiat__buf_init(&layout->glob, TEXT_MAX_BYTES);
    fiat__buf_init(&layout->regex, TEXT_MAX_BYTES);
    if (!atoms.items) return fiat__err_nomem(err);
    fiat_status status = FIAT_OK;
    if (prefix.len && memchr(prefix.ptr, '\0', prefix.len))
        status = fiat__err_set(err, FIAT_E_CONFIG, "prefix: there is a NUL byte in it");
    if (status == FIAT_OK) status = add_pattern(&atoms, prefix, err);
    if (status == FIAT_OK && !atoms.has_time)
        status = add_pattern(&atoms, fiat__str_c(DEFAULT_PATTERN), err);
    if (status == FIAT_OK && atoms.full)
        status = fiat__err_set(err, FIAT_E_LIMIT, "prefix: longer than %d characters", ATOMS_MAX);
    if (status == FIAT_OK) {
        bool folder = atoms.count == 0 || atoms.items[atoms.count - 1].literal == '/';
        write_glob(layout, &atoms);
        write_regex(layout, &atoms);
        /* Names that start with a dot are not objects (yet). */
        fiat__buf_append_c(&layout->regex, folder ? "[^/.][^/]*" : "[^/]*");
        status = fiat__buf_status(&layout->regex, err);
    }
    if (status == FIAT_OK) status = fiat__buf_status(&layout->glob, err);
    fiat__free(atoms.items);
    if (status != FIAT_OK) fiat__layout_deinit(layout);
    return status;
}

void fiat__layout_deinit(fiat__layout *layout) {
    fiat__buf_deinit(&layout->glob);
    fiat__buf_deinit(&layout->regex);
}
