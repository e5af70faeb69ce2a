/* The mock as its own files know it. */
#ifndef FIAT_MOCK_MOCK_INTERNAL_H
#define FIAT_MOCK_MOCK_INTERNAL_H

#include "aws/sigv4_verify.h"
#include "base/thread.h"
#include "mock/certificate.h"
#include "mock/credentials.h"
#include "mock/fault.h"
#include "mock/server.h"
#include "mock/store.h"
#include "mock/streams.h"

struct fiat_mock {
    fiat__server *server;
    fiat__keys *keys;
    fiat__certificates certificates;
    char *access_key_id, *secret_access_key;
    bool verify;
    char url[64], credentials_url[64];
    fiat__mutex mutex; /* guards what follows */
    fiat__cond taken;  /* the store has grown */
    fiat__faults faults;
    fiat__store store;
    fiat__streams streams;
    uint64_t requests;
};

/* Is the request signed for this service with a key that the mock knows, or are signatures not
 * looked at? Otherwise *verdict is the answer. verify.c */
bool fiat__mock_verify(fiat_mock *mock, const fiat__server_request *request, const char *service,
                       fiat__sigv4_verdict *verdict);

/* What STS answers to a form, and IAM Identity Center to a question for a role's credentials: the
 * body, and the HTTP status. roles.c */
int fiat__mock_sts(fiat_mock *mock, const fiat__server_request *request, char *body, size_t size);
int fiat__mock_sso(fiat_mock *mock, const fiat__server_request *request, char *body, size_t size);

/* Firehose's answers: the server's handler. firehose.c */
void fiat__mock_connecting(void *ctx, fiat__server_welcome *welcome);
void fiat__mock_begin(void *ctx, fiat__server_request *request, fiat__server_reply *early);
void fiat__mock_handle(void *ctx, fiat__server_request *request, fiat__server_reply *reply);
void fiat__mock_done(void *ctx, fiat__server_request *request, fiat__server_reply *reply);

#endif
