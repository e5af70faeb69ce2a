/* The pace of a stream: against a simulated Firehose that has quotas, by a clock that the test
 * turns. Nothing here depends on real time or chance. */
#include "producer_fake.h"

#include <math.h>

/* A delivery stream that takes so much a second, and has a second's worth in store at most. */
typedef struct quota {
    double bytes, records; /* a second */
    double bytes_left, records_left;
    int64_t filled_ms;
    uint64_t taken_bytes, taken_records, throttled_records;
} quota;

static void fill(quota *q, int64_t now_ms) {
    double seconds = (double)(now_ms - q->filled_ms) / 1000;
    q->filled_ms = now_ms;
    q->bytes_left = q->bytes_left + q->bytes * seconds;
    if (q->bytes_left > q->bytes) q->bytes_left = q->bytes;
    q->records_left = q->records_left + q->records * seconds;
    if (q->records_left > q->records) q->records_left = q->records;
}

static bool takes(quota *q, size_t bytes) {
    if (q->bytes_left < (double)bytes || q->records_left < 1) {
        q->throttled_records++;
        return false;
    }
    q->bytes_left -= (double)bytes;
    q->records_left -= 1;
    q->taken_bytes += bytes;
    q->taken_records++;
    return true;
}

static void answer_by_quota(fake_sink *sink, fiat__sink_batch *batch) {
    quota *q = sink->answer_ctx;
    fill(q, fake_now_ms);
    for (size_t i = 0; i < batch->count; i++)
        fake_set_fate(&batch->records[i], takes(q, batch->records[i].data.len) ? 'D' : 'T');
}

/* An application that always has more, over a network with a round trip of rtt_ms. */
typedef struct world {
    fake_sink *sink;
    fiat__producer *producer;
    fiat__producer_stream *stream;
    quota quota;
    int64_t rtt_ms, serial_ms; /* a batch takes so long; and the next one so much longer */
    int64_t last_answer_ms;
    size_t least_bytes, most_bytes; /* of an event */
    unsigned seed;
    unsigned seen_submits;
    int64_t answers_ms[FAKE_MAX_BATCHES]; /* of the batches in flight, oldest first */
    size_t answers;
    size_t most_in_flight;
} world;

static void produce(world *w) {
    static char text[300000];
    if (!text[0]) memset(text, 'x', sizeof text - 1);
    for (;;) {
        size_t bytes = w->least_bytes;
        w->seed = w->seed * 1103515245u + 12345u;
        if (w->most_bytes > bytes) bytes += (w->seed >> 8) % (w->most_bytes - bytes);
        const fiat__str part = {text, bytes};
        if (fiat__producer_append(w->stream, &part, 1, NULL, NULL, NULL) != FIAT_OK) return;
    }
}

static void step(world *w) {
    fiat__sender_turn(w->producer);
    produce(w);
    int64_t wake_ms = fiat__sender_turn(w->producer);
    for (; w->seen_submits < w->sink->submits; w->seen_submits++) {
        int64_t answer_ms = fake_now_ms + w->rtt_ms;
        if (answer_ms < w->last_answer_ms + w->serial_ms)
            answer_ms = w->last_answer_ms + w->serial_ms;
        w->answers_ms[w->answers++] = w->last_answer_ms = answer_ms;
    }
    if (w->answers > w->most_in_flight) w->most_in_flight = w->answers;
    int64_t next_ms = w->answers && w->answers_ms[0] < wake_ms ? w->answers_ms[0] : wake_ms;
    if (next_ms > fake_now_ms) fake_now_ms = next_ms;
    while (w->answers && w->answers_ms[0] <= fake_now_ms) {
        fiat__sink_batch *batch = w->sink->batches[0];
        w->sink->batch_count--;
        memmove(w->sink->batches, w->sink->batches + 1,
                w->sink->batch_count * sizeof w->sink->batches[0]);
        w->sink->answer(w->sink, batch);
        batch->done(batch);
        w->answers--;
        memmove(w->answers_ms, w->answers_ms + 1, w->answers * sizeof w->answers_ms[0]);
    }
}

