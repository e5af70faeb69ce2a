/* Fiat as Bowtie sees it (https://docs.bowtie.report/): requests as JSON, one a line, on standard
 * input, an answer to each on standard output.
 *
 *     start    what this is
 *     dialect  which draft schemas without $schema are of
 *     run      judge the instances of a test case by its schema
 *     stop     the end
 *
 * Schemas and instances are handed on as the bytes that stand in the request, so that numbers keep
 * their spelling. What goes wrong with a case is part of the answer; a request that is none ends
 * the program, with a line on standard error and exit code 1. */
#include "base/error.h"
#include "json/tape.h"
#include "json/writer.h"
#include <fiat/schema.h>
#include <fiat/version.h>

#include <stdio.h>
#include <stdlib.h>
#include <sys/utsname.h>

/* The protocol wants addresses on the web. One that can be none (RFC 2606), unless whoever builds
 * the harness knows better: make bowtie CPPFLAGS=-DFIAT_HOMEPAGE='\"https://...\"' */
#ifndef FIAT_HOMEPAGE
#define FIAT_HOMEPAGE "https://fiat.invalid/"
#endif

#define LINE_MAX_BYTES (256 * 1024 * 1024)
/* A request wraps instances in a few arrays and objects; deeper ones than a validation allows are
 * for the validation to refuse. */
#define INSTANCE_DEPTH 1000
#define REQUEST_DEPTH  (INSTANCE_DEPTH + 1000)

static const struct dialect {
    const char *uri;
    fiat_schema_draft draft;
} s_dialects[] = {
    {"https://json-schema.org/draft/2020-12/schema", FIAT_SCHEMA_DRAFT_2020_12},
    {"https://json-schema.org/draft/2019-09/schema", FIAT_SCHEMA_DRAFT_2019_09},
    {"http://json-schema.org/draft-07/schema#", FIAT_SCHEMA_DRAFT_7},
    {"http://json-schema.org/draft-06/schema#", FIAT_SCHEMA_DRAFT_6},
    {"http://json-schema.org/draft-04/schema#", FIAT_SCHEMA_DRAFT_4},
};

#define DIALECT_COUNT (sizeof s_dialects / sizeof *s_dialects)

typedef struct harness {
    fiat__buf line, out;
    fiat__padded text; /* of the line */
    fiat__keyspace keys;
    fiat__tape tape;  /* of the line */
    fiat__tape again; /* of a value in it */
    unsigned long lines;
    fiat_validator *validator;
    fiat_schema_draft draft;
    bool started, stopped;
} harness;

static void fail(const harness *h, const char *what, const char *more) {
    fprintf(stderr, "bowtie-fiat: line %lu: %s%s\n", h->lines, what, more);
    exit(EXIT_FAILURE);
}

/* ---- requests ---- */

/* false at the end of the input. */
static bool read_line(harness *h) {
    int c;
    fiat__buf_clear(&h->line);
    h->lines++;
    while ((c = getc(stdin)) != EOF && c != '\n')
        if (!fiat__buf_append_char(&h->line, (char)c)) fail(h, "the request is too long", "");
    return c != EOF || h->line.len > 0;
}

static void parse_line(harness *h) {
    fiat_error err;
    if (fiat__scan_load(&h->text, fiat__buf_str(&h->line), &err) != FIAT_OK)
        fail(h, err.message, "");
    fiat__tape_reset(&h->tape, fiat__str_of(h->text.ptr, h->text.len), REQUEST_DEPTH);
    if (fiat__tape_parse(&h->tape, &err) != FIAT_OK) fail(h, err.message, "");
    if (h->tape.items[0].kind != FIAT__JSON_OBJECT) fail(h, "the request is not an object", "");
}

/* A member that must be there, of one of the kinds. */
static uint32_t member(const harness *h, uint32_t object, const char *name, unsigned kinds) {
    uint32_t item = fiat__tape_member(&h->tape, object, fiat__str_c(name));
    if (item == 0) fail(h, "the request lacks the member ", name);
    if ((h->tape.items[item].kind & kinds) == 0) fail(h, "of the wrong type is the member ", name);
    return item;
}

/* The bytes of a value. It is parsed once more, to learn where it ends. */
static fiat__str bytes_of(harness *h, uint32_t item) {
    const char *from = h->tape.text.ptr + h->tape.items[item].at;
    fiat__tape_reset(&h->again, h->tape.text, REQUEST_DEPTH);
    const char *to = fiat__tape_add(&h->again, from, 0);
    if (!to) fail(h, "out of memory", "");
    return fiat__str_of(from, (size_t)(to - from));
}

