/* A segment of the spool whose files are made of whole frames with anything between them: the
 * reader finds each of the frames, in the order of their indices, and nothing else. The input says
 * what comes: a byte below 128 begins a frame, any other one junk; bits 5 and 6 are the file, the
 * rest the length, in units that make some longer than a byte can say. With a first byte of 255 the
 * whole input is the first file. */
#include "fuzz/fuzz.h"
#include "producer/spool_strands.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#define MAX_FRAMES 4096
#define FILES      4
#define ID         7

typedef struct file {
    char bytes[1 << 18];
    size_t len;
} file;

static file s_files[FILES];
static int s_fds[FILES]; /* by which the reader calls them; each a descriptor that may be closed */
static fiat__str s_events[MAX_FRAMES];

static int open_memory(const char *path, int flags, mode_t mode) {
    char strand[FIAT__SPOOL_PATH_BYTES];
    (void)mode;
    for (int i = 0; i < FILES; i++)
        if (s_files[i].len && !strcmp(path, fiat__spool_strand_path(strand, "s", (unsigned)i)))
            return s_fds[i] = open("/dev/null", flags);
    errno = ENOENT;
    return -1;
}

static ssize_t read_memory(int fd, void *to, size_t len, off_t at) {
    int i = 0;
    while (s_fds[i] != fd)
        i++;
    const size_t left = (size_t)at < s_files[i].len ? s_files[i].len - (size_t)at : 0;
    if (len > left) len = left;
    memcpy(to, s_files[i].bytes + at, len);
    return (ssize_t)len;
}

static const fiat__spool_io s_memory = {.open = open_memory, .pread = read_memory};

static void put(file *to, const void *bytes, size_t len) {
    memcpy(to->bytes + to->len, bytes, len);
    to->len += len;
}

static void put_frame(file *to, uint32_t index, fiat__str event) {
    char head[FIAT__SPOOL_FRAME_BYTES];
    const fiat__spool_frame frame = {.index = index, .stream = {"s", 1}};
    uint32_t crc = fiat__spool_crc(0, "s", 1);
    if (event.len) crc = fiat__spool_crc(crc, event.ptr, event.len);
    fiat__spool_frame_write(head, ID, &frame, (uint32_t)event.len + 1, crc);
    put(to, head, sizeof head);
    put(to, "s", 1);
    s_events[index] = fiat__str_of(to->bytes + to->len, event.len);
    if (event.len) put(to, event.ptr, event.len);
}

static uint32_t make_files(const uint8_t *data, size_t size) {
    uint32_t frames = 0;
    while (size > 0 && frames < MAX_FRAMES) {
        const bool is_frame = *data < 128;
        file *to = &s_files[*data >> 5 & 3];
        size_t len = (*data & 31u) * 7;
        data++;
        size--;
        if (len > size) len = size;
        if (to->len + 512 > sizeof to->bytes) break;
        if (is_frame)
            put_frame(to, frames++, fiat__str_of((const char *)data, len));
        else if (len)
            put(to, data, len);
        data += len;
        size -= len;
    }
    return frames;
}

static void open_all(fiat__spool_strands *strands) {
    fiat__spool_strands_init(strands, &s_memory);
    for (unsigned i = 0; i < FILES; i++) {
        const int error = fiat__spool_strands_open(strands, "s", i, ID, s_files[i].len);
        FUZZ_CHECK(error == 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const bool raw = size > 0 && *data == 255;
    uint32_t frames = 0, found = 0;
    fiat__spool_strands strands;
    fiat__spool_frame frame;
    for (int i = 0; i < FILES; i++)
        s_files[i].len = FIAT__SPOOL_HEAD_BYTES;
    if (raw && size < sizeof s_files->bytes - s_files->len)
        put(s_files, data + 1, size - 1);
    else
        frames = make_files(data, size);
    open_all(&strands);
    for (; fiat__spool_strands_next(&strands, &frame); found++) {
        if (raw) continue; /* there is one chance in 2^32 */
        FUZZ_CHECK(frame.index == found && found < frames);
        FUZZ_CHECK(fiat__str_eq(frame.event, s_events[found]));
    }
    FUZZ_CHECK(raw || found == frames);
    for (unsigned i = 0; i < FILES; i++)
        FUZZ_CHECK(fiat__spool_strands_at(&strands, i) == s_files[i].len);
    FUZZ_CHECK(fiat__spool_strands_damaged_bytes(&strands) <= FILES * sizeof s_files->bytes);
    fiat__spool_strands_deinit(&strands);
    return 0;
}
