/* Base64 with NEON, which every 64-bit Arm has. Included by base64_kernels.c alone. */
#ifndef FIAT_BASE_BASE64_NEON_H
#define FIAT_BASE_BASE64_NEON_H

#include <arm_neon.h>

static size_t encode_neon(char *to, const unsigned char *from, size_t len) {
    static const uint8_t alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const uint8x16x4_t letters = vld1q_u8_x4(alphabet);
    const uint8x16_t sextet = vdupq_n_u8(0x3F);
    size_t done = 0;
    /* Sixteen groups at a time; loading takes their bytes apart, storing puts the letters together.
     */
    for (; len - done >= 48; done += 48, to += 64) {
        uint8x16x3_t bytes = vld3q_u8(from + done);
        uint8x16x4_t out;
        out.val[0] = vshrq_n_u8(bytes.val[0], 2);
        out.val[1] = vandq_u8(vsliq_n_u8(vshrq_n_u8(bytes.val[1], 4), bytes.val[0], 4), sextet);
        out.val[2] = vandq_u8(vsliq_n_u8(vshrq_n_u8(bytes.val[2], 6), bytes.val[1], 2), sextet);
        out.val[3] = vandq_u8(bytes.val[2], sextet);
        for (int i = 0; i < 4; i++)
            out.val[i] = vqtbl4q_u8(letters, out.val[i]);
        vst4q_u8((uint8_t *)to, out);
    }
    return done;
}

#define FIAT__BASE64_WIDE {"neon", runs_anywhere, encode_neon},

#endif
