/* Files that a crash or a bad disk has left: nothing whole is lost, nothing is made up, and what is
 * damaged is said and kept. */
#include "spool_fake.h"
#include "support/chaos.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#define EVENTS 4

static const char *const s_texts[EVENTS] = {"the first event", "second", "", "and the fourth one"};
static char *s_dir;
static fiat__spool_opts s_opts;
static char s_log[4096], s_ack[4096]; /* of the only segment */
static unsigned char s_bytes[4096];   /* of the log as it was written */
static size_t s_len;
static size_t s_ends[EVENTS]; /* of the frames */

static void set_up(void) {
    s_dir = tmpdir_make();
    s_opts = spool_opts(s_dir, false);
    disk_heal();
    fiat__spool *spool = spool_open(&s_opts);
    for (int i = 0; i < EVENTS; i++) {
        ck_assert_int_eq(spool_put(spool, s_texts[i], NULL, NULL), FIAT_OK);
        s_ends[i] = (size_t)spool_stats(spool).bytes;
    }
    fiat__spool_close(spool);
    snprintf(s_log, sizeof s_log, "%s/0000000000000001.log", s_dir);
    snprintf(s_ack, sizeof s_ack, "%s/0000000000000001.ack", s_dir);
    s_len = spool_read_file(s_log, s_bytes, sizeof s_bytes);
    ck_assert_uint_eq(s_len, s_ends[EVENTS - 1]);
}

static void tear_down(void) {
    tmpdir_remove(s_dir);
}

/* Open the folder, take all and settle it. Returns a bit for each of the texts that came, in their
 * order and none twice. */
static unsigned recover(fiat__spool_stats *stats) {
    fiat__spool *spool = spool_open(&s_opts);
    fiat__spool_event event;
    unsigned seen = 0;
    int next = 0;
    *stats = spool_stats(spool);
    while (spool_peek(spool, &event)) {
        while (next < EVENTS && !fiat__str_eq_c(event.event, s_texts[next]))
            next++;
        ck_assert_msg(next < EVENTS, "an event that was never written, or again: %.20s",
                      event.event.ptr);
        seen |= 1u << next++;
        fiat__spool_taken(spool);
        spool_settle(spool, event.ref);
    }
    ck_assert_uint_eq(spool_stats(spool).unread, 0);
    fiat__spool_close(spool);
    return seen;
}

START_TEST(a_file_that_is_cut_anywhere_gives_the_whole_frames_before) {
    fiat__spool_stats stats;
    for (size_t len = 0; len <= s_len; len++) {
        unsigned want = 0;
        for (int i = 0; i < EVENTS && s_ends[i] <= len; i++)
            want |= 1u << i;
        spool_write_file(s_log, s_bytes, len);
        unsigned seen = recover(&stats);
        ck_assert_msg(seen == want, "cut at %zu: got %x, wanted %x", len, seen, want);
        ck_assert_uint_eq(stats.damaged_bytes, 0); /* a kill leaves such */
        ck_assert_uint_eq(spool_count_files(s_dir, ".log"), 0);
    }
}
END_TEST

/* A power cut leaves zeros, too. */
START_TEST(zeros_at_the_end_are_a_torn_frame) {
    unsigned char bytes[8192] = {0};
    fiat__spool_stats stats;
    for (size_t len = s_ends[1]; len < s_ends[2]; len += 7) {
        memcpy(bytes, s_bytes, s_ends[1]);
        spool_write_file(s_log, bytes, len + 4000);
        ck_assert_uint_eq(recover(&stats), 3);
        ck_assert_uint_eq(stats.damaged_bytes, 0);
    }
}
END_TEST

