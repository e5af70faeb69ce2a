/* A view of bytes: pointer and length, not NUL-terminated, owned by somebody else. */
#ifndef FIAT_BASE_STR_H
#define FIAT_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef struct fiat__str {
    const char *ptr;
    size_t len;
} fiat__str;

static inline fiat__str fiat__str_of(const char *ptr, size_t len) {
    return (fiat__str){ptr, len};
}

static inline fiat__str fiat__str_c(const char *text) {
    return (fiat__str){text, text ? strlen(text) : 0};
}

static inline bool fiat__str_eq(fiat__str a, fiat__str b) {
    if (a.len != b.len) return false;
    return a.len == 0 || (a.ptr[0] == b.ptr[0] && memcmp(a.ptr, b.ptr, a.len) == 0);
}

static inline bool fiat__str_eq_c(fiat__str a, const char *text) {
    return fiat__str_eq(a, fiat__str_c(text));
}

static inline bool fiat__str_starts(fiat__str a, fiat__str prefix) {
    return a.len >= prefix.len && (prefix.len == 0 || memcmp(a.ptr, prefix.ptr, prefix.len) == 0);
}

static inline bool fiat__str_ends(fiat__str a, fiat__str suffix) {
    return a.len >= suffix.len &&
           (suffix.len == 0 || memcmp(a.ptr + a.len - suffix.len, suffix.ptr, suffix.len) == 0);
}

/* Hash for tables of texts that somebody hostile may have chosen: `seed` is his not to know. */
uint64_t fiat__str_hash(uint64_t seed, fiat__str text);

/* Edit distance (Levenshtein), to propose what a misspelt name may have meant. Texts are compared
 * over their first 64 bytes. */
size_t fiat__str_distance(fiat__str a, fiat__str b);

#endif
