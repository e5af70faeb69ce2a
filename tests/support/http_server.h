/* A scripted HTTP/1.1 server on a loopback port, inside the test's own process, for the faults that
 * real servers cannot be made to show: the mock's server (mock/server.h) with a script of replies
 * and a record of requests.
 *
 *   http_server *server = http_server_start();
 *   http_server_push(server, &(http_reply){.status = 503, .body = "{}"});
 *   http_server_push(server, &(http_reply){.fault = HTTP_FAULT_RESET});
 *   ... point the client at http_server_url(server) ...
 *   ck_assert_uint_eq(http_server_request_count(server), 2);
 *   ck_assert_str_eq(http_request_header(http_server_request(server, 0), "x-amz-target"), "...");
 *   http_server_stop(server);
 *
 * All functions may be called from any thread of the test. Failures abort the test. Its memory does
 * not come from the library's allocator. */
#ifndef FIAT_TESTS_HTTP_SERVER_H
#define FIAT_TESTS_HTTP_SERVER_H

#include "mock/server.h"

typedef struct http_server http_server;

/* Each fault and member is described there. */
typedef fiat__wire_fault http_fault;
typedef fiat__server_reply http_reply;
typedef fiat__server_request http_request;

#define HTTP_FAULT_NONE          FIAT__WIRE_NONE
#define HTTP_FAULT_CLOSE         FIAT__WIRE_CLOSE
#define HTTP_FAULT_RESET         FIAT__WIRE_RESET
#define HTTP_FAULT_RESET_UNREAD  FIAT__WIRE_RESET_UNREAD
#define HTTP_FAULT_STALL         FIAT__WIRE_STALL
#define HTTP_FAULT_STALL_UNREAD  FIAT__WIRE_STALL_UNREAD
#define HTTP_FAULT_CLOSE_IN_BODY FIAT__WIRE_CLOSE_IN_BODY
#define HTTP_FAULT_RESET_IN_BODY FIAT__WIRE_RESET_IN_BODY
#define HTTP_FAULT_STALL_IN_BODY FIAT__WIRE_STALL_IN_BODY
#define HTTP_FAULT_GARBAGE       FIAT__WIRE_GARBAGE

http_server *http_server_start(void);
/* Ends delays and stalls, closes all connections, joins the threads, frees all. */
void http_server_stop(http_server *server);

int http_server_port(const http_server *server);
const char *http_server_url(const http_server *server); /* "http://127.0.0.1:PORT" */

/* Append a reply to the script; copied whole. Requests take them in the order of arrival. */
void http_server_push(http_server *server, const http_reply *reply);
/* The reply when the script has run out (at the start: 200 with "{}"). */
void http_server_set_default(http_server *server, const http_reply *reply);
/* Or make each reply from its request. Called with the server's lock held, so never twice at once,
 * on a connection's thread; the reply is copied when it returns. Comes after the script has run
 * out; NULL: the default reply. */
typedef void (*http_handler)(void *ctx, const http_request *request, http_reply *reply);
void http_server_set_handler(http_server *server, http_handler handler, void *ctx);

/* What has been received whole so far. */
size_t http_server_request_count(http_server *server);
size_t http_server_connection_count(http_server *server);
/* Borrowed until stop. `index` in the order of arrival. */
const http_request *http_server_request(http_server *server, size_t index);
/* false when `count` requests have not come within timeout_ms. */
bool http_server_wait(http_server *server, size_t count, int timeout_ms);

/* Value of a header, name in any case; NULL when absent. Borrowed until stop; not thread-safe for
 * one and the same request. */
const char *http_request_header(const http_request *request, const char *name);

#endif
