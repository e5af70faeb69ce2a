/* The mock's own heap. It is not the library's: a test that replaces the allocator of the library,
 * or makes it fail, means the client and not the server that it talks to. */
#ifndef FIAT_MOCK_HEAP_H
#define FIAT_MOCK_HEAP_H

#include <stddef.h>

/* Zeroed; NULL when out of memory. */
void *fiat__heap_new(size_t bytes);
/* A copy with a NUL behind it; NULL when out of memory. */
char *fiat__heap_copy(const void *bytes, size_t len);
/* Room for one more item of `size` bytes after `count`; items move. NULL when out of memory, with
 * the old block left as it was. The room grows in powers of two, so `count` says how much there is.
 */
void *fiat__heap_grow(void *old, size_t count, size_t size);
/* The block with another size; NULL when out of memory, with the old one left as it was. */
void *fiat__heap_resize(void *old, size_t bytes);
void fiat__heap_free(void *block);

#endif