static void run(world *w, int64_t ms) {
    int64_t until_ms = fake_now_ms + ms;
    while (fake_now_ms < until_ms)
        step(w);
}

static uint64_t s_random;

/* xorshift64*: the same numbers in each run. With others an outage is followed by less than 85 % in
 * about one run of a hundred. */
static uint64_t random_below(uint64_t limit) {
    s_random ^= s_random >> 12;
    s_random ^= s_random << 25;
    s_random ^= s_random >> 27;
    return (s_random * 0x2545F4914F6CDD1Du >> 32) % limit;
}

static void open_world(world *w, fiat__producer_opts opts) {
    fake_now_ms = 1000000;
    s_random = 7919;
    opts.on_delivery = NULL;
    opts.record_max_events = 1;
    w->sink = fake_sink_new();
    w->sink->answer = answer_by_quota;
    w->sink->answer_ctx = &w->quota;
    w->producer = fake_producer(w->sink, &opts);
    w->producer->random_below = random_below;
    w->stream = fake_stream(w->producer, "s");
    w->quota.filled_ms = fake_now_ms;
    w->quota.bytes_left = w->quota.bytes;
    w->quota.records_left = w->quota.records;
}

static void close_world(world *w) {
    fiat__producer_close(w->producer, 0, NULL, NULL);
}

#define MIB (1024.0 * 1024.0)

static const struct {
    const char *name;
    double bytes, records;
    size_t least_bytes, most_bytes;
    int64_t rtt_ms;
} quotas[] = {
    {"bytes", 5 * MIB, 500, 20000, 20000, 20},
    {"records", 5 * MIB, 500, 1000, 1000, 20},
    {"large records", 5 * MIB, 500, 250000, 250000, 20},
    {"mixed", 5 * MIB, 500, 100, 20000, 20},
    {"far away", 5 * MIB, 500, 10000, 10000, 300},
    {"small region", 1 * MIB, 1000, 5000, 20000, 50},
    {"large", 20 * MIB, 20000, 1000, 50000, 20},
};

/* Run, and hold what was taken against what could have been, by the tighter quota. */
static void check_use(world *w, const char *name, int64_t ms, double least, double most_throttled) {
    quota *q = &w->quota;
    q->taken_bytes = q->taken_records = q->throttled_records = 0;
    run(w, ms);
    double seconds = (double)ms / 1000;
    double used = (double)q->taken_bytes / (q->bytes * seconds);
    double records_used = (double)q->taken_records / (q->records * seconds);
    if (records_used > used) used = records_used;
    double throttled =
        (double)q->throttled_records / (double)(q->throttled_records + q->taken_records);
    ck_assert_msg(used >= least, "%s: %.1f %% used", name, used * 100);
    ck_assert_msg(throttled <= most_throttled, "%s: %.2f %% throttled", name, throttled * 100);
}

START_TEST(settles_at_the_quota) {
    world w = {.quota = {.bytes = quotas[_i].bytes, .records = quotas[_i].records},
               .rtt_ms = quotas[_i].rtt_ms,
               .least_bytes = quotas[_i].least_bytes,
               .most_bytes = quotas[_i].most_bytes};
    open_world(&w, fake_opts());
    check_use(&w, quotas[_i].name, 10000, 0.85, 0.5);
    check_use(&w, quotas[_i].name, 60000, 0.95, 0.02);
    close_world(&w);
}
END_TEST

START_TEST(follows_a_quota_that_changes) {
    world w = {.quota = {.bytes = 5 * MIB, .records = 5000},
               .rtt_ms = 20,
               .least_bytes = 5000,
               .most_bytes = 10000};
    open_world(&w, fake_opts());
    run(&w, 30000);
    w.quota.bytes = 2 * MIB;
    run(&w, 10000);
    check_use(&w, "less", 30000, 0.85, 0.02);
    w.quota.bytes = 20 * MIB;
    run(&w, 30000);
    check_use(&w, "more", 30000, 0.85, 0.02);
    close_world(&w);
}
END_TEST

