/* The built-in meta-schemas: each is JSON, bears the URI it is found by, and refers to nothing that
 * is not built in. */
#include "base/error.h"
#include "json/tape.h"
#include "schema/keyword.h"
#include "schema/metaschema.h"
#include "support/test.h"

#include <string.h>

#define COUNT 19 /* 3 drafts of one document, 2019-09 with 6 vocabularies, 2020-12 with 8 */

static const fiat__metaschema *current(int index) {
    const fiat__metaschema *row = fiat__metaschema_at((size_t)index);
    ck_assert_ptr_nonnull(row);
    return row;
}

static fiat__str without_fragment(fiat__str uri) {
    const char *hash = memchr(uri.ptr, '#', uri.len);
    return hash ? fiat__str_of(uri.ptr, (size_t)(hash - uri.ptr)) : uri;
}

START_TEST(test_each_bears_its_uri) {
    const fiat__metaschema *row = current(_i);
    fiat__padded text = {0};
    fiat__keyspace keys;
    fiat__tape tape;
    fiat_error err;
    fiat__keyspace_init(&keys);
    fiat__tape_init(&tape, &keys);
    ck_assert_fiat_ok(fiat__scan_load(&text, row->text, &err), err);
    fiat__tape_reset(&tape, fiat__str_of(text.ptr, text.len), 100);
    ck_assert_fiat_ok(fiat__tape_parse(&tape, &err), err);
    uint32_t id = fiat__tape_member(&tape, 0, fiat__str_c("$id"));
    if (id == 0) id = fiat__tape_member(&tape, 0, fiat__str_c("id"));
    ck_assert_uint_ne(id, 0);
    ck_assert(fiat__str_eq(without_fragment(fiat__tape_string(&tape, id)), row->uri));
    ck_assert_ptr_eq(fiat__metaschema_find(row->uri), row);
    uint32_t schema = fiat__tape_member(&tape, 0, fiat__str_c("$schema"));
    ck_assert_ptr_nonnull(
        fiat__metaschema_find(without_fragment(fiat__tape_string(&tape, schema))));
    fiat__tape_deinit(&tape);
    fiat__keyspace_deinit(&keys);
    fiat__padded_deinit(&text);
}
END_TEST

START_TEST(test_texts_have_no_white_space) {
    const fiat__metaschema *row = current(_i);
    for (size_t i = 0; i < row->text.len; i++)
        ck_assert_int_gt(row->text.ptr[i], ' ');
}
END_TEST

START_TEST(test_other_uris_are_not_found) {
    static const char *const others[] = {
        "",
        "http://json-schema.org/draft-03/schema",
        "http://json-schema.org/draft-07/schema#",
        "https://json-schema.org/draft/2020-12/meta/cor",
        "https://json-schema.org/draft/2020-12/meta/corex",
    };
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        ck_assert_ptr_null(fiat__metaschema_find(fiat__str_c(others[i])));
    ck_assert_ptr_null(fiat__metaschema_at(COUNT));
}
END_TEST

START_TEST(test_http_and_https_are_one) {
    static const char *const pairs[][2] = {
        {"https://json-schema.org/draft-07/schema", "http://json-schema.org/draft-07/schema"},
        {"http://json-schema.org/draft/2020-12/meta/core",
         "https://json-schema.org/draft/2020-12/meta/core"},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        const fiat__metaschema *row = fiat__metaschema_find(fiat__str_c(pairs[i][0]));
        ck_assert_ptr_nonnull(row);
        ck_assert(fiat__str_eq_c(row->uri, pairs[i][1]));
    }
    ck_assert_ptr_null(fiat__metaschema_find(fiat__str_c("//json-schema.org/draft-03/schema")));
    ck_assert_ptr_null(fiat__metaschema_find(fiat__str_c("ftp://json-schema.org/draft-07/schema")));
    ck_assert_int_eq(fiat__draft_find(fiat__str_c("https://json-schema.org/draft-04/schema#")),
                     FIAT__DRAFT_4);
    ck_assert_int_eq(fiat__draft_find(fiat__str_c("http://json-schema.org/draft/2019-09/schema")),
                     FIAT__DRAFT_2019);
    ck_assert_int_eq(fiat__draft_find(fiat__str_c("https://json-schema.org/draft-05/schema#")), 0);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("schema_metaschema");
    TCase *tcase = tcase_create("texts");
    tcase_add_loop_test(tcase, test_each_bears_its_uri, 0, COUNT);
    tcase_add_loop_test(tcase, test_texts_have_no_white_space, 0, COUNT);
    tcase_add_test(tcase, test_other_uris_are_not_found);
    tcase_add_test(tcase, test_http_and_https_are_one);
    suite_add_tcase(suite, tcase);
    return fiat_test_run(suite);
}
