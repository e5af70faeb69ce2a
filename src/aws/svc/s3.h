/* Amazon S3: requests for fiat__service_call(), and what the answers say, without any I/O.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/ */
#ifndef FIAT_AWS_SVC_S3_H
#define FIAT_AWS_SVC_S3_H

#include "aws/svc/service.h"
#include "aws/xml.h"

#define FIAT__S3_SERVICE "s3"

/* Texts are borrowed by the request. `path`: a key as fiat__s3_write_path() writes it. */
fiat__service_request fiat__s3_head_bucket(const char *bucket);
/* `body`: as fiat__s3_write_create() writes it. */
fiat__service_request fiat__s3_create_bucket(const char *bucket, fiat__str body);
/* `query`: as fiat__s3_write_list() writes it. */
fiat__service_request fiat__s3_list_objects(const char *bucket, const char *query);
fiat__service_request fiat__s3_head_object(const char *bucket, const char *path);
fiat__service_request fiat__s3_get_object(const char *bucket, const char *path);
fiat__service_request fiat__s3_put_object(const char *bucket, const char *path, fiat__str body);

/* A key, of any bytes, as a path. */
bool fiat__s3_write_path(fiat__buf *out, const char *key);
/* Nothing for us-east-1, which must not be named. */
bool fiat__s3_write_create(fiat__buf *out, const char *region);

/* The next page of the objects whose keys begin with `prefix`; those with `delimiter` behind it are
 * taken together as fiat__s3_list_prefix() gives them. NULL or "": none. max_keys 0: 1,000. */
bool fiat__s3_write_list(fiat__buf *out, const char *prefix, const char *delimiter,
                         uint32_t max_keys, const fiat__service_tokens *tokens);

/* Reading a page of them. */
typedef struct fiat__s3_object {
    fiat__buf key; /* of any bytes, as it is */
    int64_t size;
    int64_t modified_ms;
} fiat__s3_object;

typedef struct fiat__s3_list {
    fiat__str xml; /* borrowed */
    fiat__xml_walk objects, prefixes;
    fiat__s3_object object;
} fiat__s3_list;

/* Takes the tokens on to the next page, too. FIAT_E_AWS_REPLY when it is no whole list. deinit in
 * any case. */
fiat_status fiat__s3_list_init(fiat__s3_list *list, const fiat__service_reply *reply,
                               fiat__service_tokens *tokens, fiat_error *err);
void fiat__s3_list_deinit(fiat__s3_list *list);
/* *object: NULL after the last; borrowed until the next call. */
fiat_status fiat__s3_list_next(fiat__s3_list *list, const fiat__s3_object **object,
                               fiat_error *err);
/* *prefix: NULL after the last; the same. */
fiat_status fiat__s3_list_prefix(fiat__s3_list *list, const char **prefix, fiat_error *err);

#endif
