"""boto3 against `fiat mock`: the command as argument, the mock run from here; HOME is a folder of
the test's own. Fails with a message at the first difference."""
import atexit
import hashlib
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError, SSLError

MIB = 1024 * 1024
WORK = tempfile.TemporaryDirectory()


class Mock:
    """A mock with its script on a pipe."""

    def __init__(self, *options):
        self.output = os.path.join(WORK.name, "taken")
        self.process = subprocess.Popen(
            [sys.argv[1], "mock", "--script", "-", "--output", self.output, *options],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        atexit.register(self.process.kill)
        self.ready = self.process.stdout.readline()
        assert self.ready.startswith("fiat mock: ready"), self.ready
        words = dict(word.rstrip(";").split("=", 1) for word in self.ready.split() if "=" in word)
        self.url = words["AWS_ENDPOINT_URL"]
        self.ca = words.get("AWS_CA_BUNDLE")
        self.credentials = self.ready.split("credentials at ")[1].strip()

    def stop(self):
        """What came in, and the data of it."""
        self.process.terminate()
        stats = json.loads(self.process.stdout.readline())
        assert self.process.wait(10) == 0
        with open(self.output, "rb") as taken:
            return stats, taken.read()

    def play(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def client(self, attempts=1, **keys):
        session = boto3.Session(region_name="eu-central-1")
        config = Config(retries={"total_max_attempts": attempts}, read_timeout=5)
        return session.client("firehose", endpoint_url=self.url, config=config, **keys)


def expect(code, call, text="", **arguments):
    try:
        call(**arguments)
    except ClientError as error:
        got = error.response["Error"]
        assert got["Code"] == code, f"want {code}, got {got}"
        assert text in got["Message"], f"want {text!r} in {got}"
        return
    raise AssertionError(f"want {code}, but the call succeeded")


def key(name="mock"):
    os.environ["AWS_ACCESS_KEY_ID"] = os.environ["AWS_SECRET_ACCESS_KEY"] = name


def no_key():
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        os.environ.pop(name, None)


def records(*data):
    return {"DeliveryStreamName": "one", "Records": [{"Data": each} for each in data]}


def test_limits():
    mock = Mock("--streams", "one,two")
    firehose = mock.client()
    reply = firehose.put_record_batch(**records(b"a\n", b"b\n"))
    assert reply["FailedPutCount"] == 0 and len(reply["RequestResponses"]) == 2, reply
    assert firehose.put_record(DeliveryStreamName="two", Record={"Data": b"c\n"})["RecordId"]
    largest = b"x" * 1024000
    assert firehose.put_record_batch(**records(*[largest] * 4))["FailedPutCount"] == 0
    assert firehose.put_record_batch(**records(*[b""] * 500))["FailedPutCount"] == 0
    expect("ValidationException", firehose.put_record_batch, "1024000", **records(largest + b"x"))
    expect("ValidationException", firehose.put_record_batch, "500", **records(*[b""] * 501))
    expect("InvalidArgumentException", firehose.put_record_batch, "4 MB",
           **records(*[largest] * 4, b"x" * (4 * MIB - 4 * 1024000 + 1)))
    expect("ResourceNotFoundException", firehose.put_record, DeliveryStreamName="three",
           Record={"Data": b"d"})
    expect("UnknownOperationException", firehose.list_tags_for_delivery_stream,
           DeliveryStreamName="one")
    key("another")
    expect("UnrecognizedClientException", mock.client().put_record_batch, **records(b"e"))
    key()
    stats, taken = mock.stop()
    assert stats["records"] == 507 and stats["bytes"] == 6 + 4 * 1024000, stats
    assert taken.startswith(b"a\nb\nc\nxxx") and len(taken) == stats["bytes"]


def test_faults():
    mock = Mock("--seed", "7")
    firehose = mock.client()
    mock.play("record-unavailable 100\nthrottle x2\nnonsense\nerror-taken\nunavailable x2")
    reply = firehose.put_record_batch(**records(b"a\n", b"b\n"))
    assert reply["FailedPutCount"] == 2, reply
    assert all(r == {"ErrorCode": "ServiceUnavailableException", "ErrorMessage": "Slow down."}
               for r in reply["RequestResponses"]), reply
    for _ in range(2):
        expect("ThrottlingException", firehose.put_record_batch, **records(b"c\n"))
    expect("InternalFailure", firehose.put_record_batch, **records(b"d\n"))
    # boto3 tries again by itself.
    assert mock.client(attempts=3).put_record_batch(**records(b"e\n"))["FailedPutCount"] == 0
    mock.play("unavailable 100%\nclear")
    assert firehose.put_record_batch(**records(b"f\n"))["FailedPutCount"] == 0
    stats, taken = mock.stop()
    assert taken == b"d\ne\nf\n", taken
    assert stats["faults"] == {"record-unavailable": 1, "throttle": 2, "error-taken": 1,
                               "unavailable": 2}, stats


def test_quota():
    mock = Mock("--records-per-s", "3")
    reply = mock.client().put_record_batch(**records(*[b"x"] * 10))
    assert reply["FailedPutCount"] == 7, reply
    assert [("RecordId" in r) for r in reply["RequestResponses"]] == [True] * 3 + [False] * 7
    stats, _ = mock.stop()
    assert stats["over_quota"] == 7, stats


def test_tls():
    mock = Mock("--tls")
    assert mock.client(verify=mock.ca).put_record_batch(**records(b"a"))["FailedPutCount"] == 0
    try:
        mock.client().put_record_batch(**records(b"b"))
    except SSLError:
        pass
    else:
        raise AssertionError("an unknown authority was trusted")
    mock.play("tls-wrong-host")
    try:
        mock.client(verify=mock.ca).put_record_batch(**records(b"c"))
    except SSLError as error:
        assert "match" in str(error), error
    else:
        raise AssertionError("the certificate of another host was taken")
    stats, taken = mock.stop()
    assert taken == b"a" and stats["faults"] == {"tls-wrong-host": 1}, (taken, stats)
    assert not os.path.exists(mock.ca)


def test_streams():
    mock = Mock("--streams", "one,two")
    firehose = mock.client()
    assert firehose.list_delivery_streams()["DeliveryStreamNames"] == ["one", "two"]
    made = firehose.create_delivery_stream(DeliveryStreamName="three")
    told = firehose.describe_delivery_stream(DeliveryStreamName="three")["DeliveryStreamDescription"]
    assert told["DeliveryStreamARN"] == made["DeliveryStreamARN"], (told, made)
    assert told["DeliveryStreamStatus"] == "ACTIVE" and not told["HasMoreDestinations"], told
    assert abs(told["CreateTimestamp"].timestamp() - time.time()) < 60, told
    assert told["Destinations"][0]["S3DestinationDescription"]["BufferingHints"]["SizeInMBs"] == 5
    expect("ResourceInUseException", firehose.create_delivery_stream, DeliveryStreamName="three")
    firehose.delete_delivery_stream(DeliveryStreamName="three")
    expect("ResourceNotFoundException", firehose.describe_delivery_stream,
           DeliveryStreamName="three")
    mock.stop()


CONFIG = """
[profile role]
role_arn = arn:aws:iam::123456789012:role/writer
source_profile = keys
[profile keys]
aws_access_key_id = mock
aws_secret_access_key = mock
[profile web]
role_arn = arn:aws:iam::123456789012:role/writer
web_identity_token_file = {token}
[profile sso]
sso_start_url = https://example.awsapps.com/start
sso_region = eu-central-1
sso_account_id = 123456789012
sso_role_name = writer
"""


def test_role(profile):
    """boto3 finds its way to STS or IAM Identity Center by a profile, and signs with what it got."""
    mock = Mock()
    no_key()
    token, config = os.path.join(WORK.name, "token"), os.path.join(WORK.name, "config")
    with open(token, "w") as file:
        file.write("a-token")
    with open(config, "w") as file:
        file.write(CONFIG.format(token=token))
    cache = pathlib.Path.home() / ".aws/sso/cache"
    cache.mkdir(parents=True, exist_ok=True)
    name = hashlib.sha1(b"https://example.awsapps.com/start").hexdigest()
    (cache / f"{name}.json").write_text(json.dumps(
        {"accessToken": "t", "expiresAt": "2099-01-01T00:00:00Z", "region": "eu-central-1",
         "startUrl": "https://example.awsapps.com/start"}))
    settings = {"AWS_CONFIG_FILE": config, "AWS_PROFILE": profile,
                "AWS_ENDPOINT_URL_STS": mock.credentials, "AWS_ENDPOINT_URL_SSO": mock.credentials}
    before = {name: os.environ.get(name) for name in settings}
    os.environ.update(settings)
    assert mock.client().put_record_batch(**records(b"a"))["FailedPutCount"] == 0
    for name, value in before.items():
        os.environ.pop(name) if value is None else os.environ.update({name: value})
    key()
    stats, taken = mock.stop()
    assert taken == b"a" and stats["keys"] == 1, (taken, stats)


def test_sts():
    mock = Mock()

    def client():
        session = boto3.Session(region_name="eu-central-1")
        return session.client("sts", endpoint_url=mock.credentials)

    sts = client()
    assert sts.get_caller_identity()["Account"] == "000000000000"
    given = sts.get_session_token()["Credentials"]
    assert given["Expiration"].timestamp() > time.time() + 3500, given
    key("another")
    expect("InvalidClientTokenId", client().get_caller_identity)
    key()
    mock.stop()


def test_credentials(variable, suffix):
    mock = Mock("--credentials-ttl", "3600")
    no_key()
    os.environ["AWS_EC2_METADATA_DISABLED"] = "false"
    os.environ[variable] = mock.credentials + suffix
    assert mock.client().put_record_batch(**records(b"a"))["FailedPutCount"] == 0
    del os.environ[variable]
    os.environ["AWS_EC2_METADATA_DISABLED"] = "true"
    key()
    stats, taken = mock.stop()
    assert taken == b"a" and stats["keys"] == 1, (taken, stats)


key()
test_limits()
test_faults()
test_quota()
test_tls()
test_credentials("AWS_CONTAINER_CREDENTIALS_FULL_URI", "/v2/credentials")
for each in ("role", "web", "sso"):
    test_role(each)
test_sts()
test_streams()
test_credentials("AWS_EC2_METADATA_SERVICE_ENDPOINT", "")
WORK.cleanup()
print("boto3 and the mock: limits, faults, quota, TLS, streams, credentials, roles")
