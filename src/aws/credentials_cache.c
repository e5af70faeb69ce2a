/* What all providers share: the credentials in force, and their renewal.
 *
 * One fetch at most runs at a time, with `fetching` set and the lock released: on the thread of
 * whoever calls get(), or on one that poll() starts and the next start or free() joins. A source
 * that does not heed `cancelled`, such as a file on a server that hangs, is not waited for: its
 * thread then frees the provider. */
#include "aws/credentials_provider.h"
#include "base/error.h"
#include "base/fence.h"
#include "base/mem.h"
#include "base/random.h"

#include <openssl/crypto.h>
#include <string.h>

/* Renewed this long before expiry at the earliest, and at the latest two thirds of it: the windows
 * of AWS's SDKs, 15 and 10 minutes. In between by chance, so that the machines of a fleet that
 * started together do not ask together. */
#define REFRESH_AHEAD_MS ((int64_t)15 * 60 * 1000)
/* Credentials that outlive their expiry are taken to last this much longer each time. */
#define EXTENSION_MS ((int64_t)15 * 60 * 1000)
/* After a failure: doubled each time, shortened by up to a quarter by chance. */
#define RETRY_FIRST_MS 1000
#define RETRY_MAX_MS   (60 * 1000)
/* How long free() waits for a fetch to end. */
#define END_WAIT_MS 1000

void *fiat__aws_credentials_provider_new(size_t bytes, const fiat__aws_credentials_vtable *vtable,
                                         const fiat__clock *clock) {
    fiat__aws_credentials_provider *provider = fiat__calloc(1, bytes);
    if (!provider) return NULL;
    provider->vtable = vtable;
    provider->clock = clock ? clock : &fiat__clock_system;
    atomic_init(&provider->cancelled, false);
    fiat__mutex_init(&provider->mutex);
    fiat__cond_init(&provider->changed);
    return provider;
}

void fiat__aws_credentials_provider_release(fiat__aws_credentials_provider *provider) {
    fiat__aws_credentials_deinit(&provider->cached);
    fiat__cond_deinit(&provider->changed);
    fiat__mutex_deinit(&provider->mutex);
    fiat__free(provider);
}

/* Has the fetch ended in time? If not, it is left to its thread. */
static bool await_end(fiat__aws_credentials_provider *provider) {
    int64_t left_ms, until_ms = fiat__mono_ms(&fiat__clock_system) + END_WAIT_MS;
    fiat__mutex_lock(&provider->mutex);
    while (provider->fetching && (left_ms = until_ms - fiat__mono_ms(&fiat__clock_system)) > 0)
        fiat__cond_wait_ms(&provider->changed, &provider->mutex, left_ms);
    provider->orphaned = provider->fetching;
    const bool ended = !provider->orphaned;
    if (!ended) {
        provider->log = NULL; /* both may go before the thread does */
        provider->on_change = NULL;
        fiat__thread_detach(provider->thread);
    }
    fiat__mutex_unlock(&provider->mutex);
    return ended;
}

void fiat__aws_credentials_provider_free(fiat__aws_credentials_provider *provider) {
    if (!provider) return;
    atomic_store(&provider->cancelled, true);
    if (!await_end(provider)) return;
    if (provider->has_thread) fiat__thread_join(provider->thread);
    provider->vtable->free(provider);
}

void fiat__aws_credentials_watch(fiat__aws_credentials_provider *provider,
                                 void (*on_change)(void *ctx), void *ctx) {
    fiat__mutex_lock(&provider->mutex);
    provider->on_change = on_change;
    provider->ctx = ctx;
    fiat__mutex_unlock(&provider->mutex);
}

static void drop_cached(fiat__aws_credentials_provider *provider) {
    fiat__aws_credentials_deinit(&provider->cached);
    provider->has_cached = false;
}

static bool is_valid(const fiat__aws_credentials_provider *provider) {
    return provider->has_cached && (provider->cached.expires_ms == INT64_MAX ||
                                    fiat__wall_ms(provider->clock) < provider->cached.expires_ms);
}

