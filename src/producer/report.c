/* The end of a record: each of its events is reported once, then the record is released.
 * Sender thread, no lock held. */
#include "producer/producer_internal.h"

static void report_events(fiat__record *record, fiat_delivery *report) {
    fiat__producer *producer = record->stream->producer;
    static const fiat__uuid none;
    char *data = fiat__record_data(record);
    char event_id[FIAT__UUID_LEN + 1];
    int64_t age_ms = fiat__producer_now(producer) - record->opened_ms;
    uint32_t start = 0;
    for (uint32_t i = 0; i < record->note_count; i++) {
        const fiat__event_note *note = fiat__record_note(record, i);
        memset(event_id, 0, sizeof event_id);
        if (memcmp(&note->uuid, &none, sizeof none) != 0) fiat__uuid_write(event_id, &note->uuid);
        data[note->end - 1] = '\0'; /* the newline's place: a kindness to C strings */
        report->event_id = event_id;
        report->queued_ms = age_ms > note->after_ms ? (uint64_t)(age_ms - note->after_ms) : 0;
        report->data = data + start;
        report->data_length = note->end - 1 - start;
        report->opaque = note->opaque;
        producer->opts.on_delivery(report, producer->opts.on_delivery_ctx);
        start = note->end;
    }
}

static fiat__tally tally_of(const fiat__record *record, fiat_outcome outcome) {
    const uint64_t step = FIAT__BILLING_STEP_BYTES;
    fiat__tally tally = {0};
    if (outcome == FIAT_MAYBE) tally.maybe = record->event_count;
    if (outcome == FIAT_NOT_DELIVERED) tally.not_delivered = record->event_count;
    if (outcome != FIAT_DELIVERED) return tally;
    tally.delivered = record->event_count;
    tally.records = 1;
    tally.bytes = record->len;
    tally.billed_bytes = (record->len + step - 1) / step * step;
    return tally;
}

static bool is_wanted(const fiat__producer_opts *opts, fiat_outcome outcome) {
    return opts->on_delivery && !(opts->reports_failures_only && outcome == FIAT_DELIVERED);
}

void fiat__record_settle(fiat__record *record, fiat_outcome outcome, const char *record_id,
                         const fiat_error *error) {
    fiat__producer *producer = record->stream->producer;
    if (outcome == FIAT_NOT_DELIVERED && record->maybe) outcome = FIAT_MAYBE;
    fiat_delivery report = {.struct_size = sizeof report,
                            .outcome = outcome,
                            .stream = record->stream->name,
                            .record_id = record_id,
                            .attempts = record->attempts,
                            .error = outcome == FIAT_DELIVERED ? NULL : error};
    fiat__observe_given_up(record, outcome, error);
    if (is_wanted(&producer->opts, outcome)) report_events(record, &report);
    fiat__tally tally = tally_of(record, outcome);
    fiat__ledger_release(&producer->ledger, record, &tally);
    producer->settled_any = true;
}
