#!/usr/bin/env python3
"""Athena's clients against `fiat local`: boto3, the AWS CLI and PyAthena run DDL and queries over
events that `fiat log` has sent to it; then the engine is killed while a query runs.

    local_athena.py     FIAT=path of the command

Needs the packages boto3, awscli and PyAthena, and libduckdb.so; ends with 77, "skipped", without.
"""
import datetime
import decimal
import gzip
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time

import packages

packages.need("pyathena")
packages.need("awscli")

import boto3
import botocore.config
import botocore.exceptions
import pyathena

FIAT = os.environ.get("FIAT") or os.path.join(os.environ.get("top_builddir", "build"), "fiat")
WORK = tempfile.TemporaryDirectory(prefix="fiat-athena-")
HOME = pathlib.Path(WORK.name)
DATA = HOME / "data"
COUNT = 2500

# column: Athena's type, JSON Schema of its member, a value, the text that Athena gives for it
COLUMNS = {
    "yes": ("boolean", {"type": "boolean"}, True, "true"),
    "tiny": ("tinyint", {"type": "integer", "minimum": -128, "maximum": 127}, -128, "-128"),
    "small": ("smallint", {"type": "integer", "minimum": -9, "maximum": 32767}, 32767, "32767"),
    "whole": ("int", {"type": "integer", "minimum": -9, "maximum": 2147483647}, 2147483647,
              "2147483647"),
    "big": ("bigint", {"type": "integer"}, 9007199254740993, "9007199254740993"),
    "single": ("float", {"type": "number"}, 0.25, "0.25"),
    "fraction": ("double", {"type": "number"}, 1e20, "1.0E20"),
    "price": ("decimal(10,2)", {"type": "number"}, 12345678.91, "12345678.91"),
    "text": ("string", {"type": "string"}, "ä \"quoted\", line\nend", "ä \"quoted\", line\nend"),
    "none": ("string", {"type": ["string", "null"]}, None, None),
    "blank": ("string", {"type": "string"}, "", ""),
    "fixed": ("char(3)", {"type": "string", "maxLength": 3}, "abc", "abc"),
    "short": ("varchar(9)", {"type": "string", "maxLength": 9}, "short", "short"),
    "born": ("date", {"type": "string", "format": "date"}, "2026-11-21", "2026-11-21"),
    "seen": ("timestamp", {"type": "string", "format": "date-time"}, "2026-11-21T12:00:00.125Z",
             "2026-11-21 12:00:00.125"),
    "list": ("array<int>", {"type": "array", "items": {"type": "integer", "maximum": 9}}, [1, 2],
             "[1, 2]"),
    "tags": ("map<string,string>", {"type": "object", "additionalProperties": {"type": "string"}},
             {"K": "v"}, "{K=v}"),
    "who": ("struct<name:string,age:int>",
            {"type": "object", "properties": {"Name": {"type": "string"},
                                              "age": {"type": "integer", "maximum": 200}}},
            {"Name": "Ann", "age": 7}, "{name=Ann, age=7}"),
    "free": ("string", {"type": "object"}, {"a": [1, {"b": None}]}, '{"a":[1,{"b":null}]}'),
    "userid": ("string", {"type": "string"}, "u", "u"),
    "kind": ("string", {"type": "string"}, "k", "k"),
}
MEMBER = {"userid": "userId", "kind": "the.kind"}  # how the events spell it, else as the column
SERDE = """ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'
WITH SERDEPROPERTIES ('mapping.kind' = 'the.kind')
STORED AS INPUTFORMAT 'org.apache.hadoop.mapred.TextInputFormat'
OUTPUTFORMAT 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat'
LOCATION 's3://local/Types/'
TBLPROPERTIES ('projection.enabled' = 'true', 'projection.datehour.type' = 'date',
  'projection.datehour.format' = 'yyyy/MM/dd/HH', 'projection.datehour.range' = '2026/01/01/00,NOW',
  'projection.datehour.interval' = '1', 'projection.datehour.interval.unit' = 'HOURS',
  'storage.location.template' = 's3://local/Types/${datehour}/')"""