/* One event is lost with a flipped byte of its frame, and it is said; all others come. */
START_TEST(each_byte_that_flips_costs_one_event_at_most) {
    fiat__spool_stats stats;
    size_t quarantined = 0;
    for (size_t at = FIAT__SPOOL_HEAD_BYTES; at < s_len; at++) {
        unsigned hit = 0;
        while (at >= s_ends[hit])
            hit++;
        s_bytes[at] ^= (unsigned char)(1u << (at % 8));
        spool_write_file(s_log, s_bytes, s_len);
        s_bytes[at] ^= (unsigned char)(1u << (at % 8));
        unsigned seen = recover(&stats);
        ck_assert_msg(seen == (15u & ~(1u << hit)), "byte %zu: got %x", at, seen);
        ck_assert_uint_ge(stats.damaged_bytes, s_ends[hit] - at);
        if (hit < EVENTS - 1) ck_assert_uint_eq(stats.damaged, 1);
        quarantined++;
        ck_assert_uint_eq(spool_count_files(s_dir, ".log"), quarantined); /* all in quarantine/ */
    }
}
END_TEST

/* It is not deleted, and its other events are not sent again, when it cannot be set apart. */
START_TEST(a_damaged_file_that_cannot_be_set_apart_stays) {
    fiat__spool_stats stats;
    char place[4096];
    s_bytes[_i ? 3 : s_ends[0] + 70] ^= 1; /* in the head, or in the second event */
    spool_write_file(s_log, s_bytes, s_len);
    snprintf(place, sizeof place, "%s/quarantine", s_dir);
    spool_write_file(place, "", 0); /* in the way */
    for (int life = 0; life < 2; life++) {
        ck_assert_uint_eq(recover(&stats), life || _i ? 0 : 13);
        ck_assert_uint_gt(stats.damaged_bytes, 0);
        ck_assert_int_eq(access(s_log, F_OK), 0);
    }
    ck_assert_int_eq(unlink(place), 0);
    disk_fail(DISK_RENAME, 1, EIO, true);
    ck_assert_uint_eq(recover(&stats), 0);
    ck_assert_int_eq(access(s_log, F_OK), 0);
    disk_heal();
    ck_assert_uint_eq(recover(&stats), 0);
    ck_assert_int_ne(access(s_log, F_OK), 0);
    ck_assert_int_ne(access(s_ack, F_OK), 0);
    ck_assert_uint_eq(spool_count_files(s_dir, ".log"), 1);
}
END_TEST

START_TEST(a_file_whose_head_is_wrong_is_kept_apart) {
    fiat__spool_stats stats;
    for (size_t at = 0; at < FIAT__SPOOL_HEAD_BYTES; at++) {
        s_bytes[at] ^= 0x40;
        spool_write_file(s_log, s_bytes, s_len);
        s_bytes[at] ^= 0x40;
        ck_assert_uint_eq(recover(&stats), 0);
        ck_assert_uint_eq(stats.damaged_bytes, s_len);
        ck_assert_uint_eq(spool_count_files(s_dir, ".log"), at + 1);
    }
}
END_TEST

/* Bytes in front of, between and behind the frames. */
START_TEST(what_was_put_between_frames_is_skipped) {
    unsigned char bytes[8192];
    fiat__spool_stats stats;
    const size_t places[] = {FIAT__SPOOL_HEAD_BYTES, s_ends[0], s_ends[2], s_ends[3]};
    static const char junk[] = "FEv1FEv1 a frame starts so, but this one does not go on";
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        memcpy(bytes, s_bytes, places[i]);
        memcpy(bytes + places[i], junk, sizeof junk);
        memcpy(bytes + places[i] + sizeof junk, s_bytes + places[i], s_len - places[i]);
        spool_write_file(s_log, bytes, s_len + sizeof junk);
        ck_assert_uint_eq(recover(&stats), 15);
        /* At the end fewer bytes than a frame's head are what a kill leaves. */
        ck_assert_uint_eq(stats.damaged_bytes, i < 3 ? sizeof junk : 0);
        ck_assert_uint_eq(stats.damaged, 0);
    }
}
END_TEST

/* An event may hold whatever bytes its author likes, a frame of another segment among them: behind
 * a damaged place none of them passes for an event. */
