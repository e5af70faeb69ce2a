/* From JSON text to a verdict: fiat beside the parsers and validators of others, one thread each,
 * over the same documents in the same run. Prints JSON; a table goes to stderr.
 *
 * usage: bench_schema BENCH_DIR DEPS_DIR [WORKLOAD...]
 *
 * A turn of each contender follows the other for some rounds; figures are medians of the rounds and
 * ratios are medians of each round's ratio, so that other work on the machine hits all alike. What
 * is measured is processor time. DEPS_DIR is what scripts/fetch-bench has made; without it there
 * are the two workloads of events, and the validators that are missing are named. */
#include "schema_race.h"

#include "base/mem.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define EVENTS        20000
#define WORKLOADS_MAX 64

static const char *s_fetch = "to get the peers and the real schemas: scripts/fetch-bench";

/* ---- what must hold ---- */

#define SIMDJSON_FULL      2.0
#define SIMDJSON_STRUCT    1.5
#define AJV_AT_LEAST       4.0
#define PEERS_AT_LEAST     3.0
#define COMPILE_AUDIT_NS   200e3
#define COMPILE_LARGEST_NS 20e6
#define SIZE_AT_MOST       8.0

static int s_missed;

static void miss(const char *load, const char *what, double value, double wanted) {
    fprintf(stderr, "  MISSED %s: %s %.2f, wanted %.2f\n", load, what, value, wanted);
    s_missed++;
}

static void check_targets(const struct bench_load *load, const struct bench_race *race) {
    const struct bench_contender *fiat = &race->by[BENCH_FIAT];
    double most = load->struct_only ? SIMDJSON_STRUCT : SIMDJSON_FULL;
    double size = (double)race->held_bytes / (double)load->schema_len;
    double compile = load->docs.kinds ? COMPILE_AUDIT_NS : COMPILE_LARGEST_NS;
    if (load->docs.kinds && fiat->over_simdjson > most)
        miss(load->name, "times simdjson's parse", fiat->over_simdjson, most);
    for (int who = BENCH_RAPIDJSON; who < BENCH_CONTENDERS; who++) {
        const struct bench_contender *c = &race->by[who];
        /* Who is wrong about more than a tenth has not done the same work. */
        if (c->mismatches > load->docs.count / 10) continue;
        double least = who == BENCH_AJV ? AJV_AT_LEAST : PEERS_AT_LEAST;
        if (!c->absent && c->over_fiat < least)
            miss(load->name, bench_name((enum bench_who)who), c->over_fiat, least);
    }
    if (race->compile_ns > compile)
        miss(load->name, "microseconds to compile", race->compile_ns / 1e3, compile / 1e3);
    if (size > SIZE_AT_MOST) miss(load->name, "times the schema's text", size, SIZE_AT_MOST);
    if (race->allocations) miss(load->name, "allocations", (double)race->allocations, 0);
}

/* ---- output ---- */

static void print_table(const struct bench_load *load, const struct bench_race *race) {
    fprintf(stderr,
            "\n%s: %zu documents of %zu bytes; schema of %zu bytes, compiled in %.0f us to %.1f "
            "times its text\n  %-26s %10s %12s %10s %14s %10s\n",
            load->name, load->docs.count, load->docs.bytes / load->docs.count, load->schema_len,
            race->compile_ns / 1e3, (double)race->held_bytes / (double)load->schema_len, "", "ns",
            "x simdjson", "x fiat", "validate only", "mismatches");
    for (int who = 0; who < BENCH_CONTENDERS; who++) {
        const struct bench_contender *c = &race->by[who];
        fprintf(stderr, "  %-26s ", bench_name((enum bench_who)who));
        if (c->absent) {
            fprintf(stderr, "absent: %s\n", c->absent);
            continue;
        }
        fprintf(stderr, "%10.0f %12.2f %10.2f ", c->ns, c->over_simdjson, c->over_fiat);
        if (c->validate_ns > 0)
            fprintf(stderr, "%14.0f ", c->validate_ns);
        else
            fprintf(stderr, "%14s ", "");
        fprintf(stderr, c->judges ? "%10zu\n" : "\n", c->mismatches);
    }
}

static void print_string(const char *text) {
    putchar('"');
    for (; *text; text++)
        if (*text == '"' || *text == '\\')
            printf("\\%c", *text);
        else
            putchar((unsigned char)*text < ' ' ? ' ' : *text);
    putchar('"');
}

static void print_json(const struct bench_load *load, const struct bench_race *race, bool first) {
    printf("%s\n  {\"workload\": \"%s\", \"documents\": %zu, \"document_bytes\": %zu, "
           "\"schema_bytes\": %zu, \"compile_ns\": %.0f, \"compiled_bytes\": %zu, "
           "\"allocations\": %zu, \"wrong\": %zu, \"figures\": [",
           first ? "" : ",", load->name, load->docs.count, load->docs.bytes / load->docs.count,
           load->schema_len, race->compile_ns, race->held_bytes, race->allocations, race->wrong);
    for (int who = 0; who < BENCH_CONTENDERS; who++) {
        const struct bench_contender *c = &race->by[who];
        printf("%s\n    {\"what\": \"%s\"", who ? "," : "", bench_name((enum bench_who)who));
        if (c->absent) {
            printf(", \"absent\": ");
            print_string(c->absent);
        } else {
            printf(", \"ns\": %.0f, \"ratio_to_simdjson\": %.3f, \"ratio_to_fiat\": %.3f", c->ns,
                   c->over_simdjson, c->over_fiat);
            if (c->validate_ns > 0) printf(", \"validate_only_ns\": %.0f", c->validate_ns);
            if (c->judges) printf(", \"mismatches\": %zu", c->mismatches);
        }
        printf("}");
    }
    printf("]}");
    fflush(stdout);
}

