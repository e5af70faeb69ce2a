/* Firehose's transformation event and its reply:
 * https://docs.aws.amazon.com/firehose/latest/dev/data-transformation.html
 * Pure; one thread. */
#ifndef FIAT_TRANSFORM_FIREHOSE_EVENT_H
#define FIAT_TRANSFORM_FIREHOSE_EVENT_H

#include "json/tape.h"
#include "transform/verdict.h"

/* What Lambda takes and gives for a synchronous invocation: 6 MB
 * (https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html). */
#define FIAT__FIREHOSE_REPLY_MAX_BYTES ((size_t)6 * 1024 * 1024)

typedef struct fiat__firehose_event {
    fiat__parsed parsed; /* not to be moved */
    fiat__str stream;    /* the delivery stream's name: what follows the '/' of its ARN */
    uint32_t records;    /* place of the array on the tape */
} fiat__firehose_event;

/* FIAT_E_ARG when it is no such event, or names a record twice; FIAT_E_NOMEM. The message holds
 * nothing of the data. Deinit in any case. */
fiat_status fiat__firehose_event_init(fiat__firehose_event *event, fiat__str text, fiat_error *err);
void fiat__firehose_event_deinit(fiat__firehose_event *event);

/* What is done to the records, one after the other. */
typedef struct fiat__firehose_steps {
    /* Append to `out` what the record becomes. Anything but FIAT_OK ends the whole event. */
    fiat_status (*record)(void *user, fiat__str data, fiat__buf *out, fiat__verdict *verdict,
                          fiat_error *err);
    /* A record failed. `id` is JSON text, quotes and all; borrowed for the call. */
    void (*failed)(void *user, fiat__str id, const fiat__verdict *verdict);
    void *user;
} fiat__firehose_steps;

/* Append the reply: each record once, in order. It keeps within reply->max: a record that does not
 * fit any more fails. FIAT_E_LIMIT when even the names of all records do not fit; FIAT_E_NOMEM; or
 * what steps->record() returned. */
fiat_status fiat__firehose_event_answer(const fiat__firehose_event *event,
                                        const fiat__firehose_steps *steps, fiat__buf *reply,
                                        fiat_error *err);

#endif
