/* Credential endpoints, as an EC2 instance (IMDSv2) and a container have them, over plain HTTP.
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html */
#ifndef FIAT_MOCK_CREDENTIALS_H
#define FIAT_MOCK_CREDENTIALS_H

#include "mock/server.h"

typedef struct fiat__keys fiat__keys;

fiat_status fiat__keys_start(fiat__keys **out, uint32_t ttl_s, fiat_error *err);
void fiat__keys_stop(fiat__keys *keys); /* NULL is allowed */
uint16_t fiat__keys_port(const fiat__keys *keys);
uint64_t fiat__keys_given(fiat__keys *keys);

/* One key that was given out. */
typedef struct fiat__key {
    char access_key_id[32], secret_access_key[32], session_token[32];
    bool expired;
} fiat__key;

/* false: not one of ours. Any thread. */
bool fiat__keys_find(fiat__keys *keys, fiat__str access_key_id, int64_t now_ms, fiat__key *out);

#endif
