/* The INI dialect of the shared files. Stateless but for the caller's cursor. */
#include "aws/ini.h"

void fiat__ini_init(fiat__ini *ini, fiat__str text) {
    *ini = (fiat__ini){.rest = text};
    if (fiat__str_starts(text, fiat__str_c("\xef\xbb\xbf"))) /* byte order mark */
        ini->rest = fiat__str_of(text.ptr + 3, text.len - 3);
}

static bool is_blank(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static fiat__str trim(fiat__str text) {
    while (text.len && is_blank(text.ptr[0]))
        text = fiat__str_of(text.ptr + 1, text.len - 1);
    while (text.len && is_blank(text.ptr[text.len - 1]))
        text.len--;
    return text;
}

/* A '#' or ';' with a blank before it begins a comment. */
static fiat__str without_comment(fiat__str text) {
    for (size_t i = 1; i < text.len; i++)
        if ((text.ptr[i] == '#' || text.ptr[i] == ';') && is_blank(text.ptr[i - 1]))
            return trim(fiat__str_of(text.ptr, i - 1));
    return trim(text);
}

static fiat__str next_line(fiat__ini *ini) {
    const char *end = memchr(ini->rest.ptr, '\n', ini->rest.len);
    fiat__str line =
        fiat__str_of(ini->rest.ptr, end ? (size_t)(end - ini->rest.ptr) : ini->rest.len);
    size_t taken = end ? line.len + 1 : line.len;
    ini->rest = fiat__str_of(ini->rest.ptr + taken, ini->rest.len - taken);
    ini->line++;
    return line;
}

/* "[profile x] ; comment". What follows a broken header belongs to no section. */
static void begin_section(fiat__ini *ini, fiat__str line) {
    const char *end = memchr(line.ptr, ']', line.len);
    ini->section = end ? trim(fiat__str_of(line.ptr + 1, (size_t)(end - line.ptr) - 1))
                       : fiat__str_of(NULL, 0);
    ini->has_key = false;
}

bool fiat__ini_next(fiat__ini *ini, fiat__ini_item *item) {
    while (ini->rest.len) {
        fiat__str line = next_line(ini), text = trim(line);
        if (text.len == 0 || text.ptr[0] == '#' || text.ptr[0] == ';') continue;
        size_t indent = (size_t)(text.ptr - line.ptr);
        if (text.ptr[0] == '[' && indent == 0) {
            begin_section(ini, text);
            continue;
        }
        bool nested = ini->has_key && indent > ini->key_indent;
        const char *equals = memchr(text.ptr, '=', text.len);
        if (!equals) continue;
        size_t key_len = (size_t)(equals - text.ptr);
        item->section = ini->section;
        item->parent = nested ? ini->key : fiat__str_of(NULL, 0);
        item->key = trim(fiat__str_of(text.ptr, key_len));
        item->value = without_comment(fiat__str_of(equals + 1, text.len - key_len - 1));
        if (item->key.len == 0) continue;
        if (!nested) {
            ini->key = item->key;
            ini->key_indent = indent;
            ini->has_key = true;
        }
        return true;
    }
    return false;
}

bool fiat__ini_key_is(fiat__str key, const char *name) {
    size_t len = strlen(name);
    if (key.len != len) return false;
    for (size_t i = 0; i < len; i++) {
        char c = key.ptr[i];
        if (c >= 'A' && c <= 'Z') c = (char)(c - 'A' + 'a');
        if (c != name[i]) return false;
    }
    return true;
}
