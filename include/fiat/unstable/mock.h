/* A Firehose inside the process of a test: it listens on a loopback port, checks and takes what is
 * put to it as AWS does, keeps it for the test to look at, and fails in every way that networks and
 * services fail in, one request at a time or at random. A library of its own: `pkg-config --libs
 * fiat-mock`. It works with every client of Firehose, not only with libfiat.
 *
 *     fiat_mock *mock;
 *     if (fiat_mock_start(&mock, NULL, &err) != FIAT_OK) ...
 *     fiat_mock_push(mock, FIAT_MOCK_THROTTLE, 0, 2, &err); // the next two requests
 *     ... point the client at fiat_mock_url(mock), with the key "mock" and the secret "mock" ...
 *     n = fiat_mock_event_count(mock, "0190...");           // 1: came once
 *     fiat_mock_stop(mock);
 *
 * All functions but start and stop may be called from any thread. This header may change with any
 * release. */
#ifndef FIAT_UNSTABLE_MOCK_H
#define FIAT_UNSTABLE_MOCK_H

#include <fiat/error.h>

FIAT_BEGIN_DECLS

/** A mock. Any thread. */
typedef struct fiat_mock fiat_mock;

/** Kinds of faults. Whether the records of the request are taken is said where it is not plain:
 *  "taken" means that the mock keeps them although the client is not told so in clear words. The
 *  `value` that some faults have is in brackets: its unit and what 0 stands for. */
typedef enum fiat_mock_fault {
    FIAT_MOCK_OK = 0, /**< None: the request is answered as it should be. */
    /* Single records; the others are taken. [percent of the records, 50; the first always is one]
     */
    FIAT_MOCK_RECORD_UNAVAILABLE,   /**< ServiceUnavailableException "Slow down."; not taken. */
    FIAT_MOCK_RECORD_FAILURE,       /**< InternalFailure; not taken. */
    FIAT_MOCK_RECORD_FAILURE_TAKEN, /**< InternalFailure; taken. */
    /* Answers with an error; nothing is taken but by ERROR_TAKEN. */
    FIAT_MOCK_THROTTLE,      /**< 400 ThrottlingException. */
    FIAT_MOCK_UNAVAILABLE,   /**< 503 ServiceUnavailableException. */
    FIAT_MOCK_ERROR,         /**< 500 InternalFailure. */
    FIAT_MOCK_ERROR_TAKEN,   /**< 500 InternalFailure; taken. */
    FIAT_MOCK_BAD_GATEWAY,   /**< 502 with HTML, as from a proxy. */
    FIAT_MOCK_EXPIRED_TOKEN, /**< 400 ExpiredTokenException. */
    FIAT_MOCK_SKEWED_CLOCK,  /**< 400 InvalidSignatureException and a Date ahead [minutes, 10]. */
    FIAT_MOCK_DENIED,        /**< 400 AccessDeniedException. */
    FIAT_MOCK_KMS_DISABLED,  /**< 400 InvalidKMSResourceException. */
    FIAT_MOCK_NOT_FOUND,     /**< 400 ResourceNotFoundException. */
    FIAT_MOCK_INVALID,       /**< 400 InvalidArgumentException. */
    FIAT_MOCK_TOO_LARGE,     /**< 413 to a body of more than [KiB, 0]. */
    /* Connections. */
    FIAT_MOCK_RESET,       /**< TCP reset in the middle of the request's body; not taken. */
    FIAT_MOCK_RESET_TAKEN, /**< Taken, then a TCP reset in place of an answer. */
    FIAT_MOCK_CLOSE_TAKEN, /**< Taken, then the connection is closed without an answer. */
    FIAT_MOCK_STALL,       /**< The body is not read, nothing is answered; not taken. */
    FIAT_MOCK_STALL_TAKEN, /**< Taken; nothing is answered. */
    FIAT_MOCK_STALL_REPLY, /**< Taken; silence in the middle of the answer's body. */
    FIAT_MOCK_DELAY,       /**< The answer comes late [ms, 100]. */
    FIAT_MOCK_SLOW_REPLY,  /**< 16 bytes of the answer's body at a time [ms between them, 1]. */
    FIAT_MOCK_SLOW_READ,   /**< 16 KiB of the request's body at a time [ms between them, 1]. */
    /* Answers that cannot be understood; taken. */
    FIAT_MOCK_GARBAGE,      /**< Bytes that are not HTTP. */
    FIAT_MOCK_SHORT_LENGTH, /**< Content-Length is less than what follows. */
    FIAT_MOCK_LONG_LENGTH,  /**< Content-Length is more than what follows; then it is closed. */
    FIAT_MOCK_TRUNCATED,    /**< HTTP is well, its JSON ends in the middle. */
    FIAT_MOCK_BAD_JSON,     /**< A body that is not JSON. */
    FIAT_MOCK_FEW_RESULTS,  /**< One result less than records. */
    FIAT_MOCK_WRONG_COUNT,  /**< FailedPutCount of one too many. */
    /* A new connection before its first request; nothing is taken. */
    FIAT_MOCK_STALL_ACCEPT,   /**< It and all behind it are accepted late [ms, 100]. */
    FIAT_MOCK_TLS_REFUSED,    /**< The TLS handshake ends with an alert. Needs `tls`. */
    FIAT_MOCK_TLS_WRONG_HOST, /**< The certificate is that of another host. Needs `tls`. */
    FIAT_MOCK_FAULT_COUNT     /**< How many there are. */
} fiat_mock_fault;

