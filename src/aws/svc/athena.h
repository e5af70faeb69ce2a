/* Amazon Athena: the bodies of its requests, and what its answers say, without any I/O.
 * https://docs.aws.amazon.com/athena/latest/APIReference/ */
#ifndef FIAT_AWS_SVC_ATHENA_H
#define FIAT_AWS_SVC_ATHENA_H

#include "json/doc.h"

#define FIAT__ATHENA_SERVICE "athena"
/* Repeatable, because of its token: fiat__service_json_repeatable(). So is the last. */
#define FIAT__ATHENA_START   "AmazonAthena.StartQueryExecution"
#define FIAT__ATHENA_GET     "AmazonAthena.GetQueryExecution"
#define FIAT__ATHENA_RESULTS "AmazonAthena.GetQueryResults" /* pages by "NextToken" */
#define FIAT__ATHENA_STOP    "AmazonAthena.StopQueryExecution"
#define FIAT__ATHENA_LIST    "AmazonAthena.ListQueryExecutions" /* pages by "NextToken" */
#define FIAT__ATHENA_BATCH   "AmazonAthena.BatchGetQueryExecution"

#define FIAT__ATHENA_LIST_MAX    50   /* queries in a page of a list, and in a batch */
#define FIAT__ATHENA_RESULTS_MAX 1000 /* rows in a page of results */

#define FIAT__ATHENA_SQL_MAX_BYTES 262144 /* of a query: API_StartQueryExecution.html */

/* Texts but `sql` and `token` may be NULL: then they are left out. */
typedef struct fiat__athena_query {
    const char *sql;
    const char *token; /* 32 to 128 characters: the same one means the same query */
    const char *catalog, *database;
    const char *workgroup;
    const char *output; /* "s3://bucket/prefix/" */
} fiat__athena_query;

/* The body of StartQueryExecution; that of the others, which ask for a query by its id. */
bool fiat__athena_write_start(fiat__buf *body, const fiat__athena_query *query);
bool fiat__athena_write_id(fiat__buf *body, const char *id);

/* All that is read is borrowed from the reply; FIAT_E_AWS_REPLY where it is not what AWS documents.
 */
fiat_status fiat__athena_read_start(const fiat__doc *reply, const char **id, fiat_error *err);

typedef enum fiat__athena_state {
    FIAT__ATHENA_QUEUED,
    FIAT__ATHENA_RUNNING,
    FIAT__ATHENA_SUCCEEDED,
    FIAT__ATHENA_FAILED,
    FIAT__ATHENA_CANCELLED
} fiat__athena_state;

typedef struct fiat__athena_execution {
    const char *id, *sql;
    const char *statement; /* "DML", "DDL" or "UTILITY" */
    fiat__athena_state state;
    const char *state_name;
    const char *reason;    /* why it is in that state; "" */
    const char *output;    /* object of the results; "" */
    bool retryable;        /* it failed by trouble of Athena's */
    bool reused;           /* its results are those of an earlier one */
    bool has_header;       /* the first row of its results has the columns' names */
    int64_t scanned_bytes; /* that are billed; 0 as long as it is not known */
    int64_t total_ms;
    int64_t submitted_ms; /* since 1970; 0: not said */
} fiat__athena_execution;

/* Of an item of BatchGetQueryExecution: its id tells which. */
fiat_status fiat__athena_read_query(const fiat__doc *query, fiat__athena_execution *out,
                                    fiat_error *err);
/* Of GetQueryExecution. */
fiat_status fiat__athena_read_execution(const fiat__doc *reply, fiat__athena_execution *out,
                                        fiat_error *err);

/* A page of results. */
typedef struct fiat__athena_page {
    const fiat__doc *columns, *row; /* the next one; NULL: no more */
    size_t column_count;
} fiat__athena_page;

/* skip_header: it is the first page of a query that has one. */
fiat_status fiat__athena_page_read(fiat__athena_page *page, const fiat__doc *reply,
                                   bool skip_header, fiat_error *err);
/* Name and type ("bigint") of a column; "" where there is none of that index. */
void fiat__athena_page_column(const fiat__athena_page *page, size_t index, const char **name,
                              const char **type);
/* The values of the next row into `values`, column_count of them, NULL for what is null. false:
 * there are no more rows. A row of another length is cut, or filled up with NULL. */
bool fiat__athena_page_next(fiat__athena_page *page, const char **values);

#endif
