/* One query of Athena's from its start to its end, for the commands. Functions that return an int
 * say on stderr what is wrong and return an exit code. */
#ifndef FIAT_TOOLS_ATHENA_RUN_H
#define FIAT_TOOLS_ATHENA_RUN_H

#include "aws/svc/athena.h"
#include "aws/svc/service.h"

/* AWS says 128 of the UUIDs that they are. */
#define ATHENA_ID_MAX_BYTES 128

struct athena_run {
    fiat__service *athena; /* kept, not owned */
    const char *title;     /* what progress is of: "fiat.orders"; NULL: nothing is named */
    double usd_per_tb;     /* what a terabyte scanned costs; 0: costs are not shown */
    /* The rest is the functions'. */
    char id[ATHENA_ID_MAX_BYTES + 1];
    int64_t began_ms; /* monotonic */
    fiat__doc *reply; /* the last of Athena's */
    fiat__athena_execution last;
};

/* Start it; `query` has no token: it gets one of its own. */
int athena_run_start(struct athena_run *run, const fiat__athena_query *query);

/* Wait until it is over, with progress on stderr when that is a terminal: EXIT_DONE when it
 * succeeded. SIGINT and SIGTERM, noted by interrupt.h, end the waiting with 130 and 143; with
 * `stop` Athena's query is stopped as well. */
int athena_run_follow(struct athena_run *run, bool stop);

/* Start, follow and forget a statement whose rows nobody wants, with signals noted. */
int athena_run_statement(fiat__service *athena, const char *title, const fiat__athena_query *query);

void athena_run_free(struct athena_run *run);

/* ", 1.2 GB scanned, about 0.0059 USD" behind what is in `out`: what it scanned so far, and what
 * that costs. Statements that read nothing, and results used again, cost nothing. */
bool athena_write_scanned(fiat__buf *out, const fiat__athena_execution *query, double usd_per_tb);

/* Milliseconds since it began. */
int64_t athena_run_ms(const struct athena_run *run);

#endif