class Engine:
    """`fiat local`, and a client of it."""

    def __init__(self):
        port = HOME / "port"
        port.unlink(missing_ok=True)
        self.errors = open(HOME / "engine.err", "ab")
        self.process = subprocess.Popen(
            [FIAT, "local", "--data", DATA, "--port", "0", "--port-file", port, "--auto-create",
             "--interval", "0"], stdout=subprocess.DEVNULL, stderr=self.errors)
        for _ in range(400):
            if port.exists() and port.read_text().strip():
                break
            assert self.process.poll() is None, (HOME / "engine.err").read_text()
            time.sleep(0.05)
        os.environ.update(AWS_ENDPOINT_URL=f"http://127.0.0.1:{port.read_text().strip()}",
                          AWS_ACCESS_KEY_ID="local", AWS_SECRET_ACCESS_KEY="local",
                          AWS_REGION="us-east-1", AWS_DEFAULT_REGION="us-east-1",
                          AWS_EC2_METADATA_DISABLED="true", AWS_CONFIG_FILE="/dev/null",
                          AWS_SHARED_CREDENTIALS_FILE="/dev/null")
        config = botocore.config.Config(retries={"total_max_attempts": 1})
        self.athena = boto3.client("athena", config=config)

    def end(self, how=signal.SIGTERM):
        self.process.send_signal(how)
        code = self.process.wait(30)
        assert how == signal.SIGKILL or code == 0, code
        self.errors.close()

    def wait(self, query):
        for _ in range(3000):
            told = self.athena.get_query_execution(QueryExecutionId=query)["QueryExecution"]
            if told["Status"]["State"] not in ("QUEUED", "RUNNING"):
                return told
            time.sleep(0.02)
        raise AssertionError("the query does not end")

    def run(self, sql, **more):
        query = self.athena.start_query_execution(QueryString=sql, **more)["QueryExecutionId"]
        told = self.wait(query)
        assert told["Status"]["State"] == "SUCCEEDED", (sql, told["Status"])
        return told

    def rows(self, sql, **more):
        told = self.run(sql, **more)
        pages = self.athena.get_paginator("get_query_results").paginate(
            QueryExecutionId=told["QueryExecutionId"])
        return [[datum.get("VarCharValue") for datum in row["Data"]]
                for page in pages for row in page["ResultSet"]["Rows"]]


def ddl(database, table):
    columns = ",\n  ".join(f"`{name}` {row[0]}" for name, row in COLUMNS.items())
    return (f"CREATE EXTERNAL TABLE IF NOT EXISTS `{database}`.`{table}` (\n  {columns}\n)\n"
            f"PARTITIONED BY (`datehour` string)\n{SERDE}")


def send_events():
    """Through the library, validated, to the engine's Firehose."""
    stream = HOME / "schemas/Types"
    stream.mkdir(parents=True)
    (stream / "json_schema.json").write_text(json.dumps(
        {"type": "object", "properties": {MEMBER.get(n, n): row[1] for n, row in COLUMNS.items()}}))
    (stream / "athena.json").write_text(json.dumps({n: row[0] for n, row in COLUMNS.items()}))
    event = {MEMBER.get(name, name): row[2] for name, row in COLUMNS.items()}
    lines = "".join(json.dumps({**event, "whole": i}) + "\n" for i in range(COUNT))
    sent = subprocess.run([FIAT, "log", "--schemas", HOME / "schemas", "--quiet", "Types"],
                          input=lines, text=True, capture_output=True, timeout=120)
    assert sent.returncode == 0, sent
    for _ in range(300):
        paths = list((DATA / "local/Types").rglob("Types-*.gz"))
        if sum(gzip.open(p).read().count(b"\n") for p in paths) == COUNT:
            return
        time.sleep(0.1)
    raise AssertionError("the events were not delivered")


def check_types(engine):
    engine.run("CREATE DATABASE IF NOT EXISTS fiat")
    engine.run(ddl("fiat", "types"))
    got = engine.rows("SELECT * FROM fiat.types WHERE whole = 2147 AND datehour > '2026'")
    assert got[0] == [*COLUMNS, "datehour"], got[0]
    want = [row[3] if name != "whole" else "2147" for name, row in COLUMNS.items()]
    for name, value, wanted in zip(got[0], got[1], want):
        assert value == wanted, (name, value, wanted)
    assert len(got) == 2


