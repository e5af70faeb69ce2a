#include "schema_race.h"

#include "peers.h"
#include <fiat/allocator.h>
#include <fiat/schema.h>

#include <cjson/cJSON.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* One turn goes over at least so many bytes. */
#define TURN_BYTES    1500000u
#define COMPILE_TURNS 31

/* ---- counted memory ---- */

static size_t s_allocations, s_held;

/* The size stands in front of the block. */
#define HEAD 16

static void *resize(void *context, void *block, size_t bytes) {
    (void)context;
    char *old = block ? (char *)block - HEAD : NULL;
    size_t before = 0;
    if (old) memcpy(&before, old, sizeof before);
    char *grown = realloc(old, bytes + HEAD);
    if (!grown) return NULL;
    s_allocations++;
    s_held += bytes - before;
    memcpy(grown, &bytes, sizeof bytes);
    return grown + HEAD;
}

static void *allocate(void *context, size_t bytes) {
    return resize(context, NULL, bytes);
}

static void release(void *context, void *block) {
    (void)context;
    if (!block) return;
    size_t before;
    memcpy(&before, (char *)block - HEAD, sizeof before);
    s_held -= before;
    free((char *)block - HEAD);
}

/* ---- contenders in this process ---- */

static double now_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

struct inner {
    const struct bench_docs *docs;
    fiat_schema *schema;
    fiat_validator *validator;
    void *rapidjson;
};

static void validate_all(const struct inner *in, unsigned char *verdicts) {
    for (size_t i = 0; i < in->docs->count; i++) {
        fiat_status status = fiat_schema_validate(in->schema, in->validator, in->docs->texts[i],
                                                  in->docs->lengths[i], NULL);
        if (verdicts) verdicts[i] = status == FIAT_OK;
    }
}

static void parse_with_cjson(const struct bench_docs *docs) {
    for (size_t i = 0; i < docs->count; i++)
        cJSON_Delete(cJSON_ParseWithLength(docs->texts[i], docs->lengths[i]));
}

static void take_turn(const struct inner *in, enum bench_who who) {
    const struct bench_docs *docs = in->docs;
    switch (who) {
    case BENCH_FIAT:
        validate_all(in, NULL);
        break;
    case BENCH_SIMDJSON:
        bench_simdjson_parse(docs->texts, docs->lengths, docs->count);
        break;
    case BENCH_CJSON:
        parse_with_cjson(docs);
        break;
    default:
        bench_rapidjson_validate(in->rapidjson, docs->texts, docs->lengths, docs->count, NULL);
    }
}

/* ---- the contenders of a race ---- */

const char *bench_name(enum bench_who who) {
    static const char *const names[BENCH_CONTENDERS] = {"fiat",
                                                        "simdjson parse",
                                                        "cJSON parse",
                                                        "RapidJSON SAX validator",
                                                        "ajv",
                                                        "jsonschema-rs (json)",
                                                        "jsonschema-rs (orjson)",
                                                        "Blaze (sourcemeta)"};
    return names[who];
}

static fiat_status compile(const struct bench_load *load, fiat_schema **schema, fiat_error *err) {
    fiat_schema_options options = FIAT_SCHEMA_OPTIONS_INIT;
    options.formats = load->formats ? FIAT_SCHEMA_FORMATS_ASSERT : FIAT_SCHEMA_FORMATS_ANNOTATE;
    return fiat_schema_compile(schema, load->schema, load->schema_len, &options, err);
}

