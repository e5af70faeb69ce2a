#!/usr/bin/env python3
"""Call services of AWS as the commands do, at moto, which checks signatures; boto3 looks at what
came of it.

    aws_service_moto.py [PROGRAM]     PROGRAM: tests/support/aws_service

Needs moto; ends with 77, "skipped", without it.
"""
import json
import subprocess
import sys
import urllib.parse
import urllib.request

import moto_server

KEY = "a b/c+d/ä~'()*!/%41/;=?#"  # every way a byte may be written in a path
ALLOW = json.dumps({"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Action": "*", "Resource": "*"},
    {"Effect": "Deny", "Action": "kms:*", "Resource": "*"}]})


def check_signatures_from_now_on(aws):
    """moto's own switch; boto3 needs the keys, too. moto makes signatures with botocore."""
    iam = aws.client("iam")
    iam.create_user(UserName="u")
    iam.put_user_policy(UserName="u", PolicyName="p", PolicyDocument=ALLOW)
    key = iam.create_access_key(UserName="u")["AccessKey"]
    keys = {"aws_access_key_id": key["AccessKeyId"],
            "aws_secret_access_key": key["SecretAccessKey"]}
    request = urllib.request.Request(f"{aws.url}/moto-api/reset-auth", method="POST", data=b"0",
                                     headers={"Content-Type": "text/plain"})
    urllib.request.urlopen(request).read()
    return keys


def queue_result(aws):
    """moto has no SQL: what the next query finds."""
    columns = [{"Name": name, "Type": kind, "CatalogName": "c", "SchemaName": "s",
                "TableName": "t", "Label": name, "Precision": 0, "Scale": 0,
                "Nullable": "UNKNOWN", "CaseSensitive": True}
               for name, kind in (("a", "bigint"), ("b", "varchar"))]
    rows = [[{"VarCharValue": "a"}, {"VarCharValue": "b"}],
            [{"VarCharValue": "1"}, {}], [{"VarCharValue": "2"}, {"VarCharValue": "ä,\""}]]
    body = {"account_id": moto_server.ACCOUNT, "region": moto_server.REGION,
            "results": [{"rows": [{"Data": row} for row in rows], "column_info": columns}]}
    request = urllib.request.Request(f"{aws.url}/moto-api/static/athena/query-results",
                                     method="POST", data=json.dumps(body).encode(),
                                     headers={"Content-Type": "application/json"})
    urllib.request.urlopen(request).read()


def check_glue(run, glue):
    table = {"Name": "t", "StorageDescriptor": {"Columns": [{"Name": "a", "Type": "bigint"}]},
             "Parameters": {"k": "v ä"}}
    wider = table | {"StorageDescriptor": {"Columns": [{"Name": "a", "Type": "bigint"},
                                                       {"Name": "b", "Type": "string"}]}}
    where = {"DatabaseName": "d"}
    for operation, body in (("CreateDatabase", {"DatabaseInput": {"Name": "d"}}),
                            ("CreateTable", where | {"TableInput": table}),
                            ("UpdateTable", where | {"TableInput": wider})):
        assert run("json", "glue", f"AWSGlue.{operation}", json.dumps(body)) == "{}\n"
    found = glue.get_table(Name="t", **where)["Table"]
    assert [c["Name"] for c in found["StorageDescriptor"]["Columns"]] == ["a", "b"], found
    assert found["Parameters"] == table["Parameters"], found
    ours = json.loads(run("json", "glue", "AWSGlue.GetTable", json.dumps(where | {"Name": "t"})))
    assert ours["Table"]["StorageDescriptor"] == found["StorageDescriptor"], ours
    run("json", "glue", "AWSGlue.DeleteTable", json.dumps(where | {"Name": "t"}))
    gone = run("json", "glue", "AWSGlue.GetTable", json.dumps(where | {"Name": "t"}), want=1)
    assert "glue GetTable: EntityNotFoundException" in gone, gone


def check_firehose(run, firehose):
    body = {"DeliveryStreamName": "f", "ExtendedS3DestinationConfiguration": {
        "RoleARN": f"arn:aws:iam::{moto_server.ACCOUNT}:role/r", "BucketARN": "arn:aws:s3:::bucket"}}
    run("json", "firehose", "Firehose_20150804.CreateDeliveryStream", json.dumps(body))
    assert firehose.list_delivery_streams()["DeliveryStreamNames"] == ["f"]
    run("json", "firehose", "Firehose_20150804.DeleteDeliveryStream", '{"DeliveryStreamName":"f"}')
    assert firehose.list_delivery_streams()["DeliveryStreamNames"] == []


def check_lists(run, s3):
    keys = [f"list/{i}{end}" for i, end in enumerate(("", " +", "/ä", "%2F", "&<>\"'", "\t"))]
    for key in keys:
        s3.put_object(Bucket="bucket", Key=key, Body=b"x" * len(key))
    s3.put_object(Bucket="bucket", Key="other", Body=b"")
    pages = run("list", "bucket", "list/", "4").split("--\n")
    want = [f"{len(key)} {key}" for key in sorted(keys)]
    assert [page.splitlines() for page in pages] == [want[:4], want[4:], []], pages


