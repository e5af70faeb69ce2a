#!/usr/bin/env python3
"""`fiat doctor` at moto, where all is well and where each thing is amiss; what moto does not have,
simulated policies and clocks that are off, comes from servers of this file.

    doctor_moto.py [PROGRAM]     PROGRAM: fiat

Needs moto; ends with 77, "skipped", without it.
"""
import contextlib
import datetime
import email.utils
import http.server
import json
import os
import pathlib
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse

import moto_server

SERDE = "org.openx.data.jsonserde.JsonSerDe"
SCHEMA = {"type": "object", "properties": {"id": {"type": "string"}, "n": {"type": "integer"}}}
COLUMNS = {"id": "string", "n": "bigint"}
# An account, a user and a session of a role, as STS names them.
USER = "arn:aws:iam::123456789012:user/team/u"
SESSION = "arn:aws:sts::123456789012:assumed-role/writer/one"


class Server(http.server.BaseHTTPRequestHandler):
    """Answers as `answer(action)` says: a status and a text. `action` is of JSON or of a form."""
    protocol_version = "HTTP/1.1"

    def reply(self, body):
        target = self.headers.get("X-Amz-Target", "")
        form = dict(urllib.parse.parse_qsl(body.decode()))
        action = target.split(".")[-1] or form.get("Action", "")
        self.server.seen.append((action, form or body.decode()))
        status, text = self.server.answer(action)
        self.send_response_only(status)
        date = time.time() + self.server.ahead_s
        self.send_header("Date", email.utils.formatdate(date, usegmt=True))
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    def do_GET(self):
        self.reply(b"")

    def do_POST(self):
        self.reply(self.rfile.read(int(self.headers["Content-Length"])))

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def serve(answer=lambda action: (200, "{}"), ahead_s=0, context=None):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server)
    server.answer, server.ahead_s, server.seen = answer, ahead_s, []
    if context:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    server.url = f"http{'s' if context else ''}://localhost:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


def make_project(folder):
    stream = folder / "schemas/Orders"
    stream.mkdir(parents=True)
    (stream / "json_schema.json").write_text(json.dumps(SCHEMA))
    (stream / "athena.json").write_text(json.dumps(COLUMNS))
    (stream / "stream.json").write_text('{"stamp": ["id"]}')


def make_table(aws, columns):
    glue = aws.client("glue")
    with contextlib.suppress(glue.exceptions.AlreadyExistsException):
        glue.create_database(DatabaseInput={"Name": "fiat"})
    with contextlib.suppress(glue.exceptions.EntityNotFoundException):
        glue.delete_table(DatabaseName="fiat", Name="orders")
    glue.create_table(DatabaseName="fiat", TableInput={
        "Name": "orders", "TableType": "EXTERNAL_TABLE", "Parameters": {"EXTERNAL": "TRUE"},
        "PartitionKeys": [{"Name": "datehour", "Type": "string"}],
        "StorageDescriptor": {
            "Columns": [{"Name": name, "Type": kind} for name, kind in columns.items()],
            "Location": "s3://events/Orders/", "InputFormat": "org.apache.hadoop.mapred.TextInputFormat",
            "OutputFormat": "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
            "SerdeInfo": {"SerializationLibrary": SERDE}}})


def make_stream(aws):
    aws.client("s3").create_bucket(
        Bucket="events", CreateBucketConfiguration={"LocationConstraint": moto_server.REGION})
    aws.client("firehose").create_delivery_stream(
        DeliveryStreamName="prod-Orders", DeliveryStreamType="DirectPut",
        ExtendedS3DestinationConfiguration={
            "RoleARN": "arn:aws:iam::123456789012:role/r", "BucketARN": "arn:aws:s3:::events"})


def identity(arn):
    return ("<GetCallerIdentityResponse><GetCallerIdentityResult>"
            f"<Arn>{arn}</Arn><UserId>U</UserId><Account>123456789012</Account>"
            "</GetCallerIdentityResult></GetCallerIdentityResponse>")


