#!/usr/bin/env python3
"""fiat query on Athena against answers that moto does not give: pages, failures, throttling, a query
that is interrupted, the history; and what a terminal shows.

    query_faults.py [FIAT]
"""
import json
import os
import pathlib
import pty
import signal
import subprocess
import sys
import tempfile
import time

import scripted_aws

FIAT = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else
                       os.path.join(os.environ.get("top_builddir", "."), "fiat"))
ID = "11111111-2222-3333-4444-555555555555"
STARTED = (200, {"QueryExecutionId": ID})
THROTTLED = (400, {"__type": "ThrottlingException", "message": "Rate exceeded"})
NO_OUTPUT = (400, {"__type": "InvalidRequestException", "Message":
                   "No output location provided. An output location is required either through the "
                   "Workgroup result configuration setting or as an API input."})
DENIED = (400, {"__type": "AccessDeniedException", "Message":
                "User: arn:aws:iam::123456789012:user/me is not authorized to perform: "
                "athena:StartQueryExecution on resource: arn:aws:athena:eu-central-1:123456789012:"
                "workgroup/primary because no identity-based policy allows it"})
NO_QUERY = (400, {"__type": "InvalidRequestException", "Message":
                  "QueryExecution none was not found"})
TYPES = ["integer", "bigint", "double", "decimal", "boolean", "varchar", "json", "array"]
NAMES = ["i", "b", "d", "dec", "yes", "text", "j", "a"]
ROW = ["-1", "9007199254740993", "1.5E10", "0.10", "true", "ä \"x\",\n", '{"k":[1]}', "[1, 2]"]
AS_JSON = ('{"i":-1,"b":9007199254740993,"d":1.5E10,"dec":0.10,"yes":true,'
           '"text":"ä \\"x\\",\\n","j":{"k":[1]},"a":"[1, 2]"}')
NULLS = '{"i":null,"b":null,"d":null,"dec":null,"yes":null,"text":null,"j":null,"a":null}'


def query(state, statement="DML", scanned=0, reason=None, sql="SELECT 1", identity=ID, **status):
    if reason:
        status["StateChangeReason"] = reason
    return {"QueryExecutionId": identity, "Query": sql, "StatementType": statement,
            "Status": {"State": state, "SubmissionDateTime": 1795262400.5, **status},
            "Statistics": {"DataScannedInBytes": scanned, "TotalExecutionTimeInMillis": 1500}}


def state(name, **more):
    return 200, {"QueryExecution": query(name, **more)}


def page(rows, token=None, names=NAMES, types=TYPES, **more):
    data = [{"Data": [{} if value is None else {"VarCharValue": value} for value in row]}
            for row in rows]
    columns = [{"Name": name, "Type": kind} for name, kind in zip(names, types)]
    answer = {"ResultSet": {"Rows": data, "ResultSetMetadata": {"ColumnInfo": columns}}, **more}
    return 200, answer | ({"NextToken": token} if token else {})


def one(rows, token=None):
    return page(rows, token, names=["n"], types=["integer"])


BASE = {"StartQueryExecution": [STARTED], "GetQueryExecution": [state("SUCCEEDED")],
        "GetQueryResults": [one([["n"], ["7"]])], "StopQueryExecution": [(200, {})]}
SELECT = ("SELECT 1",)
FAILED = {"reason": "COLUMN_NOT_FOUND: line 1:8: Column 'x' cannot be\nresolved"}
PAGES = [one([["n"]] + [[str(i)] for i in range(999)], "one"), one([], "two"),
         one([["n"]] + [[str(i)] for i in range(1000, 1200)])]
TWO = {"QueryExecutions": [query("FAILED", identity="b", sql="\n  SELECT 2\nFROM x"),
                           query("SUCCEEDED", identity="a", scanned=3 << 29)]}