static bool is_due(const fiat__aws_credentials_provider *provider) {
    if (provider->failures && fiat__mono_ms(provider->clock) < provider->next_try_ms) return false;
    return !provider->has_cached || fiat__wall_ms(provider->clock) >= provider->refresh_at_ms;
}

/* Credentials that live shortly are renewed after half of their life. */
static int64_t plan_refresh(int64_t now_ms, int64_t expires_ms) {
    if (expires_ms == INT64_MAX) return INT64_MAX;
    int64_t ahead_ms = (expires_ms - now_ms) / 2;
    if (ahead_ms > REFRESH_AHEAD_MS) ahead_ms = REFRESH_AHEAD_MS;
    return expires_ms - ahead_ms + (int64_t)fiat__random_below((uint64_t)ahead_ms / 3 + 1);
}

/* @locks the provider's mutex is held */
static void keep(fiat__aws_credentials_provider *provider, const fiat__aws_credentials *fetched) {
    drop_cached(provider);
    provider->cached = *fetched;
    provider->has_cached = true;
    provider->refresh_at_ms = plan_refresh(fiat__wall_ms(provider->clock), fetched->expires_ms);
    provider->failures = 0;
    char expiry[FIAT__RFC3339_LEN + 1] = "never";
    if (fetched->expires_ms != INT64_MAX) fiat__rfc3339_write(expiry, fetched->expires_ms);
    fiat__log_write(provider->log, FIAT__LOG_CREDENTIALS, "",
                    "AWS credentials from %s; they expire: %s", fetched->provider, expiry);
}

static int64_t retry_delay_ms(unsigned failures) {
    int64_t ms = failures > 6 ? RETRY_MAX_MS : (int64_t)RETRY_FIRST_MS << (failures - 1);
    if (ms > RETRY_MAX_MS) ms = RETRY_MAX_MS;
    return ms - (int64_t)fiat__random_below((uint64_t)ms / 4);
}

/* @locks the provider's mutex is held */
static void note_failure(fiat__aws_credentials_provider *provider, const fiat_error *why) {
    provider->why = *why;
    if (why->status == FIAT_E_NOT_FOUND) { /* a provider that stands alone, outside a chain */
        fiat__err_wrap(&provider->why, FIAT_E_NOT_FOUND, "no AWS credentials: %s",
                       provider->vtable->name);
        provider->why.status = FIAT_E_AWS_CREDENTIALS;
    }
    if (provider->why.status == FIAT_E_AWS_CREDENTIALS) {
        provider->why.flags |= FIAT_ERRF_AUTH;
        if (!(provider->why.flags & FIAT_ERRF_RETRYABLE)) provider->why.flags |= FIAT_ERRF_OPERATOR;
    }
    provider->failures++;
    provider->next_try_ms = fiat__mono_ms(provider->clock) + retry_delay_ms(provider->failures);
    int64_t extended_ms = fiat__wall_ms(provider->clock) + EXTENSION_MS;
    if (provider->has_cached && provider->cached.outlives &&
        provider->cached.expires_ms < extended_ms)
        provider->cached.expires_ms = extended_ms;
    fiat__log_write(provider->log, FIAT__LOG_CREDENTIALS_FAILED, "", "%s%s",
                    is_valid(provider) ? "the old ones still hold: " : "", provider->why.message);
}

