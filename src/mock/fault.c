/* See fault.h. */
#include "mock/fault.h"
#include "base/error.h"
#include "mock/heap.h"

#include <string.h>

#define VALUE_MS_MAX 600000

const fiat__fault_row fiat__fault_rows[FIAT_MOCK_FAULT_COUNT] = {
    [FIAT_MOCK_OK] = {.name = "ok"},
    [FIAT_MOCK_RECORD_UNAVAILABLE] = {.name = "record-unavailable",
                                      .place = FIAT__FAULT_RECORD,
                                      .value = 50,
                                      .value_max = 100,
                                      .http_status = 503,
                                      .code = "ServiceUnavailableException",
                                      .message = "Slow down."},
    [FIAT_MOCK_RECORD_FAILURE] = {.name = "record-failure",
                                  .place = FIAT__FAULT_RECORD,
                                  .value = 50,
                                  .value_max = 100,
                                  .http_status = 500,
                                  .code = "InternalFailure",
                                  .message = "Internal failure."},
    [FIAT_MOCK_RECORD_FAILURE_TAKEN] = {.name = "record-failure-taken",
                                        .place = FIAT__FAULT_RECORD,
                                        .value = 50,
                                        .value_max = 100,
                                        .http_status = 500,
                                        .code = "InternalFailure",
                                        .message = "Internal failure."},
    [FIAT_MOCK_THROTTLE] = {.name = "throttle",
                            .place = FIAT__FAULT_REFUSAL,
                            .http_status = 400,
                            .code = "ThrottlingException",
                            .message = "Rate exceeded"},
    [FIAT_MOCK_UNAVAILABLE] = {.name = "unavailable",
                               .place = FIAT__FAULT_REFUSAL,
                               .http_status = 503,
                               .code = "ServiceUnavailableException",
                               .message = "The service is unavailable. Back off and retry."},
    [FIAT_MOCK_ERROR] = {.name = "error",
                         .place = FIAT__FAULT_REFUSAL,
                         .http_status = 500,
                         .code = "InternalFailure",
                         .message = "Internal failure."},
    [FIAT_MOCK_ERROR_TAKEN] = {.name = "error-taken",
                               .place = FIAT__FAULT_ANSWER,
                               .http_status = 500,
                               .code = "InternalFailure",
                               .message = "Internal failure."},
    [FIAT_MOCK_BAD_GATEWAY] = {.name = "bad-gateway",
                               .place = FIAT__FAULT_REFUSAL,
                               .http_status = 502},
    [FIAT_MOCK_EXPIRED_TOKEN] = {.name = "expired-token",
                                 .place = FIAT__FAULT_REFUSAL,
                                 .http_status = 400,
                                 .code = "ExpiredTokenException",
                                 .message =
                                     "The security token included in the request is expired"},
    [FIAT_MOCK_SKEWED_CLOCK] = {.name = "skewed-clock",
                                .place = FIAT__FAULT_REFUSAL,
                                .value = 10,
                                .value_max = 24 * 60,
                                .http_status = 400,
                                .code = "InvalidSignatureException",
                                .message = "Signature expired: the request is too old"},
    [FIAT_MOCK_DENIED] = {.name = "denied",
                          .place = FIAT__FAULT_REFUSAL,
                          .http_status = 400,
                          .code = "AccessDeniedException",
                          .message = "The key is not authorized to perform the action"},
    [FIAT_MOCK_KMS_DISABLED] = {.name = "kms-disabled",
                                .place = FIAT__FAULT_REFUSAL,
                                .http_status = 400,
                                .code = "InvalidKMSResourceException",
                                .message = "The KMS key of the stream is disabled."},
    [FIAT_MOCK_NOT_FOUND] = {.name = "not-found",
                             .place = FIAT__FAULT_REFUSAL,
                             .http_status = 400,
                             .code = "ResourceNotFoundException",
                             .message = "Firehose under account 000000000000 not found."},
    [FIAT_MOCK_INVALID] = {.name = "invalid",
                           .place = FIAT__FAULT_REFUSAL,
                           .http_status = 400,
                           .code = "InvalidArgumentException",
                           .message = "The request is not valid."},
    [FIAT_MOCK_TOO_LARGE] = {.name = "too-large",
                             .place = FIAT__FAULT_REFUSAL,
                             .value_max = 16 * 1024,
                             .http_status = 413,
                             .code = "RequestEntityTooLargeException",
                             .message = "The request is too large."},
    [FIAT_MOCK_RESET] = {.name = "reset",
                         .place = FIAT__FAULT_READING,
                         .wire = FIAT__WIRE_RESET_UNREAD},
    [FIAT_MOCK_RESET_TAKEN] = {.name = "reset-taken",
                               .place = FIAT__FAULT_ANSWER,
                               .wire = FIAT__WIRE_RESET},
    [FIAT_MOCK_CLOSE_TAKEN] = {.name = "close-taken",
                               .place = FIAT__FAULT_ANSWER,
                               .wire = FIAT__WIRE_CLOSE},
    [FIAT_MOCK_STALL] = {.name = "stall",
                         .place = FIAT__FAULT_READING,
                         .wire = FIAT__WIRE_STALL_UNREAD},
    [FIAT_MOCK_STALL_TAKEN] = {.name = "stall-taken",
                               .place = FIAT__FAULT_ANSWER,
                               .wire = FIAT__WIRE_STALL},
    [FIAT_MOCK_STALL_REPLY] = {.name = "stall-reply",
                               .place = FIAT__FAULT_ANSWER,
                               .wire = FIAT__WIRE_STALL_IN_BODY},
    [FIAT_MOCK_DELAY] = {.name = "delay",
                         .place = FIAT__FAULT_ANSWER,
                         .value = 100,
                         .value_max = VALUE_MS_MAX},
    [FIAT_MOCK_SLOW_REPLY] = {.name = "slow-reply",
                              .place = FIAT__FAULT_ANSWER,
                              .value = 1,
                              .value_max = VALUE_MS_MAX},
    [FIAT_MOCK_SLOW_READ] = {.name = "slow-read",
                             .place = FIAT__FAULT_READING,
                             .value = 1,
                             .value_max = VALUE_MS_MAX,
                             .wire = FIAT__WIRE_SLOW_READ},
    [FIAT_MOCK_GARBAGE] = {.name = "garbage",
                           .place = FIAT__FAULT_ANSWER,
                           .wire = FIAT__WIRE_GARBAGE},
    [FIAT_MOCK_SHORT_LENGTH] = {.name = "short-length", .place = FIAT__FAULT_ANSWER},
    [FIAT_MOCK_LONG_LENGTH] = {.name = "long-length", .place = FIAT__FAULT_ANSWER},
    [FIAT_MOCK_TRUNCATED] = {.name = "truncated", .place = FIAT__FAULT_ANSWER},
    [FIAT_MOCK_BAD_JSON] = {.name = "bad-json", .place = FIAT__FAULT_ANSWER},
    [FIAT_MOCK_FEW_RESULTS] = {.name = "few-results", .place = FIAT__FAULT_ANSWER},
    [FIAT_MOCK_WRONG_COUNT] = {.name = "wrong-count", .place = FIAT__FAULT_ANSWER},
    [FIAT_MOCK_STALL_ACCEPT] = {.name = "stall-accept",
                                .place = FIAT__FAULT_CONNECTION,
                                .value = 100,
                                .value_max = VALUE_MS_MAX},
    [FIAT_MOCK_TLS_REFUSED] = {.name = "tls-refused",
                               .place = FIAT__FAULT_CONNECTION,
                               .needs_tls = true},
    [FIAT_MOCK_TLS_WRONG_HOST] = {.name = "tls-wrong-host",
                                  .place = FIAT__FAULT_CONNECTION,
                                  .needs_tls = true},
};

