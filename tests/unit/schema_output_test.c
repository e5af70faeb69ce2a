/* Standard output: the units of every format, annotations, what ends an output early. */
#include "schema_engines.h"

#include "support/chaos.h"

#include <stdio.h>
#include <time.h>

#define TEXT_MAX (64u << 20)

static bool gather(const char *bytes, size_t len, void *user) {
    return fiat__buf_append(user, bytes, len);
}

static fiat_status write_output(const fiat_schema *schema, fiat__str text, int format,
                                fiat__buf *out, fiat_error *err) {
    fiat_validator *ctx = test_ctx();
    fiat__buf_init(out, TEXT_MAX);
    fiat_status status = fiat_schema_output(schema, ctx, text.ptr, text.len,
                                            (fiat_schema_output_format)format, gather, out, err);
    fiat_validator_free(ctx);
    return status;
}

/* ---- The formats. ---- */

enum {
    FLAG = FIAT_SCHEMA_OUTPUT_FLAG,
    BASIC = FIAT_SCHEMA_OUTPUT_BASIC,
    DETAILED = FIAT_SCHEMA_OUTPUT_DETAILED,
    LIST = FIAT_SCHEMA_OUTPUT_LIST,
    TREE = FIAT_SCHEMA_OUTPUT_HIERARCHICAL
};

/* Skip what the start of `text` must be; NULL when it is something else. */
static const char *skip(const char *text, const char *start) {
    return strncmp(text, start, strlen(start)) == 0 ? text + strlen(start) : NULL;
}

/* The start of a unit, or NULL: copied to *to as -<way|instance>, + for a valid one. */
static const char *copy_unit(char **to, const char *at) {
    static const char *const ways[] = {"\"keywordLocation\":\"", "\"evaluationPath\":\""};
    const char *valid = skip(at, "{\"valid\":true,"), *rest = valid, *way = NULL;
    if (!valid) rest = skip(at, "{\"valid\":false,");
    for (size_t i = 0; rest && !way && i < 2; i++)
        way = skip(rest, ways[i]);
    if (!way) return NULL;
    const char *end = strchr(way, '"'), *instance = strstr(end, "\"instanceLocation\":\"");
    instance += strlen("\"instanceLocation\":\"");
    const char *last = strchr(instance, '"');
    *to += sprintf(*to, "%c<%.*s|%.*s>", valid ? '+' : '-', (int)(end - way), way,
                   (int)(last - instance), instance);
    return last + 1;
}

/* Output in short: units as above, ' for ", the head of the newer formats left out. */
static const char *shorten(fiat__buf *out) {
    char *to = out->ptr;
    const char *at = strstr(fiat__buf_cstr(out), "\"details\":[");
    at = at && skip(out->ptr, "{\"dialect\":") ? at + strlen("\"details\":[") : out->ptr;
    while (*at) {
        const char *after = copy_unit(&to, at);
        if (!after) *to++ = *at == '"' ? '\'' : *at;
        at = after ? after : at + 1;
    }
    *to = '\0';
    return out->ptr;
}

#define ANY_OF                                                                                     \
    "{\"anyOf\":[{\"type\":\"null\"},{\"items\":{\"minimum\":2}},{\"title\":\"t\",\"maxItems\":1}" \
    "],"                                                                                           \
    "\"default\":0}"
#define CLOSED                                                                                     \
    "{\"additionalProperties\":false,\"required\":[\"p\",\"q\"],\"properties\":{\"r\":{\"not\":{}" \
    "}}}"

