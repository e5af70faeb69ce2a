/* Steps of many JSON Pointers into one tape, each in constant time: a large container is indexed
 * when a pointer first leads through it. For schemas, whose references may be as many as the
 * members that they lead through. One thread; the tape may grow, but not change. */
#ifndef FIAT_JSON_LOOKUP_H
#define FIAT_JSON_LOOKUP_H

#include "json/tape.h"

/* A member or item of an indexed container, or (child 0) that a container is indexed. */
typedef struct fiat__lookup_entry {
    uint32_t container; /* + 1; 0: an empty slot */
    uint32_t hash;
    uint32_t child;
} fiat__lookup_entry;

typedef struct fiat__lookup {
    fiat__lookup_entry *slots; /* an open hash table */
    uint32_t count, size;
    uint64_t seed;
} fiat__lookup;

void fiat__lookup_init(fiat__lookup *lookup);
void fiat__lookup_deinit(fiat__lookup *lookup);

/* As fiat__pointer_step(). Without memory for the index it is found without. */
uint32_t fiat__lookup_step(fiat__lookup *lookup, const fiat__tape *tape, uint32_t item,
                           fiat__str token);

#endif
