#include "logger/config_line.h"

static fiat__str trim(fiat__str text) {
    while (text.len && strchr(" \t\r", text.ptr[0]))
        text = fiat__str_of(text.ptr + 1, text.len - 1);
    while (text.len && strchr(" \t\r", text.ptr[text.len - 1]))
        text.len--;
    return text;
}

fiat__str fiat__config_line_next(fiat__str *text) {
    const char *end = memchr(text->ptr, '\n', text->len);
    const fiat__str line = fiat__str_of(text->ptr, end ? (size_t)(end - text->ptr) : text->len);
    const size_t used = line.len + (end != NULL);
    *text = fiat__str_of(text->ptr + used, text->len - used);
    return line;
}

fiat__config_line fiat__config_line_read(fiat__str line, fiat__str *name, fiat__str *value) {
    line = trim(line);
    *name = line;
    *value = fiat__str_of(line.ptr + line.len, 0);
    if (line.len == 0 || line.ptr[0] == '#') return FIAT__CONFIG_LINE_EMPTY;
    const char *equals = memchr(line.ptr, '=', line.len);
    if (!equals) return FIAT__CONFIG_LINE_FAULT;
    *name = trim(fiat__str_of(line.ptr, (size_t)(equals - line.ptr)));
    *value = trim(fiat__str_of(equals + 1, (size_t)(line.ptr + line.len - equals - 1)));
    return FIAT__CONFIG_LINE_SETTING;
}
