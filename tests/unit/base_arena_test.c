#include "base/arena.h"
#include "support/chaos.h"
#include "support/test.h"

static fiat__arena s_arena;

static void setup(void) {
    chaos_install();
    fiat__arena_init(&s_arena, 1 << 20);
}

static void teardown(void) {
    fiat__arena_deinit(&s_arena);
    ck_assert_uint_eq(chaos_live_blocks(), 0);
    chaos_remove();
}

START_TEST(refuses_more_than_its_maximum) {
    ck_assert_ptr_null(fiat__arena_alloc(&s_arena, (1 << 20) + 1));
    ck_assert_ptr_null(fiat__arena_alloc(&s_arena, SIZE_MAX));
    ck_assert_ptr_null(fiat__arena_array(&s_arena, SIZE_MAX / 2, 3));
    ck_assert_ptr_null(fiat__arena_str(&s_arena, fiat__str_of("", SIZE_MAX)).ptr);
    ck_assert_ptr_nonnull(fiat__arena_alloc(&s_arena, 1 << 20));
    ck_assert_ptr_null(fiat__arena_alloc(&s_arena, 1));
}
END_TEST

START_TEST(memory_is_zeroed_aligned_and_apart) {
    static const size_t sizes[] = {0, 1, 15, 16, 17, 4096, 4097, 3, 100000, 8};
    unsigned char *last = NULL;
    size_t last_bytes = 0;
    for (int round = 0; round < 20; round++) {
        for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
            unsigned char *at = fiat__arena_alloc(&s_arena, sizes[i] / 8 + 1);
            ck_assert_ptr_nonnull(at);
            ck_assert_uint_eq((uintptr_t)at % _Alignof(max_align_t), 0);
            for (size_t byte = 0; byte <= sizes[i] / 8; byte++)
                ck_assert_uint_eq(at[byte], 0);
            memset(at, 0xAA, sizes[i] / 8 + 1);
            for (size_t byte = 0; byte < last_bytes; byte++)
                ck_assert_uint_eq(last[byte], 0xAA);
            last = at;
            last_bytes = sizes[i] / 8 + 1;
        }
    }
}
END_TEST

START_TEST(a_large_block_leaves_the_small_one_in_use) {
    fiat__arena_alloc(&s_arena, 16);
    char *before = fiat__arena_alloc(&s_arena, 16);
    fiat__arena_alloc(&s_arena, 100000);
    char *after = fiat__arena_alloc(&s_arena, 16);
    ck_assert_ptr_eq(after, before + 16);
    ck_assert_uint_eq(chaos_live_blocks(), 2);
}
END_TEST

START_TEST(strings_are_copied_with_a_nul) {
    char text[] = "one two";
    fiat__str copy = fiat__arena_str(&s_arena, fiat__str_of(text, 3));
    text[0] = 'X';
    ck_assert_str_eq(copy.ptr, "one");
    ck_assert_uint_eq(copy.len, 3);
    ck_assert_str_eq(fiat__arena_str(&s_arena, fiat__str_of(NULL, 0)).ptr, "");
}
END_TEST

START_TEST(out_of_memory_is_null_and_leaves_the_rest) {
    char *kept = fiat__arena_alloc(&s_arena, 4096);
    chaos_fail_at(1, CHAOS_PERSISTENT);
    ck_assert_ptr_null(fiat__arena_alloc(&s_arena, 1));
    ck_assert_ptr_null(fiat__arena_str(&s_arena, fiat__str_c("x")).ptr);
    chaos_fail_at(0, CHAOS_PERSISTENT);
    ck_assert_int_eq(kept[0], 0);
    ck_assert_ptr_nonnull(fiat__arena_alloc(&s_arena, 1));
}
END_TEST

int main(void) {
    Suite *suite = suite_create("base/arena");
    TCase *tcase = tcase_create("arena");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, refuses_more_than_its_maximum);
    tcase_add_test(tcase, memory_is_zeroed_aligned_and_apart);
    tcase_add_test(tcase, a_large_block_leaves_the_small_one_in_use);
    tcase_add_test(tcase, strings_are_copied_with_a_nul);
    tcase_add_test(tcase, out_of_memory_is_null_and_leaves_the_rest);
    suite_add_tcase(suite, tcase);
    return fiat_test_run(suite);
}
