/* See store.h. */
#include "mock/store.h"
#include "json/doc.h"
#include "mock/gunzip.h"
#include "mock/heap.h"

/* --- quotas ----------------------------------------------------------------------------------- */

static fiat__quota *find_quota(fiat__store *store, const char *stream, int64_t now_ms) {
    for (size_t i = 0; i < store->quota_count; i++)
        if (strcmp(store->quotas[i].stream, stream) == 0) return &store->quotas[i];
    fiat__quota *grown = fiat__heap_grow(store->quotas, store->quota_count, sizeof *grown);
    if (!grown) return NULL;
    store->quotas = grown;
    fiat__quota *quota = &store->quotas[store->quota_count++];
    *quota = (fiat__quota){
        .bytes = store->bytes_per_s, .records = store->records_per_s, .filled_ms = now_ms};
    memcpy(quota->stream, stream, strlen(stream) + 1);
    return quota;
}

static void refill(double *left, double per_s, int64_t passed_ms) {
    *left += per_s * (double)passed_ms / 1000;
    if (*left > per_s) *left = per_s;
}

bool fiat__store_admit(fiat__store *store, const char *stream, size_t bytes, int64_t now_ms) {
    if (store->bytes_per_s == 0 && store->records_per_s == 0) return true;
    fiat__quota *quota = find_quota(store, stream, now_ms);
    if (!quota) return false;
    refill(&quota->bytes, store->bytes_per_s, now_ms - quota->filled_ms);
    refill(&quota->records, store->records_per_s, now_ms - quota->filled_ms);
    quota->filled_ms = now_ms;
    /* A record larger than a second's worth is taken from a full bucket, or it never would be. */
    const bool full = quota->bytes >= store->bytes_per_s;
    if ((store->bytes_per_s > 0 && quota->bytes < (double)bytes && !full) ||
        (store->records_per_s > 0 && quota->records < 1)) {
        store->over_quota++;
        return false;
    }
    quota->bytes -= (double)bytes;
    quota->records -= 1;
    return true;
}

/* --- records ---------------------------------------------------------------------------------- */

bool fiat__store_take(fiat__store *store, const fiat__taken *record, fiat__str data) {
    fiat__taken **grown = fiat__heap_grow(store->taken, store->count, sizeof *grown);
    if (!grown) return false;
    store->taken = grown;
    fiat__taken *kept = fiat__heap_new(sizeof *kept);
    if (!kept) return false;
    *kept = *record;
    kept->length = data.len;
    kept->data = store->keep_data ? fiat__heap_copy(data.ptr, data.len) : NULL;
    if (store->keep_data && !kept->data) {
        fiat__heap_free(kept);
        return false;
    }
    store->taken[store->count++] = kept;
    store->records++;
    store->bytes += data.len;
    return true;
}

static void free_events(fiat__store *store) {
    for (size_t i = 0; i < store->event_slots; i++)
        fiat__heap_free(store->events[i].id);
    fiat__heap_free(store->events);
    store->events = NULL;
    store->event_slots = store->event_count = store->indexed = 0;
}

void fiat__store_forget(fiat__store *store) {
    for (size_t i = 0; i < store->count; i++) {
        fiat__heap_free(store->taken[i]->data);
        fiat__heap_free(store->taken[i]);
    }
    store->count = 0;
    free_events(store);
}

void fiat__store_deinit(fiat__store *store) {
    fiat__store_forget(store);
    fiat__heap_free(store->taken);
    fiat__heap_free(store->quotas);
}

/* --- events ----------------------------------------------------------------------------------- */

/* The slot of an id, or the empty one where it would be. The table is never full. */
static fiat__counted *find_slot(fiat__counted *slots, size_t count, const char *id) {
    size_t at = (size_t)fiat__str_hash(0, fiat__str_c(id)) & (count - 1);
    while (slots[at].id && strcmp(slots[at].id, id) != 0)
        at = (at + 1) & (count - 1);
    return &slots[at];
}

static bool grow_events(fiat__store *store) {
    if (2 * store->event_count < store->event_slots) return true;
    const size_t slots = store->event_slots ? 2 * store->event_slots : 1024;
    fiat__counted *wider = fiat__heap_new(slots * sizeof *wider);
    if (!wider) return false;
    for (size_t i = 0; i < store->event_slots; i++)
        if (store->events[i].id) *find_slot(wider, slots, store->events[i].id) = store->events[i];
    fiat__heap_free(store->events);
    store->events = wider;
    store->event_slots = slots;
    return true;
}

static void count_event(fiat__store *store, const char *id) {
    if (!grow_events(store)) return;
    fiat__counted *slot = find_slot(store->events, store->event_slots, id);
    if (!slot->id) {
        if (!(slot->id = fiat__heap_copy(id, strlen(id)))) return;
        store->event_count++;
    }
    slot->times++;
}

static void index_line(fiat__store *store, fiat__str line) {
    fiat__doc *doc = NULL;
    const char *id;
    if (fiat__doc_parse(&doc, line, NULL) != FIAT_OK) return; /* not every record is of events */
    if (fiat__doc_string(fiat__doc_get(doc, "id"), &id)) count_event(store, id);
    fiat__doc_free(doc);
}

static void index_lines(fiat__store *store, const char *at, const char *end) {
    while (at < end) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        const char *stop = newline ? newline : end;
        index_line(store, fiat__str_of(at, (size_t)(stop - at)));
        at = stop + 1;
    }
}

static void index_record(fiat__store *store, const fiat__taken *record) {
    size_t len = 0;
    char *plain = record->data ? fiat__gunzip_text(record->data, record->length, &len) : NULL;
    if (plain)
        index_lines(store, plain, plain + len);
    else if (record->data)
        index_lines(store, record->data, record->data + record->length);
    fiat__heap_free(plain);
}

uint64_t fiat__store_times(fiat__store *store, const char *event_id) {
    while (store->indexed < store->count)
        index_record(store, store->taken[store->indexed++]);
    return store->event_slots ? find_slot(store->events, store->event_slots, event_id)->times : 0;
}
