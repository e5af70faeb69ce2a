/* Foretelling which batch follows the one that is sent, so that the sink can make ready what it
 * needs of both at once. Sender thread.
 *
 * What a batch will carry is certain only in so far as nothing comes between: a retry, a limit, an
 * eviction. So each record of a forecast is given a place, and the batch has come as foretold when
 * its records have those places, all of them and in that order. */
#include "producer/producer_internal.h"

/* Is the next batch's size known, and is nothing to go before it? */
static bool may_foretell(const fiat__producer_stream *stream, const fiat__batch_limits *limits) {
    const fiat__producer *producer = stream->producer;
    return producer->sink->looks_ahead && !producer->packer && !stream->retry.head &&
           limits->records == producer->batch_max_count &&
           limits->bytes == producer->batch_max_bytes;
}

/* Give places to the records that will be taken next; how many. 0: more might join them.
 * @locks stream->lock held */
static size_t place_records(fiat__producer_stream *stream, const fiat__batch_limits *limits) {
    fiat__producer *producer = stream->producer;
    fiat__records batch = {0};
    stream->before_forecast = stream->last_place;
    fiat__record *record = stream->ready.head;
    for (; record && fiat__batch_fits(limits, &batch, record->len); record = record->next) {
        record->place = ++stream->last_place;
        producer->foretold[batch.count++] = fiat__record_wire(record);
        batch.bytes += record->len;
    }
    return record || batch.count == limits->records ? batch.count : 0;
}

fiat__sink_forecast *fiat__forecast_make(fiat__producer_stream *stream,
                                         const fiat__batch_limits *limits) {
    fiat__sink_forecast *forecast = &stream->forecast;
    if (!may_foretell(stream, limits)) return NULL;
    fiat__mutex_lock(&stream->lock);
    forecast->count = place_records(stream, limits);
    fiat__mutex_unlock(&stream->lock);
    forecast->data = stream->producer->foretold;
    forecast->hashed = false;
    return forecast->count ? forecast : NULL;
}

const fiat__sink_forecast *fiat__forecast_find(const fiat__producer_stream *stream,
                                               const fiat__records *records) {
    uint64_t place = stream->before_forecast;
    if (records->count != stream->forecast.count) return NULL;
    for (const fiat__record *record = records->head; record; record = record->next)
        if (record->place != ++place) return NULL;
    return &stream->forecast;
}