static const struct {
    const char *schema, *event;
    int format;
    const char *want;
} rows[] = {
    {ANY_OF, "[1,2]", FLAG, "{'valid':false}"},
    {ANY_OF, "[2]", FLAG, "{'valid':true}"},
    {ANY_OF, "[1,2]", BASIC,
     "-<|>,'errors':["
     "-</anyOf|>,'error':'[1,2] fits none of the 3 alternatives of anyOf; the closest is number 2: "
     "/0: 1 is less than the minimum 2'},"
     "-</anyOf/0/type|>,'error':'[1,2] is an array; wanted null'},"
     "-</anyOf/1/items/minimum|/0>,'error':'1 is less than the minimum 2'},"
     "-</anyOf/2/maxItems|>,'error':'[1,2] has 2 items; at most 1 is allowed'}]}"},
    {ANY_OF, "[1,2]", DETAILED,
     "-</anyOf|>,'error':'[1,2] fits none of the 3 alternatives of anyOf; the closest is number 2: "
     "/0: 1 is less than the minimum 2','errors':["
     "-</anyOf/0/type|>,'error':'[1,2] is an array; wanted null'},"
     "-</anyOf/1/items/minimum|/0>,'error':'1 is less than the minimum 2'},"
     "-</anyOf/2/maxItems|>,'error':'[1,2] has 2 items; at most 1 is allowed'}]}"},
    {ANY_OF, "[1]", BASIC,
     "+<|>,'annotations':[+</default|>,'annotation':0},+</anyOf/2/title|>,'annotation':'t'}]}"},
    {ANY_OF, "[1]", DETAILED,
     "+<|>,'annotations':[+</default|>,'annotation':0},+</anyOf/2/title|>,'annotation':'t'}]}"},
    {ANY_OF, "[1]", LIST,
     "+<|>,'annotations':{'default':0}},+</anyOf/2|>,'annotations':{'title':'t'}}]}"},
    {ANY_OF, "[1]", TREE,
     "+<|>,'annotations':{'default':0},'details':[-</anyOf/0|>},-</anyOf/1|>,"
     "'droppedAnnotations':{'items':true},'details':[-</anyOf/1/items|/0>}]},"
     "+</anyOf/2|>,'annotations':{'title':'t'}}]}]}"},
    /* The schema `false` is a unit of its own where units are schemas; messages of one keyword
     * become one. */
    {CLOSED, "{\"x\":1,\"y\":2,\"r\":3}", BASIC,
     "-<|>,'errors':["
     "-</additionalProperties|/x>,'error':'member \\'x\\' is not allowed'},"
     "-</additionalProperties|/y>,'error':'member \\'y\\' is not allowed'},"
     "-</required|>,'error':'required member \\'p\\' is missing'},"
     "-</required|>,'error':'required member \\'q\\' is missing'},"
     "-</properties/r/not|/r>,'error':'3 is what \\'not\\' forbids'}]}"},
    {CLOSED, "{\"x\":1,\"y\":2,\"r\":3}", LIST,
     "-<|>,'errors':{'required':'required member \\'p\\' is missing; required member \\'q\\' is "
     "missing'}},"
     "-</additionalProperties|/x>,'errors':{'':'member \\'x\\' is not allowed'}},"
     "-</additionalProperties|/y>,'errors':{'':'member \\'y\\' is not allowed'}},"
     "-</properties/r|/r>,'errors':{'not':'3 is what \\'not\\' forbids'}}]}"},
    {CLOSED, "{\"x\":1,\"p\":2,\"q\":3}", TREE,
     "-<|>,'droppedAnnotations':{'additionalProperties':[],'properties':[]},'details':["
     "-</additionalProperties|/x>,'errors':{'':'member \\'x\\' is not allowed'}},"
     "-</additionalProperties|/p>,'errors':{'':'member \\'p\\' is not allowed'}},"
     "-</additionalProperties|/q>,'errors':{'':'member \\'q\\' is not allowed'}}]}]}"},
    {CLOSED, "{\"x\":1,\"p\":2,\"q\":3,\"r\":4}", TREE,
     "-<|>,'droppedAnnotations':{'additionalProperties':[],'properties':['r']},'details':["
     "-</additionalProperties|/x>,'errors':{'':'member \\'x\\' is not allowed'}},"
     "-</additionalProperties|/p>,'errors':{'':'member \\'p\\' is not allowed'}},"
     "-</additionalProperties|/q>,'errors':{'':'member \\'q\\' is not allowed'}},"
     "-</properties/r|/r>,'errors':{'not':'4 is what \\'not\\' forbids'},'details':["
     "+</properties/r/not|/r>}]}]}]}"},
    {"false", "1", BASIC, "-<|>,'errors':[-<|>,'error':'no value is allowed here, found 1'}]}"},
    {"true", "1", BASIC, "+<|>}"},
    {"true", "1", DETAILED, "+<|>}"},
    {"true", "1", LIST, "]}"},
    {"{}", "1", TREE, "+<|>}]}"},
    /* What fails without harm is no error. */
    {"{\"type\":\"null\",\"if\":{\"minimum\":5},\"else\":{\"title\":\"e\"}}", "1", BASIC,
     "-<|>,'errors':[-</type|>,'error':'1 is a number; wanted null'}]}"},
    {"{\"if\":{\"minimum\":5},\"else\":{\"multipleOf\":2},\"not\":{\"minimum\":7},"
     "\"anyOf\":[{\"minimum\":9},true],\"oneOf\":[{\"minimum\":9},true]}",
     "1", BASIC, "-<|>,'errors':[-</else/multipleOf|>,'error':'1 is not a multiple of 2'}]}"},
    {"{\"contains\":{\"type\":\"null\"},\"minItems\":5}", "[1,null]", BASIC,
     "-<|>,'errors':[-</minItems|>,'error':'[1,null] has 2 items; at least 5 must be there'}]}"},
    {"{\"contains\":{\"type\":\"null\"}}", "[1]", BASIC,
     "-<|>,'errors':[-</contains|>,'error':'[1] has no item that fits the schema of "
     "\\'contains\\''},"
     "-</contains/type|/0>,'error':'1 is a number; wanted null'}]}"},
    {"{\"oneOf\":[{\"maximum\":3},{\"minimum\":9},true]}", "1", BASIC,
     "-<|>,'errors':[-</oneOf|>,'error':'1 fits more than one alternative of oneOf; it must fit "
     "exactly one'}]}"},
    /* Annotations of applicators. */
    {"{\"prefixItems\":[{},{}],\"items\":{},\"contains\":{\"const\":2}}", "[1,2,3]", BASIC,
     "+<|>,'annotations':[+</prefixItems|>,'annotation':1},+</items|>,'annotation':true},"
     "+</contains|>,'annotation':[1]}]}"},
    {"{\"prefixItems\":[{},{}],\"items\":{},\"contains\":{}}", "[1]", BASIC,
     "+<|>,'annotations':[+</prefixItems|>,'annotation':true},+</contains|>,'annotation':true}]}"},
    {"{\"$schema\":\"http://json-schema.org/draft-07/schema#\",\"items\":[{}],"
     "\"additionalItems\":{},\"contains\":{}}",
     "[1,2]", BASIC,
     "+<|>,'annotations':[+</items|>,'annotation':0},+</additionalItems|>,'annotation':true}]}"},
    {"{\"patternProperties\":{\"a\":{},\"b\":{}},\"unevaluatedProperties\":{},\"anyOf\":[{}]}",
     "{\"ab\":1,\"c\":2,\"b\":3}", BASIC,
     "+<|>,'annotations':[+</patternProperties|>,'annotation':['ab','b']},"
     "+</unevaluatedProperties|>,'annotation':['c']}]}"},
    {"{\"allOf\":[{\"prefixItems\":[{}]}],\"unevaluatedItems\":{\"x\":[\"]\",{\"}\":0}]}}", "[1,2]",
     BASIC,
     "+<|>,'annotations':[+</unevaluatedItems|>,'annotation':true},"
     "+</allOf/0/prefixItems|>,'annotation':0},"
     "+</unevaluatedItems/x|/1>,'annotation':[']',{'}':0}]}]}"},
    {"{\"propertyNames\":{\"title\":\"n\",\"maxLength\":1}}", "{\"a\":1}", BASIC, "+<|>}"},
    {"{\"propertyNames\":{\"maxLength\":1}}", "{\"ab\":1}", BASIC,
     "-<|>,'errors':[-</propertyNames/maxLength|/ab>,'error':'\\'ab\\' has 2 characters; at most 1 "
     "is allowed'}]}"},
};

