#!/usr/bin/env python3
"""Make, compare, change and drop tables in moto's Glue catalogue, and read them back with boto3;
run statements of Athena's there, which moto queues and follows but does not carry out.

    table_moto.py [PROGRAM]     PROGRAM: the command, fiat

Needs moto; ends with 77, "skipped", without it.
"""
import http.server
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import threading
import time

import moto_server

SCHEMA = {"type": "object", "properties": {
    "orderId": {"type": "string"}, "user.agent": {"type": "string"},
    "order": {"type": "integer", "minimum": 0, "maximum": 9},
    "lines": {"type": "array", "items": {"type": "object", "properties": {
        "sku": {"type": "string"}, "end": {"type": "string"}}}},
    "labels": {"type": "object", "additionalProperties": {"type": "string"}}, "free": {}}}
COLUMNS = [["orderid", "string"], ["user_agent", "string"], ["order", "int"],
           ["lines", "array<struct<sku:string,end:string>>"], ["labels", "map<string,string>"],
           ["free", "string"]]
STREAM = {"delivery": {"bucket": "shop-events"},
          "table": {"projection_from": "2026", "output": "s3://results/x/"}}


class Project:
    def __init__(self, program, environment):
        self.program, self.environment = program, environment
        self.folder = tempfile.TemporaryDirectory()
        self.write(SCHEMA, COLUMNS, STREAM)

    def write(self, schema, columns, stream):
        folder = pathlib.Path(self.folder.name, "schemas/Orders")
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "json_schema.json").write_text(json.dumps(schema))
        (folder / "athena.json").write_text(
            json.dumps([{"name": name, "type": type} for name, type in columns]))
        (folder / "stream.json").write_text(json.dumps(stream))

    def run(self, *arguments, want=0, **more):
        done = subprocess.run([self.program, "table", *arguments], cwd=self.folder.name,
                              env=self.environment | more, capture_output=True, text=True,
                              stdin=subprocess.DEVNULL, timeout=60)
        assert done.returncode == want, (arguments, done.returncode, done.stdout, done.stderr)
        return done.stderr if want else done.stdout


def by_glue(project, glue):
    assert "is not there" in project.run("show", "Orders", want=1)
    assert project.run("drop", "Orders", "--yes", "--glue") == "fiat.orders: is not there, nothing to do\n"
    assert project.run("update", "Orders", "--glue", want=1).count("is not there") == 1
    project.run("check", "Orders", want=1)
    assert project.run("create", "Orders", "--glue") == "fiat.orders: created\n"
    assert project.run("create", "Orders", "--glue") == "fiat.orders: ok, nothing to do\n"
    assert project.run("check", "Orders") == "fiat.orders: ok\n"
    table = glue.get_table(DatabaseName="fiat", Name="orders")["Table"]
    storage = table["StorageDescriptor"]
    assert table["TableType"] == "EXTERNAL_TABLE" and table["Parameters"]["EXTERNAL"] == "TRUE"
    assert [[c["Name"], c["Type"]] for c in storage["Columns"]] == COLUMNS, storage
    assert table["PartitionKeys"] == [{"Name": "datehour", "Type": "string"}], table
    assert storage["Location"] == "s3://shop-events/Orders/"
    assert storage["SerdeInfo"] == {
        "SerializationLibrary": "org.openx.data.jsonserde.JsonSerDe",
        "Parameters": {"case.insensitive": "FALSE", "ignore.malformed.json": "FALSE",
                       "mapping.orderid": "orderId", "mapping.user_agent": "user.agent"}}
    assert table["Parameters"]["projection.datehour.range"] == "2026/01/01/00,NOW"
    shown = project.run("show", "Orders")
    wanted = project.run("create", "Orders", "--dry-run").split("\n", 1)[1]
    assert shown.replace("  'EXTERNAL' = 'TRUE',\n", "") == wanted, (shown, wanted)
    assert json.loads(project.run("show", "Orders", "--json"))["Table"]["Name"] == "orders"


