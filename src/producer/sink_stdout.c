/* The sink `stdout`: writes records to file descriptor 1, for trying things out and for pipes.
 *
 * The sender thread owns it; wakeup() alone comes from others. Nothing blocks on a slow reader:
 * batches wait in a queue, and poll() waits for room and for wakeup() at once. What is not a file
 * is written in pieces that end with a line and fit PIPE_BUF, which the system neither splits nor
 * mixes with what others write (POSIX, write()); a longer line goes in several. The sender's thread
 * has SIGPIPE blocked, so a reader that left shows as EPIPE. */
#include "base/error.h"
#include "base/mem.h"
#include "producer/producer.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct stdout_sink {
    fiat__sink base;
    int wake[2];      /* a pipe: a byte in it ends poll() */
    bool is_file;     /* write() takes all of it and others' lines do not mix in */
    bool broken_line; /* the last write ended within a line */
    uint32_t cap, count;
    size_t record, offset; /* how far the oldest batch is written */
    fiat__sink_batch *batches[];
} stdout_sink;

static void finish_batch(stdout_sink *sink) {
    fiat__sink_batch *batch = sink->batches[0];
    memmove(sink->batches, sink->batches + 1, --sink->count * sizeof sink->batches[0]);
    sink->record = sink->offset = 0;
    batch->done(batch);
}

/* Give up the rest of the oldest batch. A record that is partly written may have reached its
 * reader in part. */
static void fail_rest(stdout_sink *sink, fiat__record_fate fate, const fiat_error *err) {
    fiat__sink_batch *batch = sink->batches[0];
    for (size_t i = sink->record; i < batch->count; i++) {
        batch->records[i].fate = fate;
        batch->records[i].maybe_delivered = i == sink->record && sink->offset > 0;
        batch->records[i].err = *err;
    }
    finish_batch(sink);
}

/* A reader that left or a closed descriptor does not come back; a full disk may be mended. */
static void fail_write(stdout_sink *sink, int sys_code) {
    bool gone = sys_code == EPIPE || sys_code == EBADF || sys_code == EINVAL;
    fiat_error err;
    fiat__err_sys(&err, sys_code, "cannot write to standard output");
    err.status = FIAT_E_IO;
    if (!gone) err.flags = FIAT_ERRF_RETRYABLE | FIAT_ERRF_OPERATOR;
    fail_rest(sink, gone ? FIAT__FATE_TERMINAL : FIAT__FATE_PAUSE, &err);
}

/* How much of `data` to write at once: whole lines up to PIPE_BUF, or a part of one that is longer.
 */
static size_t piece_len(const stdout_sink *sink, fiat__str data) {
    if (sink->is_file || data.len <= PIPE_BUF) return data.len;
    size_t len = PIPE_BUF;
    while (len > 0 && data.ptr[len - 1] != '\n')
        len--;
    return len ? len : PIPE_BUF;
}

/* After a line that was cut, what follows begins a line of its own. */
static ssize_t write_piece(stdout_sink *sink, fiat__str data) {
    if (sink->broken_line && sink->offset == 0) {
        ssize_t written = write(STDOUT_FILENO, "\n", 1);
        if (written <= 0) return written;
        sink->broken_line = false;
    }
    ssize_t written = write(STDOUT_FILENO, data.ptr, piece_len(sink, data));
    if (written > 0) sink->broken_line = data.ptr[written - 1] != '\n';
    return written;
}

