#!/usr/bin/env python3
"""Let sqlglot, a parser that is none of ours, read the DDL of every stream's table, in its dialects
of Athena and of Hive; names, types, partitions and properties must come back as they are in
athena.json and in the TableInput for Glue.

    table_sqlglot.py [PROGRAM]     PROGRAM: the command, fiat

Needs sqlglot; ends with 77, "skipped", without it.
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile

import packages

packages.need("sqlglot")

import sqlglot
from sqlglot import exp

ROOT = pathlib.Path(__file__).resolve().parents[2]
TEXT = {"type": "string"}
WORDS = ("all date timestamp user order group table select partition interval int cashe views "
         "utc_timestamp _x 1a").split()
PLAIN = {"boolean": {"type": "boolean"}, "tinyint": {"enum": [1]}, "smallint": {"enum": [1]},
         "int": {"enum": [1]}, "bigint": {"type": "integer"}, "float": {"type": "number"},
         "double": {"type": "number"}, "decimal(38,9)": {"enum": [1]}, "string": {},
         "char(3)": {"enum": ["abc"]}, "varchar(65535)": {"enum": ["a"]}, "binary": TEXT,
         "date": TEXT | {"format": "date"}, "timestamp": TEXT | {"format": "date-time"}}
NESTED = {"array<map<string,struct<a:int,order:array<string>>>>": {"type": "array", "items": {
              "type": "object", "additionalProperties": {"type": "object", "properties": {
                  "a": {"enum": [1]}, "order": {"type": "array", "items": TEXT}}}}},
          "struct<a:struct<date:decimal(5,2)>,_b:varchar(3)>": {"type": "object", "properties": {
              "a": {"type": "object", "properties": {"date": {"enum": [1]}}},
              "_b": {"enum": ["a"]}}}}
# sqlglot's words for Athena's types.
TYPES = {"TEXT": "string", "DATETIME": "timestamp", "TIMESTAMPTZ": "timestamp", "VARBINARY": "binary"}


def streams():
    """Name, columns with types and comments, properties of the schema, further options."""
    yield "Types", [[f"c{i}", type, ""] for i, type in enumerate([*PLAIN, *NESTED])], {
        f"c{i}": schema for i, schema in enumerate([*PLAIN.values(), *NESTED.values()])}, []
    yield "Words", [[word, "string", f"it's {word}; \\ \"\t-- %"] for word in WORDS], {
        word: TEXT for word in WORDS}, []
    yield "Mapped", [["userid", "string", ""], ["a_b", "string", "größer"]], {
        "userID": TEXT, "a.b": TEXT}, ["--name", "o2", "--database", "_shop"]
    yield "Hive", [["a", "string", ""]], {"a": TEXT}, [
        "--prefix", "x/r=eu/dt=!{timestamp:yyyy-MM-dd}/hour=!{timestamp:HH}/"]
    yield "Columnar", [["a", "string", ""]], {"a": TEXT}, ["--format", "parquet"]


def write(folder, name, columns, properties):
    path = pathlib.Path(folder, "schemas", name)
    path.mkdir(parents=True, exist_ok=True)
    (path / "json_schema.json").write_text(json.dumps({"type": "object", "properties": properties}))
    (path / "athena.json").write_text(json.dumps(
        [{"name": name, "type": type, "comment": comment} for name, type, comment in columns]))


def spell(type):
    """A type of sqlglot's as Glue spells it."""
    name = TYPES.get(type.this.name, type.this.name.lower())
    inner = type.expressions
    if not inner:
        return "decimal(10,0)" if name == "decimal" else name
    if isinstance(inner[0], exp.DataTypeParam):
        return f"{name}({','.join(param.this.this for param in inner)})"
    parts = (f"{part.name}:{spell(part.kind)}" if isinstance(part, exp.ColumnDef) else spell(part)
             for part in inner)
    return f"{name}<{','.join(parts)}>"


