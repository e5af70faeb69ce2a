/* The mock as its own files know it. */
#ifndef FIAT_MOCK_MOCK_INTERNAL_H
#define FIAT_MOCK_MOCK_INTERNAL_H

#include "base/thread.h"
#include "mock/certificate.h"
#include "mock/credentials.h"
#include "mock/fault.h"
#include "mock/server.h"
#include "mock/store.h"

struct fiat_mock {
    fiat__server *server;
    fiat__keys *keys;
    fiat__certificates certificates;
    char *access_key_id, *secret_access_key, *streams; /* streams NULL: all exist */
    bool verify;
    char url[64], credentials_url[64];
    fiat__mutex mutex; /* guards what follows */
    fiat__cond taken;  /* the store has grown */
    fiat__faults faults;
    fiat__store store;
    uint64_t requests;
};

/* Firehose's answers: the server's handler. firehose.c */
void fiat__mock_connecting(void *ctx, fiat__server_welcome *welcome);
void fiat__mock_begin(void *ctx, fiat__server_request *request, fiat__server_reply *early);
void fiat__mock_handle(void *ctx, fiat__server_request *request, fiat__server_reply *reply);
void fiat__mock_done(void *ctx, fiat__server_request *request, fiat__server_reply *reply);

#endif
