#!/usr/bin/env python3
"""fiat query at moto's Athena: results that moto was given, the states that it goes through, and
what boto3 sees of the query afterwards.

    query_moto.py [FIAT]

Needs moto; ends with 77, "skipped", without it.
"""
import json
import os
import subprocess
import sys
import tempfile
import urllib.request

import moto_server

FIAT = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else
                       os.path.join(os.environ.get("top_builddir", "."), "fiat"))
RESULT = {"rows": [{"Data": [{"VarCharValue": "n"}, {"VarCharValue": "t"}]},
                   {"Data": [{"VarCharValue": "12"}, {"VarCharValue": "x, y"}]},
                   {"Data": [{}, {}]}],
          "column_info": [
              {"CatalogName": "hive", "SchemaName": "", "TableName": "", "Name": name, "Label": name,
               "Type": kind, "Precision": 0, "Scale": 0, "Nullable": "UNKNOWN",
               "CaseSensitive": False} for name, kind in (("n", "bigint"), ("t", "varchar"))]}


def tell(aws, path, what):
    request = urllib.request.Request(f"{aws.url}/moto-api/{path}", json.dumps(what).encode(),
                                     {"Content-Type": "application/json"})
    urllib.request.urlopen(request).read()


def main():
    with moto_server.start() as aws, tempfile.TemporaryDirectory() as folder:
        def run(*arguments):
            done = subprocess.run([FIAT, "query", *arguments], cwd=folder, env=aws.environment,
                                  capture_output=True, text=True, timeout=60)
            assert done.returncode == 0, (arguments, done)
            return done.stdout, done.stderr

        athena = aws.client("athena")
        athena.create_work_group(Name="ours")
        tell(aws, "static/athena/query-results",
             {"account_id": moto_server.ACCOUNT, "region": moto_server.REGION, "results": [RESULT]})
        tell(aws, "state-manager/set-transition", {"model_name": "athena::execution",
             "transition": {"progression": "manual", "times": 3}})
        out, err = run("SELECT 'ä' AS x", "--workgroup", "ours", "--database", "sales",
                       "--output-location", "s3://results/here/", "-f", "jsonl")
        assert out == '{"n":12,"t":"x, y"}\n{"n":null,"t":null}\n', out
        assert err.startswith("2 rows, ") and "0 bytes scanned, about 0.000048 USD" in err, err

        (identity,) = athena.list_query_executions(WorkGroup="ours")["QueryExecutionIds"]
        seen = athena.get_query_execution(QueryExecutionId=identity)["QueryExecution"]
        assert seen["Query"] == "SELECT 'ä' AS x" and seen["Status"]["State"] == "SUCCEEDED", seen
        assert seen["QueryExecutionContext"] == {"Catalog": "AwsDataCatalog", "Database": "sales"}
        assert seen["ResultConfiguration"]["OutputLocation"].startswith("s3://results/here/"), seen

        out, err = run("--results", identity, "-f", "csv")
        assert out == 'n,t\n12,"x, y"\n,\n', (out, err)
        run("CREATE DATABASE shop")
        names = [d["Name"] for d in
                 athena.list_databases(CatalogName="AwsDataCatalog")["DatabaseList"]]
        assert "shop" in names, names
    print("PASS: fiat query at moto")


main()
