/* Splitting in one pass; what comes out is never longer than what goes in. */
#include "aws/argv.h"
#include "base/error.h"
#include "base/mem.h"

#include <string.h>

static bool is_space(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Copy one argument; false when a quote or an escape is not finished. */
static bool copy_argument(const char **from, char **to) {
    const char *in = *from;
    char *out = *to, quote = 0;
    for (; *in && (quote || !is_space(*in)); in++) {
        if (!quote && (*in == '\'' || *in == '"')) {
            quote = *in;
        } else if (quote && *in == quote) {
            quote = 0;
        } else if (*in == '\\' && quote != '\'') {
            /* Within quotes it escapes but the quote and itself. */
            if (!in[1]) return false;
            if (quote && in[1] != '"' && in[1] != '\\') *out++ = '\\';
            *out++ = *++in;
        } else {
            *out++ = *in;
        }
    }
    *out++ = '\0';
    *from = in;
    *to = out;
    return !quote;
}

fiat_status fiat__argv_split(fiat__argv *out, const char *line, fiat_error *err) {
    memset(out, 0, sizeof *out);
    char *to = out->text = fiat__malloc(strlen(line) + 1);
    if (!to) return fiat__err_nomem(err);
    for (;;) {
        while (is_space(*line))
            line++;
        if (!*line) break;
        if (out->count == FIAT__ARGV_MAX)
            return fiat__err_set(err, FIAT_E_LIMIT, "more than %d arguments", FIAT__ARGV_MAX);
        out->items[out->count++] = to;
        if (!copy_argument(&line, &to))
            return fiat__err_set(err, FIAT_E_CONFIG,
                                 "a quote is not closed, or nothing follows a "
                                 "backslash");
    }
    if (out->count == 0) return fiat__err_set(err, FIAT_E_CONFIG, "the command is empty");
    return FIAT_OK;
}

void fiat__argv_deinit(fiat__argv *argv) {
    fiat__free(argv->text);
    memset(argv, 0, sizeof *argv);
}
