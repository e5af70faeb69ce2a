/* Both ways, and the report of what was found on them. */
#include "schema/compat_parts.h"

#include "base/error.h"
#include "base/mem.h"

#include <stdio.h>

#define MEMORY_MOST  (128u * 1024 * 1024) /* more than the steps can take */
#define PATH_MOST    4096
#define TEXT_MOST    (16u * 1024 * 1024)
#define STEPS        200000u
#define SAMPLE_STEPS 400000u

typedef struct report {
    fiat__compat_report open; /* first: what the caller sees */
    fiat__arena arena;
    fiat__compat_difference *list;
    const fiat__compat_finding **from; /* the finding that each was made of */
    size_t cap;
} report;

/* ---- Words. ---- */

static const char *say_member(const char *path) {
    const char *last = strrchr(path, '/');
    return last ? last + 1 : path;
}

/* A number or a word, which says it all. */
static bool has_plain_value(fiat__keyword keyword) {
    switch (keyword) {
    case FIAT__KW_MINIMUM:
    case FIAT__KW_MAXIMUM:
    case FIAT__KW_EXCLUSIVE_MINIMUM:
    case FIAT__KW_EXCLUSIVE_MAXIMUM:
    case FIAT__KW_MULTIPLE_OF:
    case FIAT__KW_MIN_LENGTH:
    case FIAT__KW_MAX_LENGTH:
    case FIAT__KW_PATTERN:
    case FIAT__KW_FORMAT:
    case FIAT__KW_CONTENT_ENCODING:
    case FIAT__KW_CONTENT_MEDIA_TYPE:
    case FIAT__KW_MIN_ITEMS:
    case FIAT__KW_MAX_ITEMS:
    case FIAT__KW_UNIQUE_ITEMS:
    case FIAT__KW_MAX_CONTAINS:
    case FIAT__KW_MIN_PROPERTIES:
    case FIAT__KW_MAX_PROPERTIES:
        return true;
    default:
        return false;
    }
}

static void write_message(fiat__buf *out, const fiat__compat_finding *at, fiat__compat_way way) {
    const char *old = way == FIAT__COMPAT_BACKWARD ? at->had : at->wants;
    const char *new = way == FIAT__COMPAT_BACKWARD ? at->wants : at->had;
    bool backward = way == FIAT__COMPAT_BACKWARD;
    switch (at->change) {
    case FIAT__COMPAT_LIMIT:
        fiat__buf_append_c(out, "the schemas are too deep or too large here to be compared");
        return;
    case FIAT__COMPAT_MEMBER:
        fiat__buf_printf(out, "property %s was %s", say_member(at->path),
                         at->added == backward ? "added" : "removed");
        return;
    case FIAT__COMPAT_VALUE:
        fiat__buf_printf(out, "value %.200s is %s", at->detail,
                         backward ? "no longer allowed" : "newly allowed");
        return;
    default:
        break;
    }
    if (at->keyword == FIAT__KW_REQUIRED)
        fiat__buf_printf(out, "property %s is %s", at->detail,
                         backward ? "newly required" : "no longer required");
    else if (at->keyword == FIAT__KW_TYPE)
        fiat__buf_printf(out, "type %s became %s", old, new);
    else if (has_plain_value(at->keyword))
        fiat__buf_printf(out, "%s became %s", old, new);
    else
        fiat__buf_printf(out, "%s %s", fiat__keyword_name(at->keyword),
                         strncmp(at->had, "no ", 3) != 0 ? "changed"
                         : backward                      ? "is new"
                                                         : "is gone");
}

/* ---- Findings of both ways become differences. ---- */

static const char *keep(report *r, fiat__str text) {
    return fiat__arena_str(&r->arena, text).ptr;
}

static bool same_place(const fiat__compat_finding *a, const fiat__compat_finding *b) {
    if (a->change != b->change || a->keyword != b->keyword || strcmp(a->path, b->path) != 0)
        return false;
    return a->change == FIAT__COMPAT_MEMBER ||
           (a->change == FIAT__COMPAT_ASKS && strcmp(a->detail, b->detail) == 0 &&
            strcmp(a->had, b->wants) == 0);
}

static fiat__compat_difference *find(report *r, const fiat__compat_finding *at) {
    for (size_t i = 0; i < r->open.count; i++)
        if (same_place(r->from[i], at)) return &r->list[i];
    return NULL;
}

static fiat__compat_difference *add(report *r, const fiat__compat_finding *at,
                                    fiat__compat_way way) {
    fiat__buf text;
    bool backward = way == FIAT__COMPAT_BACKWARD;
    if (r->open.count == r->cap) return NULL;
    fiat__compat_difference *one = &r->list[r->open.count];
    fiat__buf_init(&text, PATH_MOST);
    write_message(&text, at, way);
    one->message = keep(r, fiat__buf_str(&text));
    fiat__buf_deinit(&text);
    one->path = keep(r, fiat__str_c(at->path));
    one->keyword = fiat__keyword_name(at->keyword);
    one->place[0] = keep(r, fiat__str_c(backward ? at->data_place : at->reader_place));
    one->place[1] = keep(r, fiat__str_c(backward ? at->reader_place : at->data_place));
    if (!one->message || !one->path || !one->place[0] || !one->place[1]) return NULL;
    r->from[r->open.count++] = at;
    return one;
}

