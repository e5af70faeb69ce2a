/* Where RapidJSON is not installed: no figure. */
#include "peers.h"

void *bench_rapidjson_compile(const char *schema, size_t len) {
    (void)schema;
    (void)len;
    return NULL;
}

void bench_rapidjson_free(void *compiled) {
    (void)compiled;
}

size_t bench_rapidjson_validate(void *compiled, const char *const *texts, const size_t *lengths,
                                size_t count, unsigned char *verdicts) {
    (void)compiled;
    (void)texts;
    (void)lengths;
    (void)count;
    (void)verdicts;
    return 0;
}
