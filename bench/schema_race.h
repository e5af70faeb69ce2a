/* One workload of bench_schema: all contenders over the same documents, turn by turn. */
#ifndef FIAT_BENCH_SCHEMA_RACE_H
#define FIAT_BENCH_SCHEMA_RACE_H

#include "schema_child.h"
#include "schema_docs.h"

#define BENCH_ROUNDS 9

enum bench_who {
    BENCH_FIAT,
    BENCH_SIMDJSON, /* parses only */
    BENCH_CJSON,    /* parses only */
    BENCH_RAPIDJSON,
    BENCH_AJV,
    BENCH_RS,     /* jsonschema-rs over Python's json */
    BENCH_ORJSON, /* jsonschema-rs over orjson */
    BENCH_BLAZE,
    BENCH_CONTENDERS
};

#define BENCH_FIRST_CHILD BENCH_AJV

struct bench_load {
    const char *name;
    const char *schema_path, *lines_path; /* for the children */
    char *schema;
    size_t schema_len;
    struct bench_docs docs;
    bool struct_only; /* of the events, content does not count */
    bool formats;     /* asserted */
};

/* Where things are. */
struct bench_places {
    const char *scripts; /* folder of the children's programs */
    const char *deps;    /* what scripts/fetch-bench has made */
};

struct bench_contender {
    const char *absent;   /* why there is no figure; NULL: there is */
    double ns;            /* of a document: median of the rounds */
    double validate_ns;   /* validation alone; 0: not told apart */
    double over_simdjson; /* median of the rounds' ratios */
    double over_fiat;
    size_t mismatches; /* verdicts other than ours, or other than the right ones */
    bool judges;
    struct bench_child child;
    unsigned char *verdicts;
    double total[BENCH_ROUNDS], own[BENCH_ROUNDS];
};

struct bench_race {
    struct bench_contender by[BENCH_CONTENDERS];
    double compile_ns;
    size_t held_bytes;  /* by the compiled schema */
    size_t allocations; /* in all rounds */
    size_t wrong;       /* verdicts of ours */
    size_t first_wrong; /* index of a document */
};

const char *bench_name(enum bench_who who);
/* false: our own schema did not compile; says why on stderr. */
bool bench_race_run(struct bench_race *race, const struct bench_load *load,
                    const struct bench_places *places);
void bench_race_free(struct bench_race *race);

/* Count what the library allocates; before any other call of it. */
void bench_count_allocations(void);

#endif