def check_results(engine):
    got = engine.rows("SELECT whole FROM types ORDER BY whole",
                      QueryExecutionContext={"Database": "fiat"})
    assert got == [["whole"]] + [[str(i)] for i in range(COUNT)], len(got)
    told = engine.run("SELECT count(*) AS n, min(none) AS none FROM fiat.types",
                      ResultConfiguration={"OutputLocation": "s3://results/a/b/"})
    place = told["ResultConfiguration"]["OutputLocation"]
    assert place == f"s3://results/a/b/{told['QueryExecutionId']}.csv", place
    assert (DATA / place[5:]).read_text() == f'"n","none"\n"{COUNT}",\n'
    assert told["StatementType"] == "DML" and told["SubstatementType"] == "SELECT"
    statistics = told["Statistics"]
    size = sum(p.stat().st_size for p in (DATA / "local/Types").rglob("Types-*.gz"))
    assert statistics["DataScannedInBytes"] == size, (statistics, size)
    assert 0 <= statistics["EngineExecutionTimeInMillis"] <= statistics["TotalExecutionTimeInMillis"]
    assert told["Status"]["SubmissionDateTime"] <= told["Status"]["CompletionDateTime"]
    meta = engine.athena.get_query_results(QueryExecutionId=told["QueryExecutionId"])
    info = meta["ResultSet"]["ResultSetMetadata"]["ColumnInfo"][0]
    assert (info["Name"], info["Type"], info["Nullable"]) == ("n", "bigint", "UNKNOWN"), info


def check_failures(engine):
    told = engine.wait(engine.athena.start_query_execution(
        QueryString="SELECT nope FROM fiat.types")["QueryExecutionId"])
    assert told["Status"]["State"] == "FAILED", told
    error = told["Status"]["AthenaError"]
    assert error["ErrorCategory"] == 2 and error["ErrorMessage"].startswith("COLUMN_NOT_FOUND")
    try:
        engine.athena.get_query_results(QueryExecutionId=told["QueryExecutionId"])
        raise AssertionError("a failed query has no result")
    except engine.athena.exceptions.InvalidRequestException as refused:
        assert "Final query state: FAILED" in refused.response["Error"]["Message"]
        assert refused.response["AthenaErrorCode"] == "INVALID_QUERY_EXECUTION_STATE"
    wrong = boto3.client("athena", aws_access_key_id="local", aws_secret_access_key="wrong")
    try:
        wrong.list_work_groups()
        raise AssertionError("a wrong signature was taken")
    except botocore.exceptions.ClientError as refused:
        assert refused.response["Error"]["Code"] == "InvalidSignatureException"


def check_catalogue(engine):
    for i in range(60):
        engine.run(f"CREATE EXTERNAL TABLE fiat.many_{i:02} (a int) ROW FORMAT SERDE "
                   "'org.openx.data.jsonserde.JsonSerDe' LOCATION 's3://none/x/'")
    pages = engine.athena.get_paginator("list_table_metadata").paginate(
        CatalogName="AwsDataCatalog", DatabaseName="fiat")
    names = [table["Name"] for page in pages for table in page["TableMetadataList"]]
    assert names == [f"many_{i:02}" for i in range(60)] + ["types"], names
    table = engine.athena.get_table_metadata(CatalogName="AwsDataCatalog", DatabaseName="fiat",
                                             TableName="TYPES")["TableMetadata"]
    assert [(c["Name"], c["Type"]) for c in table["Columns"]] == [
        (name, row[0]) for name, row in COLUMNS.items()], table["Columns"]
    assert [c["Name"] for c in table["PartitionKeys"]] == ["datehour"]
    assert table["Parameters"]["projection.enabled"] == "true"
    assert engine.rows("SELECT count(*) FROM fiat.many_07") == [["_col0"], ["0"]]
    pages = engine.athena.get_paginator("list_query_executions").paginate()
    ids = [each for page in pages for each in page["QueryExecutionIds"]]
    assert len(ids) > 60 and len(set(ids)) == len(ids) and sorted(ids, reverse=True) == ids
    group = engine.athena.get_work_group(WorkGroup="primary")["WorkGroup"]
    assert group["State"] == "ENABLED"


