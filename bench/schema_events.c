/* Audit events for bench/schemas/BenchAudit and BenchStruct, always the same: 30 % have their
 * members shuffled, 30 % spaces between the tokens, a third of them text beyond ASCII, half of it
 * escaped; 5 % are invalid in one of fourteen ways, five of which only a pattern or a format sees.
 */
#include "schema_docs.h"

#include "base/mem.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MEMBERS    16
#define MEMBER_MAX 256
#define EVENT_MAX  2048

struct event {
    char members[MEMBERS][MEMBER_MAX]; /* "key":value; a tab where a space may stand */
    unsigned count;
    uint64_t state;
};

static unsigned below(struct event *e, unsigned limit) {
    e->state ^= e->state << 13;
    e->state ^= e->state >> 7;
    e->state ^= e->state << 17;
    return (unsigned)((e->state >> 20) % limit);
}

#define PICK(e, list) list[below(e, sizeof list / sizeof list[0])]

__attribute__((format(printf, 2, 3))) static void add(struct event *e, const char *format, ...) {
    va_list args;
    va_start(args, format);
    vsnprintf(e->members[e->count++], MEMBER_MAX, format, args);
    va_end(args);
}

static void add_identity(struct event *e) {
    static const char *const apps[] = {"billing-worker", "orders", "user-portal", "etl-7"};
    static const char *const places[] = {"prod", "staging", "non-prod", "dev"};
    static const char *const teams[] = {
        "NTA",           "Payments", "Z\xc3\xbcrich", "Z\\u00fcrich", "\xe6\x9d\xb1\xe4\xba\xac",
        "\\u6771\\u4eac"};
    unsigned year = 2024 + below(e, 3), month = 1 + below(e, 12), day = 1 + below(e, 28);
    add(e, "\"event_id\":\t\"%08x-%04x-4%03x-9%03x-%08x%04x\"", below(e, UINT32_MAX),
        below(e, 65536), below(e, 4096), below(e, 4096), below(e, UINT32_MAX), below(e, 65536));
    add(e, "\"occurred_at\":\t\"%04u-%02u-%02uT%02u:%02u:%02u.%03uZ\"", year, month, day,
        below(e, 24), below(e, 60), below(e, 60), below(e, 1000));
    add(e, "\"app\":\t\"%s\"", PICK(e, apps));
    add(e, "\"environment\":\t\"%s\"", PICK(e, places));
    add(e, "\"team\":\t\"%s\"", PICK(e, teams));
    add(e, "\"email\":\t\"j.doe%u@example.com\"", below(e, 100));
    add(e, "\"host\":\t\"ip-10-%u-%u-%u\"", below(e, 256), below(e, 256), below(e, 256));
    add(e, "\"pid\":\t%u", 1 + below(e, 99999));
}

static void add_deed(struct event *e) {
    static const char *const tasks[] = {"invoice.recalculate", "user.delete", "export.nightly"};
    static const char *const notes[] = {"price list changed",
                                        ("Pr\xc3\xbc"
                                         "fung"),
                                        "Pr\\u00fcfung", "said \\\"no\\\"", "see the minutes"};
    static const char *const levels[] = {"debug", "info", "warning", "error"};
    static const char *const outcomes[] = {"success", "failure"};
    static const char *const regions[] = {"eu-central-1", "eu-west-1", "us-east-1"};
    add(e, "\"task\":\t\"%s\"", PICK(e, tasks));
    add(e, "\"task_args\":\t{\"invoice\":\t%u,\t\"dry_run\":\t%s,\t\"note\":\t\"%s\"}",
        below(e, 1000000), below(e, 2) ? "true" : "false", PICK(e, notes));
    add(e, "\"ticket_id\":\t\"NTA-%u\"", 1 + below(e, 99999));
    add(e, "\"level\":\t\"%s\"", PICK(e, levels));
    add(e, "\"outcome\":\t\"%s\"", PICK(e, outcomes));
    add(e, "\"duration_ms\":\t%u.%u", below(e, 5000), below(e, 10));
    add(e, "\"labels\":\t{\"region\":\t\"%s\",\t\"zone\":\t\"%c\"}", PICK(e, regions),
        'a' + (int)below(e, 3));
}