START_TEST(formats_have_their_units) {
    fiat_schema *schema = test_compile(rows[_i].schema, NULL);
    fiat_error err = FIAT_ERROR_INIT;
    fiat__buf out;
    fiat_status status =
        write_output(schema, fiat__str_c(rows[_i].event), rows[_i].format, &out, &err);
    ck_assert_msg(status == FIAT_OK || status == FIAT_E_SCHEMA_MISMATCH, "%s", err.message);
    ck_assert_fiat_status(fiat__tape_check(fiat__buf_str(&out), 100, &err), FIAT_OK);
    ck_assert_str_eq(shorten(&out), rows[_i].want);
    fiat__buf_deinit(&out);
    fiat_schema_free(schema);
}
END_TEST

START_TEST(error_is_that_of_the_validation) {
    fiat_schema *schema = test_compile(CLOSED, NULL);
    fiat_validator *ctx = test_ctx();
    fiat_error err = FIAT_ERROR_INIT, first = FIAT_ERROR_INIT;
    fiat__str text = fiat__str_c("{\"x\":1}");
    fiat__buf out;
    ck_assert_fiat_status(fiat_schema_validate(schema, ctx, text.ptr, text.len, &first),
                          FIAT_E_SCHEMA_MISMATCH);
    for (int format = FLAG; format <= TREE; format++) {
        ck_assert_fiat_status(write_output(schema, text, format, &out, &err),
                              FIAT_E_SCHEMA_MISMATCH);
        ck_assert_str_eq(err.message, first.message);
        ck_assert_str_eq(err.schema_path, first.schema_path);
        fiat__buf_deinit(&out);
    }
    fiat_validator_free(ctx);
    fiat_schema_free(schema);
}
END_TEST

