/* Needs libduckdb.so: skipped (77) where scripts/fetch-duckdb has not been run. */
#include "local/query.h"

#include "base/buf.h"
#include "base/file.h"
#include "support/chaos.h"
#include "support/test.h"

#include <stdio.h>
#include <unistd.h>
#include <zlib.h>

#define ATHENA                                                                                     \
    "{\"id\":\"bigint\",\"text\":\"string\",\"price\":\"decimal(6,2)\",\"at\":\"timestamp\","      \
    "\"day_of\":\"date\",\"list\":\"array<int>\",\"tags\":\"map<string,string>\","                 \
    "\"who\":\"struct<name:string,age:int>\",\"userid\":\"string\"}"
#define SCHEMA                                                                                     \
    "{\"properties\":{\"id\":{},\"userId\":{},\"who\":{\"properties\":{\"Name\":{},\"age\":{}}}}}"

static char s_dir[64];
static fiat__duckdb *s_db;

static void setup(void) {
    fiat_error err;
    snprintf(s_dir, sizeof s_dir, "/tmp/fiat it's [q]-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(s_dir));
    fiat__duckdb_opts opts = {.threads = 1};
    ck_assert_fiat_ok(fiat__duckdb_open(&s_db, &opts, &err), err);
}

static void remove_tree(const char *path) {
    char **names;
    size_t count;
    if (fiat__path_is_dir(path) && fiat__dir_list(path, &names, &count, NULL) == FIAT_OK) {
        for (size_t i = 0; i < count; i++) {
            char below[1024];
            snprintf(below, sizeof below, "%s/%s", path, names[i]);
            remove_tree(below);
        }
        fiat__dir_free_list(names, count);
    }
    ck_assert_int_eq(remove(path), 0);
}

static void teardown(void) {
    fiat__duckdb_close(s_db);
    remove_tree(s_dir);
}

/* Write DIR/KEY, compressed when the name ends in ".gz". */
static void put(const char *key, const char *text) {
    char path[1024], folder[1024];
    fiat_error err;
    snprintf(path, sizeof path, "%s/%s", s_dir, key);
    snprintf(folder, sizeof folder, "%s", path);
    *strrchr(folder, '/') = '\0';
    ck_assert_fiat_ok(fiat__dir_make(folder, &err), err);
    bool gzip = fiat__str_ends(fiat__str_c(key), fiat__str_c(".gz"));
    gzFile file = gzopen(path, gzip ? "wb" : "wbT");
    ck_assert_ptr_nonnull(file);
    ck_assert_int_eq(gzputs(file, text), (int)strlen(text));
    ck_assert_int_eq(gzclose(file), Z_OK);
}

static fiat_status add_view(const char *name, const char *athena, fiat_error *err) {
    fiat__query_opts opts = {.data_dir = s_dir};
    fiat__query_stream stream = {name, name, fiat__str_c(athena), fiat__str_c(SCHEMA)};
    return fiat__query_add_view(s_db, &opts, &stream, err);
}

/* Rows as "a|b\n", NULL as "~". */
static fiat_status run(const char *sql, fiat__buf *out, fiat_error *err) {
    fiat__duckdb_rows *rows;
    bool more;
    fiat__buf_clear(out);
    fiat_status status = fiat__duckdb_query(s_db, fiat__str_c(sql), FIAT__DUCKDB_TEXT, &rows, err);
    if (status != FIAT_OK) return status;
    while ((status = fiat__duckdb_next(rows, &more, err)) == FIAT_OK && more) {
        for (size_t i = 0; i < fiat__duckdb_column_count(rows); i++) {
            fiat__str value = fiat__duckdb_value(rows, i);
            fiat__buf_printf(out, "%s%.*s", i ? "|" : "", value.ptr ? (int)value.len : 1,
                             value.ptr ? value.ptr : "~");
        }
        fiat__buf_append_c(out, "\n");
    }
    fiat__duckdb_rows_free(rows);
    return status;
}

static void expect(const char *sql, const char *wanted) {
    fiat_error err;
    fiat__buf out;
    fiat__buf_init(&out, 100000);
    ck_assert_fiat_ok(run(sql, &out, &err), err);
    ck_assert_str_eq(fiat__buf_cstr(&out), wanted);
    fiat__buf_deinit(&out);
}

static void expect_error(const char *sql, const char *part) {
    fiat_error err;
    fiat__buf out;
    fiat__buf_init(&out, 100000);
    ck_assert_fiat_status(run(sql, &out, &err), FIAT_E_SQL);
    ck_assert_msg(strstr(err.message, part), "wanted \"%s\": %s", part, err.message);
    fiat__buf_deinit(&out);
}

START_TEST(refuses) {
    fiat_error err;
    fiat__query_opts opts = {.data_dir = "/nonexistent/folder"};
    fiat__query_stream stream = {"s", "s", fiat__str_c(ATHENA), fiat__str_c(SCHEMA)};
    ck_assert_fiat_status(fiat__query_add_view(s_db, &opts, &stream, &err), FIAT_E_NOT_FOUND);
    ck_assert_fiat_status(add_view("s", "{\"a\":\"integer\"}", &err), FIAT_E_TABLE_COLUMN);
    ck_assert_msg(strstr(err.message, "athena.json: column \"a\""), "%s", err.message);
    ck_assert_fiat_ok(add_view("s", ATHENA, &err), err);
    ck_assert_fiat_status(add_view("S", ATHENA, &err), FIAT_E_SQL);
    ck_assert_msg(strstr(err.message, "already exists"), "%s", err.message);
    put(".fiat/streams/broken.json", "{\"name\":\"broken\"}");
    ck_assert_fiat_status(add_view("broken", ATHENA, &err), FIAT_E_CONFIG);
}
END_TEST

START_TEST(reads_every_type) {
    fiat_error err;
    put("s/2026/11/21/12/s-1.gz",
        "{\"id\":9007199254740993,\"text\":\"a\\\"b\",\"price\":0.285,"
        "\"at\":\"2026-11-21T12:00:00.123Z\",\"day_of\":\"2026-11-21\",\"list\":[1,null],"
        "\"tags\":{\"k\":\"v\"},\"who\":{\"Name\":\"Ann\",\"age\":7},\"userId\":\"u\",\"no\":1}\n"
        "{\"text\":{\"k\": [1,\"x\"]}}\n\n{\"text\":12.5}\n{\"text\":true,\"who\":null}\n"
        "{\"text\":null}");
    ck_assert_fiat_ok(add_view("s", ATHENA, &err), err);
    expect("select * from s where id is not null",
           "9007199254740993|a\"b|0.29|2026-11-21 12:00:00.123|2026-11-21|[1, NULL]|{k=v}|"
           "{'Name': Ann, 'age': 7}|u|2026/11/21/12\n");
    expect("select text from s where id is null", "{\"k\":[1,\"x\"]}\n12.5\ntrue\n~\n");
    expect("select who.name, tags['k'], list[1] from S limit 1", "Ann|v|1\n");
}
END_TEST

START_TEST(stream_without_objects_is_empty) {
    fiat_error err;
    ck_assert_fiat_ok(add_view("s", ATHENA, &err), err);
    expect("select count(*) from s", "0\n");
    expect("select column_name from (describe s) order by all",
           "at\ndatehour\nday_of\nid\nlist\nprice\ntags\ntext\nuserid\nwho\n");
}
END_TEST

/* Files that are no objects, and other streams'. */
START_TEST(reads_objects_alone) {
    fiat_error err;
    put("s/2026/11/21/12/s-1", "{\"id\":1}\n");
    put("s/2026/11/21/12/.s-2", "not yet whole");
    put("s/2026/11/21/readme", "no object");
    put("s/errors/2026/11/21/12/x", "no object");
    put("s2/2026/11/21/12/x", "{\"id\":2}\n");
    ck_assert_fiat_ok(add_view("s", ATHENA, &err), err);
    ck_assert_fiat_ok(add_view("s2", ATHENA, &err), err);
    expect("select id from s", "1\n");
    expect("select a.id, b.id from s as a, s2 as b", "1|2\n");
}
END_TEST

static const struct {
    const char *sql, *rows; /* rows NULL: the corrupt hour is needed */
} s_prunes[] = {
    {"select id from s", NULL},
    {"select id from s where datehour = '2026/11/21/12'", "1\n"},
    {"select id from s where datehour <> '2026/11/21/13' order by id", "1\n3\n"},
    {"select id from s where datehour >= '2026/11/21/14'", "3\n"},
    {"select id from s where datehour between '2026/11/21/10' and '2026/11/21/12'", "1\n"},
    {"select id from s where datehour like '2026/11/22/%'", ""},
    {"select id from s where datehour in ('2026/11/21/12', '2026/11/21/11') and id < 5", "1\n"},
    {"select id from s where substr(datehour, 1, 10) = '2026/11/21'", NULL},
    {"with x as (select * from s) select id from x where datehour < '2026/11/21/13'", "1\n"},
    {"select count(*) from s where datehour = strftime(timestamp '2026-11-21 12:30:00', "
     "'%Y/%m/%d/%H')",
     "1\n"},
    {"select datehour, count(*) from s where datehour > '2026/11/21/13' group by 1",
     "2026/11/21/14|1\n"},
};

START_TEST(reads_only_the_needed_files) {
    fiat_error err;
    put("s/2026/11/21/12/a.gz", "{\"id\":1}\n");
    put("s/2026/11/21/13/b.gz", "corrupt\n");
    put("s/2026/11/21/14/c.gz", "{\"id\":3}\n");
    ck_assert_fiat_ok(add_view("s", ATHENA, &err), err);
    if (s_prunes[_i].rows)
        expect(s_prunes[_i].sql, s_prunes[_i].rows);
    else
        expect_error(s_prunes[_i].sql, "b.gz");
}
END_TEST

START_TEST(hive_style_prefix_gives_its_columns) {
    fiat_error err;
    put(".fiat/streams/s.json",
        "{\"name\":\"s\",\"bucket\":\"logs\",\"prefix\":\"raw/dt=!{timestamp:yyyy-MM-dd}/"
        "hour=!{timestamp:HH}/\"}");
    put("logs/raw/dt=2026-11-21/hour=12/a", "{\"id\":1}\n");
    put("logs/raw/dt=2026-11-22/hour=01/b", "corrupt\n");
    put("s/2026/11/21/12/x", "{\"id\":9}\n"); /* not where the engine puts them */
    ck_assert_fiat_ok(add_view("s", ATHENA, &err), err);
    expect("select id, dt, hour from s where dt = '2026-11-21'", "1|2026-11-21|12\n");
    expect("select id from s where dt > '2026-11-22'", "");
    expect_error("select id from s where hour < '12'", "dt=2026-11-22/hour=01/b");
}
END_TEST

START_TEST(own_columns_hide_partitions) {
    fiat_error err;
    put("s/2026/11/21/12/a", "{\"datehour\":\"mine\",\"filename\":\"f\"}\n");
    ck_assert_fiat_ok(add_view("s", "{\"datehour\":\"string\",\"filename\":\"string\"}", &err),
                      err);
    expect("select * from s where filename = 'f'", "mine|f\n");
}
END_TEST

static const struct {
    const char *line, *message;
} s_bad_lines[] = {
    {"{\"id\":", "a.gz\", at byte"},
    {"{\"id\":", "in line 2:"},
    {"42", "in line 2: Expected OBJECT"},
    {"[1]", "in line 2: Expected OBJECT"},
    {"{\"id\":\"x\"}", "in line 2: Failed to cast"},
    {"{\"id\":{}}", "in line 2:"},
    {"{\"at\":\"soon\"}", "in line 1 or later: invalid timestamp"},
    {"{\"id\":1}{\"id\":2}", "in line 2: unexpected content after document."},
};

START_TEST(bad_lines_name_their_place) {
    fiat_error err;
    fiat__buf text;
    fiat__buf_init(&text, 10000);
    fiat__buf_printf(&text, "{\"id\":1}\n%s\n{\"id\":3}\n", s_bad_lines[_i].line);
    put("s/2026/11/21/12/a.gz", fiat__buf_cstr(&text));
    ck_assert_fiat_ok(add_view("s", ATHENA, &err), err);
    expect_error("select * from s", s_bad_lines[_i].message);
    fiat__buf_deinit(&text);
}
END_TEST

START_TEST(works_once_locked) {
    fiat_error err;
    put("s/2026/11/21/12/a.gz", "{\"id\":1}\n");
    ck_assert_fiat_ok(add_view("s", ATHENA, &err), err);
    ck_assert_fiat_ok(fiat__query_lock(s_db, s_dir, &err), err);
    expect("select id from s", "1\n");
    expect_error("select * from read_text('/etc/hostname')", "ermission");
}
END_TEST

/* Our own memory alone; the engine has its own. */
static fiat_status view_and_query(void *ctx) {
    fiat__duckdb *db;
    fiat__duckdb_rows *rows;
    bool more = false;
    (void)ctx;
    fiat__query_opts opts = {.data_dir = s_dir};
    fiat__query_stream stream = {"s", "s", fiat__str_c(ATHENA), fiat__str_c(SCHEMA)};
    fiat__duckdb_opts engine = {.threads = 1};
    fiat_status status = fiat__duckdb_open(&db, &engine, NULL);
    if (status != FIAT_OK) return status;
    status = fiat__query_add_view(db, &opts, &stream, NULL);
    if (status == FIAT_OK) status = fiat__query_lock(db, s_dir, NULL);
    if (status == FIAT_OK)
        status =
            fiat__duckdb_query(db, fiat__str_c("select * from s"), FIAT__DUCKDB_TEXT, &rows, NULL);
    if (status == FIAT_OK) {
        status = fiat__duckdb_next(rows, &more, NULL);
        fiat__duckdb_rows_free(rows);
    }
    fiat__duckdb_close(db);
    return status;
}

START_TEST(bears_the_lack_of_memory) {
    put("s/2026/11/21/12/a.gz", "{\"id\":1}\n");
    chaos_loop(view_and_query, NULL);
}
END_TEST

int main(void) {
    fiat_error err;
    if (fiat__duckdb_available(&err) != FIAT_OK) {
        printf("skipped: %s\n", err.message);
        return 77;
    }
    Suite *suite = suite_create("local/query");
    TCase *tcase = tcase_create("query");
    tcase_set_timeout(tcase, 60); /* the engine starts anew for each lack of memory */
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, refuses);
    tcase_add_test(tcase, reads_every_type);
    tcase_add_test(tcase, stream_without_objects_is_empty);
    tcase_add_test(tcase, reads_objects_alone);
    tcase_add_loop_test(tcase, reads_only_the_needed_files, 0,
                        sizeof s_prunes / sizeof s_prunes[0]);
    tcase_add_test(tcase, hive_style_prefix_gives_its_columns);
    tcase_add_test(tcase, own_columns_hide_partitions);
    tcase_add_loop_test(tcase, bad_lines_name_their_place, 0,
                        sizeof s_bad_lines / sizeof s_bad_lines[0]);
    tcase_add_test(tcase, works_once_locked);
    tcase_add_test(tcase, bears_the_lack_of_memory);
    suite_add_tcase(suite, tcase);
    return fiat_test_run(suite);
}