START_TEST(a_frame_inside_an_event_is_no_event) {
    char inner[FIAT__SPOOL_FRAME_BYTES + 8], text[200];
    fiat__spool_frame frame = {.index = 9, .stream = {"s", 1}};
    fiat__spool_stats stats;
    fiat__spool_frame_write(inner, 1234, &frame, 6, fiat__spool_crc(0, "sforge", 6));
    memcpy(inner + FIAT__SPOOL_FRAME_BYTES, "sforge", 6);
    for (size_t i = 0; i < FIAT__SPOOL_FRAME_BYTES + 6; i++) /* as text */
        text[i] = inner[i] ? inner[i] : ' ';
    text[FIAT__SPOOL_FRAME_BYTES + 6] = '\0';
    fiat__spool *spool = spool_open(&s_opts);
    const fiat__str part = {inner, FIAT__SPOOL_FRAME_BYTES + 6};
    const fiat__spool_item item = {.stream = "s", .parts = &part, .part_count = 1};
    fiat__spool_wake wake;
    ck_assert_int_eq(fiat__spool_append(spool, &item, &wake, NULL), FIAT_OK);
    ck_assert_int_eq(spool_put(spool, text, NULL, NULL), FIAT_OK);
    fiat__spool_close(spool);
    char path[4096];
    unsigned char bytes[4096];
    snprintf(path, sizeof path, "%s/0000000000000002.log", s_dir);
    size_t len = spool_read_file(path, bytes, sizeof bytes);
    bytes[FIAT__SPOOL_HEAD_BYTES] ^= 1; /* the outer frame is found no more */
    bytes[FIAT__SPOOL_HEAD_BYTES + 2 * (FIAT__SPOOL_FRAME_BYTES + 7) + 70] ^= 1;
    spool_write_file(path, bytes, len);
    ck_assert_uint_eq(recover(&stats), 15);
    ck_assert_uint_gt(stats.damaged_bytes, 0);
}
END_TEST

/* --- notes --- */

static uint64_t head_id(void) {
    fiat__spool_head head;
    ck_assert(fiat__spool_head_read((char *)s_bytes, &head));
    return head.id;
}

/* A frame that is whole but for its number, which no segment could reach, between two others. */
START_TEST(a_number_out_of_range_is_damage) {
    unsigned char bytes[8192];
    char frame[FIAT__SPOOL_FRAME_BYTES + 6];
    fiat__spool_stats stats;
    const fiat__spool_frame wild = {.index = 4000000000u, .stream = {"s", 1}};
    fiat__spool_frame_write(frame, head_id(), &wild, 6, fiat__spool_crc(0, "swrong", 6));
    memcpy(frame + FIAT__SPOOL_FRAME_BYTES, "swrong", 6);
    memcpy(bytes, s_bytes, s_ends[0]);
    memcpy(bytes + s_ends[0], frame, sizeof frame);
    memcpy(bytes + s_ends[0] + sizeof frame, s_bytes + s_ends[0], s_len - s_ends[0]);
    spool_write_file(s_log, bytes, s_len + sizeof frame);
    ck_assert_uint_eq(recover(&stats), 15);
    ck_assert_uint_eq(stats.damaged_bytes, sizeof frame);
}
END_TEST

START_TEST(notes_that_are_damaged_say_nothing) {
    char notes[2 * FIAT__SPOOL_NOTE_BYTES];
    fiat__spool_stats stats;
    fiat__spool_note_write(notes, head_id(), 0, 1);
    fiat__spool_note_write(notes + FIAT__SPOOL_NOTE_BYTES, head_id(), 2, 2);
    for (size_t at = 0; at < sizeof notes; at++) {
        notes[at] ^= 0x10;
        spool_write_file(s_log, s_bytes, s_len);
        spool_write_file(s_ack, notes, sizeof notes);
        ck_assert_uint_eq(recover(&stats), at < FIAT__SPOOL_NOTE_BYTES ? 3 : 14);
        notes[at] ^= 0x10;
    }
    for (size_t len = 0; len <= sizeof notes; len++) {
        spool_write_file(s_log, s_bytes, s_len);
        spool_write_file(s_ack, notes, len);
        unsigned want = len < FIAT__SPOOL_NOTE_BYTES ? 15 : len < sizeof notes ? 14 : 2;
        ck_assert_uint_eq(recover(&stats), want);
    }
}
END_TEST

