#include "support/chaos.h"
#include "support/test.h"
#include "table/layers.h"

static const char *const s_names[] = {"database", "years", "wide", "tags", NULL};

static fiat_status read_layers(fiat__layers *layers, const char *stream, const char *project,
                               fiat_error *err) {
    fiat__layers_init(layers, "table", s_names);
    fiat_status status = FIAT_OK;
    if (stream) status = fiat__layers_add_stream(layers, fiat__str_c(stream), "S/stream.json", err);
    if (status == FIAT_OK && project)
        status = fiat__layers_add_project(layers, fiat__str_c(project), "stream.json", err);
    return status;
}

/* What comes of two files; "-": the setting is not set. */
static const struct {
    const char *stream, *project, *database, *file;
} s_merged[] = {
    {NULL, NULL, "-", NULL},
    {"{}", "{}", "-", NULL},
    {"{\"stamp\": [\"id\"]}", "{\"description\": \"x\"}", "-", NULL},
    {"{\"table\": {\"database\": \"a\"}}", "{\"table\": {\"database\": \"b\"}}", "a",
     "S/stream.json"},
    {"{\"table\": {}}", "{\"table\": {\"database\": \"b\"}}", "b", "stream.json"},
    {NULL, "{\"table\": {\"database\": \"b\"}, \"delivery\": {\"x\": 1}}", "b", "stream.json"},
    {"{\"table\": {\"database\": null}}", "{\"table\": {\"database\": \"b\"}}", "-", NULL},
};

START_TEST(the_first_file_counts) {
    fiat__layers layers;
    fiat_error err;
    const char *database = "-", *file = NULL;
    ck_assert_fiat_ok(read_layers(&layers, s_merged[_i].stream, s_merged[_i].project, &err), err);
    ck_assert_fiat_ok(fiat__layers_string(&layers, "database", &database, &err), err);
    ck_assert_str_eq(database, s_merged[_i].database);
    const fiat__doc *value = fiat__layers_get(&layers, "database", &file);
    ck_assert_int_eq(value != NULL, s_merged[_i].file != NULL);
    if (value) ck_assert_str_eq(file, s_merged[_i].file);
    fiat__layers_deinit(&layers);
}
END_TEST

START_TEST(reads_each_kind) {
    fiat__layers layers;
    fiat_error err;
    int64_t years = 7;
    bool wide = false;
    const char *text = "{\"table\": {\"years\": 3, \"wide\": true, \"tags\": {\"a\": \"b\"}}}";
    ck_assert_fiat_ok(read_layers(&layers, text, "{\"table\": {\"tags\": {\"c\": \"d\"}}}", &err),
                      err);
    ck_assert_fiat_ok(fiat__layers_integer(&layers, "years", 1, 9, &years, &err), err);
    ck_assert_int_eq(years, 3);
    ck_assert_fiat_ok(fiat__layers_bool(&layers, "wide", &wide, &err), err);
    ck_assert(wide);
    ck_assert_uint_eq(fiat__doc_count(fiat__layers_get(&layers, "tags", NULL)), 1);
    fiat__layers_deinit(&layers);
}
END_TEST

static const struct {
    const char *stream, *project, *message;
} s_bad[] = {
    {"{", NULL, "S/stream.json: "},
    {"[]", NULL, "S/stream.json: it must be an object, not array"},
    {"{\"table\": []}", NULL, "S/stream.json: \"table\" must be an object, not array"},
    {"{\"table\": {\"databse\": 1}}", NULL,
     "S/stream.json: \"table\" has the unknown member \"databse\"; there are database, years, "
     "wide, tags"},
    {NULL, "{\"tabel\": {}}",
     "stream.json: unknown member \"tabel\"; there are delivery, table, description"},
    {NULL, "{\"stamp\": []}", "stream.json: unknown member \"stamp\""},
    {"{}", "{\"table\": {\"x\": 1}}", "stream.json: \"table\" has the unknown member \"x\""},
};

START_TEST(refuses_files) {
    fiat__layers layers;
    fiat_error err = FIAT_ERROR_INIT;
    ck_assert_int_ne(read_layers(&layers, s_bad[_i].stream, s_bad[_i].project, &err), FIAT_OK);
    ck_assert_msg(strncmp(err.message, s_bad[_i].message, strlen(s_bad[_i].message)) == 0, "%s",
                  err.message);
    fiat__layers_deinit(&layers);
}
END_TEST

START_TEST(refuses_values) {
    static const char text[] = "{\"table\": {\"database\": 1, \"years\": 10, \"wide\": \"yes\"}}";
    fiat__layers layers;
    fiat_error err;
    const char *database = "-";
    int64_t years = 7;
    bool wide = true;
    ck_assert_fiat_ok(read_layers(&layers, NULL, text, &err), err);
    ck_assert_fiat_status(fiat__layers_string(&layers, "database", &database, &err), FIAT_E_CONFIG);
    ck_assert_str_eq(err.message,
                     "stream.json: \"table\": \"database\" must be a string, not number");
    ck_assert_fiat_status(fiat__layers_integer(&layers, "years", 1, 9, &years, &err),
                          FIAT_E_CONFIG);
    ck_assert_str_eq(err.message, "stream.json: \"table\": \"years\" is 10; allowed are 1 to 9");
    ck_assert_fiat_status(fiat__layers_integer(&layers, "wide", 1, 9, &years, &err), FIAT_E_CONFIG);
    ck_assert_fiat_status(fiat__layers_bool(&layers, "wide", &wide, &err), FIAT_E_CONFIG);
    ck_assert_str_eq(err.message,
                     "stream.json: \"table\": \"wide\" must be true or false, not string");
    ck_assert_str_eq(database, "-");
    ck_assert_int_eq(years, 7);
    fiat__layers_deinit(&layers);
}
END_TEST

static fiat_status read_and_free(void *ctx) {
    fiat__layers layers;
    (void)ctx;
    fiat_status status = read_layers(&layers, "{\"table\": {}}", "{\"table\": {}}", NULL);
    fiat__layers_deinit(&layers);
    return status;
}

START_TEST(bears_the_lack_of_memory) {
    chaos_loop(read_and_free, NULL);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("table/layers");
    TCase *tcase = tcase_create("layers");
    tcase_add_loop_test(tcase, the_first_file_counts, 0, sizeof s_merged / sizeof s_merged[0]);
    tcase_add_test(tcase, reads_each_kind);
    tcase_add_loop_test(tcase, refuses_files, 0, sizeof s_bad / sizeof s_bad[0]);
    tcase_add_test(tcase, refuses_values);
    tcase_add_test(tcase, bears_the_lack_of_memory);
    suite_add_tcase(suite, tcase);
    return fiat_test_run(suite);
}