def check_cli():
    def aws(*words):
        done = subprocess.run([sys.executable, "-m", "awscli", "athena", *words, "--output", "text"],
                              capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    query = aws("start-query-execution", "--query-string", "SELECT count(*) AS n FROM types",
                "--query-execution-context", "Database=fiat")
    state = "QUEUED"
    while state in ("QUEUED", "RUNNING"):
        state = aws("get-query-execution", "--query-execution-id", query, "--query",
                    "QueryExecution.Status.State")
    assert state == "SUCCEEDED", state
    rows = aws("get-query-results", "--query-execution-id", query, "--query",
               "ResultSet.Rows[*].Data[*].VarCharValue")
    assert rows.split() == ["n", str(COUNT)], rows
    assert query in aws("list-query-executions", "--max-items", "5")
    aws("stop-query-execution", "--query-execution-id", query)


def check_pyathena():
    """A client that turns the text of values into Python's."""
    cursor = pyathena.connect(schema_name="fiat", s3_staging_dir="s3://results/pyathena/",
                              poll_interval=0.05).cursor()
    cursor.execute("SELECT yes, big, fraction, price, text, none, born, seen, \"list\", who "
                   "FROM types WHERE whole = 5")
    got = cursor.fetchall()
    assert got == [(True, 9007199254740993, 1e20, decimal.Decimal("12345678.91"),
                    "ä \"quoted\", line\nend", None, datetime.date(2026, 11, 21),
                    datetime.datetime(2026, 11, 21, 12, 0, 0, 125000), [1, 2],
                    {"name": "Ann", "age": "7"})], got
    assert [each[0] for each in cursor.description][:2] == ["yes", "big"]
    assert cursor.execute("SELECT whole FROM types ORDER BY 1").fetchmany(3) == [(0,), (1,), (2,)]
    assert cursor.rownumber == 3
    cursor.execute("SELECT %(name)s AS a, %(count)d AS b", {"name": "it's", "count": 3})
    assert cursor.fetchone() == ("it's", 3)
    cursor.execute("SHOW TABLES")
    assert ("types",) in cursor.fetchall()
    cursor.execute("DESCRIBE fiat.types")
    assert cursor.fetchone()[0].split() == ["yes", "boolean"]
    try:
        cursor.execute("SELECT * FROM nothing")
        raise AssertionError("there is no such table")
    except pyathena.error.OperationalError as failed:
        assert "TABLE_NOT_FOUND" in str(failed), failed


SLOW = ("SELECT count(*) FROM range(1000000) a(x), range(100000000) b(y) "
        "WHERE sqrt(x * y) % 7 = 3")


def check_kill(engine):
    """What ran has failed, what was done is there, and the tables are, too."""
    done = engine.run("SELECT 1 AS one")["QueryExecutionId"]
    start = engine.athena.start_query_execution
    slow = [start(QueryString=SLOW)["QueryExecutionId"] for _ in range(3)]
    running = lambda: engine.athena.get_query_execution(  # noqa: E731
        QueryExecutionId=slow[0])["QueryExecution"]["Status"]["State"]
    for _ in range(500):
        if running() == "RUNNING":
            break
        time.sleep(0.02)
    assert running() == "RUNNING"
    engine.end(signal.SIGKILL)
    engine = Engine()
    for query in slow:
        told = engine.wait(query)
        assert told["Status"]["State"] == "FAILED", told["Status"]
        assert "the local engine ended while the query ran" in told["Status"]["StateChangeReason"]
    rows = engine.athena.get_query_results(QueryExecutionId=done)["ResultSet"]["Rows"]
    assert rows[1]["Data"] == [{"VarCharValue": "1"}], rows
    assert engine.rows("SELECT count(*) AS n FROM fiat.types") == [["n"], [str(COUNT)]]
    slow = start_and_stop(engine)
    assert engine.wait(slow)["Status"]["State"] == "CANCELLED"
    start = time.monotonic()
    engine.athena.start_query_execution(QueryString=SLOW)
    time.sleep(0.5)
    engine.end()
    assert time.monotonic() - start < 20, "the end must not wait for the query"


def start_and_stop(engine):
    query = engine.athena.start_query_execution(QueryString=SLOW)["QueryExecutionId"]
    while engine.athena.get_query_execution(
            QueryExecutionId=query)["QueryExecution"]["Status"]["State"] == "QUEUED":
        time.sleep(0.02)
    time.sleep(0.5)
    engine.athena.stop_query_execution(QueryExecutionId=query)
    return query


def main():
    if not os.access(FIAT, os.X_OK):
        print(f"SKIP: no {FIAT}: build it, or set FIAT")
        sys.exit(77)
    engine = Engine()
    told = engine.wait(engine.athena.start_query_execution(
        QueryString="SELECT 1")["QueryExecutionId"])
    if "fetch-duckdb" in told["Status"].get("StateChangeReason", ""):
        engine.end()
        print("SKIP:", told["Status"]["StateChangeReason"])
        sys.exit(77)
    send_events()
    check_types(engine)
    check_results(engine)
    check_failures(engine)
    check_catalogue(engine)
    check_cli()
    check_pyathena()
    check_kill(engine)
    print(f"boto3 {boto3.__version__}, the AWS CLI, PyAthena {pyathena.__version__} and the local "
          f"Athena: {COUNT} events of {len(COLUMNS)} types read back equal")


main()
