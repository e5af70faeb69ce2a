/* Lines are taken over byte by byte, so that what is not changed stays as it was. */
#include "conf_file.h"

#include "base/error.h"
#include "logger/config_line.h"

/* Where a setting stands in a file; 0: nowhere. */
struct found {
    size_t setting, comment;
};

static bool sets(fiat__str line, const char *name, fiat__str *value) {
    fiat__str found;
    return fiat__config_line_read(line, &found, value) == FIAT__CONFIG_LINE_SETTING &&
           fiat__str_eq_c(found, name);
}

/* "#name = value", as `fiat init` writes it. */
static bool shows(fiat__str line, const char *name) {
    fiat__str value;
    while (line.len && strchr(" \t", line.ptr[0]))
        line = fiat__str_of(line.ptr + 1, line.len - 1);
    if (line.len == 0 || line.ptr[0] != '#') return false;
    return sets(fiat__str_of(line.ptr + 1, line.len - 1), name, &value);
}

static struct found find(fiat__str text, const char *name) {
    struct found found = {0, 0};
    fiat__str value;
    for (size_t number = 1; text.len > 0; number++) {
        const fiat__str line = fiat__config_line_next(&text);
        if (sets(line, name, &value)) found.setting = number;
        if (shows(line, name)) found.comment = number;
    }
    return found;
}

/* Reading takes blanks away, and a line ends at a newline. */
static fiat_status check_value(const char *value, fiat_error *err) {
    const size_t len = strlen(value);
    if (strchr(value, '\n'))
        return fiat__err_set(err, FIAT_E_CONFIG,
                             "a value with a newline cannot stand in a file: set it by the "
                             "environment");
    if (len && (strchr(" \t\r", value[0]) || strchr(" \t\r", value[len - 1])))
        return fiat__err_set(err, FIAT_E_CONFIG,
                             "a value that begins or ends with a blank cannot stand in a file: set "
                             "it by the environment");
    return FIAT_OK;
}

/* Lines end as the others of the file do. */
static const char *line_end(fiat__str text) {
    const char *end = text.len ? memchr(text.ptr, '\n', text.len) : NULL;
    return end && end > text.ptr && end[-1] == '\r' ? "\r\n" : "\n";
}

static void add_line(fiat__buf *out, fiat__str text, const char *name, const char *value) {
    fiat__buf_printf(out, "%s =%s%s%s", name, *value ? " " : "", value, line_end(text));
}

/* The line with another value: what stands before and behind it stays. */
static void change_line(fiat__buf *out, fiat__str line, const char *name, const char *value) {
    fiat__str old;
    (void)sets(line, name, &old);
    const size_t before = (size_t)(old.ptr - line.ptr);
    fiat__buf_append(out, line.ptr, before);
    if (old.len == 0 && *value && before && line.ptr[before - 1] == '=')
        fiat__buf_append_char(out, ' ');
    fiat__buf_append_c(out, value);
    fiat__buf_append(out, old.ptr + old.len, line.len - before - old.len);
}

/* End the last line, so that another can follow. */
static void end_line(fiat__buf *out, fiat__str text) {
    if (text.len && text.ptr[text.len - 1] != '\n') fiat__buf_append_c(out, line_end(text));
}

fiat_status conf_file_set(fiat__buf *out, fiat__str text, const char *name, const char *value,
                          size_t *line, fiat_error *err) {
    fiat_status status = check_value(value, err);
    if (status != FIAT_OK) return status;
    const struct found found = find(text, name);
    const fiat__str all = text;
    size_t number = 1;
    *line = found.setting ? found.setting : found.comment ? found.comment + 1 : 0;
    for (; text.len > 0; number++) {
        const fiat__str rest = text, at = fiat__config_line_next(&text);
        const fiat__str whole = fiat__str_of(rest.ptr, rest.len - text.len);
        if (number == found.setting) {
            change_line(out, at, name, value);
            fiat__buf_append(out, whole.ptr + at.len, whole.len - at.len);
        } else {
            fiat__buf_append(out, whole.ptr, whole.len);
        }
        if (found.setting || number != found.comment) continue;
        if (whole.len == at.len) end_line(out, whole);
        add_line(out, all, name, value);
    }
    if (*line == 0) {
        end_line(out, all);
        add_line(out, all, name, value);
        *line = number;
    }
    return fiat__buf_status(out, err);
}

fiat_status conf_file_unset(fiat__buf *out, fiat__str text, const char *name, size_t *lines,
                            fiat_error *err) {
    *lines = 0;
    while (text.len > 0) {
        fiat__str value;
        const fiat__str rest = text, at = fiat__config_line_next(&text);
        if (sets(at, name, &value))
            ++*lines;
        else
            fiat__buf_append(out, rest.ptr, rest.len - text.len);
    }
    return fiat__buf_status(out, err);
}