START_TEST(notes_on_what_is_not_there_do_no_harm) {
    static const struct {
        uint32_t first, count;
        unsigned want;
    } rows[] = {{0, 0, 15}, {4, 1, 15}, {3, UINT32_MAX, 7}, {UINT32_MAX, UINT32_MAX, 15},
                {1, 2, 9},  {0, 4, 0}};
    char note[FIAT__SPOOL_NOTE_BYTES];
    fiat__spool_stats stats;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        fiat__spool_note_write(note, head_id(), rows[i].first, rows[i].count);
        spool_write_file(s_log, s_bytes, s_len);
        spool_write_file(s_ack, note, sizeof note);
        ck_assert_uint_eq(recover(&stats), rows[i].want);
    }
}
END_TEST

/* A note left by a segment that is gone must not settle what a later one of its name holds. */
START_TEST(notes_of_another_segment_say_nothing) {
    char note[FIAT__SPOOL_NOTE_BYTES];
    fiat__spool_stats stats;
    fiat__spool_note_write(note, head_id() + 1, 0, 4);
    spool_write_file(s_ack, note, sizeof note);
    ck_assert_uint_eq(recover(&stats), 15);
}
END_TEST

/* --- in use --- */

/* The file changes under the process that wrote it. */
START_TEST(damage_of_a_living_segment_is_counted_and_kept) {
    fiat__spool_stats stats;
    ck_assert_uint_eq(recover(&stats), 15);
    fiat__spool *spool = spool_open(&s_opts);
    for (int i = 0; i < EVENTS; i++)
        ck_assert_int_eq(spool_put(spool, s_texts[i], NULL, NULL), FIAT_OK);
    int fd = open(s_log, O_WRONLY);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(pwrite(fd, "!", 1, (off_t)s_ends[1] - 1), 1);
    close(fd);
    spool_expect(spool, s_texts[0], true);
    spool_expect(spool, s_texts[2], true);
    spool_expect(spool, s_texts[3], true);
    spool_expect_none(spool);
    ck_assert_uint_eq(spool_stats(spool).lost, 1);
    ck_assert_uint_eq(spool_stats(spool).unread, 0);
    ck_assert_int_eq(spool_put(spool, "more", NULL, NULL), FIAT_OK);
    spool_expect(spool, "more", true);
    fiat__spool_close(spool);
    ck_assert_uint_eq(spool_count_files(s_dir, ".log"), 1);
}
END_TEST

/* --- a disk that does not give a file --- */

static fiat__log *s_lines;
static unsigned s_line_count;
static char s_line[512];

static void keep_line(const fiat_log_line *line, void *ctx) {
    (void)ctx;
    if (strcmp(line->topic, "spool-unreadable") != 0) return;
    s_line_count++;
    snprintf(s_line, sizeof s_line, "%s", line->message);
}

static fiat__spool *open_and_listen(void) {
    fiat_error err;
    fiat__spool *spool;
    fiat__spool_opts opts = s_opts;
    s_line_count = 0;
    ck_assert_fiat_ok(fiat__log_new(&s_lines, FIAT_LOG_ERROR, NULL, &err), err);
    fiat__log_on_line(s_lines, keep_line, NULL);
    opts.log = s_lines;
    ck_assert_fiat_ok(fiat__spool_open(&spool, &opts, &err), err);
    fiat__log_serve(s_lines);
    return spool;
}

static void close_and_forget(fiat__spool *spool) {
    fiat__spool_close(spool);
    fiat__log_free(s_lines);
}

/* Behind the first segment, a second one of one event. */
static void add_segment(const char *text) {
    fiat__spool *spool = spool_open(&s_opts);
    ck_assert_int_eq(spool_put(spool, text, NULL, NULL), FIAT_OK);
    fiat__spool_close(spool);
}