def simulated(decisions, more=""):
    """`decisions`: of actions; any other is allowed."""
    actions = ["firehose:PutRecordBatch", "firehose:DescribeDeliveryStream", "glue:GetTable",
               "athena:StartQueryExecution"]
    members = "".join(
        f"<member><EvalActionName>{action}</EvalActionName>"
        f"<EvalDecision>{decisions.get(action, 'allowed')}</EvalDecision>{more}</member>"
        for action in actions)
    return ("<SimulatePrincipalPolicyResponse><SimulatePrincipalPolicyResult>"
            f"<EvaluationResults>{members}</EvaluationResults>"
            "</SimulatePrincipalPolicyResult></SimulatePrincipalPolicyResponse>")


ROLE = ("<GetRoleResponse><GetRoleResult><Role>"
        "<Arn>arn:aws:iam::123456789012:role/team/writer</Arn>"
        "</Role></GetRoleResult></GetRoleResponse>")
DENIED = ('{"__type": "AccessDeniedException", "Message": "User: u is not authorized to perform: '
          'firehose:DescribeDeliveryStream"}')


class Doctor:
    def __init__(self, program, folder, environment):
        self.program, self.folder, self.environment = program, folder, environment

    def run(self, *arguments, without=(), **changes):
        """The findings by check, and the exit code is as they say."""
        environment = {name: value for name, value in (self.environment | changes).items()
                       if name not in without}
        done = subprocess.run([self.program, "doctor", "--json", *arguments], env=environment,
                              cwd=self.folder, capture_output=True, text=True, timeout=120)
        assert not done.stderr, done.stderr
        found = json.loads(done.stdout)
        faults = any(one["verdict"] == "fault" for one in found)
        assert done.returncode == (1 if faults else 0), (done.returncode, found)
        return found


def expect(what, found, check, verdict, *parts, subject=None):
    """One finding of the check has this verdict and all the parts, in message or remedy."""
    same = [one for one in found if one["check"] == check
            and (subject is None or one["subject"] == subject)]
    for one in same:
        text = f"{one['subject']}: {one['message']}; {one['remedy']}"
        if one["verdict"] == verdict and all(part in text for part in parts):
            print(f"{what}: {verdict}: {text}")
            return
    sys.exit(f"{what}: no {verdict} of {check} with {parts} in {json.dumps(same, indent=1)}")


def verdicts(found, check):
    return [one["verdict"] for one in found if one["check"] == check]


def all_well(doctor, url):
    found = doctor.run()
    expect("well", found, "credentials", "ok", "environment", "do not expire", subject="***")
    expect("well", found, "identity", "ok", "account 123456789012", "arn:aws:sts::")
    expect("well", found, "region", "ok", "AWS_REGION", subject=moto_server.REGION)
    expect("well", found, "clock", "ok", "127.0.0.1")
    expect("well", found, "streams", "ok", "prod-Orders is ACTIVE", subject="Orders")
    expect("well", found, "tables", "ok", "fiat.orders", subject="Orders")
    for service in ("firehose", "s3", "glue", "athena", "sts"):
        expect("well", found, "endpoints", "ok", url, subject=service)
    assert "fault" not in [one["verdict"] for one in found], found
    # The keys are shown no further than their owner needs.
    found = doctor.run(AWS_ACCESS_KEY_ID="AKIAEXAMPLEEXAMPLE7Q", AWS_SECRET_ACCESS_KEY="S3CRET")
    expect("masked", found, "credentials", "ok", subject="AKIA...LE7Q")
    assert "S3CRET" not in json.dumps(found) and "EXAMPLE" not in json.dumps(found), found
    lines = subprocess.run([doctor.program, "doctor"], env=doctor.environment, cwd=doctor.folder,
                           capture_output=True, text=True, timeout=120).stdout.splitlines()
    assert all(line.split()[0] in ("ok", "warning", "fault") for line in lines[:-1]), lines
    assert lines[-1].endswith("0 faults"), lines
    assert "\033" not in "".join(lines)