/* Make the event invalid; returns how. */
static unsigned spoil(struct event *e) {
    static const struct {
        unsigned member;  /* in the order of their making; MEMBERS: one more */
        const char *text; /* NULL: the member is left out */
        unsigned kind;
    } ways[] = {
        {4, NULL, BENCH_INVALID},
        {MEMBERS, "\"unknown\":\t1", BENCH_INVALID},
        {3, "\"environment\":\t\"production\"", BENCH_INVALID},
        {7, "\"pid\":\t\"123\"", BENCH_INVALID},
        {7, "\"pid\":\t0", BENCH_INVALID},
        {8, "\"task\":\t\"\"", BENCH_INVALID},
        {9, "\"task_args\":\t{\"list\":\t[1]}", BENCH_INVALID},
        {13, "\"duration_ms\":\t-0.5", BENCH_INVALID},
        {14, "\"labels\":\t{\"zone\":\t7}", BENCH_INVALID},
        {0, "\"event_id\":\t\"0000000G-0000-4000-9000-000000000000\"", BENCH_INVALID_CONTENT},
        {1, "\"occurred_at\":\t\"2026-02-30T10:00:00Z\"", BENCH_INVALID_CONTENT},
        {2, "\"app\":\t\"Billing\"", BENCH_INVALID_CONTENT},
        {5, "\"email\":\t\"jane.example.com\"", BENCH_INVALID_CONTENT},
        {10, "\"ticket_id\":\t\"NTA-1234567\"", BENCH_INVALID_CONTENT},
    };
    unsigned way = below(e, sizeof ways / sizeof ways[0]);
    if (ways[way].member == MEMBERS)
        add(e, "%s", ways[way].text);
    else if (ways[way].text)
        snprintf(e->members[ways[way].member], MEMBER_MAX, "%s", ways[way].text);
    else
        e->members[ways[way].member][0] = '\0';
    return ways[way].kind;
}

static void shuffle(struct event *e) {
    for (unsigned i = e->count - 1; i > 0; i--) {
        unsigned j = below(e, i + 1);
        char kept[MEMBER_MAX];
        memcpy(kept, e->members[i], MEMBER_MAX);
        memcpy(e->members[i], e->members[j], MEMBER_MAX);
        memcpy(e->members[j], kept, MEMBER_MAX);
    }
}

/* The members between braces, with a newline; returns how many bytes. */
static size_t join(struct event *e, char *to) {
    bool spaced = below(e, 10) < 3;
    char *out = to;
    *out++ = '{';
    for (unsigned i = 0; i < e->count; i++) {
        if (!e->members[i][0]) continue;
        if (out > to + 1) {
            *out++ = ',';
            if (spaced) *out++ = ' ';
        }
        for (const char *at = e->members[i]; *at; at++)
            if (*at != '\t')
                *out++ = *at;
            else if (spaced)
                *out++ = ' ';
    }
    *out++ = '}';
    *out++ = '\n';
    return (size_t)(out - to);
}

void bench_events(struct bench_docs *docs, size_t count) {
    *docs = (struct bench_docs){.count = count};
    docs->buffer = fiat__calloc(count * EVENT_MAX + BENCH_PADDING, 1);
    docs->texts = fiat__calloc(count, sizeof *docs->texts);
    docs->lengths = fiat__calloc(count, sizeof *docs->lengths);
    docs->kinds = fiat__calloc(count, 1);
    if (!docs->buffer || !docs->texts || !docs->lengths || !docs->kinds) exit(1);
    struct event e = {.state = UINT64_C(0x9E3779B97F4A7C15)};
    for (size_t i = 0; i < count; i++) {
        e.count = 0;
        add_identity(&e);
        add_deed(&e);
        docs->kinds[i] = (unsigned char)(below(&e, 20) ? BENCH_VALID : spoil(&e));
        if (below(&e, 10) < 3) shuffle(&e);
        docs->texts[i] = docs->buffer + docs->bytes;
        docs->lengths[i] = join(&e, docs->buffer + docs->bytes) - 1;
        docs->bytes += docs->lengths[i] + 1;
    }
}
