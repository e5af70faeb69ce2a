/* What it costs to ship events: one run of one sender, whose processor time and memory are its own.
 * bench/ship.py runs it, and the same for other libraries, against bench_sink.
 * usage: bench_ship ship|whole MEGABYTES     events of 300 bytes to AWS_ENDPOINT_URL
 *        bench_ship stuck MEGABYTES          the same, then a line is read from stdin, then three
 *                                            seconds of calls, whatever comes of them
 *        bench_ship primitives MEGABYTES     what no sender can do without, by itself
 *
 * `ship` appends finished events to the producer; `whole` logs JSON text, which is parsed,
 * validated against the stream Audit and stamped. Prints one line of JSON. */
#include "base/base64.h"
#include "base/hash.h"
#include "base/mem.h"
#include "logger/logger_internal.h"

#include <arpa/inet.h>
#include <fiat/fiat.h>
#include <inttypes.h>
#include <netinet/tcp.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define EVENTS         10000 /* different ones */
#define EVENT_BYTES    300   /* with the newline, as they are shipped */
#define ROOM           512
#define TIMEOUT_MS     60000
#define FULL_PAUSE_NS  5000000
#define WARM_UP_EVENTS 250000 /* more than the queue holds */
#define STUCK_S        3
#define TLS_RECORD     16384

static void check(fiat_status status, const fiat_error *err) {
    if (status == FIAT_OK) return;
    fprintf(stderr, "bench_ship: %s\n", err->message);
    exit(1);
}