# Name, arguments, answers beside BASE, exit code, parts of stdout, of stderr, and calls.
CASES = [
    ("types in JSON", (*SELECT, "-f", "jsonl"), {"GetQueryResults": [
        page([NAMES, ROW, [None] * 8])]}, 0, [f"{AS_JSON}\n{NULLS}\n"], ["2 rows, "], {}),
    ("CSV", (*SELECT, "-f", "csv"), {"GetQueryResults": [page([NAMES, ROW, [None] * 8])]}, 0,
     ["i,b,d,dec,yes,text,j,a\r\n-1,9007199254740993,1.5E10,0.10,true,\"ä \"\"x\"\",\n\","],
     ["2 rows, "], {}),
    ("a table", SELECT, {}, 0, ["n\n-\n7\n(1 row)\n"], ["1 row, "], {"StopQueryExecution": 0}),
    ("rows that look like the head", (*SELECT, "-f", "csv"),
     {"GetQueryResults": [one([["n"], ["n"]])]}, 0, ["n\r\nn\r\n"], ["1 row, "], {}),
    ("pages", (*SELECT, "-f", "csv"), {"GetQueryResults": PAGES}, 0,
     ["n\r\n0\r\n", "998\r\nn\r\n1000\r\n"], ["1200 rows, "], {"GetQueryResults": 3}),
    ("SHOW has no head", ("SHOW TABLES", "-f", "csv"),
     {"GetQueryExecution": [state("SUCCEEDED", statement="UTILITY", scanned=5)],
      "GetQueryResults": [one([["n"], ["x"]])]}, 0, ["n\r\nn\r\nx\r\n"],
     ["2 rows, ", "5 bytes scanned\n"], {}),
    ("DDL", ("CREATE TABLE x", ), {"GetQueryExecution": [state("SUCCEEDED", statement="DDL")],
                                   "GetQueryResults": [page([], names=[])]}, 0, [""],
     ["0 rows, ", "0 bytes scanned\n"], {}),
    ("DDL in JSON", ("CREATE TABLE x", "--json"),
     {"GetQueryExecution": [state("SUCCEEDED", statement="DDL")],
      "GetQueryResults": [page([], names=[])]}, 0, ["[]\n"], ["0 rows, "], {}),
    ("rows written", ("INSERT INTO x SELECT 1",),
     {"GetQueryResults": [page([], names=[], UpdateCount=12)]}, 0, [""], ["12 rows, "], {}),
    ("cost", SELECT, {"GetQueryExecution": [state("QUEUED"), state("RUNNING", scanned=1),
                                            state("SUCCEEDED", scanned=100 << 30)]}, 0, ["7"],
     ["100 GB scanned, about 0.49 USD"], {"GetQueryExecution": 3}),
    ("another price", (*SELECT, "--price", "6.75"),
     {"GetQueryExecution": [state("SUCCEEDED", scanned=1 << 40)]}, 0, ["7"],
     ["1.0 TB scanned, about 6.75 USD"], {}),
    ("no price", (*SELECT, "--price", "0"), {"GetQueryExecution": [state("SUCCEEDED")]}, 0, ["7"],
     ["0 bytes scanned\n"], {}),
    ("throttled", SELECT, {"StartQueryExecution": [THROTTLED, STARTED],
                           "GetQueryExecution": [THROTTLED, state("SUCCEEDED")]}, 0, ["7"],
     ["1 row, "], {"StartQueryExecution": 2}),
    ("a query that fails", SELECT, {"GetQueryExecution": [state("RUNNING"),
                                                          state("FAILED", **FAILED)]}, 1, [""],
     [f"fiat query: Athena's query {ID} failed: COLUMN_NOT_FOUND: line 1:8: Column 'x' cannot be "
      "resolved\n  `fiat table show STREAM` lists"], {"GetQueryResults": 0}),
    ("a failure of Athena's", SELECT, {"GetQueryExecution": [
        state("FAILED", reason="it rains", AthenaError={"Retryable": True})]}, 1, [""],
     ["failed: it rains", "run again"], {}),
    ("cancelled by somebody", SELECT, {"GetQueryExecution": [state("CANCELLED")]}, 1, [""],
     ["was cancelled", "somebody stopped it"], {}),
    ("no place for results", SELECT, {"StartQueryExecution": [NO_OUTPUT]}, 1, [""],
     ["No output location provided", "--output-location s3://BUCKET/PREFIX/"],
     {"StartQueryExecution": 1, "GetQueryExecution": 0}),
    ("denied", SELECT, {"StartQueryExecution": [DENIED]}, 1, [""],
     ["athena:StartQueryExecution on arn:aws:athena", "is denied to"], {"StartQueryExecution": 1}),
    ("lost from sight", SELECT, {"GetQueryExecution": [DENIED]}, 1, [""],
     [f"`fiat query --results {ID}` shows its rows"], {}),
    ("results that are denied", SELECT, {"GetQueryResults": [DENIED]}, 1, [""],
     [f"`fiat query --results {ID}` shows its rows again"], {}),
    ("results again", ("--results", ID), {}, 0, ["7"], ["1 row, 1.5 s"],
     {"StartQueryExecution": 0, "GetQueryResults": 1}),
    ("results of one that failed", ("--results", ID),
     {"GetQueryExecution": [state("FAILED", **FAILED)]}, 1, [""], ["failed: COLUMN"], {}),
    ("results of none", ("--results", "none"), {"GetQueryExecution": [NO_QUERY]}, 1, [""],
     ["QueryExecution none was not found"], {"GetQueryResults": 0}),
    ("history", ("--history", "-f", "csv"),
     {"ListQueryExecutions": [(200, {"QueryExecutionIds": ["a", "b"]})],
      "BatchGetQueryExecution": [(200, TWO)]}, 0,
     ["a,SUCCEEDED,2026-11-21T12:00:00.500Z,1.5,1.5 GB,SELECT 1\r\n"
      "b,FAILED,2026-11-21T12:00:00.500Z,1.5,0 bytes,SELECT 2\r\n"], [""], {}),
    ("history in JSON", ("--history", "1", "--json"),
     {"ListQueryExecutions": [(200, {"QueryExecutionIds": ["a", "b"], "NextToken": "t"})],
      "BatchGetQueryExecution": [(200, TWO)]}, 0,
     ['"seconds":1.5,"scanned":1610612736,"sql":"SELECT 1"}\n]'], [""],
     {"ListQueryExecutions": 1}),
    ("a long history", ("--history", "3", "-f", "jsonl"),
     {"ListQueryExecutions": [(200, {"QueryExecutionIds": ["a", "b"], "NextToken": "t"}),
                              (200, {"QueryExecutionIds": ["c"]})],
      "BatchGetQueryExecution": [(200, TWO), (200, {})]}, 0,
     ['"id":"b","state":"FAILED"', '"id":"c","state":"UNKNOWN","submitted":null'], [""],
     {"ListQueryExecutions": 2, "BatchGetQueryExecution": 2}),
    ("nothing sent", (*SELECT, "--dry-run", "--database", "d", "--output-location", "s3://b/p/"), {},
     0, ['{"QueryString":"SELECT 1","WorkGroup":"mine","QueryExecutionContext":{"Catalog":'
         '"AwsDataCatalog","Database":"d"},"ResultConfiguration":{"OutputLocation":"s3://b/p/"}}'],
     [""], {"StartQueryExecution": 0}),
]