const char *fiat_mock_fault_name(fiat_mock_fault kind) {
    return (unsigned)kind < FIAT_MOCK_FAULT_COUNT ? fiat__fault_rows[kind].name : NULL;
}

void fiat__faults_init(fiat__faults *faults, uint64_t seed, bool tls) {
    *faults = (fiat__faults){.state = seed ? seed : 1, .tls = tls};
}

void fiat__faults_deinit(fiat__faults *faults) {
    fiat__heap_free(faults->queue);
    faults->queue = NULL;
}

/* SplitMix64 (Steele, Lea, Flood 2014): a seed gives the same storm everywhere. */
static uint64_t next_random(fiat__faults *faults) {
    uint64_t z = faults->state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

uint32_t fiat__faults_below(fiat__faults *faults, uint32_t limit) {
    return (uint32_t)((next_random(faults) >> 32) * limit >> 32);
}

/* Is there such a fault? Gives it its default value. */
static fiat_status check(const fiat__faults *faults, fiat__fault *fault, fiat_error *err) {
    const char *name = fiat_mock_fault_name(fault->kind);
    if (!name)
        return fiat__err_set(err, FIAT_E_ARG, "there is no fault of kind %d", (int)fault->kind);
    const fiat__fault_row *row = &fiat__fault_rows[fault->kind];
    if (row->needs_tls && !faults->tls)
        return fiat__err_set(err, FIAT_E_ARG, "%s: the mock serves without TLS; start it with tls",
                             name);
    if (fault->value > row->value_max)
        return fiat__err_set(err, FIAT_E_ARG, "%s: the value %u is over %u", name, fault->value,
                             row->value_max);
    if (fault->value == 0) fault->value = row->value;
    return FIAT_OK;
}

fiat_status fiat__faults_push(fiat__faults *faults, fiat__fault fault, uint32_t count,
                              fiat_error *err) {
    fiat_status status = check(faults, &fault, err);
    if (status != FIAT_OK || count == 0) return status;
    if (faults->at == faults->count) faults->at = faults->count = 0;
    fiat__queued_fault *grown =
        fiat__heap_grow(faults->queue, faults->count, sizeof *faults->queue);
    if (!grown) return fiat__err_nomem(err);
    faults->queue = grown;
    faults->queue[faults->count++] = (fiat__queued_fault){fault, count};
    return FIAT_OK;
}

fiat_status fiat__faults_chance(fiat__faults *faults, fiat__fault fault, uint32_t per_mille,
                                fiat_error *err) {
    fiat_status status = check(faults, &fault, err);
    if (status != FIAT_OK) return status;
    if (per_mille > 1000)
        return fiat__err_set(err, FIAT_E_ARG, "%s: a chance of %u in 1000",
                             fiat_mock_fault_name(fault.kind), per_mille);
    faults->chances[fault.kind] = fault;
    faults->per_mille[fault.kind] = per_mille;
    return FIAT_OK;
}

void fiat__faults_clear(fiat__faults *faults) {
    faults->at = faults->count = 0;
    memset(faults->per_mille, 0, sizeof faults->per_mille);
}

/* --- scripts ---------------------------------------------------------------------------------- */

/* The next word of the line; empty at its end. */
static fiat__str next_word(fiat__str *line) {
    while (line->len && strchr(" \t\r", *line->ptr)) {
        line->ptr++;
        line->len--;
    }
    fiat__str word = {line->ptr, 0};
    while (word.len < line->len && !strchr(" \t\r", word.ptr[word.len]))
        word.len++;
    line->ptr += word.len;
    line->len -= word.len;
    return word;
}

/* At most nine digits. */
static bool read_number(fiat__str text, uint32_t *out) {
    *out = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] < '0' || text.ptr[i] > '9') return false;
        *out = *out * 10 + (uint32_t)(text.ptr[i] - '0');
    }
    return text.len > 0 && text.len <= 9;
}

