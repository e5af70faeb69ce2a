/* What the mock has taken, and whether it may take more. @locks the mock's mutex is held. */
#ifndef FIAT_MOCK_STORE_H
#define FIAT_MOCK_STORE_H

#include "base/str.h"
#include "local/put_input.h"
#include <fiat/unstable/mock.h>

typedef struct fiat__taken {
    char stream[FIAT__STREAM_NAME_BYTES + 1];
    char record_id[FIAT__PUT_ID_LEN + 1];
    char *data; /* NULL: not kept */
    size_t length;
    uint64_t request;
    fiat_mock_fault fault;
} fiat__taken;

/* How much a stream may still take now; refilled as time passes, up to one second's worth. */
typedef struct fiat__quota {
    char stream[FIAT__STREAM_NAME_BYTES + 1];
    double bytes, records;
    int64_t filled_ms;
} fiat__quota;

/* How often an event came. */
typedef struct fiat__counted {
    char *id; /* NULL: an empty slot */
    uint64_t times;
} fiat__counted;

typedef struct fiat__store {
    bool keep_data;
    double bytes_per_s, records_per_s; /* 0: no limit */
    fiat__taken **taken;
    size_t count;
    uint64_t records, bytes, over_quota;
    fiat__quota *quotas;
    size_t quota_count;
    fiat__counted *events; /* an open hash table of the first `indexed` records */
    size_t event_slots, event_count, indexed;
} fiat__store;

void fiat__store_deinit(fiat__store *store);

/* May the stream take a record of so many bytes now? Takes it from the quota. */
bool fiat__store_admit(fiat__store *store, const char *stream, size_t bytes, int64_t now_ms);

/* Keep a copy. false: out of memory. */
bool fiat__store_take(fiat__store *store, const fiat__taken *record, fiat__str data);

/* How often a line with this "id" was taken. */
uint64_t fiat__store_times(fiat__store *store, const char *event_id);

void fiat__store_forget(fiat__store *store);

#endif
