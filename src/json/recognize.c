/* A recognizer with one state for each place in the grammar, and a stack of bits. No state of its
 * own. */
#include "json/recognize.h"

#include "base/utf8.h"
#include <stddef.h>

enum state {
    BEFORE_VALUE = 0, /* the start of all */
    BEFORE_ITEM,      /* a value, or the end of an empty array */
    BEFORE_MEMBER,    /* a name, or the end of an empty object */
    BEFORE_NAME,
    BEFORE_COLON,
    AFTER_VALUE,
    IN_STRING,
    IN_CHARACTER, /* in a string, after the first byte of a longer one */
    IN_ESCAPE,
    IN_HEX,
    IN_WORD,
    /* Numbers. */
    AFTER_MINUS,
    AFTER_ZERO,
    IN_DIGITS,
    AFTER_POINT,
    IN_FRACTION,
    AFTER_E,
    AFTER_E_SIGN,
    IN_EXPONENT
};

static bool is_space(unsigned char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool is_digit(unsigned char c) {
    return c >= '0' && c <= '9';
}

static bool is_hex(unsigned char c) {
    return is_digit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f');
}

static bool turn(fiat__recognizer *r, enum state to) {
    r->state = (uint8_t)to;
    return true;
}

static bool in_object(const fiat__recognizer *r) {
    unsigned level = r->depth - 1;
    return r->depth > 0 && (r->objects[level / 64] >> level % 64 & 1) != 0;
}

static bool open_container(fiat__recognizer *r, bool object) {
    if (r->depth == FIAT__RECOGNIZE_DEPTH) return false;
    uint64_t bit = UINT64_C(1) << r->depth % 64;
    if (object)
        r->objects[r->depth / 64] |= bit;
    else
        r->objects[r->depth / 64] &= ~bit;
    r->depth++;
    return turn(r, object ? BEFORE_MEMBER : BEFORE_ITEM);
}

static bool close_container(fiat__recognizer *r, unsigned char c) {
    if (r->depth == 0 || (c == '}') != in_object(r)) return false;
    r->depth--;
    return turn(r, AFTER_VALUE);
}

static bool open_string(fiat__recognizer *r, bool key) {
    r->key = key;
    return turn(r, IN_STRING);
}

static bool open_value(fiat__recognizer *r, unsigned char c) {
    if (c >= '1' && c <= '9') return turn(r, IN_DIGITS);
    switch (c) {
    case '{':
    case '[':
        return open_container(r, c == '{');
    case '"':
        return open_string(r, false);
    case '-':
        return turn(r, AFTER_MINUS);
    case '0':
        return turn(r, AFTER_ZERO);
    case 't':
    case 'f':
    case 'n':
        r->word = c == 't' ? "rue" : c == 'f' ? "alse" : "ull";
        return turn(r, IN_WORD);
    }
    return false;
}

static bool after_value(fiat__recognizer *r, unsigned char c) {
    if (is_space(c)) return turn(r, AFTER_VALUE);
    if (c == ',' && r->depth > 0) return turn(r, in_object(r) ? BEFORE_NAME : BEFORE_VALUE);
    return (c == ']' || c == '}') && close_container(r, c);
}

/* The first byte of a character beyond ASCII says how many there are. */
static bool open_character(fiat__recognizer *r, unsigned char c) {
    if (c < 0xC2 || c > 0xF4) return false;
    r->left = c < 0xE0 ? 1 : c < 0xF0 ? 2 : 3;
    r->bytes[0] = c;
    r->count = 1;
    return turn(r, IN_CHARACTER);
}

static bool in_character(fiat__recognizer *r, unsigned char c) {
    r->bytes[r->count++] = c;
    if (--r->left > 0) return true;
    return fiat__utf8_sequence(r->bytes, r->count) == r->count && turn(r, IN_STRING);
}

static bool in_string(fiat__recognizer *r, unsigned char c) {
    if (c == '"') return turn(r, r->key ? BEFORE_COLON : AFTER_VALUE);
    if (c == '\\') return turn(r, IN_ESCAPE);
    return c >= 0x80 ? open_character(r, c) : c >= ' ';
}

static bool in_escape(fiat__recognizer *r, unsigned char c) {
    switch (c) {
    case 'u':
        r->left = 4;
        return turn(r, IN_HEX);
    case '"':
    case '\\':
    case '/':
    case 'b':
    case 'f':
    case 'n':
    case 'r':
    case 't':
        return turn(r, IN_STRING);
    }
    return false;
}

static bool in_hex(fiat__recognizer *r, unsigned char c) {
    if (!is_hex(c)) return false;
    return --r->left > 0 || turn(r, IN_STRING);
}

static bool in_word(fiat__recognizer *r, unsigned char c) {
    if (c != (unsigned char)*r->word++) return false;
    return *r->word != '\0' || turn(r, AFTER_VALUE);
}

static bool in_number(fiat__recognizer *r, unsigned char c) {
    enum state at = (enum state)r->state;
    bool whole = at == AFTER_ZERO || at == IN_DIGITS;
    if (is_digit(c)) {
        if (at == AFTER_ZERO) return false;
        if (at == AFTER_MINUS) return turn(r, c == '0' ? AFTER_ZERO : IN_DIGITS);
        if (at == AFTER_POINT) return turn(r, IN_FRACTION);
        return at == AFTER_E || at == AFTER_E_SIGN ? turn(r, IN_EXPONENT) : true;
    }
    if (whole && c == '.') return turn(r, AFTER_POINT);
    if ((whole || at == IN_FRACTION) && (c | 0x20) == 'e') return turn(r, AFTER_E);
    if (at == AFTER_E && (c == '+' || c == '-')) return turn(r, AFTER_E_SIGN);
    return (whole || at == IN_FRACTION || at == IN_EXPONENT) && after_value(r, c);
}

bool fiat__recognize(fiat__recognizer *r, unsigned char c) {
    switch ((enum state)r->state) {
    case BEFORE_VALUE:
        return is_space(c) || open_value(r, c);
    case BEFORE_ITEM:
        return is_space(c) || (c == ']' ? close_container(r, c) : open_value(r, c));
    case BEFORE_MEMBER:
        if (c == '}') return close_container(r, c);
        return is_space(c) || (c == '"' && open_string(r, true));
    case BEFORE_NAME:
        return is_space(c) || (c == '"' && open_string(r, true));
    case BEFORE_COLON:
        return is_space(c) || (c == ':' && turn(r, BEFORE_VALUE));
    case AFTER_VALUE:
        return after_value(r, c);
    case IN_STRING:
        return in_string(r, c);
    case IN_CHARACTER:
        return in_character(r, c);
    case IN_ESCAPE:
        return in_escape(r, c);
    case IN_HEX:
        return in_hex(r, c);
    case IN_WORD:
        return in_word(r, c);
    default:
        return in_number(r, c);
    }
}

bool fiat__recognize_end(const fiat__recognizer *r) {
    enum state at = (enum state)r->state;
    return r->depth == 0 && (at == AFTER_VALUE || at == AFTER_ZERO || at == IN_DIGITS ||
                             at == IN_FRACTION || at == IN_EXPONENT);
}
