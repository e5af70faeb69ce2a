/* First line: an Athena type, or a prefix of Firehose's; second: an athena.json; the rest: a JSON
 * Schema. What is parsed is written as it reads back, a failed check has found a fault, columns
 * that are derived from a schema pass the check, and a table comes back from Glue as it was. */
#include "base/buf.h"
#include "base/error.h"
#include "fuzz/fuzz.h"
#include "table/columns.h"
#include "table/compare.h"
#include "table/ddl.h"
#include "table/derive.h"
#include "table/glue.h"
#include "table/type.h"

#define TEXT_MAX_BYTES (1 << 20)

static void check_type(fiat__str text) {
    fiat__arena arena;
    fiat__type type, again;
    fiat__buf first, second;
    fiat__arena_init(&arena, TEXT_MAX_BYTES);
    fiat__buf_init(&first, TEXT_MAX_BYTES);
    fiat__buf_init(&second, TEXT_MAX_BYTES);
    if (fiat__type_parse(&type, text, &arena, NULL) == FIAT_OK) {
        FUZZ_CHECK(fiat__type_write(&first, &type));
        FUZZ_CHECK(fiat__type_parse(&again, fiat__buf_str(&first), &arena, NULL) == FIAT_OK);
        FUZZ_CHECK(fiat__type_write(&second, &again));
        FUZZ_CHECK(fiat__str_eq(fiat__buf_str(&first), fiat__buf_str(&second)));
    }
    fiat__buf_deinit(&first);
    fiat__buf_deinit(&second);
    fiat__arena_deinit(&arena);
}

static void count_faults(bool fault, const char *column, const char *message, void *user) {
    FUZZ_CHECK(column && (*column || !fault)); /* a property may be called "" */
    FUZZ_CHECK(message && *message);
    if (fault) ++*(size_t *)user;
}

static void check_columns(fiat__str athena, fiat__str schema) {
    fiat__columns *columns;
    fiat_error err;
    size_t faults = 0;
    if (fiat__columns_parse(&columns, athena, &err) != FIAT_OK) {
        FUZZ_CHECK(err.message[0]);
        return;
    }
    fiat_status status = fiat__columns_check(columns, schema, NULL, 0, count_faults, &faults, &err);
    FUZZ_CHECK((status == FIAT_E_TABLE_COLUMN) == (faults > 0));
    fiat__columns_free(columns);
}

static void check_derived(fiat__str schema) {
    fiat__buf out;
    fiat__columns *columns;
    fiat_error err;
    size_t faults = 0;
    fiat__buf_init(&out, 16 * TEXT_MAX_BYTES);
    if (fiat__columns_derive(&out, schema, NULL, NULL, NULL, &err) == FIAT_OK) {
        FUZZ_CHECK(fiat__columns_parse(&columns, fiat__buf_str(&out), NULL) == FIAT_OK);
        FUZZ_CHECK(fiat__columns_check(columns, schema, NULL, 0, count_faults, &faults, NULL) ==
                   FIAT_OK);
        fiat__columns_free(columns);
    } else {
        FUZZ_CHECK(err.message[0]);
    }
    fiat__buf_deinit(&out);
}

static void check_read_back(const fiat__table *table) {
    fiat__buf text;
    fiat__doc *doc;
    fiat__table again;
    fiat__changes changes;
    fiat__buf_init(&text, 16 * TEXT_MAX_BYTES);
    FUZZ_CHECK(fiat__ddl_create(&text, table));
    fiat__buf_clear(&text);
    FUZZ_CHECK(fiat__glue_table_input(&text, table));
    FUZZ_CHECK(fiat__doc_parse(&doc, fiat__buf_str(&text), NULL) == FIAT_OK);
    FUZZ_CHECK(fiat__glue_table_read(&again, doc, NULL) == FIAT_OK);
    FUZZ_CHECK(fiat__table_compare(&changes, &again, table, NULL) == FIAT_OK);
    FUZZ_CHECK(changes.count == 0);
    fiat__changes_deinit(&changes);
    fiat__table_deinit(&again);
    fiat__doc_free(doc);
    fiat__buf_deinit(&text);
}

static void check_table(fiat__str prefix, fiat__str athena, fiat__str schema_text) {
    static const fiat__table_settings settings = {.database = "d", .name = "t"};
    char text[1000];
    fiat__columns *columns;
    fiat__doc *schema = NULL;
    fiat__table table;
    fiat_error err = FIAT_ERROR_INIT;
    if (fiat__columns_parse(&columns, athena, NULL) != FIAT_OK) return;
    fiat__err_copy(text, sizeof text, prefix.ptr, prefix.len);
    (void)fiat__doc_parse(&schema, schema_text, NULL);
    const fiat__table_source source = {.columns = columns,
                                       .schema = schema,
                                       .settings = &settings,
                                       .bucket = "bucket",
                                       .prefix = text,
                                       .this_year = 2026};
    if (fiat__table_init(&table, &source, &err) == FIAT_OK)
        check_read_back(&table);
    else
        FUZZ_CHECK(err.message[0]);
    fiat__table_deinit(&table);
    fiat__doc_free(schema);
    fiat__columns_free(columns);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    fiat__str rest, type = fuzz_line(fiat__str_of((const char *)data, size), &rest);
    fiat__str athena = fuzz_line(rest, &rest);
    check_type(type);
    check_columns(athena, rest);
    check_derived(rest);
    check_table(type, athena, rest);
    return 0;
}