def without_credentials(doctor):
    keys = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
    found = doctor.run(without=keys)
    expect("no credentials", found, "credentials", "fault", "AWS_ACCESS_KEY_ID")
    for check in ("identity", "streams", "tables", "permissions"):
        expect("no credentials", found, check, "warning", "there are no credentials")
    assert verdicts(found, "endpoints") == ["ok"] * 5 and verdicts(found, "clock") == ["ok"]
    found = doctor.run(without=keys + ("AWS_REGION", "AWS_DEFAULT_REGION"))
    expect("no region", found, "region", "fault", "set aws.region")
    expect("no region", found, "endpoints", "warning", "there is no region")
    config = doctor.folder / "config"
    slow = doctor.folder / "slow"
    slow.write_text("#!/bin/sh\nexec sleep 30\n")
    slow.chmod(0o700)
    config.write_text(f"[default]\ncredential_process = {slow}\n")
    begun = time.monotonic()
    found = doctor.run("--timeout", "1", without=keys, AWS_CONFIG_FILE=str(config))
    expect("slow credentials", found, "credentials", "fault", "none within 1 s")
    assert time.monotonic() - begun < 15
    expiry = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=1)
    answer = {"Version": 1, "AccessKeyId": "ASIAEXAMPLEEXAMPLE7Q", "SecretAccessKey": "s",
              "SessionToken": "t", "Expiration": f"{expiry:%Y-%m-%dT%H:%M:%SZ}"}
    slow.write_text(f"#!/bin/sh\necho '{json.dumps(answer)}'\n")
    found = doctor.run(without=keys, AWS_CONFIG_FILE=str(config))
    expect("that expire", found, "credentials", "ok", f"expire at {expiry:%Y-%m-%dT%H:%M}")


def without_network(doctor, authority):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    found = doctor.run(AWS_ENDPOINT_URL=f"http://127.0.0.1:{port}")
    for service in ("firehose", "s3", "glue", "athena", "sts"):
        expect("nobody there", found, "endpoints", "fault", str(port), subject=service)
    expect("nobody there", found, "identity", "fault", "GetCallerIdentity")
    expect("nobody there", found, "streams", "fault", "DescribeDeliveryStream")
    expect("nobody there", found, "clock", "warning", "not known")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        begun = time.monotonic()
        url = "http://127.0.0.1:{}".format(silent.getsockname()[1])
        found = doctor.run("--timeout", "1", AWS_ENDPOINT_URL_GLUE=url)
        expect("silence", found, "endpoints", "fault", url, "imed out", subject="glue")
        expect("silence", found, "tables", "fault", "GetTable")
        expect("silence", found, "streams", "ok", "ACTIVE")
        assert time.monotonic() - begun < 30
    found = doctor.run(AWS_ENDPOINT_URL_S3="http://s3.test.invalid",
                       FIAT_PROXY_URL=f"http://127.0.0.1:{port}")
    expect("proxy", found, "endpoints", "fault", f"proxy 127.0.0.1:{port}", subject="s3")
    with serve(lambda action: (503, "")) as busy:
        found = doctor.run(AWS_ENDPOINT_URL_S3=busy.url)
        expect("busy", found, "endpoints", "warning", "status 503", subject="s3")
    found = doctor.run(AWS_ENDPOINT_URL_S3="nonsense")
    expect("no URL", found, "endpoints", "fault", "AWS_ENDPOINT_URL_S3", subject="s3")
    if authority:
        tls(doctor, authority)