def prepare(server, answers):
    server.script = {key: list(value) for key, value in {**BASE, **answers}.items()}
    server.calls.clear()


def check_cases(server, folder):
    for name, args, answers, code, out, err, calls in CASES:
        prepare(server, answers)
        done = subprocess.run([FIAT, "query", *args], cwd=folder, capture_output=True, timeout=60,
                              stdin=subprocess.DEVNULL, env=server.environment(folder))
        said, told = done.stdout.decode(), done.stderr.decode()
        assert done.returncode == code, (name, done.returncode, said, told)
        assert b"\x1b" not in done.stderr, (name, told)
        for where, parts in ((said, out), (told, err)):
            for part in parts:
                assert part in where if part else not where, (name, part, where)
        for operation, count in calls.items():
            seen = [body for called, body in server.calls if called == operation]
            assert len(seen) == count, (name, operation, seen)
        if name == "results of none":
            assert "goes on" not in told, told
        if name == "throttled":  # the same token: the same query
            first, second = [body for called, body in server.calls if called.startswith("Start")]
            assert first == second and len(json.loads(first)["ClientRequestToken"]) >= 32, first


def check_output_file(server, folder):
    file = pathlib.Path(folder, "rows.csv")
    command = [FIAT, "query", "SELECT 1", "-f", "csv", "--output", str(file)]
    file.write_text("before")
    prepare(server, {"GetQueryResults": [PAGES[0], DENIED]})
    done = subprocess.run(command, cwd=folder, capture_output=True, env=server.environment(folder))
    assert done.returncode == 1 and file.read_text() == "before", done
    assert sorted(os.listdir(folder)) == ["rows.csv", "schemas"], os.listdir(folder)
    prepare(server, {})
    done = subprocess.run(command, cwd=folder, capture_output=True, env=server.environment(folder))
    assert done.returncode == 0 and not done.stdout, done
    assert file.read_bytes() == b"n\r\n7\r\n", file.read_bytes()