/* ---- workloads ---- */

static void *must(void *block) {
    if (block) return block;
    fprintf(stderr, "bench_schema: out of memory, or a file that cannot be read\n");
    exit(1);
}

static char *join(const char *folder, const char *name, const char *file) {
    size_t room = strlen(folder) + strlen(name) + strlen(file) + 3;
    char *path = must(fiat__malloc(room));
    snprintf(path, room, "%s/%s%s%s", folder, name, *file ? "/" : "", file);
    return path;
}

/* true: no verdict of ours was wrong. */
static bool run_load(const struct bench_load *load, const struct bench_places *places, bool first) {
    static struct bench_race race;
    bool ok = bench_race_run(&race, load, places);
    if (ok) {
        print_table(load, &race);
        print_json(load, &race, first);
        check_targets(load, &race);
        ok = race.wrong == 0;
        if (!ok)
            fprintf(stderr, "  WRONG: %zu verdicts of fiat, the first on line %zu of %s\n",
                    race.wrong, race.first_wrong + 1, load->lines_path);
    }
    bench_race_free(&race);
    return ok;
}

static bool run_events(const char *name, const char *bench_dir, const char *folder,
                       const struct bench_places *places, bool first) {
    char *lines = join("/tmp", "fiat-bench", "XXXXXX.jsonl");
    lines[strlen("/tmp/fiat-bench")] = '-';
    int file = mkstemps(lines, (int)strlen(".jsonl"));
    char *schema = join(bench_dir, folder, "json_schema.json");
    struct bench_load load = {.name = name, .schema_path = schema, .lines_path = lines};
    load.struct_only = strstr(folder, "Struct") != NULL;
    load.formats = !load.struct_only;
    load.schema = must(bench_read_file(schema, &load.schema_len));
    bench_events(&load.docs, EVENTS);
    bool ok = file >= 0 && bench_write_lines(&load.docs, lines) && run_load(&load, places, first);
    if (file >= 0) close(file);
    if (ok) unlink(lines); /* else it is wanted to see what was wrong */
    bench_docs_free(&load.docs);
    fiat__free(load.schema);
    fiat__free(schema);
    fiat__free(lines);
    return ok;
}

static bool run_real(const char *name, const char *data, const struct bench_places *places,
                     bool first) {
    char *schema = join(data, name, "schema.json"), *lines = join(data, name, "instances.jsonl");
    struct bench_load load = {.name = name, .schema_path = schema, .lines_path = lines};
    load.schema = must(bench_read_file(schema, &load.schema_len));
    if (!bench_read_lines(&load.docs, lines)) must(NULL);
    bool ok = run_load(&load, places, first);
    bench_docs_free(&load.docs);
    fiat__free(load.schema);
    fiat__free(schema);
    fiat__free(lines);
    return ok;
}

static int by_name(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Names of the folders of real schemas, sorted. */
static size_t list_real(const char *data, char *names[]) {
    DIR *folder = opendir(data);
    size_t count = 0;
    for (struct dirent *entry; folder && (entry = readdir(folder)) && count < WORKLOADS_MAX;)
        if (entry->d_name[0] != '.') names[count++] = must(fiat__strdup(entry->d_name));
    if (folder) closedir(folder);
    qsort(names, count, sizeof *names, by_name);
    return count;
}

static bool is_wanted(const char *name, int argc, char **argv) {
    for (int i = 3; i < argc; i++)
        if (strcmp(argv[i], name) == 0) return true;
    return argc <= 3;
}

int main(int argc, char **argv) {
    if (argc < 3) {
        fprintf(stderr, "usage: bench_schema BENCH_DIR DEPS_DIR [WORKLOAD...]\n");
        return 2;
    }
    bench_count_allocations();
    char *data = join(argv[2], "data", ""), *names[WORKLOADS_MAX];
    const struct bench_places places = {argv[1], argv[2]};
    size_t count = list_real(data, names);
    bool ok = true, first = true;
    if (count == 0) fprintf(stderr, "no real schemas in %s; %s\n", data, s_fetch);
    printf("{\"bench\": \"schema\", \"rounds\": %d, \"results\": [", BENCH_ROUNDS);
    static const char *const events[][2] = {{"full", "schemas/BenchAudit"},
                                            {"struct", "schemas/BenchStruct"}};
    for (int i = 0; i < 2; i++) {
        if (!is_wanted(events[i][0], argc, argv)) continue;
        ok &= run_events(events[i][0], argv[1], events[i][1], &places, first);
        first = false;
    }
    for (size_t i = 0; i < count; i++) {
        if (is_wanted(names[i], argc, argv)) {
            ok &= run_real(names[i], data, &places, first);
            first = false;
        }
        fiat__free(names[i]);
    }
    printf("],\n \"targets_missed\": %d}\n", s_missed);
    fprintf(stderr, "\n%d targets missed%s\n", s_missed,
            ok ? "" : "; FAILED: a verdict of fiat was wrong, or it did not take a schema");
    fiat__free(data);
    return ok ? 0 : 1;
}