/* For a while the stream takes nothing, in the words of throttling: afterwards it gets what it had
 * before, at once. */
START_TEST(is_not_slowed_by_an_outage) {
    const quota healthy = {.bytes = 20 * MIB, .records = 5000};
    world w = {.quota = healthy, .rtt_ms = 20, .least_bytes = 5000, .most_bytes = 10000};
    open_world(&w, fake_opts());
    run(&w, 30000);
    w.quota.bytes = w.quota.records = 0;
    run(&w, 10000);
    w.quota.bytes = healthy.bytes;
    w.quota.records = healthy.records;
    run(&w, 2000);
    check_use(&w, "after an outage", 5000, 0.85, 0.02);
    close_world(&w);
}
END_TEST

/* Throttled by its bytes, the stream gets many small records instead: what it took of the large
 * ones does not hold them up for long. */
START_TEST(follows_events_that_change) {
    world w = {.quota = {.bytes = 5 * MIB, .records = 1000},
               .rtt_ms = 20,
               .least_bytes = 100000,
               .most_bytes = 200000};
    fiat__producer_opts opts = fake_opts();
    opts.queue_max_bytes = 4 << 20; /* what waits when the events change */
    open_world(&w, opts);
    check_use(&w, "large", 30000, 0.85, 0.1);
    w.least_bytes = w.most_bytes = 500;
    run(&w, 30000);
    check_use(&w, "small", 30000, 0.85, 0.02);
    w.least_bytes = w.most_bytes = 100000;
    run(&w, 30000);
    check_use(&w, "large again", 30000, 0.85, 0.02);
    close_world(&w);
}
END_TEST

static const struct {
    uint64_t max_bytes, max_records;
} fixed_limits[] = {{1000000, 0}, {0, 300}, {1000000, 100}, {200000, 5000}, {1000, 0}};

START_TEST(keeps_a_fixed_limit) {
    world w = {.quota = {.bytes = 100 * MIB, .records = 100000},
               .rtt_ms = 20,
               .least_bytes = 1000,
               .most_bytes = 3000};
    fiat__producer_opts opts = fake_opts();
    opts.rate_max_bytes = fixed_limits[_i].max_bytes;
    opts.rate_max_records = fixed_limits[_i].max_records;
    open_world(&w, opts);
    run(&w, 60000);
    double bytes = (double)w.quota.taken_bytes / 60, records = (double)w.quota.taken_records / 60;
    double used = 0;
    if (opts.rate_max_bytes) {
        ck_assert_double_le(bytes, 1.01 * (double)opts.rate_max_bytes + 3000 / 60.0);
        used = bytes / (double)opts.rate_max_bytes;
    }
    if (opts.rate_max_records) {
        ck_assert_double_le(records, 1.01 * (double)opts.rate_max_records);
        used = fmax(used, records / (double)opts.rate_max_records);
    }
    ck_assert_double_ge(used, 0.97);
    close_world(&w);
}
END_TEST

START_TEST(learns_below_a_fixed_limit) {
    world w = {.quota = {.bytes = 1 * MIB, .records = 1000},
               .rtt_ms = 20,
               .least_bytes = 5000,
               .most_bytes = 5000};
    fiat__producer_opts opts = fake_opts();
    opts.rate_max_bytes = (uint64_t)(10 * MIB);
    open_world(&w, opts);
    run(&w, 10000);
    check_use(&w, "below", 30000, 0.85, 0.02);
    close_world(&w);
}
END_TEST

static fiat__producer_opts small_batches(void) {
    fiat__producer_opts opts = fake_opts();
    opts.max_in_flight = 16;
    opts.record_max_bytes = 20000;
    opts.batch_max_bytes = 100000;
    return opts;
}

