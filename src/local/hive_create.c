/* CREATE EXTERNAL TABLE. https://docs.aws.amazon.com/athena/latest/ug/create-table.html */
#include "local/hive_cursor.h"

/* STORED AS ...: what Hive's short names stand for. */
static const struct {
    const char *name, *serde, *input, *output;
} s_formats[] = {
    {"TEXTFILE", "", "org.apache.hadoop.mapred.TextInputFormat",
     "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat"},
    {"PARQUET", "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe",
     "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
     "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat"},
    {"JSON", "org.openx.data.jsonserde.JsonSerDe", "org.apache.hadoop.mapred.TextInputFormat",
     "org.apache.hadoop.hive.ql.io.IgnoreKeyTextOutputFormat"},
};

static void row_format(fiat__hive_cursor *c, fiat__hive_table *table) {
    if (fiat__hive_at(c, "DELIMITED")) {
        fiat__hive_fault(c, "ROW FORMAT DELIMITED is not offered by the local engine: it reads "
                            "JSON lines (ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe')");
        return;
    }
    fiat__hive_expect(c, "SERDE");
    table->serde = fiat__hive_string(c);
    if (fiat__hive_take(c, "WITH SERDEPROPERTIES")) fiat__hive_pairs(c, &table->serde_properties);
}

static void stored_as(fiat__hive_cursor *c, fiat__hive_table *table) {
    if (fiat__hive_take(c, "INPUTFORMAT")) {
        table->input_format = fiat__hive_string(c);
        fiat__hive_expect(c, "OUTPUTFORMAT");
        table->output_format = fiat__hive_string(c);
        return;
    }
    for (size_t i = 0; i < sizeof s_formats / sizeof *s_formats; i++) {
        if (!fiat__hive_take(c, s_formats[i].name)) continue;
        if (!*table->serde) table->serde = s_formats[i].serde;
        table->input_format = s_formats[i].input;
        table->output_format = s_formats[i].output;
        return;
    }
    fiat__hive_expected(c, "INPUTFORMAT, TEXTFILE, JSON or PARQUET (others are not offered by the "
                           "local engine)");
}

/* The clauses after the columns, in the order of AWS's grammar but taken in any. */
static bool clause(fiat__hive_cursor *c, fiat__hive_table *table) {
    if (fiat__hive_take(c, "COMMENT"))
        table->comment = fiat__hive_string(c);
    else if (fiat__hive_take(c, "PARTITIONED BY"))
        fiat__hive_columns(c, table, true);
    else if (fiat__hive_take(c, "ROW FORMAT"))
        row_format(c, table);
    else if (fiat__hive_take(c, "WITH SERDEPROPERTIES"))
        fiat__hive_pairs(c, &table->serde_properties);
    else if (fiat__hive_take(c, "STORED AS"))
        stored_as(c, table);
    else if (fiat__hive_take(c, "LOCATION"))
        table->location = fiat__hive_string(c);
    else if (fiat__hive_take(c, "TBLPROPERTIES"))
        fiat__hive_pairs(c, &table->properties);
    else
        return false;
    return c->status == FIAT_OK;
}

void fiat__hive_create_table(fiat__hive_cursor *c, fiat__hive_statement *out) {
    out->kind = FIAT__HIVE_CREATE_TABLE;
    out->what = "CREATE_TABLE";
    out->if_exists = fiat__hive_take(c, "IF NOT EXISTS");
    fiat__hive_table_name(c, &out->table);
    fiat__hive_columns(c, &out->table, false);
    while (clause(c, &out->table))
        continue;
    if (c->status == FIAT_OK && c->token.kind == FIAT__HIVE_WORD)
        fiat__hive_expected(c, "COMMENT, PARTITIONED BY, ROW FORMAT, STORED AS, LOCATION or "
                               "TBLPROPERTIES");
    if (c->status == FIAT_OK && !*out->table.location)
        fiat__hive_fault(c, "an external table needs LOCATION 's3://bucket/folder/'");
}
