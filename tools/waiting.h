/* Waiting for delivery: for how long nothing has moved, and saying once why. One thread. */
#ifndef FIAT_TOOLS_WAITING_H
#define FIAT_TOOLS_WAITING_H

#include <fiat/error.h>
#include <stdbool.h>
#include <stdint.h>

/* All zero to begin with. */
typedef struct waiting {
    int64_t since_ms; /* monotonic; 0: not begun */
    uint64_t fates;   /* events whose fate was known then */
    bool told;        /* why nothing moves: `reason` */
    fiat_error reason;
} waiting;

typedef enum waiting_advice {
    WAITING_ON,   /* wait on */
    WAITING_TELL, /* wait on, and tell the user what `why` says */
    WAITING_OVER  /* nothing has moved for the whole timeout */
} waiting_advice;

/* Look at how things stand: `fates` grows as events are delivered or given up; `why` is what the
 * logger said last. */
waiting_advice waiting_look(waiting *w, uint64_t fates, int64_t now_ms, uint64_t timeout_ms,
                            const fiat_error *why);

#endif
