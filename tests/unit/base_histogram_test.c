/* Quantiles against the sorted values themselves; windows; several threads. */
#include "base/histogram.h"
#include "base/thread.h"
#include "support/test.h"

#define PERIOD_MS 1000

static fiat__window s_window;

static void set_up(void) {
    fiat__window_reset(&s_window, 0);
}

static fiat__quantiles read_window(void) {
    fiat__quantiles q;
    fiat__window_read(&s_window, &q);
    return q;
}

/* Half the width of a bucket is 1/64 of its first value. */
static void check_near(uint64_t got, uint64_t want) {
    uint64_t off = got > want ? got - want : want - got;
    ck_assert_msg(off * 64 <= want, "%llu instead of %llu", (unsigned long long)got,
                  (unsigned long long)want);
}

START_TEST(nothing_is_zero) {
    fiat__quantiles q = read_window();
    ck_assert_uint_eq(q.count + q.sum + q.recent + q.p50 + q.p90 + q.p99 + q.p999 + q.max, 0);
}
END_TEST

/* Every power of two with its neighbours, and values between them. */
START_TEST(one_value_is_every_quantile) {
    for (unsigned bit = 0; bit < FIAT__HISTOGRAM_MAX_BITS; bit++) {
        for (int step = -1; step <= 5; step++) {
            uint64_t value = (UINT64_C(1) << bit) + (step < 2 ? (uint64_t)step : 0) +
                             (step < 2 ? 0 : (UINT64_C(1) << bit) / 7 * (uint64_t)step);
            if (value >= UINT64_C(1) << FIAT__HISTOGRAM_MAX_BITS) continue;
            set_up();
            fiat__window_add(&s_window, value, 1);
            fiat__quantiles q = read_window();
            check_near(q.p50, value);
            check_near(q.p999, value);
            ck_assert_uint_eq(q.max, value);
            ck_assert_uint_eq(q.sum, value);
            ck_assert_uint_le(q.p999, q.max);
        }
    }
}
END_TEST

START_TEST(values_below_32_are_exact) {
    for (uint64_t value = 0; value < 32; value++) {
        set_up();
        fiat__window_add(&s_window, value, 1);
        ck_assert_uint_eq(read_window().p50, value);
    }
}
END_TEST

START_TEST(values_beyond_the_range_count_as_the_largest) {
    fiat__window_add(&s_window, UINT64_MAX, 1);
    fiat__quantiles q = read_window();
    check_near(q.p50, (UINT64_C(1) << FIAT__HISTOGRAM_MAX_BITS) - 1);
    ck_assert_uint_eq(q.max, UINT64_MAX);
}
END_TEST

START_TEST(quantiles_of_ten_thousand) {
    for (uint64_t value = 1; value <= 10000; value++) /* in no order */
        fiat__window_add(&s_window, value * 7919 % 10007 * 1000, 1);
    fiat__quantiles q = read_window();
    ck_assert_uint_eq(q.count, 10000);
    ck_assert_uint_eq(q.recent, 10000);
    check_near(q.p50, 5000 * 1000);
    check_near(q.p90, 9000 * 1000);
    check_near(q.p99, 9900 * 1000);
    check_near(q.p999, 9990 * 1000);
}
END_TEST

START_TEST(weights_count_as_often) {
    fiat__window_add(&s_window, 10, 998);
    fiat__window_add(&s_window, 20, 1);
    fiat__window_add(&s_window, 30, 1);
    fiat__quantiles q = read_window();
    ck_assert_uint_eq(q.count, 1000);
    ck_assert_uint_eq(q.sum, 9980 + 50);
    ck_assert_uint_eq(q.p99, 10);
    ck_assert_uint_eq(q.p999, 20);
    ck_assert_uint_eq(q.max, 30);
}
END_TEST

START_TEST(old_values_leave_and_sums_stay) {
    fiat__window_add(&s_window, 1, 1);
    fiat__window_turn(&s_window, PERIOD_MS - 1, PERIOD_MS); /* too early */
    fiat__window_turn(&s_window, PERIOD_MS, PERIOD_MS);
    fiat__window_add(&s_window, 2, 1);
    ck_assert_uint_eq(read_window().recent, 2);
    fiat__window_turn(&s_window, 2 * PERIOD_MS, PERIOD_MS);
    fiat__quantiles q = read_window();
    ck_assert_uint_eq(q.recent, 1);
    ck_assert_uint_eq(q.p50, 2);
    fiat__window_turn(&s_window, 4 * PERIOD_MS, PERIOD_MS); /* nobody looked for two periods */
    q = read_window();
    ck_assert_uint_eq(q.recent, 0);
    ck_assert_uint_eq(q.max, 0);
    ck_assert_uint_eq(q.count, 2);
    ck_assert_uint_eq(q.sum, 3);
}
END_TEST

START_TEST(reset_forgets_all) {
    fiat__window_add(&s_window, 5, 2);
    fiat__window_reset(&s_window, 0);
    fiat__quantiles q = read_window();
    ck_assert_uint_eq(q.count + q.sum + q.recent + q.max, 0);
}
END_TEST

#define THREADS 4
#define EACH    20000

static void *add_many(void *arg) {
    for (int i = 0; i < EACH; i++)
        fiat__window_add(&s_window, (uint64_t)(i % 1000), 1);
    return arg;
}

START_TEST(threads_lose_nothing) {
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, add_many, NULL), 0);
    for (int i = 0; i < THREADS; i++)
        ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
    fiat__quantiles q = read_window();
    ck_assert_uint_eq(q.count, THREADS * EACH);
    ck_assert_uint_eq(q.recent, THREADS * EACH);
    ck_assert_uint_eq(q.max, 999);
    ck_assert_uint_eq(q.sum, UINT64_C(999) * 500 * EACH / 1000 * THREADS);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("base/histogram");
    TCase *tc = tcase_create("histogram");
    tcase_add_checked_fixture(tc, set_up, NULL);
    tcase_add_test(tc, nothing_is_zero);
    tcase_add_test(tc, one_value_is_every_quantile);
    tcase_add_test(tc, values_below_32_are_exact);
    tcase_add_test(tc, values_beyond_the_range_count_as_the_largest);
    tcase_add_test(tc, quantiles_of_ten_thousand);
    tcase_add_test(tc, weights_count_as_often);
    tcase_add_test(tc, old_values_leave_and_sums_stay);
    tcase_add_test(tc, reset_forgets_all);
    tcase_add_test(tc, threads_lose_nothing);
    suite_add_tcase(suite, tc);
    return fiat_test_run(suite);
}