def tls(doctor, authority):
    import aws_peers
    with serve(context=aws_peers.context(*authority.issue("good", ["localhost"]))) as good:
        found = doctor.run(AWS_ENDPOINT_URL_S3=good.url)
        expect("unknown authority", found, "endpoints", "fault", "tls.ca.file", subject="s3")
        found = doctor.run(AWS_ENDPOINT_URL_S3=good.url, AWS_CA_BUNDLE=authority.ca)
        expect("known authority", found, "endpoints", "ok", "TLSv1.3", subject="s3")
    with serve(context=aws_peers.context(*authority.issue("old", ["localhost"], days=-1))) as old:
        found = doctor.run(AWS_ENDPOINT_URL_S3=old.url, AWS_CA_BUNDLE=authority.ca)
        expect("expired", found, "endpoints", "fault", "expired on", subject="s3")


def clocks(doctor):
    for ahead_s, verdict, word in ((30, "ok", "agrees"), (-30, "ok", "agrees"),
                                   (100, "warning", "100 s behind"),
                                   (-100, "warning", "100 s ahead"),
                                   (1000, "fault", "1000 s behind"), (-1000, "fault", "ahead")):
        with serve(ahead_s=ahead_s) as server:
            found = doctor.run(AWS_ENDPOINT_URL_FIREHOSE=server.url)
            expect(f"{ahead_s} s", found, "clock", verdict, word)


def streams(doctor):
    found = doctor.run(FIAT_STREAM_PREFIX="test-")
    expect("missing", found, "streams", "fault", "test-Orders", "fiat stream create Orders")
    found = doctor.run("--region", "eu-west-1")
    expect("other region", found, "streams", "fault", "in eu-west-1")
    description = {"DeliveryStreamName": "prod-Orders", "DeliveryStreamStatus": "CREATING"}

    def describe(action):
        return 200, json.dumps({"DeliveryStreamDescription": description})

    with serve(describe) as server:
        found = doctor.run(AWS_ENDPOINT_URL_FIREHOSE=server.url)
        expect("creating", found, "streams", "warning", "CREATING", "a minute")
        description |= {"DeliveryStreamStatus": "CREATING_FAILED", "FailureDescription": {
            "Type": "UNKNOWN_ERROR", "Details": "the key is gone"}}
        found = doctor.run(AWS_ENDPOINT_URL_FIREHOSE=server.url)
        expect("failed", found, "streams", "fault", "CREATING_FAILED: UNKNOWN_ERROR: the key is")
        description.clear()
        found = doctor.run(AWS_ENDPOINT_URL_FIREHOSE=server.url)
        expect("no state", found, "streams", "fault", "no state of prod-Orders")
        sent = {action for action, _ in server.seen}
        assert sent <= {"", "DescribeDeliveryStream"}, sent  # never a record
    with serve(lambda action: (400, DENIED)) as server:
        found = doctor.run(AWS_ENDPOINT_URL_FIREHOSE=server.url)
        expect("denied", found, "streams", "warning", "not known", "DescribeDeliveryStream")


def tables(doctor, aws):
    make_table(aws, COLUMNS | {"n": "string"})
    expect("other type", doctor.run(), "tables", "fault", "\"n\"", "bigint",
           "fiat table check Orders")
    make_table(aws, {"id": "string"})
    expect("column missing", doctor.run(), "tables", "warning", "\"n\"", "fiat table update")
    aws.client("glue").delete_table(DatabaseName="fiat", Name="orders")
    expect("missing", doctor.run(), "tables", "warning", "fiat.orders", "fiat table create Orders")
    athena = doctor.folder / "schemas/Orders/athena.json"
    athena.rename(athena.with_suffix(".away"))
    expect("no columns", doctor.run(), "tables", "warning", "athena.json", "fiat schema columns")
    athena.with_suffix(".away").rename(athena)
    settings = doctor.folder / "schemas/stream.json"
    settings.write_text('{"table": {"databse": "x"}}')
    expect("settings", doctor.run(), "tables", "fault", "databse")
    # With its bucket, the location counts as well.
    settings.write_text('{"delivery": {"bucket": "other"}}')
    make_table(aws, COLUMNS)
    expect("location", doctor.run(), "tables", "fault", "location", "s3://other/")
    settings.unlink()