/* ---- What is no output. ---- */

static bool refuse(const char *bytes, size_t len, void *user) {
    (void)bytes;
    (void)len;
    return --*(int *)user > 0;
}

START_TEST(no_json_has_no_output) {
    fiat_schema *schema = test_compile("{}", NULL);
    fiat_error err = FIAT_ERROR_INIT;
    fiat__buf out;
    for (int format = FLAG; format <= TREE; format++) {
        ck_assert_fiat_status(write_output(schema, fiat__str_c("[1"), format, &out, &err),
                              FIAT_E_JSON_SYNTAX);
        ck_assert_uint_eq(out.len, 0);
        fiat__buf_deinit(&out);
        ck_assert_fiat_status(write_output(schema, fiat__str_c("\"\xff\""), format, &out, &err),
                              FIAT_E_JSON_UTF8);
        ck_assert_uint_eq(out.len, 0);
        fiat__buf_deinit(&out);
    }
    fiat_schema_free(schema);
}
END_TEST

START_TEST(arguments_are_checked) {
    fiat_schema *schema = test_compile("{}", NULL);
    fiat_validator *ctx = test_ctx();
    fiat_error err = FIAT_ERROR_INIT;
    fiat__buf out;
    ck_assert_fiat_status(write_output(schema, fiat__str_c("1"), 0, &out, &err), FIAT_E_ARG);
    ck_assert_fiat_status(write_output(schema, fiat__str_c("1"), TREE + 1, &out, &err), FIAT_E_ARG);
    ck_assert_fiat_status(
        fiat_schema_output(schema, ctx, "1", 1, FIAT_SCHEMA_OUTPUT_FLAG, NULL, NULL, &err),
        FIAT_E_ARG);
    ck_assert_fiat_status(
        fiat_schema_output(schema, NULL, "1", 1, FIAT_SCHEMA_OUTPUT_FLAG, gather, &out, &err),
        FIAT_E_ARG);
    fiat_validator_free(ctx);
    fiat_schema_free(schema);
}
END_TEST

