"""boto3 against `fiat local`: AWS_ENDPOINT_URL and keys from the environment, the engine's data
folder as argument. Fails with a message at the first difference."""
import gzip
import os
import pathlib
import sys
import time

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

DATA = pathlib.Path(sys.argv[1])
NAME = "boto3-stream"
MIB = 1024 * 1024
ROLE = "arn:aws:iam::123456789012:role/firehose"


def client(**keys):
    return boto3.client("firehose", region_name="eu-central-1",
                        config=Config(retries={"max_attempts": 1}), **keys)


def expect(code, call, text="", **arguments):
    """The call must fail with this code, and its message hold this text."""
    try:
        call(**arguments)
    except ClientError as error:
        got = error.response["Error"]
        assert got["Code"] == code, f"want {code}, got {got}"
        assert text in got["Message"], f"want {text!r} in {got}"
        assert error.response["ResponseMetadata"]["RequestId"]
        return
    raise AssertionError(f"want {code}, but the call succeeded")


def objects(bucket):
    """Contents of the bucket's objects in the order of their names, which is that of time."""
    found = [p for p in (DATA / bucket).rglob("*") if p.is_file() and p.name[0] != "."]
    return sorted(found, key=lambda path: path.name)


def wait_until_deleted(firehose, name):
    for _ in range(100):
        try:
            firehose.describe_delivery_stream(DeliveryStreamName=name)
        except ClientError as error:
            assert error.response["Error"]["Code"] == "ResourceNotFoundException"
            return
        time.sleep(0.1)
    raise AssertionError(f"{name} is still there after 10 s")


def wait_for(condition, what):
    for _ in range(150):
        if condition():
            return
        time.sleep(0.1)
    raise AssertionError(f"waited 15 s for {what}")


def destination(bucket, **more):
    return {"RoleARN": ROLE, "BucketARN": f"arn:aws:s3:::{bucket}", **more}


def check_create(firehose):
    config = destination(
        "boto3-bucket",
        Prefix="boto3/dt=!{timestamp:yyyy-MM-dd}/hour=!{timestamp:HH}/",
        ErrorOutputPrefix="boto3-errors/!{firehose:error-output-type}/!{timestamp:yyyy}/",
        BufferingHints={"SizeInMBs": 1, "IntervalInSeconds": 900},
        CompressionFormat="GZIP")
    made = firehose.create_delivery_stream(
        DeliveryStreamName=NAME, DeliveryStreamType="DirectPut",
        ExtendedS3DestinationConfiguration=config, Tags=[{"Key": "team", "Value": "logs"}])
    assert made["DeliveryStreamARN"].startswith("arn:aws:firehose:eu-central-1:"), made
    told = firehose.describe_delivery_stream(DeliveryStreamName=NAME)["DeliveryStreamDescription"]
    assert told["DeliveryStreamARN"] == made["DeliveryStreamARN"]
    assert told["DeliveryStreamStatus"] == "ACTIVE"
    assert told["HasMoreDestinations"] is False
    assert abs(told["CreateTimestamp"].timestamp() - time.time()) < 60
    got = told["Destinations"][0]["ExtendedS3DestinationDescription"]
    for key, value in config.items():
        assert got[key] == value, (key, value, got[key])
    expect("ResourceInUseException", firehose.create_delivery_stream, "already exists",
           DeliveryStreamName=NAME, ExtendedS3DestinationConfiguration=config)


def check_list(firehose):
    firehose.create_delivery_stream(DeliveryStreamName=NAME + "-2",
                                    S3DestinationConfiguration=destination("boto3-second"))
    assert {NAME, NAME + "-2"} <= set(
        firehose.list_delivery_streams(Limit=100)["DeliveryStreamNames"])
    page = firehose.list_delivery_streams(Limit=1, ExclusiveStartDeliveryStreamName=NAME)
    assert page["DeliveryStreamNames"] == [NAME + "-2"], page
    firehose.delete_delivery_stream(DeliveryStreamName=NAME + "-2")
    wait_until_deleted(firehose, NAME + "-2")


