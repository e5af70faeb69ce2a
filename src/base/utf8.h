/* UTF-8 (RFC 3629): no overlong forms, no surrogates, nothing above U+10FFFF. */
#ifndef FIAT_BASE_UTF8_H
#define FIAT_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Length in bytes (1..4) of the sequence at text[0..len), 0 when it is not valid. */
size_t fiat__utf8_sequence(const unsigned char *text, size_t len);

/* Offset of the first byte that is not valid UTF-8; len when all is. */
size_t fiat__utf8_check(const char *text, size_t len);

/* Write a code point; returns 1..4. The code point must be a Unicode scalar value. */
size_t fiat__utf8_write(char out[4], uint32_t code_point);

/* Make a text, which is cut nowhere in a character, fit to be shown: control characters become
 * spaces, bytes that are not UTF-8 question marks. */
void fiat__utf8_make_printable(char *text);

#endif