/** Options; fiat_mock_opts_init() gives each its default. Strings are copied. */
typedef struct fiat_mock_opts {
    size_t struct_size;
    uint16_t port;                 /**< 0 (default): any free one. */
    bool tls;                      /**< HTTPS, with certificates made at start (default: HTTP). */
    bool no_verify;                /**< Take any signature, or none. */
    bool no_data;                  /**< Count records and do not keep their bytes. */
    const char *access_key_id;     /**< Key that clients sign with; default "mock". */
    const char *secret_access_key; /**< Its secret; default "mock". */
    const char *streams;           /**< Names, comma between; NULL (default): all exist.
                                        CreateDeliveryStream adds to them. */
    uint64_t bytes_per_s;          /**< Quota of each stream; 0 (default): none. */
    uint64_t records_per_s;        /**< Likewise. */
    uint32_t credentials_ttl_s;    /**< Life of keys from fiat_mock_credentials_url(); 3600. */
    uint64_t seed;                 /**< Of all that is random; 0 (default): 1. */
} fiat_mock_opts;

/** Fill in the defaults. */
FIAT_API void fiat_mock_opts_init(fiat_mock_opts *opts);

/** Start to serve on 127.0.0.1.
 *  @param out   receives the handle; caller ends it with fiat_mock_stop().
 *  @param opts  borrowed for the call; NULL: defaults.
 *  @return FIAT_OK; FIAT_E_IO (the port is taken, the certificate cannot be written below TMPDIR);
 *          FIAT_E_ARG; FIAT_E_NOMEM.
 *  @fork the child must not use the mock; it stays the parent's. */
FIAT_API FIAT_MUST_CHECK fiat_status fiat_mock_start(fiat_mock **out, const fiat_mock_opts *opts,
                                                     fiat_error *err);
/** End delays and stalls, close all connections, free everything. NULL is allowed. No other call
 *  may be running. */
FIAT_API void fiat_mock_stop(fiat_mock *mock);

/** What AWS_ENDPOINT_URL is to be: "http://127.0.0.1:PORT". Borrowed until stop. */
FIAT_API const char *fiat_mock_url(const fiat_mock *mock);
/** A PEM file with the authority that signs the mock's certificates, for AWS_CA_BUNDLE; "" without
 *  `tls`. Borrowed until stop, which removes the file. */
FIAT_API const char *fiat_mock_ca_file(const fiat_mock *mock);
/** Credentials over plain HTTP, each answer with a new key that lives `credentials_ttl_s`. What
 * this URL is to be: AWS_EC2_METADATA_SERVICE_ENDPOINT for an instance's (IMDSv2 alone);
 *  AWS_CONTAINER_CREDENTIALS_FULL_URI, with "/v2/credentials" at its end, for a container's (ECS,
 *  EKS); AWS_ENDPOINT_URL_STS for AssumeRole, AssumeRoleWithWebIdentity, GetSessionToken and
 *  GetCallerIdentity; AWS_ENDPOINT_URL_SSO for GetRoleCredentials. Any role and any token will do;
 *  signatures are checked where there are to be any. A key that has outlived itself is answered
 *  with ExpiredTokenException. Borrowed until stop. */
