/* A program of one thread and one event loop (epoll), which logs and is told in the same loop what
 * became of each event. Nothing in it waits but epoll_wait():
 *
 *     cc event_loop.c $(pkg-config --cflags --libs fiat) && ./a.out [SINK [EVENTS]]
 *
 * SINK is "firehose", "local:DIR" or, by default, "stdout". A timer stands for the requests that a
 * server would answer; each is logged to the built-in stream Audit. The program ends after EVENTS,
 * 10 by default, or when it is interrupted: by SIGINT or SIGTERM, which come through a descriptor,
 * too, because no function of the library may be called in a signal handler. */
#include <errno.h>
#include <fiat/fiat.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

enum { REQUESTS, SIGNALS, REPORTS, SOURCES };

struct server {
    fiat_logger *logger;
    int epoll, fds[SOURCES];
    unsigned long wanted, logged, reported, failed;
};

/* Called inside fiat_logger_poll(), so on the thread of the loop: no lock is needed. */
static void on_delivery(const fiat_delivery *report, void *ctx) {
    struct server *server = (struct server *)ctx;
    unsigned long number = (unsigned long)(uintptr_t)report->opaque;
    server->reported++;
    if (report->outcome == FIAT_DELIVERED) {
        fprintf(stderr, "request %lu: delivered\n", number);
        return;
    }
    server->failed++;
    fprintf(stderr, "request %lu: %s: %s\n", number,
            report->outcome == FIAT_MAYBE ? "may have arrived" : "not delivered",
            report->error->message);
}

static void log_request(struct server *server) {
    unsigned long number = server->logged + 1;
    fiat_error err = FIAT_ERROR_INIT;
    fiat_event event = FIAT_FIELDS(FIAT_FIELD("task", "request"), FIAT_FIELD("ticket_id", "T-1"));
    event = fiat_event_with(event, (void *)(uintptr_t)number);
    if (validated_log(server->logger, "Audit", event, &err) == FIAT_OK) {
        server->logged++;
        return;
    }
    /* When the queue is full: shed load, or stop to read requests until reports have come. */
    fprintf(stderr, "request %lu: refused: %s\n", number, err.message);
}

static int watch(struct server *server, int source, int fd) {
    struct epoll_event event;
    event.events = EPOLLIN;
    event.data.u32 = (uint32_t)source;
    server->fds[source] = fd;
    return fd >= 0 && epoll_ctl(server->epoll, EPOLL_CTL_ADD, fd, &event) == 0;
}

static int open_sources(struct server *server) {
    fiat_error err = FIAT_ERROR_INIT;
    struct itimerspec each_10_ms = {{0, 10000000}, {0, 10000000}};
    sigset_t ends;
    int reports;
    sigemptyset(&ends);
    sigaddset(&ends, SIGINT);
    sigaddset(&ends, SIGTERM);
    sigprocmask(SIG_BLOCK, &ends, NULL);
    if (fiat_logger_fd(server->logger, &reports, &err) != FIAT_OK) {
        fprintf(stderr, "no descriptor for reports: %s\n", err.message);
        return 0;
    }
    server->epoll = epoll_create1(EPOLL_CLOEXEC);
    return server->epoll >= 0 && watch(server, REPORTS, reports) &&
           watch(server, SIGNALS, signalfd(-1, &ends, SFD_CLOEXEC | SFD_NONBLOCK)) &&
           watch(server, REQUESTS, timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK)) &&
           timerfd_settime(server->fds[REQUESTS], 0, &each_10_ms, NULL) == 0;
}

static void serve_request(struct server *server) {
    uint64_t ticks;
    if (read(server->fds[REQUESTS], &ticks, sizeof ticks) != (ssize_t)sizeof ticks) return;
    if (server->logged < server->wanted) log_request(server);
}

/* Reports that are there already, without waiting: the descriptor stays readable while there are
 * more. */
static int serve_reports(struct server *server) {
    fiat_error err = FIAT_ERROR_INIT;
    if (fiat_logger_poll(server->logger, 0, NULL, &err) == FIAT_OK) return 1;
    fprintf(stderr, "cannot poll: %s\n", err.message);
    return 0;
}

/* Until all events are reported; a signal leaves what is not to fiat_logger_close(). */
static int run(struct server *server) {
    while (server->reported < server->wanted) {
        struct epoll_event events[SOURCES];
        int count = epoll_wait(server->epoll, events, SOURCES, -1);
        if (count < 0 && errno != EINTR) return 0;
        for (int i = 0; i < count; i++) {
            if (events[i].data.u32 == SIGNALS) return 1;
            if (events[i].data.u32 == REQUESTS) serve_request(server);
            if (events[i].data.u32 == REPORTS && !serve_reports(server)) return 0;
        }
    }
    return 1;
}

int main(int argc, char **argv) {
    struct server server = {NULL, -1, {-1, -1, -1}, 10, 0, 0, 0};
    fiat_error err = FIAT_ERROR_INIT;
    if (argc > 2) server.wanted = strtoul(argv[2], NULL, 10);
    server.logger = fiat_configure(argc > 1 ? argv[1] : "stdout", &err, "reports", "poll",
                                   "linger.ms", "50", (const char *)NULL);
    if (!server.logger) {
        fprintf(stderr, "cannot open the logger: %s\n", err.message);
        return 1;
    }
    fiat_logger_on_delivery(server.logger, on_delivery, &server);
    int good = open_sources(&server) && run(&server);
    /* Sends what is queued and reports it; its descriptor must not be watched after that. */
    if (server.epoll >= 0) close(server.epoll);
    if (fiat_logger_close(server.logger, 5000, NULL, &err) != FIAT_OK) {
        fprintf(stderr, "%s\n", err.message);
        good = 0;
    }
    for (int i = REQUESTS; i <= SIGNALS; i++)
        if (server.fds[i] >= 0) close(server.fds[i]);
    fprintf(stderr, "%lu requests, %lu reports, %lu of them of failures\n", server.logged,
            server.reported, server.failed);
    return good && server.failed == 0 && server.reported == server.logged ? 0 : 1;
}