def check_signal(server, folder, number, running):
    """Interrupted while the query runs, it is stopped."""
    prepare(server, {"GetQueryExecution": [state("RUNNING")]})
    arguments = ["SELECT 1"] if running else ["--results", ID]
    process = subprocess.Popen([FIAT, "query", *arguments], cwd=folder, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, env=server.environment(folder))
    until = time.monotonic() + 30
    while not any(called == "GetQueryExecution" for called, _ in server.calls):
        assert time.monotonic() < until
        time.sleep(0.02)
    process.send_signal(number)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 128 + number, (process.returncode, err)
    stops = [json.loads(body) for called, body in server.calls if called == "StopQueryExecution"]
    assert stops == ([{"QueryExecutionId": ID}] if running else []), stops
    assert (b"and so is Athena's query" if running else b"goes on") in err, err


def check_terminal(server, folder):
    """Its progress is on a terminal alone; pipes are looked at by check_cases()."""
    prepare(server, {"GetQueryExecution": [state("QUEUED"), state("RUNNING", scanned=3 << 30),
                                           state("SUCCEEDED", scanned=3 << 30)]})
    reader, writer = pty.openpty()
    done = subprocess.run([FIAT, "query", "SELECT 1"], cwd=folder, stdout=subprocess.PIPE,
                          stderr=writer, timeout=60,
                          env=server.environment(folder) | {"TERM": "xterm"})
    os.close(writer)
    seen = b""
    try:
        while data := os.read(reader, 4096):
            seen += data
    except OSError:  # the end of a terminal
        pass
    lines = seen.split(b"\r\x1b[K")
    assert done.returncode == 0 and b"\x1b" not in done.stdout, done
    assert any(line.startswith(b"QUEUED, 0 s") for line in lines), lines
    assert b"RUNNING, 0 s, 3.0 GB scanned, about 0.015 USD" in lines, lines
    assert lines[-1].startswith(b"1 row, "), lines


def main():
    server = scripted_aws.start()
    with tempfile.TemporaryDirectory() as folder:
        pathlib.Path(folder, "schemas").mkdir()
        pathlib.Path(folder, "schemas/stream.json").write_text('{"table": {"workgroup": "mine"}}')
        check_cases(server, folder)
        check_output_file(server, folder)
        check_signal(server, folder, signal.SIGINT, True)
        check_signal(server, folder, signal.SIGTERM, True)
        check_signal(server, folder, signal.SIGINT, False)
        check_terminal(server, folder)
    server.shutdown()
    print(f"PASS: {len(CASES)} cases, files, signals and a terminal")


main()
