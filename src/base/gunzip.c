#include "base/gunzip.h"
#include "base/error.h"

#include <limits.h>
#include <zlib.h>

#define WINDOW_BITS (15 + 16) /* gzip alone */
#define PIECE_BYTES 16384

struct unpacking {
    z_stream z;
    bool (*take)(void *user, const char *text, size_t len);
    void *user;
};

bool fiat__gunzip_is_gzip(fiat__str bytes) {
    return fiat__str_starts(bytes, fiat__str_c("\x1f\x8b"));
}

static fiat_status damaged(const char *how, fiat_error *err) {
    return fiat__err_set(err, FIAT_E_IO, "damaged gzip data: %s", how);
}

/* One piece; *end at the end of the last member. */
static fiat_status step(struct unpacking *self, bool *end, fiat_error *err) {
    char piece[PIECE_BYTES];
    z_stream *z = &self->z;
    z->next_out = (unsigned char *)piece;
    z->avail_out = sizeof piece;
    const int result = inflate(z, Z_NO_FLUSH);
    const size_t len = sizeof piece - z->avail_out;
    if (len && !self->take(self->user, piece, len))
        return fiat__err_set(err, FIAT_E_LIMIT, "gzip data holds more than is taken");
    if (result == Z_MEM_ERROR) return fiat__err_nomem(err);
    if (result == Z_BUF_ERROR) return damaged("it ends too early", err);
    if (result != Z_OK && result != Z_STREAM_END)
        return damaged(z->msg ? z->msg : "it is not gzip", err);
    *end = result == Z_STREAM_END && z->avail_in == 0;
    if (result == Z_STREAM_END && !*end) (void)inflateReset(z); /* another member */
    return FIAT_OK;
}

fiat_status fiat__gunzip(fiat__str bytes, bool (*take)(void *user, const char *text, size_t len),
                         void *user, fiat_error *err) {
    struct unpacking self = {.take = take, .user = user};
    bool end = false;
    if (bytes.len > UINT_MAX) return fiat__err_set(err, FIAT_E_LIMIT, "gzip data of 4 GiB or more");
    self.z.next_in = (unsigned char *)(uintptr_t)bytes.ptr;
    self.z.avail_in = (unsigned)bytes.len;
    if (inflateInit2(&self.z, WINDOW_BITS) != Z_OK) return fiat__err_nomem(err);
    fiat_status status = FIAT_OK;
    while (status == FIAT_OK && !end)
        status = step(&self, &end, err);
    inflateEnd(&self.z);
    return status;
}
