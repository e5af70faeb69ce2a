/* The mock's handle: start, stop, and what a test asks. */
#include "base/clock.h"
#include "base/error.h"
#include "mock/heap.h"
#include "mock/mock_internal.h"

#include <stdio.h>

#define KEY       "mock"
#define TTL_S     3600
#define TTL_MAX_S (7 * 24 * 60 * 60)

void fiat_mock_opts_init(fiat_mock_opts *opts) {
    *opts = (fiat_mock_opts){.struct_size = sizeof *opts,
                             .access_key_id = KEY,
                             .secret_access_key = KEY,
                             .credentials_ttl_s = TTL_S,
                             .seed = 1};
}

/* The caller's options over the defaults; a caller of an older header knows fewer of them. */
static fiat_status read_opts(fiat_mock_opts *out, const fiat_mock_opts *opts, fiat_error *err) {
    fiat_mock_opts_init(out);
    if (!opts) return FIAT_OK;
    if (opts->struct_size == 0 || opts->struct_size > sizeof *out)
        return fiat__err_set(err, FIAT_E_ARG,
                             "mock: struct_size is %zu; begin with fiat_mock_opts_init()",
                             opts->struct_size);
    memcpy(out, opts, opts->struct_size);
    out->struct_size = sizeof *out;
    if (!out->access_key_id || !out->secret_access_key)
        return fiat__err_set(err, FIAT_E_ARG, "mock: access_key_id and secret_access_key are NULL");
    if (out->credentials_ttl_s == 0 || out->credentials_ttl_s > TTL_MAX_S)
        return fiat__err_set(err, FIAT_E_ARG, "mock: credentials_ttl_s is %u; allowed are 1..%d",
                             out->credentials_ttl_s, TTL_MAX_S);
    return FIAT_OK;
}

static fiat_status copy_texts(fiat_mock *mock, const fiat_mock_opts *opts, fiat_error *err) {
    mock->access_key_id = fiat__heap_copy(opts->access_key_id, strlen(opts->access_key_id));
    mock->secret_access_key =
        fiat__heap_copy(opts->secret_access_key, strlen(opts->secret_access_key));
    if (!mock->access_key_id || !mock->secret_access_key) return fiat__err_nomem(err);
    return fiat__streams_init(&mock->streams, opts->streams, err);
}

static fiat_status serve(fiat_mock *mock, const fiat_mock_opts *opts, fiat_error *err) {
    fiat_status status = fiat__keys_start(&mock->keys, mock, opts->credentials_ttl_s, err);
    if (status == FIAT_OK && opts->tls) status = fiat__certificates_init(&mock->certificates, err);
    if (status != FIAT_OK) return status;
    const fiat__server_opts server = {.port = opts->port,
                                      .tls = mock->certificates.right,
                                      .handler = {.ctx = mock,
                                                  .connecting = fiat__mock_connecting,
                                                  .begin = fiat__mock_begin,
                                                  .handle = fiat__mock_handle,
                                                  .done = fiat__mock_done}};
    status = fiat__server_start(&mock->server, &server, err);
    if (status != FIAT_OK) return status;
    snprintf(mock->url, sizeof mock->url, "http%s://127.0.0.1:%u", opts->tls ? "s" : "",
             (unsigned)fiat__server_port(mock->server));
    snprintf(mock->credentials_url, sizeof mock->credentials_url, "http://127.0.0.1:%u",
             (unsigned)fiat__keys_port(mock->keys));
    return FIAT_OK;
}

fiat_status fiat_mock_start(fiat_mock **out, const fiat_mock_opts *opts, fiat_error *err) {
    fiat_mock_opts own;
    if (!out) return fiat__err_set(err, FIAT_E_ARG, "mock: no place for the handle");
    *out = NULL;
    fiat_status status = read_opts(&own, opts, err);
    if (status != FIAT_OK) return status;
    fiat_mock *mock = fiat__heap_new(sizeof *mock);
    if (!mock) return fiat__err_nomem(err);
    mock->verify = !own.no_verify;
    mock->store.keep_data = !own.no_data;
    mock->store.bytes_per_s = (double)own.bytes_per_s;
    mock->store.records_per_s = (double)own.records_per_s;
    fiat__faults_init(&mock->faults, own.seed, own.tls);
    fiat__mutex_init(&mock->mutex);
    fiat__cond_init(&mock->taken);
    status = copy_texts(mock, &own, err);
    if (status == FIAT_OK) status = serve(mock, &own, err);
    if (status == FIAT_OK)
        *out = mock;
    else
        fiat_mock_stop(mock);
    return status;
}

void fiat_mock_stop(fiat_mock *mock) {
    if (!mock) return;
    fiat__server_stop(mock->server);
    fiat__keys_stop(mock->keys);
    fiat__certificates_deinit(&mock->certificates);
    fiat__store_deinit(&mock->store);
    fiat__faults_deinit(&mock->faults);
    fiat__cond_deinit(&mock->taken);
    fiat__mutex_deinit(&mock->mutex);
    fiat__heap_free(mock->access_key_id);
    fiat__heap_free(mock->secret_access_key);
    fiat__streams_deinit(&mock->streams);
    fiat__heap_free(mock);
}

const char *fiat_mock_url(const fiat_mock *mock) {
    return mock->url;
}