/* @locks the provider's mutex is held, and released while the source is asked */
static void fetch(fiat__aws_credentials_provider *provider) {
    fiat__aws_credentials fetched;
    fiat_error why = FIAT_ERROR_INIT;
    memset(&fetched, 0, sizeof fetched);
    provider->fetching = true;
    fiat__mutex_unlock(&provider->mutex);
    fiat_status status = provider->vtable->fetch(provider, &fetched, &why);
    fiat__mutex_lock(&provider->mutex);
    if (status == FIAT_OK && fetched.expires_ms <= fiat__wall_ms(provider->clock))
        status = fiat__err_set(&why, FIAT_E_AWS_CREDENTIALS,
                               "no AWS credentials: those from %s have expired already; is the "
                               "clock right?",
                               fetched.provider);
    if (status == FIAT_OK) {
        keep(provider, &fetched);
        OPENSSL_cleanse(&fetched, sizeof fetched);
    } else {
        fiat__aws_credentials_deinit(&fetched);
        note_failure(provider, &why);
    }
    provider->fetching = false;
    fiat__cond_broadcast(&provider->changed);
    if (provider->on_change) provider->on_change(provider->ctx);
}

static void *fetch_on_thread(void *arg) {
    fiat__aws_credentials_provider *provider = arg;
    fiat__fence_own_thread();
    fiat__mutex_lock(&provider->mutex);
    fetch(provider);
    const bool orphaned = provider->orphaned;
    fiat__mutex_unlock(&provider->mutex);
    if (orphaned) provider->vtable->free(provider);
    return NULL;
}

/* @locks the provider's mutex is held; the thread that is joined has left it for good */
static void start_fetch(fiat__aws_credentials_provider *provider) {
    fiat_error why;
    if (provider->has_thread) fiat__thread_join(provider->thread);
    provider->fetching = true;
    provider->has_thread = fiat__thread_start(&provider->thread, "fiat-credential", fetch_on_thread,
                                              provider, &why) == FIAT_OK;
    if (provider->has_thread) return;
    provider->fetching = false;
    note_failure(provider, &why);
}

/* @locks the provider's mutex is held */
static fiat_status copy_cached(const fiat__aws_credentials_provider *provider,
                               fiat__aws_credentials *out, fiat_error *err) {
    const fiat__aws_credentials *from = &provider->cached;
    char *token = NULL;
    if (from->session_token) {
        token = fiat__strdup(from->session_token);
        if (!token) return fiat__err_nomem(err);
    }
    *out = *from;
    out->session_token = token;
    return FIAT_OK;
}

/* @locks the provider's mutex is held */
static fiat_status answer(const fiat__aws_credentials_provider *provider,
                          fiat__aws_credentials *out, fiat_error *err) {
    if (is_valid(provider)) return copy_cached(provider, out, err);
    fiat__err_assign(err, &provider->why);
    return (fiat_status)provider->why.status;
}

fiat__aws_credentials_state fiat__aws_credentials_poll(fiat__aws_credentials_provider *provider,
                                                       fiat__aws_credentials *out,
                                                       fiat_error *err) {
    fiat__aws_credentials_state state = FIAT__AWS_CREDENTIALS_PENDING;
    memset(out, 0, sizeof *out);
    fiat__mutex_lock(&provider->mutex);
    if (!provider->fetching && is_due(provider)) {
        if (provider->vtable->at_once)
            fetch(provider);
        else
            start_fetch(provider);
    }
    if (is_valid(provider) || !provider->fetching)
        state = answer(provider, out, err) == FIAT_OK ? FIAT__AWS_CREDENTIALS_READY
                                                      : FIAT__AWS_CREDENTIALS_FAILED;
    fiat__mutex_unlock(&provider->mutex);
    return state;
}

fiat_status fiat__aws_credentials_get(fiat__aws_credentials_provider *provider,
                                      fiat__aws_credentials *out, fiat_error *err) {
    memset(out, 0, sizeof *out);
    fiat__mutex_lock(&provider->mutex);
    while (provider->fetching && !is_valid(provider))
        fiat__cond_wait(&provider->changed, &provider->mutex);
    if (!provider->fetching && is_due(provider)) fetch(provider);
    fiat_status status = answer(provider, out, err);
    fiat__mutex_unlock(&provider->mutex);
    return status;
}

void fiat__aws_credentials_refresh(fiat__aws_credentials_provider *provider) {
    fiat__mutex_lock(&provider->mutex);
    drop_cached(provider);
    fiat__mutex_unlock(&provider->mutex);
}
