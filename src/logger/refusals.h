/* How many events of a stream were refused at the call, by status and by schema keyword. Both are
 * taken from fixed lists, so that no event can make the tables grow. Any thread, no lock. */
#ifndef FIAT_LOGGER_REFUSALS_H
#define FIAT_LOGGER_REFUSALS_H

#include "schema/keyword.h"
#include <fiat/error.h>
#include <stdatomic.h>

/* A place for each status, in the order of FIAT_STATUS_MAP. */
typedef enum fiat__status_place {
#define XX(value, name, text) FIAT__PLACE_##name,
    FIAT_STATUS_MAP(XX)
#undef XX
        FIAT__PLACE_COUNT
} fiat__status_place;

typedef struct fiat__refusals {
    _Atomic uint64_t by_status[FIAT__PLACE_COUNT];
    _Atomic uint64_t by_keyword[FIAT__KW_COUNT]; /* of those that do not match their schema */
} fiat__refusals;

void fiat__refusals_count(fiat__refusals *refusals, fiat_status status, const char *keyword);
void fiat__refusals_reset(fiat__refusals *refusals);

/* "FIAT_E_QUEUE_FULL". */
const char *fiat__refusals_status_name(fiat__status_place place);
/* "pattern"; "false" for the schema `false`, which no keyword refuses. */
const char *fiat__refusals_keyword_name(fiat__keyword keyword);

#endif