/* An array of 20,000 items that do not fit. */
static void long_array(fiat__buf *text) {
    fiat__buf_init(text, TEXT_MAX);
    fiat__buf_append_c(text, "[0");
    for (int i = 1; i < 20000; i++)
        fiat__buf_append_c(text, ",0");
    fiat__buf_append_c(text, "]");
}

START_TEST(long_output_comes_in_parts_and_can_be_stopped) {
    fiat_schema *schema = test_compile("{\"items\":{\"type\":\"null\",\"title\":\"x\"}}", NULL);
    fiat_validator *ctx = test_ctx();
    fiat_error err = FIAT_ERROR_INIT;
    fiat__buf text, out;
    long_array(&text);
    for (int format = FLAG; format <= TREE; format++) {
        int parts = format == FLAG ? 1 : 3;
        ck_assert_fiat_status(fiat_schema_output(schema, ctx, text.ptr, text.len,
                                                 (fiat_schema_output_format)format, refuse, &parts,
                                                 &err),
                              FIAT_E_IO);
        ck_assert_int_eq(parts, 0);
    }
    ck_assert_fiat_status(write_output(schema, fiat__buf_str(&text), BASIC, &out, &err),
                          FIAT_E_SCHEMA_MISMATCH);
    ck_assert_fiat_status(fiat__tape_check(fiat__buf_str(&out), 100, &err), FIAT_OK);
    unsigned errors = 0;
    for (const char *at = fiat__buf_cstr(&out); (at = strstr(at, "\"error\":")); at++)
        errors++;
    ck_assert_uint_eq(errors, 10000);
    fiat__buf_deinit(&out);
    fiat__buf_deinit(&text);
    fiat_validator_free(ctx);
    fiat_schema_free(schema);
}
END_TEST

/* As deep as may be, both engines' stack and the nesting of the output. */
START_TEST(deep_values_are_written) {
    fiat__schema_opts opts = {.base.max_depth = 1000};
    fiat_schema *schema = test_compile(
        "{\"anyOf\":[{\"type\":\"null\"},{\"type\":\"array\",\"items\":{\"$ref\":\"#\"}}]}", &opts);
    fiat_error err = FIAT_ERROR_INIT;
    fiat__buf text, out;
    fiat__buf_init(&text, TEXT_MAX);
    for (int i = 0; i < 900; i++)
        fiat__buf_append_char(&text, '[');
    fiat__buf_append_char(&text, '1');
    for (int i = 0; i < 900; i++)
        fiat__buf_append_char(&text, ']');
    for (int format = FLAG; format <= TREE; format++) {
        ck_assert_fiat_status(write_output(schema, fiat__buf_str(&text), format, &out, &err),
                              FIAT_E_SCHEMA_MISMATCH);
        ck_assert_fiat_status(fiat__tape_check(fiat__buf_str(&out), 10000, &err), FIAT_OK);
        fiat__buf_deinit(&out);
    }
    fiat__buf_deinit(&text);
    fiat_schema_free(schema);
}
END_TEST

/* ---- Time. ---- */

static bool count_bytes(const char *bytes, size_t len, void *user) {
    (void)bytes;
    *(size_t *)user += len;
    return true;
}

static bool count_failure(const fiat_schema_failure *failure, void *user) {
    *(size_t *)user += strlen(failure->instance_path);
    return true;
}

/* A container of many: what stands before and after each number, and around all of them. */
typedef struct wide_case {
    const char *schema, *open, *before, *after, *close;
} wide_case;

