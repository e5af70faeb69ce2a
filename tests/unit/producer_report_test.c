/* Reports: which events get one, what it says, and where the application is called back. */
#include "producer_fake.h"

static fake_sink *s_sink;
static fiat__producer *s_producer;
static fiat__producer_stream *s_stream;

/* One event a record, so that each has a fate of its own. */
static fiat__producer_opts single_opts(void) {
    fiat__producer_opts opts = fake_opts();
    opts.record_max_events = 1;
    return opts;
}

static void open_with(const fiat__producer_opts *opts) {
    fake_now_ms = 1000000;
    s_sink = fake_sink_new();
    s_producer = fake_producer(s_sink, opts);
    s_stream = fake_stream(s_producer, "s");
}

/* One event for each letter, in one batch, which is answered with that fate. */
static void send_events(const char *letters) {
    for (uintptr_t i = 1; i <= strlen(letters); i++)
        ck_assert_int_eq(fake_append_with(s_stream, "e", NULL, (void *)i), FIAT_OK);
    fake_now_ms += 100;
    fiat__sender_turn(s_producer);
    fake_finish_each(s_sink, letters);
    fiat__sender_turn(s_producer);
}

START_TEST(failures_alone_are_reported_when_asked_for) {
    fiat__producer_opts opts = single_opts();
    opts.reports_failures_only = true;
    open_with(&opts);
    send_events("DXDX");
    fake_check_stats(s_producer, 2, 0, 2, 0);
    ck_assert_uint_eq(fake_report_count, 2);
    ck_assert_ptr_eq(fake_reports[0].opaque, (void *)2);
    ck_assert_ptr_eq(fake_reports[1].opaque, (void *)4);
    ck_assert_int_eq(fiat__producer_close(s_producer, 0, NULL, NULL), FIAT_OK);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("producer/report");
    TCase *tcase = tcase_create("report");
    tcase_add_test(tcase, failures_alone_are_reported_when_asked_for);
    suite_add_tcase(suite, tcase);
    return fiat_test_run(suite);
}
