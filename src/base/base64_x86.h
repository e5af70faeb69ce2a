/* Base64 with SSSE3, AVX2 and AVX-512, which not every x86 has: chosen at run time. Included by
 * base64_kernels.c alone.
 *
 * The method is that of W. Mula and D. Lemire, "Faster Base64 Encoding and Decoding Using AVX2
 * Instructions" (2018): a shuffle brings the three bytes of each group into one 32-bit word, two
 * multiplications shift its four sextets to bytes of their own, and a second shuffle looks up what
 * is to be added to a sextet for its letter. AVX-512 VBMI has one instruction each for the shifts
 * and for the letters ("Base64 encoding and decoding at almost the speed of a memory copy", 2019).
 */
#ifndef FIAT_BASE_BASE64_X86_H
#define FIAT_BASE_BASE64_X86_H

#include <immintrin.h>

/* Bytes a b c of a group as b a c b: then each sextet lies within 16 bits. */
#define SPREAD 1, 0, 2, 1, 4, 3, 5, 4, 7, 6, 8, 7, 10, 9, 11, 10
/* What to add to a sextet, by its kind: 0: 26..51, 1..10: digits, 11: '+', 12: '/', 13: 0..25. */
#define OFFSETS                                                                                    \
    'a' - 26, '0' - 52, '0' - 52, '0' - 52, '0' - 52, '0' - 52, '0' - 52, '0' - 52, '0' - 52,      \
        '0' - 52, '0' - 52, '+' - 62, '/' - 63, 'A', 0, 0

/* Sextets 1 and 3 of a word, and the factors whose products' upper halves have them shifted down;
 * sextets 2 and 4, and the factors whose products' lower halves have them shifted up. */
#define SEXTETS_1_3 0x0FC0FC00
#define DOWN        0x04000040
#define SEXTETS_2_4 0x003F03F0
#define UP          0x01000010

#define TARGET(name) __attribute__((target(name)))

TARGET("ssse3") static inline __m128i letters_of_12(const unsigned char *from) {
    __m128i words = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)(const void *)from),
                                     _mm_setr_epi8(SPREAD));
    __m128i sextets = _mm_or_si128(
        _mm_mulhi_epu16(_mm_and_si128(words, _mm_set1_epi32(SEXTETS_1_3)), _mm_set1_epi32(DOWN)),
        _mm_mullo_epi16(_mm_and_si128(words, _mm_set1_epi32(SEXTETS_2_4)), _mm_set1_epi32(UP)));
    __m128i upper_case = _mm_cmpgt_epi8(_mm_set1_epi8(26), sextets);
    __m128i kinds = _mm_or_si128(_mm_subs_epu8(sextets, _mm_set1_epi8(51)),
                                 _mm_and_si128(upper_case, _mm_set1_epi8(13)));
    return _mm_add_epi8(sextets, _mm_shuffle_epi8(_mm_setr_epi8(OFFSETS), kinds));
}

TARGET("ssse3") static size_t encode_ssse3(char *to, const unsigned char *from, size_t len) {
    size_t done = 0;
    for (; len - done >= 16; done += 12, to += 16)
        _mm_storeu_si128((__m128i *)(void *)to, letters_of_12(from + done));
    return done;
}

/* As with SSSE3, in both halves of the register. */
TARGET("avx2") static inline __m256i letters_of_24(const unsigned char *from) {
    __m256i bytes = _mm256_inserti128_si256(
        _mm256_castsi128_si256(_mm_loadu_si128((const __m128i *)(const void *)from)),
        _mm_loadu_si128((const __m128i *)(const void *)(from + 12)), 1);
    __m256i words = _mm256_shuffle_epi8(bytes, _mm256_setr_epi8(SPREAD, SPREAD));
    __m256i sextets =
        _mm256_or_si256(_mm256_mulhi_epu16(_mm256_and_si256(words, _mm256_set1_epi32(SEXTETS_1_3)),
                                           _mm256_set1_epi32(DOWN)),
                        _mm256_mullo_epi16(_mm256_and_si256(words, _mm256_set1_epi32(SEXTETS_2_4)),
                                           _mm256_set1_epi32(UP)));
    __m256i upper_case = _mm256_cmpgt_epi8(_mm256_set1_epi8(26), sextets);
    __m256i kinds = _mm256_or_si256(_mm256_subs_epu8(sextets, _mm256_set1_epi8(51)),
                                    _mm256_and_si256(upper_case, _mm256_set1_epi8(13)));
    return _mm256_add_epi8(sextets, _mm256_shuffle_epi8(_mm256_setr_epi8(OFFSETS, OFFSETS), kinds));
}

TARGET("avx2") static size_t encode_avx2(char *to, const unsigned char *from, size_t len) {
    size_t done = 0;
    for (; len - done >= 28; done += 24, to += 32)
        _mm256_storeu_si256((__m256i *)(void *)to, letters_of_24(from + done));
    return done;
}

#define SPREAD_GROUP(i) 3 * (i) + 1, 3 * (i), 3 * (i) + 2, 3 * (i) + 1
#define SPREAD_4(i)                                                                                \
    SPREAD_GROUP(i), SPREAD_GROUP((i) + 1), SPREAD_GROUP((i) + 2), SPREAD_GROUP((i) + 3)
/* Of a group's bytes b a c b, from bit 0 on: where its sextets begin, in both words of 64 bits. */
#define SEXTETS_AT 0x3036242a1016040a

TARGET("avx512vbmi")
static size_t encode_avx512(char *to, const unsigned char *from, size_t len) {
    static const unsigned char spread[64] = {SPREAD_4(0), SPREAD_4(4), SPREAD_4(8), SPREAD_4(12)};
    const __m512i order = _mm512_loadu_si512(spread), shifts = _mm512_set1_epi64(SEXTETS_AT),
                  letters = _mm512_loadu_si512("ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                               "abcdefghijklmnopqrstuvwxyz0123456789+/");
    size_t done = 0;
    for (; len - done >= 64; done += 48, to += 64) {
        __m512i words = _mm512_permutexvar_epi8(order, _mm512_loadu_si512(from + done));
        __m512i sextets = _mm512_multishift_epi64_epi8(shifts, words);
        _mm512_storeu_si512(to, _mm512_permutexvar_epi8(sextets, letters));
    }
    return done;
}

static bool has_avx512(void) {
    return __builtin_cpu_supports("avx512vbmi");
}

static bool has_ssse3(void) {
    return __builtin_cpu_supports("ssse3");
}

static bool has_avx2(void) {
    return __builtin_cpu_supports("avx2");
}

#define FIAT__BASE64_WIDE                                                                          \
    {"avx512", has_avx512, encode_avx512}, {"avx2", has_avx2, encode_avx2},                        \
        {"ssse3", has_ssse3, encode_ssse3},

#endif