/* All else goes on: what is in other files is sent, and new events come behind. */
START_TEST(a_file_that_cannot_be_opened_is_left_and_said) {
    static const int errors[] = {EIO, EACCES, ELOOP, ENXIO};
    fiat__spool_stats stats;
    add_segment("second file");
    disk_fail(DISK_OPEN, 1, errors[_i], false);
    fiat__spool *spool = open_and_listen();
    ck_assert_uint_eq(s_line_count, 1);
    ck_assert_ptr_nonnull(strstr(s_line, s_log));
    ck_assert_ptr_nonnull(strstr(s_line, strerror(errors[_i])));
    ck_assert_uint_eq(spool_stats(spool).unreadable, 1);
    ck_assert_uint_eq(spool_stats(spool).recovered, 1);
    ck_assert_int_eq(spool_put(spool, "new", NULL, NULL), FIAT_OK);
    spool_expect(spool, "second file", true);
    spool_expect(spool, "new", true);
    spool_expect_none(spool);
    fiat__spool_note(spool);
    ck_assert_uint_eq(spool_stats(spool).unsettled, 0);
    close_and_forget(spool);
    ck_assert_uint_eq(spool_count_files(s_dir, ".log"), 1);
    ck_assert_uint_eq(recover(&stats), 15); /* the disk is well again */
    ck_assert_uint_eq(stats.unreadable, 0);
}
END_TEST

/* A disk that does not give the bytes: they are tried again, left for the next process, and others
 * are not kept waiting. */
START_TEST(a_segment_that_cannot_be_read_stays) {
    fiat__spool *spool = spool_open(&s_opts);
    bool again;
    fiat__spool_event event;
    ck_assert_int_eq(spool_put(spool, "new", NULL, NULL), FIAT_OK);
    disk_fail(DISK_READ, 1, EIO, true);
    ck_assert(!fiat__spool_peek(spool, &event, &again) && again);
    disk_heal();
    spool_expect(spool, s_texts[0], true); /* it was a passing fault */
    fiat__spool_close(spool);

    spool = open_and_listen();
    disk_fail(DISK_OPEN, 1, EACCES, true);
    for (int i = 0; i < 10; i++)
        ck_assert(!fiat__spool_peek(spool, &event, &again));
    disk_heal();
    fiat__log_serve(s_lines);
    ck_assert_uint_eq(s_line_count, 1);
    ck_assert_ptr_nonnull(strstr(s_line, strerror(EACCES)));
    ck_assert_uint_eq(spool_stats(spool).unreadable, 1);
    spool_expect(spool, "new", true);
    spool_expect_none(spool);
    fiat__spool_note(spool);
    ck_assert_uint_eq(spool_stats(spool).unsettled, 3);
    ck_assert_uint_eq(spool_stats(spool).lost, 0);
    close_and_forget(spool);
    fiat__spool_stats stats;
    ck_assert_uint_eq(recover(&stats), 14);
}
END_TEST

/* Nothing is wrong with the file then: nobody may be told to go on without it. */
START_TEST(a_process_short_of_descriptors_or_memory_does_not_open_the_spool) {
    static const int errors[] = {EMFILE, ENFILE, ENOMEM};
    fiat__spool *spool;
    fiat__spool_stats stats;
    for (unsigned nth = 1; nth <= 2; nth++) { /* the segment, its notes */
        disk_fail(DISK_OPEN, nth, errors[_i], false);
        ck_assert_int_ne(fiat__spool_open(&spool, &s_opts, NULL), FIAT_OK);
        ck_assert(disk_has_failed());
    }
    ck_assert_uint_eq(recover(&stats), 15);
}
END_TEST

