/* Credential endpoints over plain HTTP: those of an EC2 instance (IMDSv2) and of a container, STS
 * and IAM Identity Center (roles.c).
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html */
#ifndef FIAT_MOCK_CREDENTIALS_H
#define FIAT_MOCK_CREDENTIALS_H

#include "mock/server.h"

typedef struct fiat__keys fiat__keys;

/* `mock` says how requests to STS are signed. */
struct fiat_mock;
fiat_status fiat__keys_start(fiat__keys **out, struct fiat_mock *mock, uint32_t ttl_s,
                             fiat_error *err);
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

/* A new key; false: out of memory. Any thread. */
bool fiat__keys_give(fiat__keys *keys, fiat__key *out, int64_t *expires_ms);

/* From now on every answer has this HTTP status (0: the true one), and comes so late. Any thread.
 */
void fiat__keys_spoil(fiat__keys *keys, int http_status, uint32_t delay_ms);

/* "2026-11-21T12:00:00Z" */
#define FIAT__KEYS_TIME_LEN 20
void fiat__keys_write_time(char out[FIAT__KEYS_TIME_LEN + 1], int64_t ms);

#endif