/* Write once; false when there is nothing to do or the reader is not ready. */
static bool advance(stdout_sink *sink) {
    fiat__sink_batch *batch = sink->batches[0];
    fiat__str data = batch->records[sink->record].data;
    data = fiat__str_of(data.ptr + sink->offset, data.len - sink->offset);
    ssize_t written = write_piece(sink, data);
    if (written < 0 && errno == EINTR) return true;
    if (written < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return false;
    if (written < 0) {
        fail_write(sink, errno);
        return true;
    }
    sink->offset += (size_t)written;
    if (sink->offset < batch->records[sink->record].data.len) return true;
    batch->records[sink->record].fate = FIAT__FATE_DELIVERED;
    sink->offset = 0;
    if (++sink->record == batch->count) finish_batch(sink);
    return true;
}

static void submit(fiat__sink *base, fiat__sink_batch *batch) {
    stdout_sink *sink = (stdout_sink *)base;
    if (sink->count < sink->cap) {
        sink->batches[sink->count++] = batch;
        return;
    }
    for (size_t i = 0; i < batch->count; i++) {
        batch->records[i].fate = FIAT__FATE_RETRY;
        fiat__err_set(&batch->records[i].err, FIAT_E_LIMIT,
                      "standard output: %u batches wait already", sink->cap);
    }
    batch->done(batch);
}

static void empty_wake_pipe(const stdout_sink *sink) {
    char bytes[64];
    while (read(sink->wake[0], bytes, sizeof bytes) > 0)
        continue;
}

static void poll_sink(fiat__sink *base, int timeout_ms) {
    stdout_sink *sink = (stdout_sink *)base;
    struct pollfd fds[] = {{sink->wake[0], POLLIN, 0}, {STDOUT_FILENO, POLLOUT, 0}};
    nfds_t fd_count = sink->count ? 2 : 1;
    bool finished = false;
    while (poll(fds, fd_count, finished ? 0 : timeout_ms) > 0) {
        if (fds[0].revents) empty_wake_pipe(sink);
        if (fd_count < 2 || !fds[1].revents || fds[0].revents) return;
        uint32_t before = sink->count;
        if (!advance(sink) || sink->count < before) return;
        finished = true; /* there was progress: go on only as long as there is room */
    }
}

static void wakeup(fiat__sink *base) {
    stdout_sink *sink = (stdout_sink *)base;
    ssize_t written;
    do
        written = write(sink->wake[1], "", 1); /* a full pipe wakes as well */
    while (written < 0 && errno == EINTR);
}

static void cancel(fiat__sink *base) {
    stdout_sink *sink = (stdout_sink *)base;
    fiat_error err;
    fiat__err_set(&err, FIAT_E_TIMEOUT, "standard output: its reader was too slow");
    while (sink->count)
        fail_rest(sink, FIAT__FATE_RETRY, &err);
}

static void close_wake_pipe(stdout_sink *sink) {
    for (int i = 0; i < 2; i++)
        if (sink->wake[i] >= 0) close(sink->wake[i]);
    sink->wake[0] = sink->wake[1] = -1;
}

static fiat_status open_wake_pipe(stdout_sink *sink, fiat_error *err) {
    if (pipe(sink->wake) != 0) return fiat__err_sys(err, errno, "cannot make a pipe");
    for (int i = 0; i < 2; i++) {
        if (fcntl(sink->wake[i], F_SETFL, O_NONBLOCK) == 0 &&
            fcntl(sink->wake[i], F_SETFD, FD_CLOEXEC) == 0)
            continue;
        fiat_status status = fiat__err_sys(err, errno, "cannot set up a pipe");
        close_wake_pipe(sink);
        return status;
    }
    return FIAT_OK;
}

static void free_sink(fiat__sink *base) {
    close_wake_pipe((stdout_sink *)base);
    fiat__free(base);
}

/* The pipe is shared with the parent, which must not be woken in the child's place. */
static fiat_status reopen(fiat__sink *base, fiat_error *err) {
    stdout_sink *sink = (stdout_sink *)base;
    close_wake_pipe(sink);
    sink->count = 0;
    sink->record = sink->offset = 0;
    sink->broken_line = false;
    return open_wake_pipe(sink, err);
}

static const fiat__sink_vtable s_vtable = {
    .name = "stdout",
    .max_batch_records = FIAT__BATCH_MAX_RECORDS,
    .max_batch_bytes = FIAT__BATCH_MAX_BYTES,
    .submit = submit,
    .poll = poll_sink,
    .wakeup = wakeup,
    .cancel = cancel,
    .free = free_sink,
    .reopen = reopen,
};

fiat_status fiat__sink_stdout_new(fiat__sink **out, const fiat__sink_opts *opts, fiat_error *err) {
    *out = NULL;
    struct stat info;
    /* Or the next file or socket that the program opens would get the events. */
    if (fstat(STDOUT_FILENO, &info) != 0)
        return fiat__err_sys(err, errno, "sink stdout: standard output is not open");
    uint32_t cap = opts->max_in_flight ? opts->max_in_flight : 1;
    stdout_sink *sink = fiat__calloc(1, sizeof *sink + cap * sizeof sink->batches[0]);
    if (!sink) return fiat__err_nomem(err);
    sink->base.vtable = &s_vtable;
    sink->cap = cap;
    sink->is_file = S_ISREG(info.st_mode);
    fiat_status status = open_wake_pipe(sink, err);
    if (status == FIAT_OK)
        *out = &sink->base;
    else
        fiat__free(sink);
    return status;
}
