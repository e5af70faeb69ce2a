#define _GNU_SOURCE /* dup3 */
/* Records whose events wait to be reported. The sender puts them in, threads that poll take them
 * out; queue->lock guards all of it. The descriptor counts to 1 when the queue stops being empty
 * and is read back to 0 when it is empty again, under the lock: a system call a change, not a
 * record. */
#include "base/clock.h"
#include "base/error.h"
#include "producer/producer_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/eventfd.h>
#include <unistd.h>

void fiat__report_queue_init(fiat__report_queue *queue) {
    *queue = (fiat__report_queue){.fd = -1};
    fiat__mutex_init(&queue->lock);
    fiat__cond_init(&queue->filled);
}

void fiat__report_queue_deinit(fiat__report_queue *queue) {
    if (queue->fd >= 0) close(queue->fd);
    fiat__cond_deinit(&queue->filled);
    fiat__mutex_deinit(&queue->lock);
}

/* Neither fails on an eventfd of ours that counts to 1 at most: it does not block, and a signal
 * interrupts only what blocks. */
static void show_readable(int fd) {
    if (fd >= 0) (void)!eventfd_write(fd, 1);
}

static void show_empty(int fd) {
    eventfd_t count;
    if (fd >= 0) (void)!eventfd_read(fd, &count);
}

void fiat__report_queue_push(fiat__report_queue *queue, fiat__record *record) {
    fiat__mutex_lock(&queue->lock);
    if (!queue->records.head) show_readable(queue->fd);
    fiat__records_push(&queue->records, record);
    fiat__cond_signal(&queue->filled);
    fiat__mutex_unlock(&queue->lock);
}

fiat__record *fiat__report_queue_pop(fiat__report_queue *queue) {
    fiat__mutex_lock(&queue->lock);
    fiat__record *record = fiat__records_pop(&queue->records);
    if (record && !queue->records.head) show_empty(queue->fd);
    fiat__mutex_unlock(&queue->lock);
    return record;
}

size_t fiat__report_queue_wait(fiat__report_queue *queue, uint32_t timeout_ms) {
    int64_t until_ms = fiat__mono_ms(&fiat__clock_system) + timeout_ms;
    fiat__mutex_lock(&queue->lock);
    while (!queue->records.head) {
        int64_t left_ms = until_ms - fiat__mono_ms(&fiat__clock_system);
        if (left_ms <= 0) break;
        fiat__cond_wait_ms(&queue->filled, &queue->lock, left_ms);
    }
    size_t count = queue->records.count;
    fiat__mutex_unlock(&queue->lock);
    return count;
}

fiat_status fiat__report_queue_fd(fiat__report_queue *queue, int *fd, fiat_error *err) {
    fiat_status status = FIAT_OK;
    fiat__mutex_lock(&queue->lock);
    if (queue->fd < 0) {
        queue->fd = eventfd(queue->records.head ? 1 : 0, EFD_CLOEXEC | EFD_NONBLOCK);
        if (queue->fd < 0) status = fiat__err_sys(err, errno, "cannot make an eventfd for reports");
    }
    *fd = queue->fd;
    fiat__mutex_unlock(&queue->lock);
    return status;
}

/* The descriptor is shared with the parent, whose reports it stands for: one of the child's own
 * takes its number, so that whoever watches it need not know. */
void fiat__report_queue_disown(fiat__report_queue *queue) {
    queue->records = (fiat__records){0};
    if (queue->fd < 0) return;
    int own = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (own >= 0 && dup3(own, queue->fd, O_CLOEXEC) >= 0) {
        close(own);
        return;
    }
    /* None to be had: fiat_logger_fd() tries again, and says so. */
    if (own >= 0) close(own);
    close(queue->fd);
    queue->fd = -1;
}
