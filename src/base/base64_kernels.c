/* Which loops this platform has. */
#include "base/base64_kernels.h"

static bool runs_anywhere(void) {
    return true;
}

/* Leaves it all to the caller, who encodes what remains with OpenSSL. */
static size_t encode_nothing(char *to, const unsigned char *from, size_t len) {
    (void)to, (void)from, (void)len;
    return 0;
}

#if defined(__x86_64__) || defined(__i386__)
#include "base/base64_x86.h"
#elif defined(__aarch64__)
#include "base/base64_neon.h"
#else
#define FIAT__BASE64_WIDE
#endif

const fiat__base64_kernel fiat__base64_kernels[] = {
    FIAT__BASE64_WIDE{"portable", runs_anywhere, encode_nothing}};
const size_t fiat__base64_kernel_count = sizeof fiat__base64_kernels / sizeof *fiat__base64_kernels;