def changes(project, glue):
    columns = [["added", "date"], *COLUMNS]
    columns[3] = ["order", "bigint"]
    schema = json.loads(json.dumps(SCHEMA))
    schema["properties"]["order"] = {"type": "integer"}
    schema["properties"]["added"] = {"type": "string", "format": "date"}
    project.write(schema, columns, STREAM)
    assert "is there and differs: `fiat table update Orders`" in project.run(
        "create", "Orders", "--glue", want=1)
    done = project.run("update", "Orders")
    assert done.endswith("fiat.orders: updated\n") and "wider: column \"order\"" in done, done
    table = glue.get_table(DatabaseName="fiat", Name="orders")["Table"]
    found = [[c["Name"], c["Type"]] for c in table["StorageDescriptor"]["Columns"]]
    assert found == [["orderid", "string"], ["user_agent", "string"], ["order", "bigint"],
                     *COLUMNS[3:], ["added", "date"]], found
    assert project.run("check", "Orders") == "fiat.orders: ok\n"
    assert project.run("update", "Orders") == "fiat.orders: ok, nothing to do\n"
    # Back again is narrower: refused, and nothing changes.
    project.write(SCHEMA, COLUMNS, STREAM)
    assert "readers would break" in project.run("update", "Orders", want=1)
    assert "`fiat table check Orders`" in project.run("create", "Orders", want=1)
    again = glue.get_table(DatabaseName="fiat", Name="orders")["Table"]
    assert again["StorageDescriptor"] == table["StorageDescriptor"]
    # Another's hand: a property of his own stays, one of ours is set right.
    given = {name: table[name] for name in ("Name", "TableType", "PartitionKeys", "Parameters",
                                            "StorageDescriptor")}
    given["Parameters"] |= {"mine": "x", "projection.enabled": "false"}
    glue.update_table(DatabaseName="fiat", TableInput=given)
    project.write(schema, columns, STREAM)
    project.run("update", "Orders", "--glue")
    found = glue.get_table(DatabaseName="fiat", Name="orders")["Table"]["Parameters"]
    assert found["mine"] == "x" and found["projection.enabled"] == "true", found


def drops(project, glue):
    assert "say --yes" in project.run("drop", "Orders", "--glue", want=2)
    table = glue.get_table(DatabaseName="fiat", Name="orders")["Table"]
    given = {name: table[name] for name in ("Name", "TableType", "Parameters", "StorageDescriptor")}
    for kept in ({"TableType": "MANAGED_TABLE"}, {"Parameters": {"table_type": "ICEBERG"}}):
        glue.update_table(DatabaseName="fiat", TableInput=given | kept)
        assert "is no external table" in project.run("drop", "Orders", "--yes", "--glue", want=1)
    glue.update_table(DatabaseName="fiat", TableInput=given)
    assert "is as it was" in project.run("drop", "Orders", "--yes", "--glue")
    assert [t["Name"] for t in glue.get_tables(DatabaseName="fiat")["TableList"]] == []


def by_athena(project, aws):
    athena = aws.client("athena")
    athena.create_work_group(Name="team", Configuration={})
    asked = project.run("create", "Orders", "--dry-run", "--database", "shop").split(";\n")
    assert project.run("create", "Orders", "--database", "shop", "--workgroup", "team") == "shop.orders: created\n"
    ids = athena.list_query_executions()["QueryExecutionIds"]
    made = [athena.get_query_execution(QueryExecutionId=id)["QueryExecution"] for id in ids]
    made.sort(key=lambda query: query["Query"])
    assert [query["Query"] for query in made] == asked[:2], made
    for query in made:
        assert query["WorkGroup"] == "team", query
        assert query["QueryExecutionContext"] == {"Catalog": "AwsDataCatalog"}, query
        assert query["ResultConfiguration"]["OutputLocation"].startswith("s3://results/x/"), query


class Fake(http.server.BaseHTTPRequestHandler):
    """Athena where moto's queries cannot fail or last, and Glue without a table."""
    asked, states, refusals, metadata = [], [], [], None

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        name = self.headers["X-Amz-Target"].split(".")[1]
        self.asked.append(name)
        status, reply = 200, {}
        if self.refusals:
            status, reply = 400, {"__type": self.refusals.pop(0), "Message": "may not"}
        elif name == "GetTableMetadata" and self.metadata:
            assert body == {"CatalogName": "AwsDataCatalog", "DatabaseName": "fiat",
                            "TableName": "orders"}, body
            reply = {"TableMetadata": self.metadata}
        elif name == "GetTableMetadata":
            status = 400
            reply = {"__type": "MetadataException", "Message": "EntityNotFoundException: none"}
        elif name in ("GetTable", "GetDatabase"):
            status = 400 if name == "GetTable" else 200
            reply = {"__type": "EntityNotFoundException", "Message": "none"} if status == 400 else {
                "Database": {"Name": "fiat"}}
        elif name == "StartQueryExecution":
            assert len(body["ClientRequestToken"]) >= 32
            reply = {"QueryExecutionId": "q-1"}
        elif name == "GetQueryExecution":
            state = self.states.pop(0) if self.states else "RUNNING"
            reply = {"QueryExecution": {"Status": {"State": state, "StateChangeReason": "line 1:8"}}}
        data = json.dumps(reply).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/x-amz-json-1.1")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_):
        pass