/* "5", "5%" or "0.5%" as 5, 50 and 5 in a thousand. */
static bool read_percent(fiat__str text, uint32_t *per_mille) {
    uint32_t whole, tenth = 0;
    text.len--; /* '%' */
    if (text.len > 2 && text.ptr[text.len - 2] == '.') {
        if (!read_number(fiat__str_of(text.ptr + text.len - 1, 1), &tenth)) return false;
        text.len -= 2;
    }
    if (!read_number(text, &whole) || whole > 100) return false;
    *per_mille = whole * 10 + tenth;
    return *per_mille <= 1000;
}

static fiat_mock_fault find_kind(fiat__str name) {
    int kind = 0;
    while (kind < FIAT_MOCK_FAULT_COUNT && !fiat__str_eq_c(name, fiat__fault_rows[kind].name))
        kind++;
    return (fiat_mock_fault)kind;
}

fiat_status fiat__faults_line(fiat__faults *faults, fiat__str line, fiat_error *err) {
    const char *comment = memchr(line.ptr, '#', line.len);
    if (comment) line.len = (size_t)(comment - line.ptr);
    fiat__str word = next_word(&line);
    if (word.len == 0) return FIAT_OK;
    if (fiat__str_eq_c(word, "clear")) {
        fiat__faults_clear(faults);
        return FIAT_OK;
    }
    fiat__fault fault = {find_kind(word), 0};
    if (fault.kind == FIAT_MOCK_FAULT_COUNT)
        return fiat__err_set(err, FIAT_E_ARG, "there is no fault %.*s",
                             word.len < 40 ? (int)word.len : 40, word.ptr);
    uint32_t count = 1, per_mille = 0;
    bool good = true, random = false;
    while (good && (word = next_word(&line)).len > 0) {
        if (word.ptr[0] == 'x')
            good = read_number(fiat__str_of(word.ptr + 1, word.len - 1), &count);
        else if (word.ptr[word.len - 1] == '%')
            good = random = read_percent(word, &per_mille);
        else
            good = read_number(word, &fault.value);
    }
    if (!good)
        return fiat__err_set(err, FIAT_E_ARG,
                             "%.*s: expected are a value (a number), xCOUNT or PERCENT%%",
                             word.len < 40 ? (int)word.len : 40, word.ptr);
    return random ? fiat__faults_chance(faults, fault, per_mille, err)
                  : fiat__faults_push(faults, fault, count, err);
}

