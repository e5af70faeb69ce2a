/* The library's heap. Nothing else may call malloc (tests/lint/banned). */
#ifndef FIAT_BASE_MEM_H
#define FIAT_BASE_MEM_H

#include <fiat/allocator.h>

/* All return NULL when out of memory; a size of 0 counts as 1. */
void *fiat__malloc(size_t bytes);
void *fiat__calloc(size_t count, size_t bytes);
void *fiat__realloc(void *old, size_t bytes);
/* realloc to count * bytes; NULL on overflow, with the old block left as it was. */
void *fiat__realloc_array(void *old, size_t count, size_t bytes);
char *fiat__strdup(const char *text);
char *fiat__strndup(const char *text, size_t len);
void fiat__free(void *block);

#endif
