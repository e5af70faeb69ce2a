/* Records that were compressed. Any thread. */
#ifndef FIAT_MOCK_GUNZIP_H
#define FIAT_MOCK_GUNZIP_H

#include <stddef.h>

/* What gzip's members hold, one behind the other; caller frees with fiat__heap_free(). NULL: the
 * bytes are not gzip's, damaged, of more than 64 MiB, or out of memory. */
char *fiat__gunzip_text(const char *bytes, size_t len, size_t *out_len);

#endif