def permissions(doctor):
    """moto simulates no policies."""
    found = doctor.run()
    expect("moto", found, "permissions", "warning", "not known")
    assert set(verdicts(found, "permissions")) == {"warning"}, found
    answers = {"GetCallerIdentity": identity(USER), "SimulatePrincipalPolicy": simulated({}),
               "GetRole": ROLE}

    with serve(lambda action: (200, answers[action]) if action in answers else (404, "")) as server:
        def run():
            return doctor.run(AWS_ENDPOINT_URL_STS=server.url, AWS_ENDPOINT_URL_IAM=server.url)

        found = run()
        assert verdicts(found, "permissions") == ["ok"] * 4, found
        asked = [form for action, form in server.seen if action == "SimulatePrincipalPolicy"]
        resources = [form["ResourceArns.member.1"] for form in asked]
        assert {form["PolicySourceArn"] for form in asked} == {USER}, asked
        place = f"{moto_server.REGION}:123456789012"
        assert resources == [f"arn:aws:firehose:{place}:deliverystream/prod-Orders",
                             f"arn:aws:glue:{place}:table/fiat/orders",
                             f"arn:aws:athena:{place}:workgroup/primary"], resources
        answers["SimulatePrincipalPolicy"] = simulated(
            {"firehose:PutRecordBatch": "implicitDeny", "glue:GetTable": "explicitDeny"})
        found = run()
        expect("denied", found, "permissions", "fault", "PutRecordBatch is denied", USER,
               "deliverystream/prod-Orders")
        expect("denied", found, "permissions", "warning", "glue:GetTable is denied, by an explicit")
        expect("denied", found, "permissions", "ok", "athena:StartQueryExecution is allowed")
        answers["SimulatePrincipalPolicy"] = simulated(
            {"firehose:PutRecordBatch": "implicitDeny"},
            "<MissingContextValues><member>aws:SourceIp</member></MissingContextValues>")
        expect("conditions", run(), "permissions", "warning", "PutRecordBatch", "conditions")
        answers["SimulatePrincipalPolicy"] = simulated({}).replace("PutRecordBatch", "PutRecord")
        expect("silent", run(), "permissions", "warning", "says nothing of it")
        answers["GetCallerIdentity"] = identity(SESSION)
        answers["SimulatePrincipalPolicy"] = simulated({"firehose:PutRecordBatch": "explicitDeny"})
        expect("role", run(), "permissions", "fault", "arn:aws:iam::123456789012:role/team/writer")
        del answers["GetRole"]
        expect("role", run(), "permissions", "fault", "arn:aws:iam::123456789012:role/writer")
        answers["GetCallerIdentity"] = identity("arn:aws:iam::123456789012:root")
        expect("root", run(), "permissions", "warning", "users and roles alone")
        answers["GetCallerIdentity"] = "<Other/>"
        expect("no identity", run(), "identity", "fault", "no ARN")


def main():
    program = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else
                              os.path.join(os.environ.get("top_builddir", "."), "fiat"))
    with moto_server.start() as aws, tempfile.TemporaryDirectory() as name:
        import aws_peers
        folder = pathlib.Path(name) / "project"
        folder.mkdir()
        make_project(folder)
        make_stream(aws)
        make_table(aws, COLUMNS)
        environment = {key: value for key, value in aws.environment.items()
                       if not key.startswith("FIAT_")}
        doctor = Doctor(program, folder, environment | {"FIAT_STREAM_PREFIX": "prod-"})
        all_well(doctor, aws.url)
        without_credentials(doctor)
        without_network(doctor, aws_peers.Authority(name, "one"))
        clocks(doctor)
        streams(doctor)
        permissions(doctor)
        tables(doctor, aws)
    print("PASS: fiat doctor")


main()