static double read_s(clockid_t id) {
    struct timespec now;
    clock_gettime(id, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static long peak_kib(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
}

/* ---- events ---- */

static char s_texts[EVENTS][ROOM];
static size_t s_lengths[EVENTS];

/* What the application hands over; the stamps make 300 bytes of it. */
static int write_bare(char *out, unsigned i) {
    return snprintf(out, ROOM,
                    "{\"task\":\"invoice.recalculate\",\"task_args\":{\"invoice\":%u,\"customer\":"
                    "\"c-%018u\",\"dry_run\":false},\"ticket_id\":\"NTA-%u\"}",
                    100000 + i, i, 1000 + i % 9000);
}

/* The same event as it is stored. */
static int write_stamped(char *out, unsigned i) {
    char bare[ROOM];
    write_bare(bare, i);
    return snprintf(
        out, ROOM,
        "{\"id\":\"019aa5e5-0000-7000-8000-%012u\",\"time\":\"2026-11-21T12:00:00.%03uZ\","
        "\"audit_id\":\"019aa5e5-0000-7000-8000-%012u\",\"host\":\"bench.example\","
        "\"app\":\"bench\",%s",
        i, i % 1000, i, bare + 1);
}

static void fill(int (*write_event)(char *, unsigned)) {
    for (unsigned i = 0; i < EVENTS; i++)
        s_lengths[i] = (size_t)write_event(s_texts[i], i);
}

/* ---- one sender ---- */

struct sender {
    fiat_logger *logger;
    fiat__producer_stream *stream;
    fiat_status (*send)(struct sender *sender, unsigned i, fiat_error *err);
    uint64_t full; /* refusals of a full queue */
};

static fiat_status send_finished(struct sender *sender, unsigned i, fiat_error *err) {
    fiat__str text = fiat__str_of(s_texts[i], s_lengths[i]);
    return fiat__producer_append(sender->stream, &text, 1, NULL, NULL, err);
}

static fiat_status send_validated(struct sender *sender, unsigned i, fiat_error *err) {
    return validated_log(sender->logger, "Audit", FIAT_JSON(s_texts[i], s_lengths[i]), err);
}

static void open_sender(struct sender *sender, bool whole) {
    fiat_error err;
    *sender = (struct sender){.send = whole ? send_validated : send_finished};
    fill(whole ? write_bare : write_stamped);
    sender->logger =
        fiat_configure("firehose", &err, "app", "bench", "host", "bench.example", NULL);
    if (!sender->logger) check(err.status, &err);
    check(fiat__producer_stream_get(sender->logger->producer, "Audit", &sender->stream, &err),
          &err);
}

/* Wait for room, as an application might, without spinning. */
static void log_events(struct sender *sender, uint64_t count) {
    static const struct timespec pause = {0, FULL_PAUSE_NS};
    fiat_error err;
    for (uint64_t n = 0; n < count; n++) {
        fiat_status status;
        while ((status = sender->send(sender, (unsigned)(n % EVENTS), &err)) == FIAT_E_QUEUE_FULL) {
            sender->full++;
            nanosleep(&pause, NULL);
        }
        check(status, &err);
    }
}

static void close_sender(struct sender *sender, uint32_t timeout_ms) {
    fiat_error err;
    fiat_status status = fiat_logger_close(sender->logger, timeout_ms, NULL, &err);
    if (timeout_ms) check(status, &err);
}

static void flush(struct sender *sender) {
    fiat_error err;
    check(fiat_logger_flush(sender->logger, TIMEOUT_MS, &err), &err);
}

/* The handshake, and memory that is used for the first time, belong to no event. */
static void warm_up(struct sender *sender) {
    log_events(sender, WARM_UP_EVENTS);
    flush(sender);
}

static int run_sender(bool whole, uint64_t bytes) {
    struct sender sender;
    uint64_t count = bytes / EVENT_BYTES;
    open_sender(&sender, whole);
    warm_up(&sender);
    double cpu = -read_s(CLOCK_PROCESS_CPUTIME_ID), wall = -read_s(CLOCK_MONOTONIC);
    log_events(&sender, count);
    flush(&sender);
    cpu += read_s(CLOCK_PROCESS_CPUTIME_ID), wall += read_s(CLOCK_MONOTONIC);
    printf("{\"events\": %" PRIu64 ", \"warm_up_events\": %d, \"cpu_s\": %.6f, "
           "\"wall_s\": %.6f, \"queue_full\": %" PRIu64 "}\n",
           count, WARM_UP_EVENTS, cpu, wall, sender.full);
    close_sender(&sender, TIMEOUT_MS);
    return 0;
}

/* ---- a destination that has gone ---- */

/* At full rate: one call after another, refused or not. */
static uint64_t hammer(struct sender *sender, uint64_t count) {
    fiat_error err;
    uint64_t refused = 0;
    for (uint64_t n = 0; n < count; n++) {
        fiat_status status = sender->send(sender, (unsigned)(n % EVENTS), &err);
        if (status == FIAT_E_QUEUE_FULL)
            refused++;
        else
            check(status, &err);
    }
    return refused;
}

static int run_stuck(uint64_t bytes) {
    struct sender sender;
    uint64_t count = bytes / EVENT_BYTES;
    char line[16];
    open_sender(&sender, true);
    long before = peak_kib();
    log_events(&sender, count);
    if (count) flush(&sender);
    printf("ready\n");
    fflush(stdout);
    if (!fgets(line, sizeof line, stdin)) return 1;
    double until = read_s(CLOCK_MONOTONIC) + STUCK_S;
    uint64_t refused = 0, tried = 0;
    for (; read_s(CLOCK_MONOTONIC) < until; tried += EVENTS)
        refused += hammer(&sender, EVENTS);
    printf("{\"events\": %" PRIu64 ", \"refused\": %" PRIu64 ", \"peak_kib\": %ld, "
           "\"before_kib\": %ld}\n",
           tried, refused, peak_kib(), before);
    close_sender(&sender, 0);
    return 0;
}

/* ---- primitives ---- */

/* 4 MiB of events, as a request has them, through one step after the other. */
struct material {
    char *data;
    size_t len;
    fiat__buf body;
    unsigned char *sealed;
    EVP_CIPHER_CTX *cipher;
    int socket; /* to a process that reads and forgets */
    pid_t reader;
};

static void encode_with_openssl(struct material *m) {
    EVP_EncodeBlock((unsigned char *)m->body.ptr, (const unsigned char *)m->data, (int)m->len);
}

static void encode(struct material *m) {
    fiat__buf_clear(&m->body);
    if (!fiat__base64_encode(&m->body, m->data, m->len)) exit(1);
}

static void hash(struct material *m) {
    unsigned char digest[FIAT__SHA256_BYTES];
    fiat_error err;
    check(fiat__sha256(digest, fiat__buf_str(&m->body), &err), &err);
}

/* As TLS does: in records of 16 KiB, each with a nonce and a tag. */
static void seal(struct material *m) {
    unsigned char nonce[12] = {0}, tag[16];
    for (size_t at = 0; at < m->body.len; at += TLS_RECORD) {
        size_t len = m->body.len - at < TLS_RECORD ? m->body.len - at : TLS_RECORD;
        int out;
        nonce[0]++;
        if (!EVP_EncryptInit_ex(m->cipher, NULL, NULL, NULL, nonce) ||
            !EVP_EncryptUpdate(m->cipher, m->sealed, &out, (const unsigned char *)m->body.ptr + at,
                               (int)len) ||
            !EVP_EncryptFinal_ex(m->cipher, m->sealed + out, &out) ||
            !EVP_CIPHER_CTX_ctrl(m->cipher, EVP_CTRL_GCM_GET_TAG, sizeof tag, tag))
            exit(1);
    }
}

/* The kernel's share: pieces of the size of TLS's records, and on this machine the receiving side
 * of the loopback interface as well, which runs within the call that sends. */
static void write_out(struct material *m) {
    for (size_t at = 0; at < m->body.len;) {
        size_t len = m->body.len - at < TLS_RECORD ? m->body.len - at : TLS_RECORD;
        ssize_t put = send(m->socket, m->body.ptr + at, len, 0);
        if (put <= 0) exit(1);
        at += (size_t)put;
    }
}

static void read_and_forget(int listener) {
    static char buffer[128 * 1024];
    int fd = accept(listener, NULL, NULL);
    while (read(fd, buffer, sizeof buffer) > 0) {
    }
    _exit(0);
}

static void connect_reader(struct material *m) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof address;
    int on = 1, listener = socket(AF_INET, SOCK_STREAM, 0);
    m->socket = socket(AF_INET, SOCK_STREAM, 0);
    if (listener < 0 || bind(listener, (struct sockaddr *)&address, len) != 0 ||
        listen(listener, 1) != 0 || getsockname(listener, (struct sockaddr *)&address, &len) != 0 ||
        (m->reader = fork()) < 0)
        exit(1);
    if (m->reader == 0) {
        close(m->socket);
        read_and_forget(listener);
    }
    close(listener);
    if (m->socket < 0 || connect(m->socket, (struct sockaddr *)&address, len) != 0 ||
        setsockopt(m->socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) != 0)
        exit(1);
}

static void prepare(struct material *m) {
    static const unsigned char key[16] = "0123456789abcde";
    *m = (struct material){.data = fiat__malloc(4 << 20), .sealed = fiat__malloc(TLS_RECORD + 32)};
    fiat__buf_init(&m->body, 8 << 20);
    m->cipher = EVP_CIPHER_CTX_new();
    if (!m->data || !m->sealed || !m->cipher ||
        !EVP_EncryptInit_ex(m->cipher, EVP_aes_128_gcm(), NULL, key, NULL))
        exit(1);
    fill(write_stamped);
    for (unsigned i = 0; m->len + ROOM < 4 << 20; i = (i + 1) % EVENTS) {
        memcpy(m->data + m->len, s_texts[i], s_lengths[i]);
        m->len += s_lengths[i];
        m->data[m->len++] = '\n';
    }
    encode(m);
    connect_reader(m);
}

static int run_primitives(uint64_t bytes) {
    static const struct {
        const char *name;
        void (*run)(struct material *m);
    } steps[] = {{"base64_openssl", encode_with_openssl},
                 {"base64", encode},
                 {"sha256", hash},
                 {"aes_128_gcm", seal},
                 {"loopback", write_out}};
    struct material m;
    prepare(&m);
    printf("{");
    for (size_t step = 0; step < sizeof steps / sizeof *steps; step++) {
        uint64_t done = 0;
        steps[step].run(&m);
        double cpu = -read_s(CLOCK_PROCESS_CPUTIME_ID);
        for (; done < bytes; done += m.len)
            steps[step].run(&m);
        cpu += read_s(CLOCK_PROCESS_CPUTIME_ID);
        printf("%s\"%s\": %.4f", step ? ", " : "", steps[step].name, cpu / ((double)done / 1e9));
    }
    printf("}\n");
    close(m.socket);
    waitpid(m.reader, NULL, 0);
    EVP_CIPHER_CTX_free(m.cipher);
    fiat__buf_deinit(&m.body);
    fiat__free(m.data);
    fiat__free(m.sealed);
    return 0;
}

int main(int argc, char **argv) {
    const char *mode = argc == 3 ? argv[1] : "";
    uint64_t bytes = argc == 3 ? strtoull(argv[2], NULL, 10) * 1000000 : 0;
    if (strcmp(mode, "ship") == 0) return run_sender(false, bytes);
    if (strcmp(mode, "whole") == 0) return run_sender(true, bytes);
    if (strcmp(mode, "stuck") == 0) return run_stuck(bytes);
    if (strcmp(mode, "primitives") == 0) return run_primitives(bytes);
    fprintf(stderr, "usage: bench_ship ship|whole|stuck|primitives MEGABYTES\n");
    return 2;
}
