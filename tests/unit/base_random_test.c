#include "base/random.h"
#include "support/test.h"

#include <pthread.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define NOW_MS INT64_C(1795262400123)

START_TEST(below_stays_below) {
    static const uint64_t limits[] = {1, 2, 3, 10, 255, 1000003, UINT64_C(1) << 63, UINT64_MAX};
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++)
        for (int n = 0; n < 200; n++)
            ck_assert_uint_lt(fiat__random_below(limits[i]), limits[i]);
    bool seen[5] = {false};
    for (int n = 0; n < 1000; n++)
        seen[fiat__random_below(5)] = true;
    for (int i = 0; i < 5; i++)
        ck_assert_msg(seen[i], "%d never came in 1000 draws", i);
}
END_TEST

START_TEST(bytes_of_every_length_differ) {
    static const size_t lengths[] = {16, 17, 511, 512, 513, 5000};
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        unsigned char a[5001] = {0}, b[5001] = {0};
        fiat__random_bytes(a, lengths[i]);
        fiat__random_bytes(b, lengths[i]);
        ck_assert_int_ne(memcmp(a, b, lengths[i]), 0);
        ck_assert_int_eq(a[lengths[i]], 0);
        ck_assert_int_ne(memcmp(a + lengths[i] - 16, b + lengths[i] - 16, 16), 0);
    }
    fiat__random_bytes(NULL, 0);
}
END_TEST

static int64_t ms_of(const fiat__uuid *uuid) {
    int64_t ms = 0;
    for (int i = 0; i < 6; i++)
        ms = ms << 8 | uuid->bytes[i];
    return ms;
}

START_TEST(uuid7_has_time_version_and_variant) {
    fiat__uuid uuid = fiat__uuid7(NOW_MS);
    char text[FIAT__UUID_LEN + 1] = "";
    ck_assert_int_eq(ms_of(&uuid), NOW_MS);
    ck_assert_uint_eq(uuid.bytes[6] >> 4, 7);
    ck_assert_uint_eq(uuid.bytes[8] >> 6, 2);
    fiat__uuid_write(text, &uuid);
    ck_assert_uint_eq(strlen(text), 36);
    ck_assert_uint_eq(strspn(text, "0123456789abcdef-"), 36);
    ck_assert_int_eq(strncmp(text, "01a1fdfa-467b-7", 15), 0);
    for (int i = 0; i < 36; i++)
        ck_assert_int_eq(text[i] == '-', i == 8 || i == 13 || i == 18 || i == 23);
}
END_TEST

/* More than a counter holds within one millisecond, and a clock that goes back. */
START_TEST(uuid7_of_one_thread_ascends) {
    fiat__uuid last = fiat__uuid7(NOW_MS);
    for (int n = 0; n < 20000; n++) {
        fiat__uuid next = fiat__uuid7(n < 10000 ? NOW_MS : NOW_MS - n);
        ck_assert_int_lt(memcmp(&last, &next, sizeof next), 0);
        ck_assert_uint_eq(next.bytes[6] >> 4, 7);
        ck_assert_uint_eq(next.bytes[8] >> 6, 2);
        last = next;
    }
    ck_assert_int_le(ms_of(&last), NOW_MS + 20000 / 2048 + 1);
}
END_TEST

/* Bytes that the parent had buffered must not come out of its child. */
START_TEST(fork_gives_different_bytes) {
    enum { CHILDREN = 3, WORDS = 8 };
    uint64_t drawn[CHILDREN + 1][WORDS];
    (void)fiat__random_u64(); /* fill the pool */
    for (int child = 0; child < CHILDREN; child++) {
        int ends[2];
        ck_assert_int_eq(pipe(ends), 0);
        pid_t pid = fork();
        if (pid == 0) {
            fiat__random_bytes(drawn[0], sizeof drawn[0]);
            _exit(write(ends[1], drawn[0], sizeof drawn[0]) == sizeof drawn[0] ? 0 : 1);
        }
        ck_assert_int_eq(read(ends[0], drawn[child], sizeof drawn[0]), sizeof drawn[0]);
        ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
        close(ends[0]);
        close(ends[1]);
    }
    fiat__random_bytes(drawn[CHILDREN], sizeof drawn[0]);
    for (int a = 0; a <= CHILDREN; a++)
        for (int b = 0; b < a; b++)
            for (int w = 0; w < WORDS; w++)
                for (int v = 0; v < WORDS; v++)
                    ck_assert_uint_ne(drawn[a][w], drawn[b][v]);
}
END_TEST

/* Within one millisecond, where the parent's state would go on in its child. */
START_TEST(fork_gives_different_ids) {
    fiat__uuid child, parent;
    int ends[2];
    ck_assert_int_eq(pipe(ends), 0);
    (void)fiat__uuid7(NOW_MS);
    pid_t pid = fork();
    if (pid == 0) {
        child = fiat__uuid7(NOW_MS);
        _exit(write(ends[1], &child, sizeof child) == sizeof child ? 0 : 1);
    }
    parent = fiat__uuid7(NOW_MS);
    ck_assert_int_eq(read(ends[0], &child, sizeof child), sizeof child);
    ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
    ck_assert_int_ne(memcmp(&child, &parent, sizeof child), 0);
    close(ends[0]);
    close(ends[1]);
}
END_TEST

enum { THREADS = 4, IDS = 2000 };

static void *draw_ids(void *arg) {
    fiat__uuid *ids = arg;
    for (int i = 0; i < IDS; i++)
        ids[i] = fiat__uuid7(NOW_MS);
    return NULL;
}

static int compare_ids(const void *a, const void *b) {
    return memcmp(a, b, sizeof(fiat__uuid));
}

START_TEST(threads_draw_different_ids) {
    static fiat__uuid ids[THREADS][IDS];
    pthread_t threads[THREADS];
    for (int t = 0; t < THREADS; t++)
        ck_assert_int_eq(pthread_create(&threads[t], NULL, draw_ids, ids[t]), 0);
    for (int t = 0; t < THREADS; t++)
        pthread_join(threads[t], NULL);
    fiat__uuid *all = &ids[0][0];
    qsort(all, THREADS * IDS, sizeof *all, compare_ids);
    for (int i = 1; i < THREADS * IDS; i++)
        ck_assert_int_ne(compare_ids(&all[i - 1], &all[i]), 0);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("base/random");
    TCase *tcase = tcase_create("random");
    tcase_add_test(tcase, below_stays_below);
    tcase_add_test(tcase, bytes_of_every_length_differ);
    tcase_add_test(tcase, uuid7_has_time_version_and_variant);
    tcase_add_test(tcase, uuid7_of_one_thread_ascends);
    tcase_add_test(tcase, fork_gives_different_bytes);
    tcase_add_test(tcase, fork_gives_different_ids);
    tcase_add_test(tcase, threads_draw_different_ids);
    suite_add_tcase(suite, tcase);
    return fiat_test_run(suite);
}
