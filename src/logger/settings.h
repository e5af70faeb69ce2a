/* The settings table: one row a setting. It gives the defaults, bounds, environment variables and
 * texts of fiat_config, docs/configuration.md (a test compares them) and `fiat init`. */
#ifndef FIAT_LOGGER_SETTINGS_H
#define FIAT_LOGGER_SETTINGS_H

#include "base/str.h"
#include <fiat/config.h>

typedef enum fiat__setting_id {
    FIAT__SET_APP,
    FIAT__SET_EMAIL,
    FIAT__SET_HOST,
    FIAT__SET_TAGS,
    FIAT__SET_SCHEMAS_DIR,
    FIAT__SET_STREAM_PREFIX,
    FIAT__SET_AWS_REGION,
    FIAT__SET_AWS_ENDPOINT_URL,
    FIAT__SET_AWS_FIPS,
    FIAT__SET_AWS_DUALSTACK,
    FIAT__SET_PROXY_URL,
    FIAT__SET_PROXY_NONE,
    FIAT__SET_PROXY_CA_FILE,
    FIAT__SET_TLS_CA_FILE,
    FIAT__SET_TLS_CERT_FILE,
    FIAT__SET_TLS_KEY_FILE,
    FIAT__SET_LINGER_MS,
    FIAT__SET_RECORD_MAX_BYTES,
    FIAT__SET_RECORD_MAX_EVENTS,
    FIAT__SET_RECORD_NEWLINE,
    FIAT__SET_RECORD_COMPRESSION,
    FIAT__SET_RECORD_COMPRESSION_LEVEL,
    FIAT__SET_BATCH_MAX_BYTES,
    FIAT__SET_BATCH_MAX_RECORDS,
    FIAT__SET_QUEUE_MAX_BYTES,
    FIAT__SET_QUEUE_FULL,
    FIAT__SET_QUEUE_WAIT_MS,
    FIAT__SET_REQUESTS_MAX,
    FIAT__SET_RATE_MAX_BYTES,
    FIAT__SET_RATE_MAX_RECORDS,
    FIAT__SET_RETRY_BACKOFF_MS,
    FIAT__SET_RETRY_BACKOFF_MAX_MS,
    FIAT__SET_DELIVERY_TIMEOUT_MS,
    FIAT__SET_DEAD_LETTER_FILE,
    FIAT__SET_DEAD_LETTER_SYNC,
    FIAT__SET_REPORTS,
    FIAT__SET_REPORTS_ONLY,
    FIAT__SET_SPOOL,
    FIAT__SET_SPOOL_DIR,
    FIAT__SET_SPOOL_MAX_BYTES,
    FIAT__SET_SPOOL_SEGMENT_BYTES,
    FIAT__SET_CONNECT_TIMEOUT_MS,
    FIAT__SET_REQUEST_TIMEOUT_MS,
    FIAT__SET_CONNECTION_IDLE_MS,
    FIAT__SET_CONNECTION_MAX_AGE_MS,
    FIAT__SET_LOCAL_PREFIX,
    FIAT__SET_LOCAL_GZIP,
    FIAT__SET_LOCAL_SYNC,
    FIAT__SET_EVENT_MAX_DEPTH,
    FIAT__SET_LOG_LEVEL,
    FIAT__SET_STATS_INTERVAL_MS,
    FIAT__SET_COUNT
} fiat__setting_id;

typedef enum fiat__setting_type {
    FIAT__SETTING_STRING,
    FIAT__SETTING_INTEGER,
    FIAT__SETTING_BOOLEAN,
    FIAT__SETTING_CHOICE /* its unit names the values, separated by ", " */
} fiat__setting_type;

typedef struct fiat__setting_row {
    const char *name, *env;
    fiat__setting_type type;
    const char *unit, *default_value;
    int64_t min, max;
    const char *doc;
    bool secret; /* may hold a password */
} fiat__setting_row;

extern const fiat__setting_row fiat__settings[FIAT__SET_COUNT];

/* FIAT__SET_COUNT when there is none of that name. */
fiat__setting_id fiat__setting_find(fiat__str name);
/* The name closest in spelling, for messages. */
const char *fiat__setting_nearest(fiat__str name);

/* Is the text a value of that setting? FIAT_E_CONFIG names it, what it got and what is allowed. */
fiat_status fiat__setting_check(fiat__setting_id id, const char *value, fiat_error *err);

/* The value in force, as its type. */
const char *fiat__config_string(const fiat_config *config, fiat__setting_id id);
int64_t fiat__config_integer(const fiat_config *config, fiat__setting_id id);
bool fiat__config_boolean(const fiat_config *config, fiat__setting_id id);
/* Which of the row's values, counted from 0. */
int fiat__config_choice(const fiat_config *config, fiat__setting_id id);

#endif
