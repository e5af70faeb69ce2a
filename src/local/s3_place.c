/* See s3_place.h. */
#include "local/s3_place.h"

#include "local/reply.h"
#include "producer/object.h"

#define SCHEME "s3://"

/* https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
static bool is_bucket(fiat__str text) {
    return text.len >= 3 && text.len <= 63 && text.ptr[0] != '.' && fiat__text_only(text, ".-_");
}

bool fiat__s3_place_read(fiat__str uri, fiat__s3_place *out) {
    const size_t skip = strlen(SCHEME);
    if (!fiat__str_starts(uri, fiat__str_c(SCHEME))) return false;
    size_t end = skip;
    while (end < uri.len && uri.ptr[end] != '/')
        end++;
    out->bucket = fiat__str_of(uri.ptr + skip, end - skip);
    size_t start = end, stop = uri.len;
    while (start < stop && uri.ptr[start] == '/')
        start++;
    while (stop > start && uri.ptr[stop - 1] == '/')
        stop--;
    out->key = fiat__str_of(uri.ptr + start, stop - start);
    return is_bucket(out->bucket) &&
           (out->key.len == 0 || fiat__object_check_key(out->key, NULL) == FIAT_OK);
}