/* As many requests in flight as help: all of them far away, few when answers become slow. */
START_TEST(adapts_the_requests_in_flight) {
    world w = {.quota = {.bytes = 1000 * MIB, .records = 1000000},
               .rtt_ms = 100,
               .least_bytes = 10000,
               .most_bytes = 10000};
    open_world(&w, small_batches());
    step(&w);
    ck_assert_uint_eq(w.most_in_flight, 2);
    run(&w, 5000);
    ck_assert_uint_eq(w.most_in_flight, 16);
    /* Another way to the server, ten times as long: fewer, until that is what is usual. */
    w.rtt_ms = 1000;
    run(&w, 8000);
    w.most_in_flight = 0;
    run(&w, 2000);
    ck_assert_uint_lt(w.most_in_flight, 8);
    run(&w, 300000);
    ck_assert_uint_eq(w.most_in_flight, 16);
    ck_assert_uint_eq(w.quota.throttled_records, 0);
    close_world(&w);
}
END_TEST

/* A server that takes one after the other: more at once would only wait longer. */
START_TEST(does_not_queue_at_the_server) {
    world w = {.quota = {.bytes = 1000 * MIB, .records = 1000000},
               .rtt_ms = 20,
               .serial_ms = 100,
               .least_bytes = 10000,
               .most_bytes = 10000};
    open_world(&w, small_batches());
    run(&w, 30000);
    ck_assert_uint_le(w.most_in_flight, 5);
    ck_assert_uint_ge(w.sink->submits, 295); /* of 300 that it could answer */
    close_world(&w);
}
END_TEST

/* A stream that was not used for an hour has what it had. */
START_TEST(remembers_over_a_silence) {
    const fiat__pace_opts opts = {.max_in_flight = 4};
    fiat__pace pace;
    fiat__pace_init(&pace, &opts);
    ck_assert_int_eq(fiat__pace_due_ms(&pace), INT64_MIN);
    ck_assert_double_eq(fiat__pace_max_bytes(&pace, 5000), 0);
    for (int64_t ms = 5000; ms < 10000; ms += 100) {
        fiat__pace_sent(&pace, ms, 10, 1000000);
        fiat__pace_taken(&pace, ms, 10, 1000000);
    }
    fiat__pace_throttled(&pace, 10000);
    double limit = fiat__pace_max_bytes(&pace, 10000);
    ck_assert(limit > 7e6 && limit < 9e6);
    ck_assert_double_le(limit, fiat__pace_max_bytes(&pace, 12000));
    ck_assert(fiat__pace_due_ms(&pace) > 10000);
    limit = fiat__pace_max_bytes(&pace, 3610000);
    ck_assert(limit > 9e6 && limit < 11e6);
    size_t records = 500, bytes = 4194304;
    fiat__pace_limit_batch(&pace, 3610000, &records, &bytes);
    ck_assert(bytes > 1800000 && bytes < 2200000);
    fiat__pace_init(&pace, &pace.opts);
    ck_assert_double_eq(fiat__pace_max_bytes(&pace, 3610000), 0);
    ck_assert_uint_eq(pace.opts.max_in_flight, 4);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("producer/pace");
    TCase *tcase = tcase_create("pace");
    tcase_set_timeout(tcase, 60); /* minutes of traffic, with sanitizers */
    tcase_add_loop_test(tcase, settles_at_the_quota, 0, sizeof quotas / sizeof quotas[0]);
    tcase_add_test(tcase, follows_a_quota_that_changes);
    tcase_add_test(tcase, is_not_slowed_by_an_outage);
    tcase_add_test(tcase, follows_events_that_change);
    tcase_add_loop_test(tcase, keeps_a_fixed_limit, 0,
                        sizeof fixed_limits / sizeof fixed_limits[0]);
    tcase_add_test(tcase, learns_below_a_fixed_limit);
    tcase_add_test(tcase, adapts_the_requests_in_flight);
    tcase_add_test(tcase, does_not_queue_at_the_server);
    tcase_add_test(tcase, remembers_over_a_silence);
    suite_add_tcase(suite, tcase);
    return fiat_test_run(suite);
}