/* ---- answers ---- */

static void write_key(harness *h, const char *name, const char *value) {
    fiat__buf_printf(&h->out, ",\"%s\":", name);
    fiat__json_write_string_c(&h->out, value);
}

static void write_error(harness *h, const fiat_error *err) {
    fiat__buf_append_c(&h->out, "\"errored\":true,\"context\":{\"message\":");
    fiat__json_write_string_c(&h->out, err->message);
    write_key(h, "status", fiat_status_name(err->status));
    write_key(h, "keyword", err->keyword);
    fiat__buf_append_char(&h->out, '}');
}

static void send(harness *h) {
    fiat_error err;
    fiat__buf_append_char(&h->out, '\n');
    if (fiat__buf_status(&h->out, &err) != FIAT_OK) fail(h, err.message, "");
    if (fwrite(h->out.ptr, 1, h->out.len, stdout) != h->out.len || fflush(stdout) != 0)
        fail(h, "cannot write the answer", "");
    fiat__buf_clear(&h->out);
}

static void start(harness *h) {
    struct utsname system = {0};
    uint32_t version = member(h, 0, "version", FIAT__JSON_NUMERIC);
    if (!fiat__str_eq_c(fiat__tape_text(&h->tape, version), "1"))
        fail(h, "the only version of the protocol that is known is 1", "");
    uname(&system);
    fiat__buf_append_c(&h->out, "{\"version\":1,\"implementation\":{\"language\":\"c\"");
    write_key(h, "language_version", "C11");
    write_key(h, "name", "fiat");
    write_key(h, "version", FIAT_VERSION);
    write_key(h, "homepage", FIAT_HOMEPAGE);
    write_key(h, "documentation", FIAT_HOMEPAGE);
    write_key(h, "issues", FIAT_HOMEPAGE);
    write_key(h, "source", FIAT_HOMEPAGE);
    write_key(h, "os", system.sysname);
    write_key(h, "os_version", system.release);
    fiat__buf_append_c(&h->out, ",\"dialects\":");
    for (size_t i = 0; i < DIALECT_COUNT; i++)
        fiat__buf_printf(&h->out, "%c\"%s\"", i == 0 ? '[' : ',', s_dialects[i].uri);
    fiat__buf_append_c(&h->out, "]}}");
    h->started = true;
    send(h);
}

static void set_dialect(harness *h) {
    fiat__str uri = fiat__tape_string(&h->tape, member(h, 0, "dialect", FIAT__JSON_STRING));
    for (size_t i = 0; i < DIALECT_COUNT; i++) {
        if (!fiat__str_eq_c(uri, s_dialects[i].uri)) continue;
        h->draft = s_dialects[i].draft;
        fiat__buf_append_c(&h->out, "{\"ok\":true}");
        send(h);
        return;
    }
    fail(h, "the dialect is none of those that were named in the answer to start", "");
}

/* ---- cases ---- */

static fiat_status add_document(harness *h, fiat_schema_registry *registry, uint32_t name,
                                fiat_error *err) {
    fiat__str uri = fiat__tape_string(&h->tape, name), text = bytes_of(h, name + 1);
    fiat__buf copy;
    fiat__buf_init(&copy, LINE_MAX_BYTES);
    if (fiat__str_ends(uri, fiat__str_c("#"))) uri.len--;
    fiat__buf_append(&copy, uri.ptr, uri.len);
    fiat_status status = fiat__buf_status(&copy, err);
    if (status == FIAT_OK)
        status = fiat_schema_registry_add(registry, fiat__buf_cstr(&copy), text.ptr, text.len, err);
    fiat__buf_deinit(&copy);
    return status;
}

/* NULL when the case has no registry. */
static fiat_status fill_registry(harness *h, uint32_t test_case, fiat_schema_registry **out,
                                 fiat_error *err) {
    *out = NULL;
    if (fiat__tape_member(&h->tape, test_case, fiat__str_c("registry")) == 0) return FIAT_OK;
    uint32_t object = member(h, test_case, "registry", FIAT__JSON_OBJECT | FIAT__JSON_NULL);
    if (h->tape.items[object].kind == FIAT__JSON_NULL) return FIAT_OK;
    fiat_status status = fiat_schema_registry_new(out, err);
    uint32_t end = fiat__tape_next(&h->tape, object);
    for (uint32_t at = object + 1; status == FIAT_OK && at < end;
         at = fiat__tape_next(&h->tape, at + 1))
        status = add_document(h, *out, at, err);
    return status;
}