/* What the disk gives of it is sent, once, and the rest when it gives that. */
START_TEST(a_file_that_breaks_off_gives_what_is_before) {
    fiat__spool_stats stats;
    add_segment("second file");
    for (unsigned into = 0; into < 20; into += 10) { /* into the third frame */
        disk_fail_bytes(s_ends[1] + into, s_len);
        fiat__spool *spool = open_and_listen();
        ck_assert_uint_eq(s_line_count, 1);
        if (into == 0) {
            spool_expect(spool, s_texts[0], true);
            spool_expect(spool, s_texts[1], true);
            spool_expect(spool, "second file", true);
        }
        spool_expect_none(spool);
        fiat__spool_note(spool);
        ck_assert_uint_eq(spool_stats(spool).bytes, s_len + FIAT__SPOOL_NOTE_BYTES);
        ck_assert_uint_eq(spool_stats(spool).unsettled, 0);
        ck_assert_uint_eq(spool_stats(spool).damaged_bytes, 0);
        close_and_forget(spool);
    }
    disk_heal();
    ck_assert_uint_eq(recover(&stats), 12);
    ck_assert_uint_eq(spool_count_files(s_dir, ".log"), 0);
}
END_TEST

START_TEST(a_damaged_frame_before_bytes_that_the_disk_does_not_give) {
    fiat__spool_stats stats;
    s_bytes[s_ends[0] + 70] ^= 1;
    spool_write_file(s_log, s_bytes, s_len);
    disk_fail_bytes(s_ends[2], s_len);
    ck_assert_uint_eq(recover(&stats), 1 | 4);
    ck_assert_uint_eq(stats.unreadable, 1);
    ck_assert_uint_eq(stats.damaged, 1);
    disk_heal();
    ck_assert_uint_eq(recover(&stats), 8);
    ck_assert_uint_eq(spool_count_files(s_dir, ".log"), 1); /* in quarantine/ */
}
END_TEST

/* Without its notes nobody knows which of a file's events were delivered. */
START_TEST(a_file_without_its_notes_is_not_sent_anew) {
    char note[FIAT__SPOOL_NOTE_BYTES];
    fiat__spool_stats stats;
    fiat__spool_note_write(note, head_id(), 0, 2);
    spool_write_file(s_ack, note, sizeof note);
    disk_fail(DISK_OPEN, 2, EIO, false);
    ck_assert_uint_eq(recover(&stats), 0);
    ck_assert_uint_eq(stats.unreadable, 1);
    fiat__spool *spool = spool_open(&s_opts);
    disk_fail(DISK_OPEN, 1, EIO, false); /* a passing fault as reading begins */
    spool_expect(spool, s_texts[2], true);
    ck_assert(disk_has_failed());
    spool_expect(spool, s_texts[3], true);
    spool_expect_none(spool);
    fiat__spool_note(spool);
    ck_assert_uint_eq(spool_stats(spool).unsettled, 0);
    fiat__spool_close(spool);
    ck_assert_uint_eq(spool_count_files(s_dir, ".log"), 0);
}
END_TEST

static char s_window[FIAT__SPOOL_WINDOW_BYTES];

/* Read a file to its end while its read number `nth` fails, once; a bit for each frame's index. */
static unsigned read_with_fault(fiat__spool_reader *reader, int fd, size_t len, unsigned nth) {
    fiat__spool_frame frame;
    unsigned seen = 0;
    bool torn = false;
    fiat__spool_reader_init(reader, &disk_io, fd, head_id(), len, s_window);
    disk_fail(DISK_READ, nth, EIO, false);
    while (fiat__spool_reader_next(reader, &frame, &torn) || reader->error) {
        ck_assert(!torn);
        if (!reader->error) seen |= 1u << frame.index;
        reader->error = 0;
    }
    ck_assert(!torn);
    return seen;
}

/* Behind a damaged place the search for the next frame reads on, and back: a fault on the way is no
 * end, and no more is damaged by it. Twice: with two frames behind the place, or with none. */
