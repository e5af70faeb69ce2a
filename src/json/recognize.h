/* Is a sequence of bytes one JSON text (RFC 8259)? It is told byte by byte, in fixed memory, for
 * text that exists nowhere in one piece, such as what a string encodes. Says nothing of names that
 * occur twice. One thread. */
#ifndef FIAT_JSON_RECOGNIZE_H
#define FIAT_JSON_RECOGNIZE_H

#include <stdbool.h>
#include <stdint.h>

#define FIAT__RECOGNIZE_DEPTH 1024 /* a text that nests deeper is taken for none */

typedef struct fiat__recognizer {
    uint8_t state, key, left; /* left: of a word, of hex digits, of a character's bytes */
    uint8_t bytes[4];         /* of a character beyond ASCII, as far as they came */
    uint8_t count;
    const char *word; /* what remains of true, false or null */
    unsigned depth;
    uint64_t objects[FIAT__RECOGNIZE_DEPTH / 64]; /* bit of each depth: an object, not an array */
} fiat__recognizer;

/* A zeroed object is ready for the first byte. false: no JSON text starts like that; nothing more
 * may be told. */
bool fiat__recognize(fiat__recognizer *r, unsigned char byte);
/* May the text end here? */
bool fiat__recognize_end(const fiat__recognizer *r);

#endif
