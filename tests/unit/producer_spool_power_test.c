/* What the spool finds after the power was cut, over a disk that keeps only what was synced and
 * any part of the rest. */
#include "base/buf.h"
#include "power_disk.h"
#include "spool_fake.h"

#define SEEDS      150
#define STEPS      250
#define TEXT_BYTES 3000

static char *s_before, *s_after; /* folders */

static void make_dirs(void) {
    s_before = tmpdir_make();
    s_after = tmpdir_make();
}

static void remove_dirs(void) {
    tmpdir_remove(s_before);
    tmpdir_remove(s_after);
}

/* Of each event by its number. */
struct events {
    size_t count;
    bool kept[STEPS];    /* its call returned FIAT_OK */
    bool settled[STEPS]; /* it may be forgotten */
};

/* "17 aaaa...": different lengths and letters. */
static const char *text_of(size_t number) {
    static char text[TEXT_BYTES + 32];
    int len = snprintf(text, sizeof text, "%zu ", number);
    size_t fill = number * 7919 % TEXT_BYTES;
    memset(text + len, 'a' + (int)(number % 26), fill);
    text[(size_t)len + fill] = '\0';
    return text;
}

static void put(fiat__spool *spool, struct events *events) {
    fiat_error err;
    const size_t number = events->count++;
    events->kept[number] = spool_put(spool, text_of(number), NULL, &err) == FIAT_OK;
}

/* The event of a frame; the test fails when it is none of those that were put. */
static size_t number_of(const fiat__spool_event *event, const struct events *events) {
    const size_t number = strtoul(event->event.ptr, NULL, 10);
    ck_assert_uint_lt(number, events->count);
    ck_assert_msg(fiat__str_eq_c(event->event, text_of(number)), "event %zu is not as it was put",
                  number);
    return number;
}

static void settle_next(fiat__spool *spool, struct events *events) {
    fiat__spool_event event;
    if (!spool_peek(spool, &event)) return;
    const size_t number = number_of(&event, events);
    fiat__spool_taken(spool);
    spool_settle(spool, event.ref);
    events->settled[number] = true;
}

static void live(const fiat__spool_opts *opts, struct events *events) {
    const size_t steps = 1 + power_disk_random(STEPS);
    fiat__spool *spool = spool_open(opts);
    for (size_t i = 0; i < steps; i++) {
        const uint64_t what = power_disk_random(100);
        if (what < 55) {
            put(spool, events);
        } else if (what < 90) {
            settle_next(spool, events);
        } else if (what < 98) {
            fiat__spool_note(spool);
        } else {
            fiat__spool_close(spool);
            spool = spool_open(opts);
        }
    }
    power_disk_cut(s_before, s_after);
    fiat__spool_close(spool);
}

/* Every event once at most and in order; those that were kept and are not settled, all. */
static void look(const fiat__spool_opts *opts, const struct events *events, bool promised) {
    fiat__spool *spool = spool_open(opts);
    fiat__spool_event event;
    size_t next = 0;
    while (spool_peek(spool, &event)) {
        const size_t number = number_of(&event, events);
        ck_assert_msg(number >= next, "event %zu again, or late", number);
        for (; next < number; next++)
            ck_assert_msg(!promised || !events->kept[next] || events->settled[next],
                          "event %zu is lost", next);
        next = number + 1;
        fiat__spool_taken(spool);
        spool_settle(spool, event.ref);
    }
    for (; next < events->count; next++)
        ck_assert_msg(!promised || !events->kept[next] || events->settled[next],
                      "event %zu is lost", next);
    fiat__spool_close(spool);
}

static void cut_power(int seed, bool sync) {
    struct events events = {0};
    fiat__spool_opts opts = spool_opts(s_before, sync);
    opts.io = &power_disk_io;
    power_disk_reset((uint64_t)seed);
    live(&opts, &events);
    opts.dir = s_after;
    opts.io = &fiat__spool_io_system;
    look(&opts, &events, sync);
    power_disk_reset(0);
}

START_TEST(with_sync_nothing_that_was_kept_is_lost) {
    cut_power(_i, true);
}
END_TEST

START_TEST(with_async_what_is_found_is_whole_and_in_order) {
    cut_power(_i, false);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("producer_spool_power");
    TCase *tcase = tcase_create("cut");
    tcase_add_checked_fixture(tcase, make_dirs, remove_dirs);
    tcase_add_loop_test(tcase, with_sync_nothing_that_was_kept_is_lost, 0, SEEDS);
    tcase_add_loop_test(tcase, with_async_what_is_found_is_whole_and_in_order, 0, SEEDS);
    suite_add_tcase(suite, tcase);
    return fiat_test_run(suite);
}
