/* Which streams there are, and what is asked about them. */
#ifndef FIAT_MOCK_STREAMS_H
#define FIAT_MOCK_STREAMS_H

#include "local/put_input.h"
#include <fiat/error.h>

typedef struct fiat__stream_name {
    char name[FIAT__STREAM_NAME_BYTES + 1];
    int64_t created_ms;
} fiat__stream_name;

/* @locks the mock's mutex */
typedef struct fiat__streams {
    bool any; /* every name is that of a stream, whether or not it is listed */
    fiat__stream_name *list;
    size_t count; /* in the order of their names */
} fiat__streams;

/* names: comma between; NULL: all exist. FIAT_E_ARG: one that AWS would refuse. */
fiat_status fiat__streams_init(fiat__streams *streams, const char *names, fiat_error *err);
void fiat__streams_deinit(fiat__streams *streams);

/* Is there such a stream? From then on it is listed. false: answered. Takes the mock's mutex, as
 * does the next. */
struct fiat_mock;
bool fiat__streams_find(struct fiat_mock *mock, const char *name, fiat__reply *reply);

/* Create, Describe, List and DeleteDeliveryStream(s). false: another operation. */
bool fiat__streams_perform(struct fiat_mock *mock, fiat__str operation, const fiat__doc *body,
                           fiat__reply *reply);

#endif
