/* Hive's DDL: what is taken has names and types that are taken again; what is refused says where,
 * within the text. */
#include "base/buf.h"
#include "fuzz/fuzz.h"
#include "local/hive_lex.h"
#include "local/hive_parse.h"
#include "table/type.h"

#define ARENA_MAX_BYTES (16u * 1024 * 1024)

/* Tokens follow one another, cover all that is not blank, and end. */
static void check_tokens(fiat__str sql) {
    size_t at = 0, before = 0;
    for (;;) {
        const fiat__hive_token token = fiat__hive_next(sql, &at);
        FUZZ_CHECK(token.text.ptr >= sql.ptr + before);
        FUZZ_CHECK(token.text.ptr + token.text.len == sql.ptr + at && at <= sql.len);
        if (token.kind == FIAT__HIVE_END) break;
        FUZZ_CHECK(token.text.len > 0);
        if (token.kind == FIAT__HIVE_BROKEN) break;
        before = at;
    }
}

static void check_columns(const fiat__hive_column *list, fiat__arena *arena) {
    for (; list; list = list->next) {
        fiat__type again;
        FUZZ_CHECK(fiat__column_name_is_valid(fiat__str_c(list->name)));
        FUZZ_CHECK(fiat__type_parse(&again, fiat__str_c(list->type), arena, NULL) == FIAT_OK);
        FUZZ_CHECK(again.kind == list->parsed.kind && list->comment);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const fiat__str sql = fiat__str_of(size ? (const char *)data : "", size);
    fiat__hive_statement out;
    fiat__arena arena;
    fiat_error err = FIAT_ERROR_INIT;
    size_t line, column;
    check_tokens(sql);
    fiat__hive_place(sql, size, &line, &column);
    fiat__arena_init(&arena, ARENA_MAX_BYTES);
    const fiat_status status = fiat__hive_parse(&out, sql, &arena, &err);
    FUZZ_CHECK(status == FIAT_OK || err.message[0]);
    if (status == FIAT_OK) {
        check_columns(out.table.columns, &arena);
        check_columns(out.table.partitions, &arena);
        FUZZ_CHECK(out.what);
    }
    fiat__arena_deinit(&arena);
    return 0;
}