static void judge(harness *h, const fiat_schema *schema, uint32_t test) {
    fiat_error err;
    if (h->tape.items[test].kind != FIAT__JSON_OBJECT) fail(h, "a test is not an object", "");
    fiat__str instance = bytes_of(h, member(h, test, "instance", FIAT__JSON_ANY));
    fiat_status status =
        fiat_schema_validate(schema, h->validator, instance.ptr, instance.len, &err);
    fiat__buf_append_char(&h->out, '{');
    if (status == FIAT_OK || status == FIAT_E_SCHEMA_MISMATCH)
        fiat__buf_printf(&h->out, "\"valid\":%s", status == FIAT_OK ? "true" : "false");
    else
        write_error(h, &err);
    fiat__buf_append_char(&h->out, '}');
}

static void judge_all(harness *h, const fiat_schema *schema, uint32_t tests) {
    uint32_t end = fiat__tape_next(&h->tape, tests);
    fiat__buf_append_c(&h->out, "\"results\":[");
    for (uint32_t at = tests + 1; at < end; at = fiat__tape_next(&h->tape, at)) {
        if (at > tests + 1) fiat__buf_append_char(&h->out, ',');
        judge(h, schema, at);
    }
    fiat__buf_append_char(&h->out, ']');
}

static void run(harness *h) {
    fiat_schema_options options = FIAT_SCHEMA_OPTIONS_INIT;
    fiat_schema_registry *registry = NULL;
    fiat_schema *schema = NULL;
    fiat_error err;
    fiat__str seq = bytes_of(h, member(h, 0, "seq", FIAT__JSON_NUMERIC | FIAT__JSON_STRING));
    uint32_t test_case = member(h, 0, "case", FIAT__JSON_OBJECT);
    uint32_t tests = member(h, test_case, "tests", FIAT__JSON_ARRAY);
    fiat__str text = bytes_of(h, member(h, test_case, "schema", FIAT__JSON_ANY));
    fiat__buf_append_c(&h->out, "{\"seq\":");
    fiat__buf_append(&h->out, seq.ptr, seq.len);
    fiat__buf_append_char(&h->out, ',');
    fiat_status status = fill_registry(h, test_case, &registry, &err);
    options.draft = h->draft;
    options.registry = registry;
    options.max_depth = INSTANCE_DEPTH;
    if (status == FIAT_OK)
        status = fiat_schema_compile(&schema, text.ptr, text.len, &options, &err);
    if (status == FIAT_OK)
        judge_all(h, schema, tests);
    else
        write_error(h, &err);
    fiat__buf_append_char(&h->out, '}');
    fiat_schema_free(schema);
    fiat_schema_registry_free(registry);
    send(h);
}

static void obey(harness *h) {
    fiat__str command = fiat__tape_string(&h->tape, member(h, 0, "cmd", FIAT__JSON_STRING));
    h->stopped = fiat__str_eq_c(command, "stop");
    if (h->stopped) return;
    if (fiat__str_eq_c(command, "start")) {
        start(h);
        return;
    }
    if (!h->started) fail(h, "the first request must be start", "");
    if (fiat__str_eq_c(command, "dialect"))
        set_dialect(h);
    else if (fiat__str_eq_c(command, "run"))
        run(h);
    else
        fail(h, "unknown is the command; known are start, dialect, run and stop", "");
}

int main(void) {
    static harness h;
    fiat_error err;
    fiat__buf_init(&h.line, LINE_MAX_BYTES);
    fiat__buf_init(&h.out, LINE_MAX_BYTES);
    fiat__keyspace_init(&h.keys);
    fiat__tape_init(&h.tape, &h.keys);
    fiat__tape_init(&h.again, &h.keys);
    if (fiat_validator_new(&h.validator, &err) != FIAT_OK) fail(&h, err.message, "");
    while (!h.stopped && read_line(&h)) {
        parse_line(&h);
        obey(&h);
    }
    fiat_validator_free(h.validator);
    fiat__tape_deinit(&h.again);
    fiat__tape_deinit(&h.tape);
    fiat__keyspace_deinit(&h.keys);
    fiat__padded_deinit(&h.text);
    fiat__buf_deinit(&h.out);
    fiat__buf_deinit(&h.line);
    return EXIT_SUCCESS;
}