/* --- playing ---------------------------------------------------------------------------------- */

static bool at_connection(fiat_mock_fault kind) {
    return fiat__fault_rows[kind].place == FIAT__FAULT_CONNECTION;
}

bool fiat__faults_want_connection(const fiat__faults *faults) {
    return faults->at < faults->count && at_connection(faults->queue[faults->at].fault.kind);
}

/* What is about to come, for a fault to choose by. */
typedef struct occasion {
    bool connection;
    size_t body_bytes;
} occasion;

static bool fits(const fiat__fault *fault, const occasion *at) {
    if (at_connection(fault->kind) != at->connection) return false;
    return fault->kind != FIAT_MOCK_TOO_LARGE || at->body_bytes > (size_t)fault->value * 1024;
}

static fiat__fault draw(fiat__faults *faults, const occasion *at) {
    if (faults->at < faults->count) {
        fiat__queued_fault *next = &faults->queue[faults->at];
        const fiat__fault fault = next->fault;
        if (!fits(&fault, at)) return (fiat__fault){FIAT_MOCK_OK, 0};
        if (--next->left == 0) faults->at++;
        return fault;
    }
    for (int kind = 0; kind < FIAT_MOCK_FAULT_COUNT; kind++)
        if (faults->per_mille[kind] && fits(&faults->chances[kind], at) &&
            fiat__faults_below(faults, 1000) < faults->per_mille[kind])
            return faults->chances[kind];
    return (fiat__fault){FIAT_MOCK_OK, 0};
}

fiat__fault fiat__faults_next_connection(fiat__faults *faults) {
    const fiat__fault fault = draw(faults, &(occasion){.connection = true});
    if (fault.kind != FIAT_MOCK_OK) faults->played[fault.kind]++;
    return fault;
}

fiat__fault fiat__faults_next_request(fiat__faults *faults, size_t body_bytes) {
    const fiat__fault fault = draw(faults, &(occasion){.body_bytes = body_bytes});
    faults->played[fault.kind]++;
    return fault;
}