START_TEST(a_fault_during_the_search_for_a_frame_costs_nothing) {
    static unsigned char bytes[FIAT__SPOOL_READ_BYTES + 8192];
    /* The third frame begins in the first piece that is read and ends in the second. */
    const size_t third = FIAT__SPOOL_HEAD_BYTES + FIAT__SPOOL_READ_BYTES - 10;
    const size_t rest = _i ? 100 : s_len - s_ends[1];
    fiat__spool_reader reader;
    unsigned nth = 0;
    memset(bytes, 'x', sizeof bytes);
    memcpy(bytes, s_bytes, s_ends[1]);
    bytes[s_ends[0]] ^= 1;
    if (!_i) memcpy(bytes + third, s_bytes + s_ends[1], rest);
    spool_write_file(s_log, bytes, third + rest);
    int fd = open(s_log, O_RDONLY);
    ck_assert_int_ge(fd, 0);
    do {
        ck_assert_uint_eq(read_with_fault(&reader, fd, third + rest, ++nth), _i ? 1 : 13);
        ck_assert_uint_eq(reader.damaged_bytes, third + (_i ? rest : 0) - s_ends[0]);
    } while (disk_has_failed());
    ck_assert_uint_ge(nth, 3);
    close(fd);
}
END_TEST

static char s_fork[4096], s_fork_lock[4200];

/* The segment is one of a child that is gone. */
static void move_to_fork(void) {
    char log[4200];
    snprintf(s_fork, sizeof s_fork, "%s/fork-1-00000001", s_dir);
    snprintf(s_fork_lock, sizeof s_fork_lock, "%s/lock", s_fork);
    snprintf(log, sizeof log, "%s/0000000000000001.log", s_fork);
    ck_assert_int_eq(mkdir(s_fork, 0700), 0);
    ck_assert_int_eq(rename(s_log, log), 0);
    spool_write_file(s_fork_lock, "1\n", 2);
}

/* Its folder, and the lock in it, stay with what is in them. */
START_TEST(the_folder_of_a_fork_that_cannot_be_read_stays) {
    char file[4200];
    fiat__spool_stats stats;
    move_to_fork();
    snprintf(file, sizeof file, "%s/fork-2-00000002", s_dir);
    spool_write_file(file, "no folder", 9);
    disk_fail(DISK_OPEN, 1, EIO, false);
    ck_assert_uint_eq(recover(&stats), 0);
    ck_assert_uint_eq(stats.unreadable, 2);
    ck_assert_int_eq(access(s_fork_lock, F_OK), 0);
    ck_assert_uint_eq(recover(&stats), 15);
    ck_assert_uint_eq(stats.unreadable, 1);
    ck_assert_int_ne(access(s_fork, F_OK), 0);
    ck_assert_int_eq(unlink(file), 0);
}
END_TEST

/* Names that somebody made up do not use up the numbers: what is new is sent last. */
START_TEST(numbers_do_not_go_round) {
    static const char *const names[] = {"ffffffffffffffff", "fffffffffffffffe", "7fffffffffffffff"};
    char path[4096];
    snprintf(path, sizeof path, "%s/%s.log", s_dir, names[_i]);
    spool_write_file(path, "", 0);
    add_segment("second");
    snprintf(path, sizeof path, "%s/0000000000000002.log", s_dir);
    ck_assert_int_eq(access(path, F_OK), 0);
    add_segment("third");
    fiat__spool *spool = spool_open(&s_opts);
    for (int i = 0; i < EVENTS; i++)
        spool_expect(spool, s_texts[i], true);
    spool_expect(spool, "second", true);
    spool_expect(spool, "third", true);
    fiat__spool_close(spool);
}
END_TEST

/* --- no memory --- */

static fiat_status recover_once(void *ctx) {
    fiat__spool *spool;
    fiat__spool_event event;
    fiat_error err;
    bool again;
    (void)ctx;
    spool_write_file(s_log, s_bytes, s_len);
    fiat_status status = fiat__spool_open(&spool, &s_opts, &err);
    if (status != FIAT_OK) return status;
    status = spool_put(spool, "more", NULL, &err);
    for (int count = 0; count < EVENTS + (status == FIAT_OK);) {
        if (!fiat__spool_peek(spool, &event, &again)) {
            ck_assert(again);
            status = FIAT_E_NOMEM;
            break;
        }
        fiat__spool_taken(spool);
        count++;
    }
    fiat__spool_close(spool);
    for (unsigned i = 1; i < 3; i++) { /* no test of its own leaves a second */
        char path[4096];
        snprintf(path, sizeof path, "%s/%016x.log", s_dir, i);
        (void)unlink(path);
    }
    return status;
}