def main():
    program = sys.argv[1] if len(sys.argv) > 1 else "tests/support/aws_service"
    with moto_server.start() as aws:
        keys = check_signatures_from_now_on(aws)
        environment = aws.environment | {name.upper(): value for name, value in keys.items()}

        def run(*arguments, want=0, secret=None):
            changed = {"AWS_SECRET_ACCESS_KEY": secret} if secret else {}
            done = subprocess.run([program, *arguments], env=environment | changed,
                                  capture_output=True, text=True, timeout=60)
            assert done.returncode == want, (arguments, done.returncode, done.stderr)
            return done.stderr if want else done.stdout

        s3 = aws.client("s3", **keys)
        s3.create_bucket(Bucket="bucket",
                         CreateBucketConfiguration={"LocationConstraint": moto_server.REGION})
        path = "/" + urllib.parse.quote(KEY, safe="/~")
        run("s3", "PUT", "bucket", path, "", "content")
        assert [o["Key"] for o in s3.list_objects_v2(Bucket="bucket")["Contents"]] == [KEY]
        assert s3.get_object(Bucket="bucket", Key=KEY)["Body"].read() == b"content"
        assert run("s3", "GET", "bucket", path, "", "") == "200 content\n"
        listed = run("s3", "GET", "bucket", "/", "prefix=a%20b%2Fc%2Bd&list-type=2&max-keys=7", "")
        assert "<KeyCount>1</KeyCount>" in listed, listed
        assert run("s3", "HEAD", "bucket", path, "", "") == "200 \n"
        assert "no such thing: bucket/none" in run("s3", "HEAD", "bucket", "/none", "", "", want=1)
        assert "NoSuchBucket" in run("s3", "GET", "nosuch", "/", "", "", want=1)
        assert run("s3", "DELETE", "bucket", path, "", "") == "204 \n"
        assert "Contents" not in s3.list_objects_v2(Bucket="bucket")

        said = run("query", "iam", "CreateRole", "RoleName", "r", "Description", "a b&c+ä=",
                   "AssumeRolePolicyDocument", ALLOW)
        assert "<RoleName>r</RoleName>" in said, said
        role = aws.client("iam", **keys).get_role(RoleName="r")["Role"]
        assert role["Description"] == "a b&c+ä=", role
        assert "NoSuchEntity" in run("query", "iam", "GetRole", "RoleName", "none", want=1)
        assert "Arn>arn:aws:iam::" in run("query", "sts", "GetCallerIdentity")

        logs = aws.client("logs", **keys)
        for i in range(7):
            run("json", "logs", "Logs_20140328.CreateLogGroup",
                json.dumps({"logGroupName": f"group{i}"}))
        assert len(logs.describe_log_groups()["logGroups"]) == 7
        pages = run("json", "logs", "Logs_20140328.DescribeLogGroups", '{"limit":3}', "nextToken")
        names = [[g["logGroupName"] for g in json.loads(line)["logGroups"]]
                 for line in pages.splitlines()]
        assert [len(page) for page in names] == [3, 3, 1], names
        assert sum(names, []) == [f"group{i}" for i in range(7)], names
        again = run("json", "logs", "Logs_20140328.CreateLogGroup", '{"logGroupName":"group0"}',
                    want=1)
        assert "logs CreateLogGroup: ResourceAlreadyExistsException" in again, again

        check_lists(run, s3)
        check_glue(run, aws.client("glue", **keys))
        check_firehose(run, aws.client("firehose", **keys))
        who = aws.client("sts", **keys).get_caller_identity()
        assert run("identity") == f"{who['Account']} {who['Arn']}\n"

        queue_result(aws)
        said = run("athena", "SELECT \"a\", b FROM t", "d", "s3://bucket/results/").splitlines()
        athena = aws.client("athena", **keys)
        query = athena.list_query_executions()["QueryExecutionIds"][0]
        found = athena.get_query_execution(QueryExecutionId=query)["QueryExecution"]
        assert found["Query"] == "SELECT \"a\", b FROM t", found
        assert found["QueryExecutionContext"] == {"Catalog": "AwsDataCatalog", "Database": "d"}
        output = found["ResultConfiguration"]["OutputLocation"]
        assert said[-3:] == [f"SUCCEEDED {output}", "1,NULL", "2,ä,\""], (said, output)

        denied = run("json", "kms", "TrentService.ListKeys", "{}", want=1)
        assert "kms:ListKeys" in denied and ":user/u" in denied and "denied" in denied, denied
        wrong = run("query", "sts", "GetCallerIdentity", want=1, secret="wrong")
        assert "SignatureDoesNotMatch" in wrong, wrong
        wrong = run("s3", "GET", "bucket", "/", "list-type=2", "", want=1, secret="wrong")
        assert "SignatureDoesNotMatch" in wrong, wrong
    print("PASS: S3, IAM, STS, Glue, Athena, Firehose and CloudWatch Logs at moto")


main()
