/* The blocks of sixteen bytes, as this machine has them and in plain C. */
#include "schema/block.h"
#include "support/test.h"

#undef FIAT_SCHEMA_BLOCK_PORTABLE_H /* where there is no other version, it comes again */
#define fiat__block            portable_block
#define fiat__block_load       portable_load
#define fiat__block_zero       portable_zero
#define fiat__block_load_short portable_load_short
#define fiat__block_in         portable_in
#define fiat__block_is         portable_is
#define fiat__block_or         portable_or
#define fiat__block_bits       portable_bits
#include "schema/block_portable.h"
#undef fiat__block
#undef fiat__block_load
#undef fiat__block_zero
#undef fiat__block_load_short
#undef fiat__block_in
#undef fiat__block_is
#undef fiat__block_or
#undef fiat__block_bits

/* Every length, in a block of just its size: a sanitizer sees a read past the end. */
START_TEST(short_loads) {
    size_t len = (size_t)_i;
    char *text = malloc(len);
    ck_assert_ptr_nonnull(text);
    for (size_t i = 0; i < len; i++)
        text[i] = (char)('A' + i);
    unsigned letters = 0, theirs = 0;
    for (size_t i = 0; i < len; i++) {
        unsigned one = fiat__block_bits(fiat__block_is(fiat__block_load_short(text, len), text[i]));
        ck_assert_uint_eq(one, 1u << i);
        letters |= one;
        theirs |= portable_bits(portable_is(portable_load_short(text, len), text[i]));
    }
    ck_assert_uint_eq(letters, theirs);
    unsigned zeros = fiat__block_bits(fiat__block_is(fiat__block_load_short(text, len), '\0'));
    ck_assert_uint_eq(zeros, 0xFFFFu & ~letters);
    free(text);
}
END_TEST

START_TEST(ranges) {
    static const fiat__range some[] = {
        FIAT__RANGE('a', 'z'),
        FIAT__RANGE(0, 0),
        FIAT__RANGE(0, 255),
        FIAT__RANGE(0x80, 0xFF),
        {{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}, FIAT__BLOCK_OF(3)}};
    for (unsigned first = 0; first < 256; first++) {
        unsigned char bytes[16];
        for (unsigned i = 0; i < 16; i++)
            bytes[i] = (unsigned char)(first + i * 7);
        for (size_t r = 0; r < sizeof some / sizeof some[0]; r++) {
            unsigned want = 0;
            for (unsigned i = 0; i < 16; i++) {
                int beyond = bytes[i] - some[r].low[i];
                if (beyond >= 0 && beyond <= some[r].span[i]) want |= 1u << i;
            }
            ck_assert_uint_eq(fiat__block_bits(fiat__block_in(fiat__block_load(bytes), &some[r])),
                              want);
            ck_assert_uint_eq(portable_bits(portable_in(portable_load(bytes), &some[r])), want);
        }
        unsigned either =
            fiat__block_bits(fiat__block_or(fiat__block_in(fiat__block_load(bytes), &some[0]),
                                            fiat__block_in(fiat__block_load(bytes), &some[3])));
        ck_assert_uint_eq(either,
                          portable_bits(portable_or(portable_in(portable_load(bytes), &some[0]),
                                                    portable_in(portable_load(bytes), &some[3]))));
    }
    ck_assert_uint_eq(fiat__block_bits(fiat__block_is(fiat__block_zero(), '\0')), 0xFFFF);
    ck_assert_uint_eq(portable_bits(portable_is(portable_zero(), '\0')), 0xFFFF);
}
END_TEST

START_TEST(short_texts) {
    static const fiat__range letters[] = {FIAT__RANGE('a', 'z'), FIAT__RANGE('A', 'Z')};
    size_t len = (size_t)_i;
    char *text = malloc(len > 0 ? len : 1);
    ck_assert_ptr_nonnull(text);
    uint32_t want = 0;
    for (size_t i = 0; i < len; i++) {
        text[i] = "aZ0"[i % 3];
        if (i % 3 < 2) want |= UINT32_C(1) << i;
    }
    fiat__blocks blocks = fiat__blocks_load(fiat__str_of(text, len));
    ck_assert_uint_eq(fiat__blocks_in(&blocks, letters, 2), want);
    ck_assert_uint_eq(blocks.all, len == 0 ? 0 : UINT32_MAX >> (32 - len));
    free(text);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("schema/block");
    TCase *tcase = tcase_create("block");
    tcase_add_loop_test(tcase, short_loads, 1, 16);
    tcase_add_test(tcase, ranges);
    tcase_add_loop_test(tcase, short_texts, 0, FIAT__BLOCKS_MAX_BYTES + 1);
    suite_add_tcase(suite, tcase);
    return fiat_test_run(suite);
}