const char *fiat_mock_ca_file(const fiat_mock *mock) {
    return mock->certificates.ca_file;
}

const char *fiat_mock_credentials_url(const fiat_mock *mock) {
    return mock->credentials_url;
}

void fiat_mock_spoil_credentials(fiat_mock *mock, int http_status, uint32_t delay_ms) {
    fiat__keys_spoil(mock->keys, http_status, delay_ms);
}

/* --- faults ----------------------------------------------------------------------------------- */

fiat_status fiat_mock_push(fiat_mock *mock, fiat_mock_fault kind, uint32_t value, uint32_t count,
                           fiat_error *err) {
    fiat__mutex_lock(&mock->mutex);
    fiat_status status = fiat__faults_push(&mock->faults, (fiat__fault){kind, value}, count, err);
    fiat__mutex_unlock(&mock->mutex);
    return status;
}

fiat_status fiat_mock_chance(fiat_mock *mock, fiat_mock_fault kind, uint32_t value,
                             uint32_t per_mille, fiat_error *err) {
    fiat__mutex_lock(&mock->mutex);
    fiat_status status =
        fiat__faults_chance(&mock->faults, (fiat__fault){kind, value}, per_mille, err);
    fiat__mutex_unlock(&mock->mutex);
    return status;
}

fiat_status fiat_mock_play(fiat_mock *mock, const char *script, fiat_error *err) {
    fiat_status status = FIAT_OK;
    unsigned line = 0;
    fiat__mutex_lock(&mock->mutex);
    while (status == FIAT_OK && *script) {
        const size_t len = strcspn(script, "\n");
        line++;
        status = fiat__faults_line(&mock->faults, fiat__str_of(script, len), err);
        if (status != FIAT_OK) fiat__err_wrap(err, status, "line %u", line);
        script += len + (script[len] == '\n');
    }
    fiat__mutex_unlock(&mock->mutex);
    return status;
}

void fiat_mock_clear(fiat_mock *mock) {
    fiat__mutex_lock(&mock->mutex);
    fiat__faults_clear(&mock->faults);
    fiat__mutex_unlock(&mock->mutex);
}

uint64_t fiat_mock_fault_count(fiat_mock *mock, fiat_mock_fault kind) {
    if ((unsigned)kind >= FIAT_MOCK_FAULT_COUNT) return 0;
    fiat__mutex_lock(&mock->mutex);
    const uint64_t played = mock->faults.played[kind];
    fiat__mutex_unlock(&mock->mutex);
    return played;
}

/* --- what came -------------------------------------------------------------------------------- */

void fiat_mock_get_stats(fiat_mock *mock, fiat_mock_stats *out) {
    fiat_mock_stats now = {.struct_size = out->struct_size,
                           .connections = fiat__server_connections(mock->server),
                           .keys = fiat__keys_given(mock->keys)};
    fiat__mutex_lock(&mock->mutex);
    now.requests = mock->requests;
    now.records = mock->store.records;
    now.bytes = mock->store.bytes;
    now.over_quota = mock->store.over_quota;
    fiat__mutex_unlock(&mock->mutex);
    memcpy(out, &now, out->struct_size < sizeof now ? out->struct_size : sizeof now);
}

size_t fiat_mock_record_count(fiat_mock *mock) {
    fiat__mutex_lock(&mock->mutex);
    const size_t count = mock->store.count;
    fiat__mutex_unlock(&mock->mutex);
    return count;
}

bool fiat_mock_get_record(fiat_mock *mock, size_t index, fiat_mock_record *out) {
    fiat_mock_record found = {.struct_size = out->struct_size};
    fiat__mutex_lock(&mock->mutex);
    const fiat__taken *taken = index < mock->store.count ? mock->store.taken[index] : NULL;
    fiat__mutex_unlock(&mock->mutex);
    if (!taken) return false;
    found.stream = taken->stream;
    found.record_id = taken->record_id;
    found.data = taken->data;
    found.length = taken->length;
    found.request = taken->request;
    found.fault = taken->fault;
    memcpy(out, &found, out->struct_size < sizeof found ? out->struct_size : sizeof found);
    return true;
}

uint64_t fiat_mock_event_count(fiat_mock *mock, const char *event_id) {
    fiat__mutex_lock(&mock->mutex);
    const uint64_t times = fiat__store_times(&mock->store, event_id);
    fiat__mutex_unlock(&mock->mutex);
    return times;
}

bool fiat_mock_wait(fiat_mock *mock, size_t records, uint32_t timeout_ms) {
    const int64_t until = fiat__mono_ms(&fiat__clock_system) + timeout_ms;
    fiat__mutex_lock(&mock->mutex);
    int64_t left = timeout_ms;
    while (mock->store.count < records && left > 0) {
        fiat__cond_wait_ms(&mock->taken, &mock->mutex, left);
        left = until - fiat__mono_ms(&fiat__clock_system);
    }
    const bool enough = mock->store.count >= records;
    fiat__mutex_unlock(&mock->mutex);
    return enough;
}

void fiat_mock_forget(fiat_mock *mock) {
    fiat__mutex_lock(&mock->mutex);
    fiat__store_forget(&mock->store);
    fiat__mutex_unlock(&mock->mutex);
}
