/* Shared by the files of the local Athena alone. */
#ifndef FIAT_LOCAL_ATHENA_INTERNAL_H
#define FIAT_LOCAL_ATHENA_INTERNAL_H

#include "base/random.h"
#include "base/thread.h"
#include "duckdb/duckdb.h"
#include "local/athena.h"
#include "local/catalog.h"

/* https://docs.aws.amazon.com/athena/latest/APIReference/API_StartQueryExecution.html */
#define FIAT__ATHENA_QUERY_MAX_BYTES 262144

typedef enum fiat__execution_state {
    FIAT__EXECUTION_QUEUED,
    FIAT__EXECUTION_RUNNING,
    FIAT__EXECUTION_SUCCEEDED,
    FIAT__EXECUTION_FAILED,
    FIAT__EXECUTION_CANCELLED
} fiat__execution_state;

/* One query. What its worker writes, it writes with the lock of the whole held. */
typedef struct fiat__execution {
    char id[FIAT__UUID_LEN + 1];
    /* As it was asked for; NULL: not given. */
    char *query, *token, *database, *catalog, *output;
    char **parameters;
    size_t parameter_count;

    fiat__execution_state state;
    const char *type, *what; /* StatementType, SubstatementType; static */
    char *reason;            /* of the state; NULL: none */
    int error_category, error_type;
    int64_t submitted_ms, started_ms, completed_ms; /* 0: not yet */
    uint64_t scanned_bytes, row_count;
    char *columns;    /* JSON: ColumnInfo of the result; NULL: none */
    bool text;        /* the object is ID.txt, without a header, as DDL's */
    bool cancelled;   /* stop soon */
    unsigned users;   /* who looks at it without the lock */
    fiat__duckdb *db; /* while SQL runs: to be interrupted */
} fiat__execution;

struct fiat__athena {
    const fiat__local_opts *opts;
    const fiat__clock *clock;
    char *dir;      /* DIR/.fiat/athena */
    char *data_dir; /* absolute, without links */
    fiat__catalog catalog;
    fiat__mutex lock; /* of what follows and of the executions */
    fiat__cond wake;
    fiat__execution **executions; /* oldest first */
    size_t count;
    bool stopping;
    pthread_t workers[FIAT__ATHENA_RUNNING];
    size_t worker_count;
};

/* A request on its way to its operation. */
typedef struct fiat__athena_request {
    fiat__athena *athena;
    const fiat__doc *input;
    fiat__reply *reply;
} fiat__athena_request;

/* athena.c: InvalidRequestException with an AthenaErrorCode ("INVALID_INPUT"). */
void fiat__athena_refuse(fiat__athena_request *request, const char *code, const char *format, ...)
    FIAT_PRINTF(3, 4);
/* true: all is well. Otherwise answered as Athena words it. Ends the check. */
bool fiat__athena_checked(fiat__athena_request *request, fiat__check *check);
/* Answer 200 with the body, or that it did not fit. */
void fiat__athena_done(fiat__athena_request *request);
/* A token of pages that start at an offset; the offset of one; false: none of ours. */
void fiat__athena_write_token(fiat__buf *out, uint64_t offset);
bool fiat__athena_read_token(const char *token, uint64_t *offset);
/* WorkGroup, when there is one, is "primary"; false: answered. */
bool fiat__athena_check_workgroup(fiat__athena_request *request);
bool fiat__athena_is_primary(const char *workgroup);

/* The operations, by file. */
void fiat__athena_start(fiat__athena_request *request); /* athena_start.c */
void fiat__athena_get(fiat__athena_request *request);   /* athena_query.c */
void fiat__athena_batch_get(fiat__athena_request *request);
void fiat__athena_list(fiat__athena_request *request);
void fiat__athena_stop(fiat__athena_request *request);
void fiat__athena_results(fiat__athena_request *request);       /* athena_results.c */
void fiat__athena_get_workgroup(fiat__athena_request *request); /* athena_catalog.c */
void fiat__athena_list_workgroups(fiat__athena_request *request);
void fiat__athena_list_catalogs(fiat__athena_request *request);
void fiat__athena_get_database(fiat__athena_request *request);
void fiat__athena_list_databases(fiat__athena_request *request);
void fiat__athena_get_table(fiat__athena_request *request);
void fiat__athena_list_tables(fiat__athena_request *request);

/* athena_store.c. @locks athena->lock held */
const char *fiat__execution_state_name(fiat__execution_state state);
void fiat__execution_free(fiat__execution *execution); /* NULL is allowed */
fiat_status fiat__athena_load(fiat__athena *athena, fiat_error *err);
fiat_status fiat__athena_save(fiat__athena *athena, const fiat__execution *execution,
                              fiat_error *err);
/* Put it behind the others, which may make the oldest be forgotten. Taken on FIAT_OK alone. */
fiat_status fiat__athena_add(fiat__athena *athena, fiat__execution *execution, fiat_error *err);
fiat__execution *fiat__athena_find(fiat__athena *athena, const char *id);
/* "DIR/.fiat/athena/ID" and the suffix; heap, NULL when out of memory. */
char *fiat__athena_path(const fiat__athena *athena, const char *id, const char *suffix);

/* athena_run.c: a worker; argument: the whole. */
void *fiat__athena_worker(void *athena);

/* athena_ddl.c, athena_select.c: run a statement; its rows go to the result. */
struct fiat__result;
fiat_status fiat__athena_run_ddl(fiat__athena *athena, const fiat__execution *execution,
                                 const fiat__hive_statement *statement, struct fiat__result *result,
                                 fiat_error *err);
fiat_status fiat__athena_run_select(fiat__athena *athena, fiat__execution *execution,
                                    struct fiat__result *result, fiat_error *err);

#endif