def ends_of_queries(project):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Fake)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}"
    Fake.states = ["QUEUED", "RUNNING", "SUCCEEDED"]
    assert project.run("create", "Orders", AWS_ENDPOINT_URL=url) == "fiat.orders: created\n"
    assert Fake.asked == ["GetTable", "GetDatabase", "StartQueryExecution",
                          *3 * ["GetQueryExecution"]], Fake.asked
    Fake.states = ["QUEUED", "FAILED"]
    failed = project.run("create", "Orders", want=1, AWS_ENDPOINT_URL=url)
    assert "Athena's query q-1 failed: line 1:8" in failed, failed
    # Throttled, a call is made again; denied, it is not.
    del Fake.asked[:]
    Fake.refusals = 2 * ["ThrottlingException"]
    assert "is not there" in project.run("show", "Orders", want=1, AWS_ENDPOINT_URL=url)
    assert Fake.asked == 3 * ["GetTable"], Fake.asked
    Fake.refusals = ["AccessDeniedException"]
    denied = project.run("check", "Orders", want=2, AWS_ENDPOINT_URL=url)
    assert "glue GetTable" in denied and "AccessDeniedException" in denied, denied
    assert Fake.asked == 4 * ["GetTable"], Fake.asked
    # A signal stops the query, not just the command.
    del Fake.asked[:]
    process = subprocess.Popen([project.program, "table", "create", "Orders"],
                               cwd=project.folder.name, stderr=subprocess.PIPE, text=True,
                               env=project.environment | {"AWS_ENDPOINT_URL": url})
    until = time.monotonic() + 30
    while "GetQueryExecution" not in Fake.asked and time.monotonic() < until:
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    said = process.communicate(timeout=30)[1]
    assert process.returncode == 130 and "so is Athena's query q-1" in said, said
    assert Fake.asked[-1] == "StopQueryExecution", Fake.asked
    without_glue(project, url)
    server.shutdown()


def without_glue(project, url):
    """Athena alone answers, as with `fiat local`."""
    del Fake.asked[:]
    Fake.refusals, Fake.states = ["UnknownOperationException"], 2 * ["SUCCEEDED"]
    assert project.run("create", "Orders", AWS_ENDPOINT_URL=url) == "fiat.orders: created\n"
    assert Fake.asked == ["GetTable", "GetTableMetadata", *2 * [
        "StartQueryExecution", "GetQueryExecution"]], Fake.asked
    wanted = json.loads(project.run("create", "Orders", "--dry-run", "--glue"))
    storage = wanted["StorageDescriptor"]
    serde = storage["SerdeInfo"]
    Fake.metadata = {"Name": "orders", "TableType": "EXTERNAL_TABLE", "Columns": storage["Columns"],
                     "PartitionKeys": wanted["PartitionKeys"],
                     "Parameters": wanted["Parameters"] | {
                         "location": storage["Location"], "inputformat": storage["InputFormat"],
                         "outputformat": storage["OutputFormat"],
                         "serde.serialization.lib": serde["SerializationLibrary"]} | {
                             f"serde.param.{n}": v for n, v in serde["Parameters"].items()}}
    Fake.refusals = ["UnknownOperationException"]
    assert project.run("check", "Orders", AWS_ENDPOINT_URL=url) == "fiat.orders: ok\n"
    # What a statement cannot do.
    Fake.metadata["Columns"][2]["Type"] = "tinyint"
    Fake.refusals = ["UnknownOperationException"]
    assert "needs the Glue catalogue" in project.run("update", "Orders", want=1,
                                                     AWS_ENDPOINT_URL=url)


def main():
    program = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else "fiat")
    with moto_server.start() as aws:
        project = Project(program, aws.environment)
        glue = aws.client("glue")
        by_glue(project, glue)
        changes(project, glue)
        drops(project, glue)
        project.write(SCHEMA, COLUMNS, STREAM)
        by_athena(project, aws)
        ends_of_queries(project)
    print("tables are made, compared, changed and dropped")


if __name__ == "__main__":
    main()
