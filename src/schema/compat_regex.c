/* A text that may match a pattern of the frequent kind: literals, classes, groups, alternatives and
 * repetitions. Whatever else stands in it is passed over: the engine judges the text. */
#include "schema/compat_parts.h"

#define DEPTH_MOST 20u
#define TEXT_MOST  500u

typedef struct maker {
    const char *p, *end;
    fiat__buf *out;
    unsigned variant, depth;
    bool mute; /* read over what is not chosen */
} maker;

static bool write_alternatives(maker *m);

static void emit(maker *m, char ch) {
    if (!m->mute && m->out->len < TEXT_MOST) fiat__buf_append_char(m->out, ch);
}

static char escape_char(char ch) {
    switch (ch) {
    case 'd':
        return '1';
    case 'w':
        return 'a';
    case 's':
        return ' ';
    case 'D':
    case 'S':
        return 'x';
    case 'W':
        return '-';
    case 't':
        return '\t';
    case 'n':
        return '\n';
    default:
        return ch;
    }
}

/* One of the class; ones that are negated give what is seldom excluded. */
static void write_class(maker *m) {
    bool negated = m->p < m->end && *m->p == '^';
    char first = 0, chosen = 0;
    unsigned count = 0;
    if (negated) m->p++;
    while (m->p < m->end && *m->p != ']') {
        char ch = *m->p++;
        if (ch == '\\' && m->p < m->end) ch = escape_char(*m->p++);
        if (!first) first = ch;
        if (count++ == m->variant % 3) chosen = ch;
        if (m->p + 1 < m->end && *m->p == '-' && m->p[1] != ']') m->p += 2;
    }
    if (m->p < m->end) m->p++;
    if (negated)
        emit(m, first == 'z' ? 'q' : 'z');
    else
        emit(m, chosen ? chosen : first);
}

static void write_escape(maker *m) {
    char ch = m->p < m->end ? *m->p++ : 0;
    if (ch == 'b' || ch == 'B') return;
    if ((ch == 'p' || ch == 'P') && m->p < m->end && *m->p == '{') {
        while (m->p < m->end && *m->p != '}')
            m->p++;
        if (m->p < m->end) m->p++;
        ch = 'A';
    }
    emit(m, escape_char(ch));
}

static bool write_group(maker *m) {
    bool mute = m->mute;
    if (m->p < m->end && *m->p == '?') {
        bool look = m->p + 1 < m->end && (m->p[1] == '=' || m->p[1] == '!');
        if (m->p + 2 < m->end && m->p[1] == '<')
            while (m->p < m->end && *m->p != '>')
                m->p++;
        else if (m->p + 1 < m->end)
            m->p++;
        if (m->p < m->end) m->p++;
        m->mute |= look;
    }
    bool ok = write_alternatives(m);
    if (m->p < m->end && *m->p == ')') m->p++;
    m->mute = mute;
    return ok;
}

static bool write_atom(maker *m) {
    char ch = *m->p++;
    switch (ch) {
    case '^':
    case '$':
        return true;
    case '.':
        emit(m, 'a');
        return true;
    case '[':
        write_class(m);
        return true;
    case '(':
        return write_group(m);
    case '\\':
        write_escape(m);
        return true;
    default:
        emit(m, ch);
        return true;
    }
}

static unsigned read_count(maker *m) {
    unsigned count = 0;
    while (m->p < m->end && *m->p >= '0' && *m->p <= '9' && count < TEXT_MOST)
        count = count * 10 + (unsigned)(*m->p++ - '0');
    return count;
}

/* How often the atom before is repeated. */
static unsigned read_repeat(maker *m) {
    unsigned count = 1;
    if (m->p == m->end) return count;
    if (*m->p == '*' || *m->p == '?') {
        count = m->variant % 2;
        m->p++;
    } else if (*m->p == '+') {
        count = 1 + m->variant % 2;
        m->p++;
    } else if (*m->p == '{') {
        m->p++;
        count = read_count(m);
        while (m->p < m->end && *m->p != '}')
            m->p++;
        if (m->p < m->end) m->p++;
    } else {
        return count;
    }
    if (m->p < m->end && *m->p == '?') m->p++;
    return count;
}

static bool write_sequence(maker *m) {
    while (m->p < m->end && *m->p != '|' && *m->p != ')') {
        const char *start = m->p;
        size_t from = m->out->len;
        if (!write_atom(m)) return false;
        unsigned count = read_repeat(m);
        const char *after = m->p;
        if (m->mute) continue;
        if (count == 0) fiat__buf_truncate(m->out, from);
        for (; count > 1 && m->out->len < TEXT_MOST; count--) {
            m->p = start;
            if (!write_atom(m)) return false;
            if (m->out->len == from) break;
        }
        m->p = after;
    }
    return true;
}

static bool write_alternatives(maker *m) {
    bool mute = m->mute;
    if (m->depth++ == DEPTH_MOST) return false;
    bool ok = write_sequence(m);
    m->mute = true;
    while (ok && m->p < m->end && *m->p == '|') {
        m->p++;
        ok = write_sequence(m);
    }
    m->mute = mute;
    m->depth--;
    return ok;
}

bool fiat__compat_sample_pattern(fiat__str pattern, unsigned variant, fiat__buf *out) {
    maker m = {.p = pattern.ptr, .end = pattern.ptr + pattern.len, .out = out, .variant = variant};
    return write_alternatives(&m) && m.p == m.end && !out->failed;
}
