/* The end of a record: each of its events is reported once, then the record is released.
 *
 * Records are settled by the sender thread. With opts.reports_by_poll it only notes the verdict and
 * leaves the record to the thread that polls; otherwise it reports there and then. No lock is held
 * while the application is called. */
#include "base/error.h"
#include "producer/dead_letter.h"

/* The producers whose callbacks this thread is inside: a callback may serve another producer. */
typedef struct reporting {
    const fiat__producer *producer;
    const struct reporting *outer;
} reporting;

static _Thread_local const reporting *tl_reporting;

bool fiat__is_reporting(const fiat__producer *producer) {
    const reporting *at = tl_reporting;
    while (at && at->producer != producer)
        at = at->outer;
    return at != NULL;
}

/* What all events of a record have in common. */
static fiat_delivery common_report(const fiat__record *record, const fiat__verdict *verdict) {
    return (fiat_delivery){
        .struct_size = sizeof(fiat_delivery),
        .outcome = verdict->outcome,
        .stream = record->stream->name,
        .record_id = verdict->record_id,
        .attempts = record->attempts,
        .error = verdict->outcome == FIAT_DELIVERED ? NULL : &verdict->err,
        .sent_at_ms = record->attempts ? record->sent_ms + verdict->wall_offset_ms : 0,
        .settled_at_ms = verdict->settled_ms + verdict->wall_offset_ms,
        .dead_letter_file = verdict->dead_letter ? record->stream->producer->dead_letter_path : "",
        .spool_dir = record->kept ? fiat__spool_dir_path(record->stream->producer->spool) : "",
    };
}

static void report_events(fiat__record *record, const fiat__verdict *verdict) {
    const fiat__producer_opts *opts = &record->stream->producer->opts;
    static const fiat__uuid none;
    const reporting here = {record->stream->producer, tl_reporting};
    char *data = fiat__record_data(record);
    char event_id[FIAT__UUID_LEN + 1];
    fiat_delivery report = common_report(record, verdict);
    uint32_t start = 0;
    tl_reporting = &here;
    for (uint32_t i = 0; i < record->note_count; i++) {
        const fiat__event_note *note = fiat__record_note(record, i);
        int64_t accepted_ms = record->opened_ms + note->after_ms;
        memset(event_id, 0, sizeof event_id);
        if (memcmp(&note->uuid, &none, sizeof none) != 0) fiat__uuid_write(event_id, &note->uuid);
        data[note->end - 1] = '\0'; /* the newline's place: a kindness to C strings */
        report.event_id = event_id;
        report.accepted_at_ms = accepted_ms + verdict->wall_offset_ms;
        report.queued_ms =
            verdict->settled_ms > accepted_ms ? (uint64_t)(verdict->settled_ms - accepted_ms) : 0;
        report.data = data + start;
        report.data_length = note->end - 1 - start;
        report.opaque = note->opaque;
        opts->on_delivery(&report, opts->on_delivery_ctx);
        start = note->end;
    }
    tl_reporting = here.outer;
}

static fiat__tally tally_of(fiat__record *record, fiat_outcome outcome) {
    fiat__tally tally = {0};
    if (outcome == FIAT_MAYBE) tally.maybe = record->event_count;
    if (outcome == FIAT_NOT_DELIVERED) tally.not_delivered = record->event_count;
    if (outcome != FIAT_DELIVERED) return tally;
    tally.delivered = record->event_count;
    tally.records = 1;
    tally.bytes = fiat__record_wire(record).len;
    tally.billed_bytes = fiat__billed_bytes(tally.bytes);
    return tally;
}

static bool is_wanted(const fiat__producer_opts *opts, fiat_outcome outcome) {
    return opts->on_delivery && !(opts->reports_failures_only && outcome == FIAT_DELIVERED);
}

static void write_verdict(fiat__verdict *out, const fiat__record *record, fiat_outcome outcome,
                          const char *record_id, const fiat_error *error) {
    const fiat__clock *clock = record->stream->producer->opts.clock;
    out->outcome = outcome;
    out->settled_ms = fiat__mono_ms(clock);
    out->wall_offset_ms = fiat__wall_ms(clock) - out->settled_ms;
    fiat__err_copy(out->record_id, sizeof out->record_id, record_id, strlen(record_id));
    out->dead_letter = false;
    if (error) out->err = *error;
}

/* Failing to keep an event does not change its fate: the report says that it is in no file. */
static void keep_dead_letters(fiat__record *record, fiat__verdict *verdict) {
    fiat__producer *producer = record->stream->producer;
    const fiat__tally change = {.dead_letters = record->event_count};
    fiat_error err;
    if (fiat__dead_letter_append(producer->dead_letter_path, producer->opts.dead_letter_sync,
                                 record, verdict, &err) == FIAT_OK) {
        verdict->dead_letter = true;
        fiat__ledger_count(&producer->ledger, record->stream, &change);
    } else {
        fiat__log_write(producer->opts.log, FIAT__LOG_DEAD_LETTER, record->stream->name,
                        "stream %s: %u events that were given up are not all in the dead-letter "
                        "file: %s",
                        record->stream->name, record->event_count, err.message);
    }
}

/* The record is reported: its events need not be in the spool any more, and it is over. */
static void release(fiat__producer *producer, fiat__record *record) {
    if (producer->spool && !record->kept) {
        fiat__spool_lock(producer->spool);
        for (uint32_t i = 0; i < record->note_count; i++)
            fiat__spool_settle(producer->spool, fiat__record_note(record, i)->spool_ref);
        fiat__spool_unlock(producer->spool);
    }
    fiat__ledger_release(&producer->ledger, record);
}

void fiat__record_settle(fiat__record *record, fiat_outcome outcome, const char *record_id,
                         const fiat_error *error) {
    fiat__producer *producer = record->stream->producer;
    if (outcome == FIAT_NOT_DELIVERED && record->maybe) outcome = FIAT_MAYBE;
    bool wanted = is_wanted(&producer->opts, outcome);
    bool later = wanted && producer->opts.reports_by_poll;
    record->kept = producer->keep_spooled && outcome != FIAT_DELIVERED;
    bool dead = outcome != FIAT_DELIVERED && producer->dead_letter_path && !record->kept;
    fiat__observe_given_up(record, outcome, error);
    if (wanted || dead) {
        fiat__verdict now, *verdict = later ? fiat__record_verdict(record) : &now;
        write_verdict(verdict, record, outcome, record_id, error);
        if (dead) keep_dead_letters(record, verdict);
        if (wanted && !later) report_events(record, verdict);
    }
    fiat__tally tally = tally_of(record, outcome);
    fiat__record_unpack(record);
    fiat__ledger_settle(&producer->ledger, record, &tally);
    producer->settled_any = true;
    if (later)
        fiat__report_queue_push(&producer->waiting, record);
    else
        release(producer, record);
}

uint64_t fiat__reports_serve(fiat__producer *producer, size_t record_count) {
    uint64_t events = 0;
    while (record_count-- > 0) {
        fiat__record *record = fiat__report_queue_pop(&producer->waiting);
        if (!record) break;
        events += record->note_count;
        report_events(record, fiat__record_verdict(record));
        release(producer, record);
    }
    /* What the spool holds may have waited for this memory. */
    if (events && producer->spool) fiat__producer_notify(producer, FIAT__AWAKE);
    return events;
}
