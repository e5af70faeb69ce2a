/* Status codes and the caller-owned error object.
 *
 * Every function that can fail returns a fiat_status and takes a `fiat_error *` last, which may be
 * NULL. The object lives wherever the caller puts it (stack, static, heap), needs no freeing, and
 * is written only when the result is not FIAT_OK. Nothing on the error path allocates memory. */
#ifndef FIAT_ERROR_H
#define FIAT_ERROR_H

#include <fiat/types.h>

FIAT_BEGIN_DECLS

/* XX(value, NAME, "text"). Values are pinned and never reused; each layer has a hundred of its own.
 */
#define FIAT_STATUS_MAP(XX)                                                                        \
    XX(0, OK, "success")                                                                           \
    XX(1, E_ARG, "invalid argument")                                                               \
    XX(2, E_NOMEM, "out of memory")                                                                \
    XX(3, E_IO, "file or device error")                                                            \
    XX(4, E_CONFIG, "invalid setting")                                                             \
    XX(5, E_TIMEOUT, "deadline passed")                                                            \
    XX(6, E_NOT_FOUND, "not found")                                                                \
    XX(7, E_UNSUPPORTED, "not supported")                                                          \
    XX(8, E_LIMIT, "limit exceeded")                                                               \
    XX(100, E_JSON_SYNTAX, "malformed JSON")                                                       \
    XX(101, E_JSON_UTF8, "not valid UTF-8")                                                        \
    XX(102, E_JSON_DEPTH, "nested too deeply")                                                     \
    XX(103, E_JSON_DUPLICATE_KEY, "duplicate key in an object")                                    \
    XX(104, E_JSON_NOT_OBJECT, "not a JSON object")                                                \
    XX(200, E_SCHEMA_MISMATCH, "event does not match its schema")                                  \
    XX(201, E_SCHEMA_INVALID, "schema is not valid")                                               \
    XX(202, E_SCHEMA_LIMIT, "validation limit reached")                                            \
    XX(203, E_SCHEMA_REF, "schema reference cannot be resolved")                                   \
    XX(300, E_NETWORK, "network error")                                                            \
    XX(301, E_AWS_CREDENTIALS, "no usable AWS credentials")                                        \
    XX(302, E_AWS_AUTH, "AWS refused the credentials or signature")                                \
    XX(303, E_AWS_DENIED, "AWS denied access")                                                     \
    XX(304, E_AWS_THROTTLED, "AWS throttled the request")                                          \
    XX(305, E_AWS_REJECTED, "AWS rejected the request")                                            \
    XX(306, E_AWS_NOT_FOUND, "AWS does not know the resource")                                     \
    XX(307, E_AWS_SERVER, "AWS server error")                                                      \
    XX(308, E_AWS_REPLY, "reply from AWS not understood")                                          \
    XX(400, E_QUEUE_FULL, "queue is full")                                                         \
    XX(401, E_EVENT_TOO_LARGE, "event is too large")                                               \
    XX(402, E_STREAM_UNKNOWN, "stream has no schema")                                              \
    XX(403, E_STREAM_INVALID, "stream definition is not valid")                                    \
    XX(404, E_EVENT_STAMPED, "event sets a field that the logger stamps")                          \
    XX(405, E_CLOSED, "logger is closed")                                                          \
    XX(406, E_INCOMPLETE, "deadline passed with events undelivered")                               \
    XX(407, E_NOT_DELIVERED, "event was not delivered")                                            \
    XX(408, E_SPOOL_FULL, "spool is full")                                                         \
    XX(409, E_SPOOL_LOCKED, "spool is in use by another process")                                  \
    XX(500, E_TABLE_COLUMN, "columns do not fit the schema")                                       \
    XX(600, E_SQL_ENGINE, "SQL engine is not available")                                           \
    XX(601, E_SQL, "SQL query failed")

typedef enum fiat_status {
#define XX(value, name, text) FIAT_##name = value,
    FIAT_STATUS_MAP(XX)
#undef XX
} fiat_status;

/** Bits of fiat_error.flags. */
#define FIAT_ERRF_RETRYABLE 0x01u /**< The same call may succeed later. */
#define FIAT_ERRF_THROTTLED 0x02u /**< The destination asks for a slower pace. */
#define FIAT_ERRF_AUTH      0x04u /**< Credentials, signature or clock. */
#define FIAT_ERRF_OPERATOR                                                                         \
    0x08u /**< Someone must mend permissions, a key or a stream; data waits. */

/** What went wrong. Strings are NUL-terminated, cut at a UTF-8 boundary when too long, and empty
 *  where they do not apply. New members use up `reserved`, so the size stays 1,024 bytes. */
typedef struct fiat_error {
    int32_t status;          /**< A fiat_status. */
    uint32_t flags;          /**< FIAT_ERRF_*. */
    int32_t sys_code;        /**< errno or CURLcode; 0 if none. */
    int32_t http_status;     /**< HTTP status of the reply; 0 if none. */
    uint64_t offset;         /**< Byte offset in the event or file, for JSON and schema errors. */
    char keyword[40];        /**< JSON Schema keyword that failed, for example "pattern". */
    char aws_code[64];       /**< Error code from AWS, for example "ThrottlingException". */
    char request_id[64];     /**< x-amzn-RequestId of the reply. */
    char instance_path[192]; /**< JSON Pointer (RFC 6901) to the value in the event. */
    char schema_path[192];   /**< JSON Pointer to the keyword in the schema. */
    char message[320];       /**< One line in English: the thing, the place, the remedy. */
    char reserved[128];
} fiat_error;

/** A zeroed error object: `fiat_error err = FIAT_ERROR_INIT;`. */
#ifdef __cplusplus
#define FIAT_ERROR_INIT                                                                            \
    {}
#else
#define FIAT_ERROR_INIT                                                                            \
    { 0 }
#endif

/** Name of a status, for example "FIAT_E_QUEUE_FULL"; "FIAT_E_?" for a value that has none.
 *  @return borrowed for ever.  @threads any. */
FIAT_API const char *fiat_status_name(fiat_status status);

/** Short English text of a status, for example "queue is full".
 *  @return borrowed for ever.  @threads any. */
FIAT_API const char *fiat_status_text(fiat_status status);

FIAT_END_DECLS
#endif
