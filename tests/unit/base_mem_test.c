#include "base/mem.h"
#include "support/chaos.h"
#include "support/test.h"

START_TEST(refuses_an_allocator_with_holes) {
    fiat_allocator holes = {0};
    ck_assert_fiat_status(fiat_set_allocator(&holes), FIAT_E_ARG);
    fiat__free(fiat__malloc(1)); /* the old one is still in place */
}
END_TEST

START_TEST(sizes_do_not_wrap_around) {
    ck_assert_ptr_null(fiat__calloc(SIZE_MAX / 2, 3));
    ck_assert_ptr_null(fiat__calloc(2, SIZE_MAX / 2 + 1));
    char *block = fiat__strdup("kept");
    ck_assert_ptr_null(fiat__realloc_array(block, SIZE_MAX / 2, 3));
    ck_assert_str_eq(block, "kept");
    ck_assert_ptr_null(fiat__strndup("x", SIZE_MAX));
    fiat__free(block);
}
END_TEST

START_TEST(size_zero_is_a_block) {
    void *blocks[] = {fiat__malloc(0), fiat__calloc(0, 8), fiat__calloc(8, 0),
                      fiat__realloc(NULL, 0), fiat__realloc_array(NULL, 0, 8)};
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++) {
        ck_assert_ptr_nonnull(blocks[i]);
        fiat__free(blocks[i]);
    }
    fiat__free(NULL);
}
END_TEST

START_TEST(all_go_through_the_allocator) {
    chaos_install();
    void *blocks[] = {fiat__malloc(10), fiat__calloc(2, 5), fiat__realloc(NULL, 10),
                      fiat__strdup("123456789"), fiat__strndup("123456789xyz", 9)};
    ck_assert_uint_eq(chaos_allocations(), 5);
    ck_assert_uint_eq(chaos_live_blocks(), 5);
    ck_assert_uint_eq(chaos_live_bytes(), 50);
    blocks[0] = fiat__realloc_array(blocks[0], 10, 10);
    ck_assert_uint_eq(chaos_live_bytes(), 140);
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++)
        fiat__free(blocks[i]);
    ck_assert_uint_eq(chaos_live_blocks(), 0);
    ck_assert_uint_eq(chaos_live_bytes(), 0);
    ck_assert_uint_eq(chaos_peak_bytes(), 140);
    chaos_remove();
}
END_TEST

START_TEST(the_chosen_allocation_fails) {
    chaos_install();
    chaos_fail_at(2, CHAOS_TRANSIENT);
    void *first = fiat__malloc(1), *second = fiat__calloc(1, 1), *third = fiat__strdup("x");
    ck_assert_ptr_nonnull(first);
    ck_assert_ptr_null(second);
    ck_assert_ptr_nonnull(third);
    ck_assert(chaos_has_failed());
    chaos_fail_at(1, CHAOS_PERSISTENT);
    ck_assert_ptr_null(fiat__realloc(first, 100));
    ck_assert_ptr_null(fiat__strndup("x", 1));
    ck_assert_ptr_null(fiat__strdup(NULL));
    fiat__free(first);
    fiat__free(third);
    ck_assert_uint_eq(chaos_live_blocks(), 0);
    chaos_remove();
}
END_TEST

int main(void) {
    Suite *suite = suite_create("base/mem");
    TCase *tcase = tcase_create("mem");
    tcase_add_test(tcase, refuses_an_allocator_with_holes);
    tcase_add_test(tcase, sizes_do_not_wrap_around);
    tcase_add_test(tcase, size_zero_is_a_block);
    tcase_add_test(tcase, all_go_through_the_allocator);
    tcase_add_test(tcase, the_chosen_allocation_fails);
    suite_add_tcase(suite, tcase);
    return fiat_test_run(suite);
}