FIAT_API const char *fiat_mock_credentials_url(const fiat_mock *mock);
/** Have all of these answer with another HTTP status and an empty body, or late, until the next
 *  call of this.
 *  @param http_status  such as 503; 0: as they should.  @param delay_ms  before each answer. */
FIAT_API void fiat_mock_spoil_credentials(fiat_mock *mock, int http_status, uint32_t delay_ms);

/** Queue a fault: each request (or connection, for those that happen there) takes the next.
 *  @param value  0: the default.  @param count  how many requests.
 *  @return FIAT_OK; FIAT_E_ARG for a kind or value that there is not; FIAT_E_NOMEM. */
FIAT_API FIAT_MUST_CHECK fiat_status fiat_mock_push(fiat_mock *mock, fiat_mock_fault kind,
                                                    uint32_t value, uint32_t count,
                                                    fiat_error *err);
/** Meet requests with this fault at random, while no fault is queued.
 *  @param per_mille  of the requests (or connections); 0 ends it, 1000: all.
 *  @return as fiat_mock_push(). */
FIAT_API FIAT_MUST_CHECK fiat_status fiat_mock_chance(fiat_mock *mock, fiat_mock_fault kind,
                                                      uint32_t value, uint32_t per_mille,
                                                      fiat_error *err);
/** The same from text, a fault a line:
 *
 *      throttle x3          # the next three requests
 *      record-failure 20    # then one, with a fifth of its records failing
 *      delay 250 5%         # and from then on one in twenty is late
 *
 *  Names are those of the constants in lower case with '-'; `clear` stands for
 *  fiat_mock_clear(). A line in error leaves those before it
 *  in force.
 *  @return FIAT_OK; FIAT_E_ARG (the message names the line); FIAT_E_NOMEM. */
FIAT_API FIAT_MUST_CHECK fiat_status fiat_mock_play(fiat_mock *mock, const char *script,
                                                    fiat_error *err);
/** No more faults: neither queued ones nor at random. */
FIAT_API void fiat_mock_clear(fiat_mock *mock);

/** A fault's name in scripts; NULL when there is no such fault. Borrowed for ever. */
FIAT_API const char *fiat_mock_fault_name(fiat_mock_fault kind);
/** How often it was met so far. */
FIAT_API uint64_t fiat_mock_fault_count(fiat_mock *mock, fiat_mock_fault kind);

/** Numbers since start. */
typedef struct fiat_mock_stats {
    size_t struct_size;   /**< Set to sizeof(fiat_mock_stats) by the caller. */
    uint64_t connections; /**< Accepted. */
    uint64_t requests;    /**< Whose header came in. */
    uint64_t records;     /**< Taken. */
    uint64_t bytes;       /**< Of their data. */
    uint64_t over_quota;  /**< Records refused because of a quota. */
    uint64_t keys;        /**< Given out by the credential endpoints. */
} fiat_mock_stats;

/** Read the numbers. */
FIAT_API void fiat_mock_get_stats(fiat_mock *mock, fiat_mock_stats *out);

/** A record that was taken. Strings are borrowed until fiat_mock_forget() or stop. */
typedef struct fiat_mock_record {
    size_t struct_size;    /**< Set to sizeof(fiat_mock_record) by the caller. */
    const char *stream;    /**< Name of the delivery stream. */
    const char *record_id; /**< The RecordId, whether or not the client was told. */
    const char *data;      /**< Its bytes, with a NUL behind them; NULL with `no_data`. */
    size_t length;
    uint64_t request;      /**< Number of the request that brought it, from 0. */
    fiat_mock_fault fault; /**< What that request met. */
} fiat_mock_record;

/** How many records are kept. */
FIAT_API size_t fiat_mock_record_count(fiat_mock *mock);
/** Record number `index`, in the order in which they were taken. false: no such record. */
FIAT_API bool fiat_mock_get_record(fiat_mock *mock, size_t index, fiat_mock_record *out);
/** How often an event was taken: JSON lines whose member "id" is this text, also in records that
 *  are compressed with gzip. */
FIAT_API uint64_t fiat_mock_event_count(fiat_mock *mock, const char *event_id);
/** Wait until so many records are kept. false: not within timeout_ms. */
FIAT_API bool fiat_mock_wait(fiat_mock *mock, size_t records, uint32_t timeout_ms);
/** Forget the records that were taken so far. */
FIAT_API void fiat_mock_forget(fiat_mock *mock);

FIAT_END_DECLS
#endif