/* Whoever opens a pipe for reading waits until somebody writes to it. */
START_TEST(a_pipe_among_the_segments_keeps_nobody_waiting) {
    char path[4096];
    fiat__spool *spool = NULL;
    fiat__spool_opts opts = s_opts;
    opts.io = NULL;
    snprintf(path, sizeof path, "%s/00000000000000ff.log", s_dir);
    ck_assert_int_eq(mkfifo(path, 0600), 0);
    ck_assert_int_eq(fiat__spool_open(&spool, &opts, NULL), FIAT_OK);
    ck_assert_uint_eq(spool_stats(spool).unreadable, 1);
    ck_assert_uint_eq(spool_stats(spool).recovered, EVENTS);
    fiat__spool_close(spool);
    ck_assert_int_eq(unlink(path), 0); /* it is still there */
}
END_TEST

START_TEST(each_allocation_fails_in_turn) {
    chaos_loop(recover_once, NULL);
}
END_TEST

static fiat_status adopt_once(void *ctx) {
    fiat__spool *spool;
    fiat_error err;
    (void)ctx;
    fiat_status status = fiat__spool_open(&spool, &s_opts, &err);
    if (status == FIAT_OK) fiat__spool_close(spool);
    ck_assert_int_eq(access(s_fork_lock, F_OK), 0);
    return status;
}

START_TEST(no_allocation_that_fails_takes_the_lock_of_a_fork_away) {
    move_to_fork();
    chaos_loop(adopt_once, NULL);
}
END_TEST

static Suite *suite(void) {
    Suite *s = suite_create("producer_spool_recover");
    TCase *t = tcase_create("recover");
    tcase_set_timeout(t, 60);
    tcase_add_checked_fixture(t, set_up, tear_down);
    tcase_add_test(t, a_file_that_is_cut_anywhere_gives_the_whole_frames_before);
    tcase_add_test(t, zeros_at_the_end_are_a_torn_frame);
    tcase_add_test(t, each_byte_that_flips_costs_one_event_at_most);
    tcase_add_loop_test(t, a_damaged_file_that_cannot_be_set_apart_stays, 0, 2);
    tcase_add_test(t, a_file_whose_head_is_wrong_is_kept_apart);
    tcase_add_test(t, what_was_put_between_frames_is_skipped);
    tcase_add_test(t, a_frame_inside_an_event_is_no_event);
    tcase_add_test(t, a_number_out_of_range_is_damage);
    tcase_add_test(t, notes_that_are_damaged_say_nothing);
    tcase_add_test(t, notes_on_what_is_not_there_do_no_harm);
    tcase_add_test(t, notes_of_another_segment_say_nothing);
    tcase_add_test(t, damage_of_a_living_segment_is_counted_and_kept);
    tcase_add_test(t, a_segment_that_cannot_be_read_stays);
    tcase_add_test(t, a_pipe_among_the_segments_keeps_nobody_waiting);
    tcase_add_loop_test(t, a_file_that_cannot_be_opened_is_left_and_said, 0, 4);
    tcase_add_loop_test(t, a_process_short_of_descriptors_or_memory_does_not_open_the_spool, 0, 3);
    tcase_add_test(t, a_file_that_breaks_off_gives_what_is_before);
    tcase_add_test(t, a_damaged_frame_before_bytes_that_the_disk_does_not_give);
    tcase_add_test(t, a_file_without_its_notes_is_not_sent_anew);
    tcase_add_loop_test(t, a_fault_during_the_search_for_a_frame_costs_nothing, 0, 2);
    tcase_add_test(t, the_folder_of_a_fork_that_cannot_be_read_stays);
    tcase_add_loop_test(t, numbers_do_not_go_round, 0, 3);
    tcase_add_test(t, each_allocation_fails_in_turn);
    tcase_add_test(t, no_allocation_that_fails_takes_the_lock_of_a_fork_away);
    suite_add_tcase(s, t);
    return s;
}

int main(void) {
    return fiat_test_run(suite());
}