def columns_of(schema):
    found = []
    for column in schema.expressions:
        comment = column.find(exp.CommentColumnConstraint)
        found.append({"Name": column.name, "Type": spell(column.kind)} |
                     ({"Comment": comment.this.this} if comment else {}))
    return found


def pairs(properties):
    return {item.this.this: item.args["value"].this for item in properties}


def check_table(statement, wanted, database):
    properties = statement.args["properties"].expressions
    of = {type(item): item for item in properties}
    serde = of[exp.RowFormatSerdeProperty]
    formats = of[exp.FileFormatProperty].this
    storage = wanted["StorageDescriptor"]
    assert statement.kind == "TABLE" and exp.ExternalProperty in of
    assert statement.this.this.name == wanted["Name"] and statement.this.this.db == database
    assert columns_of(statement.this) == storage["Columns"], columns_of(statement.this)
    assert columns_of(of[exp.PartitionedByProperty].this) == wanted["PartitionKeys"]
    assert serde.this.this == storage["SerdeInfo"]["SerializationLibrary"]
    assert pairs(serde.args["serde_properties"].expressions) == storage["SerdeInfo"]["Parameters"]
    assert formats.args["input_format"].this == storage["InputFormat"]
    assert formats.args["output_format"].this == storage["OutputFormat"]
    assert of[exp.LocationProperty].this.this == storage["Location"]
    own = pairs(item for item in properties if type(item) is exp.Property)
    assert own | {"EXTERNAL": "TRUE"} == wanted["Parameters"], own


def check_create(run, name, options, columns):
    options = ["--bucket", "events-bucket", "--from", "2026", *options]
    wanted = json.loads(run("create", name, "--dry-run", "--glue", *options))
    found = [[c["Name"], c["Type"]] for c in wanted["StorageDescriptor"]["Columns"]]
    assert columns is None or found == [column[:2] for column in columns], found
    for dialect in "athena", "hive":
        parsed = sqlglot.parse(run("create", name, "--dry-run", *options), read=dialect)
        database, table = (statement for statement in parsed if statement)
        assert database.kind == "DATABASE" and database.args["exists"], database
        check_table(table, wanted, database.this.name)
    return wanted


def check_update(run, folder):
    """ADD COLUMNS and SET TBLPROPERTIES."""
    live = pathlib.Path(folder, "live.json")
    write(folder, "Grows", [["a", "int", ""]], {"a": {"enum": [1]}})
    live.write_text(json.dumps({"Table": check_create(run, "Grows", [], None)}))
    write(folder, "Grows", [["a", "int", ""], ["order", "struct<end:string>", "it's"]],
          {"a": {"enum": [1]}, "order": {"type": "object", "properties": {"end": TEXT}}})
    text = run("update", "Grows", "--dry-run", "--live", str(live), "--bucket", "events-bucket",
               "--from", "2025")
    add, put = (s for s in sqlglot.parse(text, read="hive") if s)
    assert isinstance(add, exp.Alter) and add.this.name == "grows", repr(add)
    column = add.find(exp.ColumnDef)
    assert column.name == "order" and spell(column.kind) == "struct<end:string>", repr(add)
    assert "2025/01/01/00,NOW" in put.sql("hive"), put


def main():
    program = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else "fiat")
    with tempfile.TemporaryDirectory() as folder:
        def run(*arguments):
            done = subprocess.run([program, "table", *arguments], cwd=folder, capture_output=True,
                                  text=True, timeout=60)
            assert done.returncode == 0, (arguments, done.stderr)
            return done.stdout

        count = 0
        for name, columns, properties, options in streams():
            write(folder, name, columns, properties)
            check_create(run, name, options, columns)
            count += 1
        for path in sorted(ROOT.glob("schemas/*/athena.json")) + sorted(
                ROOT.glob("examples/**/athena.json")):
            check_create(run, path.parent.name, ["--schemas", str(path.parent.parent)], None)
            count += 1
        check_create(run, "Audit", [], None)
        check_update(run, folder)
    print(f"sqlglot reads {count + 1} tables as they are meant")


if __name__ == "__main__":
    main()