static int by_value(const void *a, const void *b) {
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

static double median(const double *values, size_t count) {
    double sorted[COMPILE_TURNS > BENCH_ROUNDS ? COMPILE_TURNS : BENCH_ROUNDS];
    memcpy(sorted, values, count * sizeof *values);
    qsort(sorted, count, sizeof *sorted, by_value);
    return sorted[count / 2];
}

static bool measure_compile(struct bench_race *race, const struct bench_load *load,
                            struct inner *in) {
    double turns[COMPILE_TURNS];
    fiat_error err = FIAT_ERROR_INIT;
    for (int i = 0; i < COMPILE_TURNS; i++) {
        fiat_schema_free(in->schema);
        in->schema = NULL;
        size_t before = s_held;
        double begun = now_ns();
        fiat_status status = compile(load, &in->schema, &err);
        turns[i] = now_ns() - begun;
        race->held_bytes = s_held - before;
        if (status == FIAT_OK) continue;
        fprintf(stderr, "%s: fiat does not take the schema: %s\n", load->name, err.message);
        return false;
    }
    race->compile_ns = median(turns, COMPILE_TURNS);
    return true;
}

/* RapidJSON 1.1.0 writes where it must not on some schemas with alternatives: try in a process of
 * its own. */
static bool survives_rapidjson(const struct inner *in) {
    const struct bench_docs *docs = in->docs;
    int status = 0;
    pid_t pid = fork();
    if (pid == 0) {
        bench_rapidjson_validate(in->rapidjson, docs->texts, docs->lengths, docs->count, NULL);
        _exit(0);
    }
    return pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status);
}

static void start_inner(struct bench_race *race, struct inner *in, const struct bench_load *load) {
    struct bench_contender *rapid = &race->by[BENCH_RAPIDJSON];
    const struct bench_docs *docs = &load->docs;
    race->by[BENCH_FIAT].judges = rapid->judges = true;
    if (bench_simdjson_parse(docs->texts, docs->lengths, 1) == 0)
        race->by[BENCH_SIMDJSON].absent = "built without it: scripts/deps test";
    in->rapidjson = bench_rapidjson_compile(load->schema, load->schema_len);
    if (!in->rapidjson)
        rapid->absent = "built without it: scripts/deps test";
    else if (!survives_rapidjson(in))
        rapid->absent = "it crashes on these documents";
    else if ((rapid->verdicts = calloc(docs->count, 1)))
        bench_rapidjson_validate(in->rapidjson, docs->texts, docs->lengths, docs->count,
                                 rapid->verdicts);
}

/* The command line of each child; %s is filled in. */
static void start_child(struct bench_race *race, enum bench_who who, const struct bench_load *load,
                        const struct bench_places *places, size_t passes) {
    static const struct {
        const char *runner, *script, *extra; /* runner and extra below deps, script below scripts */
    } children[BENCH_CONTENDERS] = {
        [BENCH_AJV] = {NULL, "ajv.js", "/node_modules"},
        [BENCH_RS] = {"/venv/bin/python", "validate_rs.py", "json"},
        [BENCH_ORJSON] = {"/venv/bin/python", "validate_rs.py", "orjson"},
        [BENCH_BLAZE] = {"/venv/bin/python", "blaze.py", "/blaze"},
    };
    struct bench_contender *c = &race->by[who];
    char runner[4096], script[4096], extra[4096], turns[32];
    bool node = !children[who].runner;
    snprintf(runner, sizeof runner, "%s%s", node ? "" : places->deps,
             node ? "node" : children[who].runner);
    snprintf(script, sizeof script, "%s/peers/%s", places->scripts, children[who].script);
    snprintf(extra, sizeof extra, "%s%s", children[who].extra[0] == '/' ? places->deps : "",
             children[who].extra);
    snprintf(turns, sizeof turns, "%zu", passes);
    const char *const argv[] = {runner,
                                script,
                                load->schema_path,
                                load->lines_path,
                                load->formats ? "assert" : "annotate",
                                turns,
                                extra,
                                NULL};
    c->judges = true;
    if (bench_child_start(&c->child, argv, load->docs.count)) {
        c->verdicts = calloc(load->docs.count, 1);
        for (size_t i = 0; c->verdicts && i < load->docs.count; i++)
            c->verdicts[i] = c->child.verdicts[i] == '1';
    } else {
        c->absent = c->child.reason;
    }
}

static void run_rounds(struct bench_race *race, const struct inner *in, size_t passes) {
    for (int round = 0; round < BENCH_ROUNDS; round++)
        for (int who = 0; who < BENCH_CONTENDERS; who++) {
            struct bench_contender *c = &race->by[who];
            if (c->absent) continue;
            if (who >= BENCH_FIRST_CHILD) {
                if (!bench_child_turn(&c->child, &c->total[round], &c->own[round]))
                    c->absent = c->child.reason;
                continue;
            }
            size_t before = s_allocations;
            double begun = now_ns();
            for (size_t pass = 0; pass < passes; pass++)
                take_turn(in, (enum bench_who)who);
            c->total[round] = now_ns() - begun;
            if (who == BENCH_FIAT) race->allocations += s_allocations - before;
        }
}

