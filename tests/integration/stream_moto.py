#!/usr/bin/env python3
"""fiat stream against moto, and its requests against the service models of botocore.

    stream_moto.py [FIAT]

Both were written by others: every member that is sent is one that AWS's model has, and what was
made is read back with boto3. Needs moto; ends with 77, "skipped", without it.
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import urllib.request

import packages

packages.need("moto")

import botocore.session
import botocore.validate

import moto_server

FIAT = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else
                       os.path.join(os.environ.get("top_builddir", "."), "fiat"))
ACCOUNT = moto_server.ACCOUNT
LAMBDA = f"arn:aws:lambda:eu-central-1:{ACCOUNT}:function:judge:7"
KINESIS = f"arn:aws:kinesis:eu-central-1:{ACCOUNT}:stream/in"
KEY = f"arn:aws:kms:eu-central-1:{ACCOUNT}:key/1234-56"

# Settings whose requests must be such as the models have: each kind of member at least once.
SETTINGS = [
    {},
    {"buffer_mb": 128, "buffer_seconds": 0, "compression": "Snappy", "file_extension": ".x",
     "time_zone": "Europe/Vienna", "prefix": "o/dt=!{timestamp:yyyy-MM-dd}/"},
    {"kms_key": KEY, "encryption": "KMS", "role": f"arn:aws:iam::{ACCOUNT}:role/writer"},
    {"logging": False, "encryption": "NONE", "newline": True},
    {"transform": {"lambda": LAMBDA, "buffer_mb": 0.5, "buffer_seconds": 10, "retries": 2},
     "source": {"kinesis": KINESIS, "role": "reader"}},
    {"prefix": "o/!{partitionKeyFromQuery:c}/", "partitioning": {
        "query": "{c: .c}", "deaggregate": "DELIMITED", "delimiter": "##", "retry_seconds": 7}},
    {"parquet": {"database": "d", "table": "t", "catalog": ACCOUNT, "region": "us-east-1",
                 "compression": "GZIP"}},
    {"tags": {"team": "NTA", "environment": "non-prod"}},
]

s_count = 0


class Project:
    """A folder with one stream, Orders."""

    def __init__(self, folder, environment):
        self.folder, self.environment = pathlib.Path(folder), environment
        stream = self.folder / "schemas/Orders"
        stream.mkdir(parents=True)
        (stream / "json_schema.json").write_text('{"properties": {"a": {"type": "string"}}}')
        (stream / "athena.json").write_text('{"columns": [{"name": "a", "type": "string"}]}')
        (self.folder / "schemas/stream.json").write_text('{"delivery": {"bucket": "events"}}')

    def settings(self, delivery):
        text = json.dumps({"delivery": delivery})
        (self.folder / "schemas/Orders/stream.json").write_text(text)

    def run(self, *args, code=0, env=None):
        global s_count
        done = subprocess.run([FIAT, "stream", *args], cwd=self.folder, capture_output=True,
                              text=True, timeout=120, stdin=subprocess.DEVNULL,
                              env={**self.environment, **(env or {})})
        assert done.returncode == code, (args, done.returncode, done.stdout, done.stderr)
        s_count += 1
        return done.stdout, done.stderr


def validate(plan):
    """Each request of a plan against the model of its service."""
    for item in plan:
        model = botocore.session.Session().get_service_model(item["service"])
        shape = model.operation_model(item["operation"]).input_shape
        for name in ("AssumeRolePolicyDocument", "PolicyDocument"):  # JSON in a string
            if name in item["input"]:
                item["input"][name] = json.dumps(item["input"][name])
        report = botocore.validate.ParamValidator().validate(item["input"], shape)
        assert not report.has_errors(), (item["operation"], report.generate_report())


def check_requests(project):
    for delivery in SETTINGS:
        project.settings(delivery)
        out, _ = project.run("create", "Orders", "--dry-run", "--json", "--create-bucket",
                             "--create-role")
        plan = json.loads(out)
        validate(plan)
        assert plan[-1]["operation"] == "CreateDeliveryStream", plan
    print(f"{len(SETTINGS)} sets of settings: requests as the models have them")


def describe(aws, name="Orders"):
    return aws.client("firehose").describe_delivery_stream(DeliveryStreamName=name)[
        "DeliveryStreamDescription"]


def check_bucket(aws):
    s3 = aws.client("s3")
    assert s3.get_bucket_location(Bucket="events")["LocationConstraint"] == moto_server.REGION
    block = s3.get_public_access_block(Bucket="events")["PublicAccessBlockConfiguration"]
    assert all(block.values()) and len(block) == 4, block
    rule = s3.get_bucket_encryption(Bucket="events")["ServerSideEncryptionConfiguration"]["Rules"]
    assert rule[0]["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256", rule


def check_role(aws):
    iam = aws.client("iam")
    trust = iam.get_role(RoleName="firehose_delivery_role")["Role"]["AssumeRolePolicyDocument"]
    assert trust["Statement"][0]["Principal"] == {"Service": "firehose.amazonaws.com"}, trust
    assert trust["Statement"][0]["Condition"]["StringEquals"] == {"sts:ExternalId": ACCOUNT}
    policy = iam.get_role_policy(RoleName="firehose_delivery_role",
                                 PolicyName="fiat-Orders")["PolicyDocument"]
    resources = [r for s in policy["Statement"] for r in s["Resource"]]
    assert "*" not in resources and "arn:aws:s3:::events/Orders/*" in resources, resources
    logs = aws.client("logs")
    streams = logs.describe_log_streams(logGroupName="/aws/kinesisfirehose/Orders")["logStreams"]
    assert [s["logStreamName"] for s in streams] == ["DestinationDelivery"], streams


def check_create(project, aws):
    project.settings({"tags": {"team": "NTA"}})
    out, err = project.run("create", "Orders", "--create-bucket", "--create-role", code=2)
    assert "agree with --yes" in err and "firehose_delivery_role will be allowed" in err, err
    out, err = project.run("create", "Orders", "--create-bucket", "--create-role", "--yes")
    assert out == "delivery stream Orders: ACTIVE, to s3://events/Orders/\n", out
    check_bucket(aws)
    check_role(aws)
    live = describe(aws)
    to = live["Destinations"][0]["ExtendedS3DestinationDescription"]
    assert to["RoleARN"] == f"arn:aws:iam::{ACCOUNT}:role/firehose_delivery_role", to
    assert to["BucketARN"] == "arn:aws:s3:::events" and to["Prefix"] == "Orders/", to
    assert to["BufferingHints"] == {"SizeInMBs": 1, "IntervalInSeconds": 60}, to
    assert to["CompressionFormat"] == "GZIP", to
    assert to["CloudWatchLoggingOptions"] == {
        "Enabled": True, "LogGroupName": "/aws/kinesisfirehose/Orders",
        "LogStreamName": "DestinationDelivery"}, to
    tags = aws.client("firehose").list_tags_for_delivery_stream(DeliveryStreamName="Orders")
    assert tags["Tags"] == [{"Key": "team", "Value": "NTA"}], tags
    # Once more, with all that is there.
    out, err = project.run("create", "Orders", "--create-bucket", "--create-role", "--yes")
    assert out == "delivery stream Orders: ok, nothing to do\n", out
    print("created, and once more")


def check_role_with_path(project, aws):
    role = f"arn:aws:iam::{ACCOUNT}:role/team/second"
    project.run("create", "Orders", "--role", role, "--create-role", "--yes", "--no-wait",
                "--compression", "UNCOMPRESSED", code=1)  # the stream is another by now
    project.run("update", "Orders", "--role", role, "--create-role", "--yes")
    assert aws.client("iam").get_role(RoleName="second")["Role"]["Arn"] == role
    to = describe(aws)["Destinations"][0]["ExtendedS3DestinationDescription"]
    assert to["RoleARN"] == role, to
    print("a role with a path")


def check_update(project, aws):
    project.settings({"buffer_mb": 5, "tags": {"team": "other"}})
    out, err = project.run("create", "Orders", code=1)
    assert "BufferingHints.SizeInMBs: 1, wanted: 5" in out, out
    assert "change it with fiat stream update Orders" in err, err
    out, _ = project.run("update", "Orders", "--dry-run", "--json")
    validate(json.loads(out))
    assert describe(aws)["Destinations"][0]["ExtendedS3DestinationDescription"][
        "BufferingHints"]["SizeInMBs"] == 1
    project.run("update", "Orders")
    to = describe(aws)["Destinations"][0]["ExtendedS3DestinationDescription"]
    assert to["BufferingHints"]["SizeInMBs"] == 5 and to["CompressionFormat"] == "GZIP", to
    tags = aws.client("firehose").list_tags_for_delivery_stream(DeliveryStreamName="Orders")
    assert tags["Tags"] == [{"Key": "team", "Value": "other"}], tags
    out, _ = project.run("update", "Orders")
    assert out == "delivery stream Orders: ok, nothing to do\n", out
    for args, status in ((("--encryption", "NONE"), "DISABLED"), ((), "ENABLED")):
        project.run("update", "Orders", *args)
        live = describe(aws)["DeliveryStreamEncryptionConfiguration"]
        assert live["Status"] == status, live
    print("updated")


def check_status(project, aws):
    logs = aws.client("logs")
    logs.put_log_events(logGroupName="/aws/kinesisfirehose/Orders",
                        logStreamName="DestinationDelivery",
                        logEvents=[{"timestamp": int(time.time() * 1000),
                                    "message": '{"errorCode":"S3.AccessDenied"}'}])
    out, _ = project.run("status", "Orders")
    for part in ("ACTIVE", "s3://events/Orders/", "5 MiB or 60 s", "GZIP", "S3.AccessDenied"):
        assert part in out, (part, out)
    shown = json.loads(project.run("status", "Orders", "--json")[0])
    assert shown["description"]["DeliveryStreamStatus"] == "ACTIVE", shown
    assert shown["lastErrors"][0]["message"] == '{"errorCode":"S3.AccessDenied"}', shown
    print("status")


def check_list(project, aws):
    firehose = aws.client("firehose")
    names = [f"many-{i:03}" for i in range(40)]  # moto takes 50
    for name in names:
        firehose.create_delivery_stream(
            DeliveryStreamName=name, ExtendedS3DestinationConfiguration={
                "RoleARN": f"arn:aws:iam::{ACCOUNT}:role/x", "BucketARN": "arn:aws:s3:::events"})
    out, _ = project.run("list")
    assert sorted(out.split()) == sorted([*names, "Orders"]), out
    assert sorted(json.loads(project.run("list", "--json")[0])) == sorted([*names, "Orders"])
    # One that is none of the project's, by its name.
    assert "s3://events/" in project.run("status", names[0])[0]
    print("listed")


def check_delete(project, aws):
    out, err = project.run("delete", "Orders", code=2)
    assert "agree with --yes" in err, err
    assert describe(aws)
    out, _ = project.run("delete", "Orders", "--yes")
    assert "deleted" in out and "data in s3://events/Orders/" in out and "role arn:" in out, out
    firehose = aws.client("firehose")
    try:
        describe(aws)
        raise AssertionError("it is still there")
    except firehose.exceptions.ResourceNotFoundException:
        pass
    check_bucket(aws)
    check_role(aws)
    _, err = project.run("delete", "Orders", "--yes", code=1)
    assert "ResourceNotFoundException" in err, err
    _, err = project.run("update", "Orders", code=1)
    assert "fiat stream create Orders" in err, err
    print("deleted, with all that it stood on left")


def check_denied(project, aws):
    """A user without policies, to a server that asks for them."""
    iam = aws.client("iam")
    iam.create_user(UserName="nobody")
    key = iam.create_access_key(UserName="nobody")["AccessKey"]
    mine = {"AWS_ACCESS_KEY_ID": key["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"]}
    switch = urllib.request.Request(f"{aws.url}/moto-api/reset-auth", method="POST", data=b"0",
                                    headers={"Content-Type": "text/plain"})
    urllib.request.urlopen(switch).read()
    for args in (("create", "Orders"), ("status", "Orders"), ("list",)):
        _, err = project.run(*args, code=1, env=mine)
        assert "firehose:" in err and "denied" in err, err
    print("denied")


def main():
    with moto_server.start() as aws, tempfile.TemporaryDirectory() as folder:
        project = Project(folder, aws.environment)
        check_requests(project)
        check_create(project, aws)
        check_role_with_path(project, aws)
        check_update(project, aws)
        check_status(project, aws)
        check_list(project, aws)
        check_delete(project, aws)
        check_denied(project, aws)
    print(f"PASS: {s_count} commands")


main()