/* Processor time of a report and of all outputs of so many. */
static double time_of(const wide_case *of, int count) {
    fiat_schema *schema = test_compile(of->schema, NULL);
    fiat_validator *ctx = test_ctx();
    fiat_error err = FIAT_ERROR_INIT;
    fiat__buf text;
    struct timespec start, end;
    size_t bytes = 0;
    fiat__buf_init(&text, TEXT_MAX);
    fiat__buf_append_c(&text, of->open);
    for (int i = 0; i < count; i++)
        fiat__buf_printf(&text, "%s%d%s", of->before, i, of->after);
    fiat__buf_append_c(&text, of->close);
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &start);
    fiat_status status =
        fiat_schema_report(schema, ctx, text.ptr, text.len, 10000, count_failure, &bytes, &err);
    for (int format = BASIC; format <= TREE; format++)
        ck_assert_fiat_status(fiat_schema_output(schema, ctx, text.ptr, text.len,
                                                 (fiat_schema_output_format)format, count_bytes,
                                                 &bytes, &err),
                              status);
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &end);
    fiat__buf_deinit(&text);
    fiat_validator_free(ctx);
    fiat_schema_free(schema);
    return (double)(end.tv_sec - start.tv_sec) + (double)(end.tv_nsec - start.tv_nsec) * 1e-9;
}

static const wide_case wide[] = {
    {"{\"items\":{\"title\":\"x\"}}", "[", "", ",", "0]"},
    {"{\"additionalProperties\":{\"title\":\"x\"}}", "{", "\"", "\":0,", "\"\":0}"},
    {"{\"items\":{\"enum\":[0]},\"prefixItems\":[{}]}", "[", "", ",", "0]"},
    {"{\"propertyNames\":{\"maxLength\":1}}", "{", "\"x", "\":0,", "\"\":0}"},
};

/* Ten times the items take ten times as long, and not a hundred times. */
START_TEST(wide_values_take_linear_time) {
    double few = time_of(&wide[_i], 8000), many = time_of(&wide[_i], 80000);
    ck_assert_msg(many < 40 * few, "%g s, %g s", few, many);
}
END_TEST

static fiat_status output_once(void *unused) {
    (void)unused;
    fiat_error error, *err = &error;
    fiat_schema *schema = NULL;
    fiat_validator *ctx = NULL;
    fiat__buf out;
    fiat__buf_init(&out, TEXT_MAX);
    fiat_status status = fiat_schema_compile(&schema, CLOSED, strlen(CLOSED), NULL, err);
    if (status == FIAT_OK) status = fiat_validator_new(&ctx, err);
    for (int format = BASIC; status == FIAT_OK && format <= TREE; format++) {
        status = fiat_schema_output(schema, ctx, "{\"x\":1}", 7, (fiat_schema_output_format)format,
                                    gather, &out, err);
        if (status == FIAT_E_SCHEMA_MISMATCH) status = FIAT_OK;
        if (status == FIAT_E_IO && out.failed) status = fiat__buf_status(&out, err);
    }
    fiat__buf_deinit(&out);
    fiat_validator_free(ctx);
    fiat_schema_free(schema);
    return status;
}

START_TEST(every_failed_allocation_is_reported) {
    chaos_loop(output_once, NULL);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("schema/output");
    TCase *tcase = tcase_create("output");
    tcase_add_loop_test(tcase, formats_have_their_units, 0, sizeof rows / sizeof rows[0]);
    tcase_add_test(tcase, error_is_that_of_the_validation);
    tcase_add_test(tcase, no_json_has_no_output);
    tcase_add_test(tcase, arguments_are_checked);
    tcase_add_test(tcase, long_output_comes_in_parts_and_can_be_stopped);
    tcase_add_test(tcase, deep_values_are_written);
    tcase_add_loop_test(tcase, wide_values_take_linear_time, 0, sizeof wide / sizeof wide[0]);
    tcase_add_test(tcase, every_failed_allocation_is_reported);
    suite_add_tcase(suite, tcase);
    return fiat_test_run(suite);
}