/* ---- results ---- */

static double median_ratio(const double *values, const double *to) {
    double ratios[BENCH_ROUNDS];
    for (int i = 0; i < BENCH_ROUNDS; i++)
        ratios[i] = to[i] > 0 ? values[i] / to[i] : 0;
    return median(ratios, BENCH_ROUNDS);
}

static void sum_up(struct bench_race *race, double documents) {
    for (int who = 0; who < BENCH_CONTENDERS; who++) {
        struct bench_contender *c = &race->by[who];
        if (c->absent) continue;
        c->ns = median(c->total, BENCH_ROUNDS) / documents;
        c->validate_ns = median(c->own, BENCH_ROUNDS) / documents;
        c->over_fiat = median_ratio(c->total, race->by[BENCH_FIAT].total);
        if (!race->by[BENCH_SIMDJSON].absent)
            c->over_simdjson = median_ratio(c->total, race->by[BENCH_SIMDJSON].total);
    }
}

/* 1 valid, 0 invalid; -1 when nobody knows: no event, and fewer than two of ajv, jsonschema-rs and
 * Blaze are here or they do not agree. */
static int right_verdict(const struct bench_race *race, const struct bench_load *load, size_t i) {
    static const enum bench_who jury[] = {BENCH_AJV, BENCH_RS, BENCH_BLAZE};
    if (load->docs.kinds) {
        unsigned kind = load->docs.kinds[i];
        return kind == BENCH_VALID || (kind == BENCH_INVALID_CONTENT && load->struct_only);
    }
    int votes = 0, yes = 0;
    for (size_t j = 0; j < sizeof jury / sizeof jury[0]; j++) {
        const unsigned char *verdicts = race->by[jury[j]].verdicts;
        votes += verdicts != NULL;
        yes += verdicts && verdicts[i];
    }
    return votes >= 2 && (yes == 0 || yes == votes) ? yes > 0 : -1;
}

static void compare_verdicts(struct bench_race *race, const struct bench_load *load) {
    const unsigned char *ours = race->by[BENCH_FIAT].verdicts;
    for (size_t i = 0; i < load->docs.count; i++) {
        int right = right_verdict(race, load, i), wanted = right >= 0 ? right : ours[i];
        for (int who = 0; who < BENCH_CONTENDERS; who++)
            if (race->by[who].verdicts && race->by[who].verdicts[i] != wanted)
                race->by[who].mismatches++;
        if (ours[i] != wanted && race->wrong++ == 0) race->first_wrong = i;
    }
}

bool bench_race_run(struct bench_race *race, const struct bench_load *load,
                    const struct bench_places *places) {
    struct inner in = {.docs = &load->docs};
    *race = (struct bench_race){0};
    bool ok =
        measure_compile(race, load, &in) && fiat_validator_new(&in.validator, NULL) == FIAT_OK;
    unsigned char *ours = calloc(load->docs.count, 1);
    race->by[BENCH_FIAT].verdicts = ours;
    if (ok && ours) {
        size_t passes = TURN_BYTES / load->docs.bytes + 1;
        validate_all(&in, ours);
        start_inner(race, &in, load);
        for (int who = BENCH_FIRST_CHILD; who < BENCH_CONTENDERS; who++)
            start_child(race, (enum bench_who)who, load, places, passes);
        run_rounds(race, &in, passes);
        sum_up(race, (double)load->docs.count * (double)passes);
        compare_verdicts(race, load);
    }
    fiat_validator_free(in.validator);
    fiat_schema_free(in.schema);
    bench_rapidjson_free(in.rapidjson);
    return ok && ours;
}

void bench_race_free(struct bench_race *race) {
    for (int who = 0; who < BENCH_CONTENDERS; who++) {
        bench_child_end(&race->by[who].child);
        free(race->by[who].verdicts);
    }
}

void bench_count_allocations(void) {
    static const fiat_allocator counting = {NULL, allocate, resize, release};
    if (fiat_set_allocator(&counting) != FIAT_OK) exit(1);
}
