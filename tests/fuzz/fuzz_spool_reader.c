/* A segment of the spool made of whole frames with anything between them: the reader finds each of
 * the frames, in their order, and nothing else. The input says what comes: a byte below 128 begins
 * a frame whose event is as long, any other one junk of so many bytes less 128; with a first byte
 * of 255 the whole input is the file. */
#include "fuzz/fuzz.h"
#include "producer/spool_format.h"

#include <stdlib.h>

#define MAX_FRAMES 4096

static char s_file[1 << 20];
static size_t s_len;
static char s_window[FIAT__SPOOL_WINDOW_BYTES];
static fiat__str s_events[MAX_FRAMES];

static ssize_t read_memory(int fd, void *to, size_t len, off_t at) {
    (void)fd;
    const size_t left = (size_t)at < s_len ? s_len - (size_t)at : 0;
    if (len > left) len = left;
    memcpy(to, s_file + at, len);
    return (ssize_t)len;
}

static const fiat__spool_io s_memory = {.pread = read_memory};

static void put(const void *bytes, size_t len) {
    memcpy(s_file + s_len, bytes, len);
    s_len += len;
}

static void put_frame(uint32_t index, fiat__str event) {
    char head[FIAT__SPOOL_FRAME_BYTES];
    const fiat__spool_frame frame = {.index = index, .stream = {"s", 1}};
    uint32_t crc = fiat__spool_crc(0, "s", 1);
    if (event.len) crc = fiat__spool_crc(crc, event.ptr, event.len);
    fiat__spool_frame_write(head, 7, &frame, (uint32_t)event.len + 1, crc);
    put(head, sizeof head);
    put("s", 1);
    s_events[index] = fiat__str_of(s_file + s_len, event.len);
    if (event.len) put(event.ptr, event.len);
}

static uint32_t make_file(const uint8_t *data, size_t size) {
    uint32_t frames = 0;
    while (size > 0 && frames < MAX_FRAMES && s_len + 512 < sizeof s_file) {
        const bool is_frame = *data < 128;
        size_t len = *data & 127;
        data++;
        size--;
        if (len > size) len = size;
        if (is_frame)
            put_frame(frames++, fiat__str_of((const char *)data, len));
        else if (len)
            put(data, len);
        data += len;
        size -= len;
    }
    return frames;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const bool raw = size > 0 && *data == 255;
    uint32_t frames = 0, found = 0;
    fiat__spool_reader reader;
    fiat__spool_frame frame;
    bool torn;
    s_len = FIAT__SPOOL_HEAD_BYTES;
    if (raw && size < sizeof s_file - s_len)
        put(data + 1, size - 1);
    else
        frames = make_file(data, size);
    fiat__spool_reader_init(&reader, &s_memory, 0, 7, s_len, s_window);
    for (; fiat__spool_reader_next(&reader, &frame, &torn); found++) {
        if (raw) continue; /* there is one chance in 2^32 */
        FUZZ_CHECK(frame.index == found && found < frames);
        FUZZ_CHECK(fiat__str_eq(frame.event, s_events[found]));
    }
    FUZZ_CHECK(raw || found == frames);
    FUZZ_CHECK(reader.at == s_len && reader.damaged_bytes <= s_len);
    return 0;
}
