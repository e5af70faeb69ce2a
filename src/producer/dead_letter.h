/* Events that were given up, appended to a file as JSON lines:
 *
 *   {"time":"2026-11-21T12:00:00.000Z","stream":"s","outcome":"not_delivered","attempts":3,
 *    "error":{"status":"FIAT_E_AWS_REJECTED","code":"...","message":"..."},
 *    "id":"...","event":{...}}
 *
 * The file is opened for each record and closed again: it may be renamed or taken away at any time,
 * and several processes may share it. */
#ifndef FIAT_PRODUCER_DEAD_LETTER_H
#define FIAT_PRODUCER_DEAD_LETTER_H

#include "producer/producer_internal.h"

/* The absolute path of a file that can be appended to, which is made if it is not there; the caller
 * frees it. FIAT_E_IO, FIAT_E_NOT_FOUND, FIAT_E_CONFIG (no regular file), FIAT_E_NOMEM. */
fiat_status fiat__dead_letter_path(char **out, const char *file, fiat_error *err);

/* Append every event of a record, a line and a write each. Notes are kept. On failure some of the
 * lines may be there; `err` names the file. */
fiat_status fiat__dead_letter_append(const char *path, bool sync, fiat__record *record,
                                     const fiat__verdict *verdict, fiat_error *err);

#endif