def check_tags(firehose):
    tags = [{"Key": "Größe", "Value": "à la carte"}, {"Key": "empty"}]
    firehose.tag_delivery_stream(DeliveryStreamName=NAME, Tags=tags)
    listed = firehose.list_tags_for_delivery_stream(DeliveryStreamName=NAME)
    assert listed["HasMoreTags"] is False
    assert sorted(t["Key"] for t in listed["Tags"]) == ["Größe", "empty", "team"], listed
    assert tags[0] in listed["Tags"]
    firehose.untag_delivery_stream(DeliveryStreamName=NAME, TagKeys=["Größe", "empty"])
    listed = firehose.list_tags_for_delivery_stream(DeliveryStreamName=NAME)
    assert listed["Tags"] == [{"Key": "team", "Value": "logs"}], listed
    many = [{"Key": f"k{i}", "Value": "v"} for i in range(50)]
    expect("LimitExceededException", firehose.tag_delivery_stream, DeliveryStreamName=NAME,
           Tags=many)
    expect("ValidationException", firehose.tag_delivery_stream, DeliveryStreamName=NAME,
           Tags=[{"Key": "aws:mine", "Value": "v"}])


def check_put(firehose):
    """Everything that is acknowledged, in order."""
    sent = []

    def put(*records):
        if len(records) == 1:
            reply = firehose.put_record(DeliveryStreamName=NAME, Record={"Data": records[0]})
            assert reply["RecordId"] and reply["Encrypted"] is False
        else:
            reply = firehose.put_record_batch(DeliveryStreamName=NAME,
                                              Records=[{"Data": data} for data in records])
            assert reply["FailedPutCount"] == 0
            ids = [answer["RecordId"] for answer in reply["RequestResponses"]]
            assert len(set(ids)) == len(records)
        sent.extend(records)

    put(b'{"text":"no newline at the end"}')
    put(b"\n")
    put(bytes(range(256)))
    put(*[b'{"row":%d,"text":"%s"}\n' % (i, os.urandom(40).hex().encode()) for i in range(500)])
    put(b"x" * 1024000)
    put(*[os.urandom(MIB // 2) for _ in range(8)])  # exactly 4 MiB in all
    put(b"last\n", b"")
    return b"".join(sent)


def check_errors(firehose):
    put, batch = firehose.put_record, firehose.put_record_batch
    create = firehose.create_delivery_stream
    expect("ResourceNotFoundException", put, "Firehose nobody under account",
           DeliveryStreamName="nobody", Record={"Data": b"x"})
    for call in (firehose.describe_delivery_stream, firehose.delete_delivery_stream,
                 firehose.list_tags_for_delivery_stream):
        expect("ResourceNotFoundException", call, DeliveryStreamName="nobody")
    expect("ValidationException", put, "regular expression pattern", DeliveryStreamName="a b",
           Record={"Data": b"x"})
    expect("ValidationException", put, "less than or equal to 64", DeliveryStreamName="n" * 65,
           Record={"Data": b"x"})
    expect("ValidationException", put, "less than or equal to 1024000", DeliveryStreamName=NAME,
           Record={"Data": b"x" * 1024001})
    expect("ValidationException", batch, "less than or equal to 500", DeliveryStreamName=NAME,
           Records=[{"Data": b"x"}] * 501)
    expect("ValidationException", batch, "records.2.member.data", DeliveryStreamName=NAME,
           Records=[{"Data": b"x"}, {"Data": b"x" * 1024001}])
    expect("InvalidArgumentException", batch, "Records size exceeds 4 MB limit",
           DeliveryStreamName=NAME, Records=[{"Data": b"x" * (MIB // 2)}] * 8 + [{"Data": b"x"}])
    expect("InvalidArgumentException", create, "cannot be null or empty", DeliveryStreamName="e",
           ExtendedS3DestinationConfiguration=destination("b", Prefix="!{timestamp:yyyy}/"))
    expect("InvalidArgumentException", create, "does not offer", DeliveryStreamName="e",
           ExtendedS3DestinationConfiguration=destination("b", CompressionFormat="ZIP"))
    expect("InvalidArgumentException", create, "folders of a local object", DeliveryStreamName="e",
           ExtendedS3DestinationConfiguration=destination("b", Prefix="../../etc/"))
    expect("InvalidArgumentException", create, "Exactly one destination", DeliveryStreamName="e")
    expect("ValidationException", create, "intervalInSeconds", DeliveryStreamName="e",
           ExtendedS3DestinationConfiguration=destination(
               "b", BufferingHints={"SizeInMBs": 1, "IntervalInSeconds": 901}))
    expect("ValidationException", create, "roleARN", DeliveryStreamName="e",
           S3DestinationConfiguration={"RoleARN": "role", "BucketARN": "arn:aws:s3:::b"})
    expect("UnknownOperationException", firehose.stop_delivery_stream_encryption,
           DeliveryStreamName=NAME)
    wrong = client(aws_access_key_id="local", aws_secret_access_key="wrong")
    expect("InvalidSignatureException", wrong.list_delivery_streams)
    stranger = client(aws_access_key_id="AKIDSTRANGER", aws_secret_access_key="local")
    expect("UnrecognizedClientException", stranger.list_delivery_streams)


def check_interval(firehose):
    """A record comes out by itself when its time is up; newlines are added when asked for."""
    newline = {"Type": "AppendDelimiterToRecord",
               "Parameters": [{"ParameterName": "Delimiter", "ParameterValue": "\\n"}]}
    firehose.create_delivery_stream(
        DeliveryStreamName="boto3-quick",
        ExtendedS3DestinationConfiguration=destination(
            "boto3-quick", BufferingHints={"SizeInMBs": 128, "IntervalInSeconds": 1},
            FileExtension=".jsonl", ProcessingConfiguration={"Enabled": True,
                                                             "Processors": [newline]}))
    for text in (b'{"a":1}', b'{"a":2}'):
        firehose.put_record(DeliveryStreamName="boto3-quick", Record={"Data": text})
    wait_for(lambda: objects("boto3-quick"), "the object of boto3-quick")
    firehose.delete_delivery_stream(DeliveryStreamName="boto3-quick")
    wait_until_deleted(firehose, "boto3-quick")
    paths = objects("boto3-quick")
    assert b"".join(p.read_bytes() for p in paths) == b'{"a":1}\n{"a":2}\n', paths
    day = time.strftime("%Y/%m/", time.gmtime())
    relative = paths[0].relative_to(DATA / "boto3-quick").as_posix()
    assert relative.startswith(day) and relative.endswith(".jsonl"), relative
    assert relative.count("/") == 4, relative


def main():
    firehose = client()
    check_create(firehose)
    check_list(firehose)
    check_tags(firehose)
    sent = check_put(firehose)
    check_errors(firehose)
    firehose.delete_delivery_stream(DeliveryStreamName=NAME)
    wait_until_deleted(firehose, NAME)
    paths = objects("boto3-bucket")
    assert len(paths) > 1, "1 MiB of SizeInMBs must have cut 5 MiB into objects"
    for path in paths:
        relative = path.relative_to(DATA / "boto3-bucket").as_posix()
        assert relative.startswith("boto3/dt=20") and "/hour=" in relative, relative
        assert path.name.startswith(NAME + "-1-20") and path.name.endswith(".gz"), path.name
    got = b"".join(gzip.decompress(path.read_bytes()) for path in paths)
    assert got == sent, f"sent {len(sent)} bytes, read back {len(got)}"
    check_interval(firehose)
    print(f"boto3 {boto3.__version__}: {len(sent)} bytes read back equal from {len(paths)} objects")


main()
