/* Which faults there are, and which one is next: a queue, then chances. @locks the mock's mutex is
 * held for all of a fiat__faults. */
#ifndef FIAT_MOCK_FAULT_H
#define FIAT_MOCK_FAULT_H

#include "mock/server.h"
#include <fiat/unstable/mock.h>

/* Where a fault happens. */
typedef enum fiat__fault_place {
    FIAT__FAULT_NOWHERE = 0,
    FIAT__FAULT_RECORD,    /* to some of the records */
    FIAT__FAULT_REFUSAL,   /* in place of taking the records */
    FIAT__FAULT_READING,   /* while the request is read */
    FIAT__FAULT_ANSWER,    /* to the answer, when the records are taken */
    FIAT__FAULT_CONNECTION /* before the first request */
} fiat__fault_place;

typedef struct fiat__fault_row {
    const char *name;
    fiat__fault_place place;
    uint32_t value, value_max; /* default and most; 0, 0: it has none */
    int http_status;           /* of an error answer; 0: none */
    const char *code, *message;
    fiat__wire_fault wire;
    bool needs_tls;
} fiat__fault_row;

extern const fiat__fault_row fiat__fault_rows[FIAT_MOCK_FAULT_COUNT];

typedef struct fiat__fault {
    fiat_mock_fault kind;
    uint32_t value;
} fiat__fault;

typedef struct fiat__queued_fault {
    fiat__fault fault;
    uint32_t left;
} fiat__queued_fault;

typedef struct fiat__faults {
    fiat__queued_fault *queue;
    size_t count, at;
    fiat__fault chances[FIAT_MOCK_FAULT_COUNT];
    uint32_t per_mille[FIAT_MOCK_FAULT_COUNT];
    uint64_t played[FIAT_MOCK_FAULT_COUNT];
    uint64_t state; /* of the random numbers */
    bool tls;
} fiat__faults;

void fiat__faults_init(fiat__faults *faults, uint64_t seed, bool tls);
void fiat__faults_deinit(fiat__faults *faults);

fiat_status fiat__faults_push(fiat__faults *faults, fiat__fault fault, uint32_t count,
                              fiat_error *err);
fiat_status fiat__faults_chance(fiat__faults *faults, fiat__fault fault, uint32_t per_mille,
                                fiat_error *err);
/* One line of a script, see fiat_mock_play(). */
fiat_status fiat__faults_line(fiat__faults *faults, fiat__str line, fiat_error *err);
void fiat__faults_clear(fiat__faults *faults);

/* What the next connection meets; counted as played. */
fiat__fault fiat__faults_next_connection(fiat__faults *faults);
/* What the next request meets, with a body of so many bytes. */
fiat__fault fiat__faults_next_request(fiat__faults *faults, size_t body_bytes);
/* Does the queue wait for a new connection? */
bool fiat__faults_want_connection(const fiat__faults *faults);

/* Uniform in 0..limit-1; limit > 0. */
uint32_t fiat__faults_below(fiat__faults *faults, uint32_t limit);

#endif
