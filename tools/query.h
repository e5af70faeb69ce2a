/* The parts of `fiat query`. All say on stderr what is wrong and return an exit code. */
#ifndef FIAT_TOOLS_QUERY_H
#define FIAT_TOOLS_QUERY_H

#include "aws.h"
#include "aws/svc/athena.h"
#include "output.h"
#include "table/settings.h"

/* What the command's options say; NULL where nothing was given. */
struct query_flags {
    const char *local, *schemas, *format, *file, *output;
    const char *database, *catalog, *workgroup, *output_location, *results, *price;
    bool json, history, dry_run;
    struct aws_flags aws;
};

struct query {
    const struct query_flags *flags;
    const fiat_config *config;
    enum output_format format;
};

/* Where queries run: flags, then "table" of schemas/stream.json, then what is built in. */
struct query_place {
    fiat__layers layers;
    fiat__table_settings settings;
    fiat__athena_query query; /* without SQL */
};

/* Deinit in any case. FIAT_E_CONFIG. */
fiat_status query_place_find(struct query_place *out, const struct query *query, fiat_error *err);
void query_place_deinit(struct query_place *place);

/* On a data folder, with DuckDB. */
int query_local(const struct query *query, fiat__str sql);

/* On Athena: run the SQL; show the rows of the query that --results names; list the newest `count`
 * queries of the workgroup. */
int query_athena(const struct query *query, fiat__str sql);
int query_athena_results(const struct query *query);
int query_athena_history(const struct query *query, uint64_t count);

/* Print rows to where they go, and tell how many they were. A row source that ends with
 * FIAT_E_CLOSED was stopped by a signal. */
fiat_status query_print(const struct query *query, const struct row_source *rows, uint64_t *count,
                        fiat_error *err);

#endif
