/* Settings as those who work by them take them. */
#include "logger/opts.h"
#include "logger/settings.h"

static fiat__spool_opts spool_opts(const fiat_config *config) {
    const int mode = fiat__config_choice(config, FIAT__SET_SPOOL);
    return (fiat__spool_opts){
        .dir = mode ? fiat__config_string(config, FIAT__SET_SPOOL_DIR) : NULL,
        .sync = mode == 2,
        .max_bytes = (uint64_t)fiat__config_integer(config, FIAT__SET_SPOOL_MAX_BYTES),
        .segment_bytes = (uint64_t)fiat__config_integer(config, FIAT__SET_SPOOL_SEGMENT_BYTES),
    };
}

fiat__producer_opts fiat__config_producer_opts(const fiat_config *config) {
    return (fiat__producer_opts){
        .linger_ms = (uint32_t)fiat__config_integer(config, FIAT__SET_LINGER_MS),
        .record_max_bytes = (uint32_t)fiat__config_integer(config, FIAT__SET_RECORD_MAX_BYTES),
        .record_max_events = (uint32_t)fiat__config_integer(config, FIAT__SET_RECORD_MAX_EVENTS),
        .omit_last_newline = !fiat__config_boolean(config, FIAT__SET_RECORD_NEWLINE),
        .gzip_level = fiat__config_choice(config, FIAT__SET_RECORD_COMPRESSION)
                          ? (int)fiat__config_integer(config, FIAT__SET_RECORD_COMPRESSION_LEVEL)
                          : 0,
        .batch_max_records = (uint32_t)fiat__config_integer(config, FIAT__SET_BATCH_MAX_RECORDS),
        .batch_max_bytes = (uint32_t)fiat__config_integer(config, FIAT__SET_BATCH_MAX_BYTES),
        .queue_max_bytes = (uint64_t)fiat__config_integer(config, FIAT__SET_QUEUE_MAX_BYTES),
        .queue_full = (fiat__full_policy)fiat__config_choice(config, FIAT__SET_QUEUE_FULL),
        .queue_wait_ms = (uint32_t)fiat__config_integer(config, FIAT__SET_QUEUE_WAIT_MS),
        .max_in_flight = (uint32_t)fiat__config_integer(config, FIAT__SET_REQUESTS_MAX),
        .rate_max_bytes = (uint64_t)fiat__config_integer(config, FIAT__SET_RATE_MAX_BYTES),
        .rate_max_records = (uint64_t)fiat__config_integer(config, FIAT__SET_RATE_MAX_RECORDS),
        .retry_backoff_ms = (uint32_t)fiat__config_integer(config, FIAT__SET_RETRY_BACKOFF_MS),
        .retry_backoff_max_ms =
            (uint32_t)fiat__config_integer(config, FIAT__SET_RETRY_BACKOFF_MAX_MS),
        .delivery_timeout_ms =
            (uint32_t)fiat__config_integer(config, FIAT__SET_DELIVERY_TIMEOUT_MS),
        .dead_letter_file = fiat__config_string(config, FIAT__SET_DEAD_LETTER_FILE),
        .dead_letter_sync = fiat__config_boolean(config, FIAT__SET_DEAD_LETTER_SYNC),
        .spool = spool_opts(config),
        .reports_by_poll = fiat__config_choice(config, FIAT__SET_REPORTS) == 1,
        .interval_ms = (uint32_t)fiat__config_integer(config, FIAT__SET_STATS_INTERVAL_MS),
        .reports_failures_only = fiat__config_choice(config, FIAT__SET_REPORTS_ONLY) == 1,
    };
}

static fiat__net_opts net_opts(const fiat_config *config) {
    return (fiat__net_opts){
        .proxy_url = fiat__config_string(config, FIAT__SET_PROXY_URL),
        .proxy_none = fiat__config_string(config, FIAT__SET_PROXY_NONE),
        .proxy_ca_file = fiat__config_string(config, FIAT__SET_PROXY_CA_FILE),
        .ca_file = fiat__config_string(config, FIAT__SET_TLS_CA_FILE),
        .cert_file = fiat__config_string(config, FIAT__SET_TLS_CERT_FILE),
        .key_file = fiat__config_string(config, FIAT__SET_TLS_KEY_FILE),
        .idle_ms = (uint32_t)fiat__config_integer(config, FIAT__SET_CONNECTION_IDLE_MS),
        .max_age_ms = (uint32_t)fiat__config_integer(config, FIAT__SET_CONNECTION_MAX_AGE_MS),
    };
}

fiat__sink_opts fiat__config_sink_opts(const fiat_config *config) {
    return (fiat__sink_opts){
        .region = fiat__config_string(config, FIAT__SET_AWS_REGION),
        .endpoint_url = fiat__config_string(config, FIAT__SET_AWS_ENDPOINT_URL),
        .fips = fiat__config_boolean(config, FIAT__SET_AWS_FIPS),
        .dualstack = fiat__config_boolean(config, FIAT__SET_AWS_DUALSTACK),
        .net = net_opts(config),
        .prefix = fiat__config_string(config, FIAT__SET_LOCAL_PREFIX),
        .gzip = fiat__config_boolean(config, FIAT__SET_LOCAL_GZIP),
        .sync = fiat__config_boolean(config, FIAT__SET_LOCAL_SYNC),
        .connect_timeout_ms = (uint32_t)fiat__config_integer(config, FIAT__SET_CONNECT_TIMEOUT_MS),
        .request_timeout_ms = (uint32_t)fiat__config_integer(config, FIAT__SET_REQUEST_TIMEOUT_MS),
        .max_in_flight = (uint32_t)fiat__config_integer(config, FIAT__SET_REQUESTS_MAX),
    };
}