static bool add_findings(report *r, const fiat__compat *c, fiat__compat_way way) {
    for (uint32_t i = 0; i < c->finding_count; i++) {
        const fiat__compat_finding *at = &c->findings[i];
        fiat__compat_difference *one = find(r, at);
        if (!one) one = add(r, at, way);
        if (!one) return false;
        if (at->effect > one->effect[way]) one->effect[way] = at->effect;
        if (at->sample && !one->sample[way]) one->sample[way] = keep(r, fiat__str_c(at->sample));
        if (at->sample && !one->sample[way]) return false;
        if (at->effect > r->open.effect[way]) r->open.effect[way] = at->effect;
    }
    return true;
}

/* ---- One way. ---- */

static bool has_strict(const fiat_schema *schema) {
    for (uint32_t i = 0; i < schema->program.node_count; i++)
        if (schema->program.nodes[i].flags & FIAT__NODE_STRICT_INTEGER) return true;
    return false;
}

static void deinit(fiat__compat *c) {
    fiat_validator_free(c->data.judge);
    fiat_validator_free(c->reader.judge);
    fiat__arena_deinit(&c->arena);
    fiat__buf_deinit(&c->path);
    fiat__buf_deinit(&c->text);
    fiat__free(c->trail);
    fiat__free(c);
}

static fiat_status run(fiat__compat **out, const fiat_schema *data, const fiat_schema *reader,
                       bool *holds, fiat_error *err) {
    fiat__compat_set set;
    fiat__compat *c = fiat__calloc(1, sizeof *c);
    *out = c;
    if (!c) return fiat__err_nomem(err);
    fiat__arena_init(&c->arena, MEMORY_MOST);
    fiat__buf_init(&c->path, PATH_MOST);
    fiat__buf_init(&c->text, TEXT_MOST);
    c->data.schema = data;
    c->reader.schema = reader;
    c->steps = STEPS;
    c->samples = SAMPLE_STEPS;
    c->strict = has_strict(data) || has_strict(reader);
    fiat_status status = fiat_validator_new(&c->data.judge, err);
    if (status == FIAT_OK) status = fiat_validator_new(&c->reader.judge, err);
    if (status != FIAT_OK) return status;
    fiat__compat_set_init(&set, &c->data);
    fiat__compat_add(&set, data->program.root);
    *holds = fiat__compat_check(c, &set, fiat__compat_at(&c->reader, reader->program.root));
    return c->status == FIAT_OK ? FIAT_OK : fiat__err_nomem(err);
}

static fiat_status make(report *r, fiat__compat *const *ways, const bool *holds, fiat_error *err) {
    r->cap = ways[0]->finding_count + ways[1]->finding_count;
    r->list = fiat__calloc(r->cap + 1, sizeof *r->list);
    r->from = fiat__calloc(r->cap + 1, sizeof *r->from);
    if (!r->list || !r->from) return fiat__err_nomem(err);
    for (unsigned way = 0; way < 2; way++) {
        if (!add_findings(r, ways[way], (fiat__compat_way)way)) return fiat__err_nomem(err);
        /* There were more findings than are kept. */
        if (!holds[way] && r->open.effect[way] == FIAT__COMPAT_HOLDS)
            r->open.effect[way] = FIAT__COMPAT_MAY_BREAK;
    }
    r->open.differences = r->list;
    return FIAT_OK;
}

fiat_status fiat__compat_compare(fiat__compat_report **out, const fiat_schema *older,
                                 const fiat_schema *newer, fiat_error *err) {
    fiat__compat *ways[2] = {NULL, NULL};
    bool holds[2] = {false, false};
    *out = NULL;
    report *r = fiat__calloc(1, sizeof *r);
    if (!r) return fiat__err_nomem(err);
    fiat__arena_init(&r->arena, 2 * MEMORY_MOST);
    fiat_status status = run(&ways[0], older, newer, &holds[0], err);
    if (status == FIAT_OK) status = run(&ways[1], newer, older, &holds[1], err);
    if (status == FIAT_OK) status = make(r, ways, holds, err);
    for (unsigned way = 0; way < 2; way++)
        if (ways[way]) deinit(ways[way]);
    fiat__free(r->from);
    r->from = NULL;
    if (status == FIAT_OK)
        *out = &r->open;
    else
        fiat__compat_free(&r->open);
    return status;
}

void fiat__compat_free(fiat__compat_report *open) {
    report *r = (report *)open;
    if (!r) return;
    fiat__arena_deinit(&r->arena);
    fiat__free(r->list);
    fiat__free(r);
}
