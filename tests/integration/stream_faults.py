#!/usr/bin/env python3
"""fiat stream against answers that neither moto nor the local engine gives.

    stream_faults.py [FIAT]

Throttling, a role that is not known yet, a stream that fails to be made, pages.
"""
import os
import pathlib
import subprocess
import sys
import tempfile

import scripted_aws

FIAT = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else
                       os.path.join(os.environ.get("top_builddir", "."), "fiat"))
NOT_FOUND = (400, {"__type": "ResourceNotFoundException", "message": "Firehose x not found."})
THROTTLED = (400, {"__type": "ThrottlingException", "message": "Rate exceeded"})
DENIED = (400, {"__type": "AccessDeniedException", "message":
                "User: arn:aws:iam::123456789012:user/me is not authorized to perform: "
                "firehose:CreateDeliveryStream on resource: "
                "arn:aws:firehose:eu-central-1:123456789012:deliverystream/Orders because no "
                "identity-based policy allows the firehose:CreateDeliveryStream action"})
NO_ROLE = (400, {"__type": "InvalidArgumentException", "message":
                 "Firehose is unable to assume role arn:aws:iam::123456789012:role/"
                 "firehose_delivery_role. Please check the role provided."})
MADE = (200, {"DeliveryStreamARN": "arn:aws:firehose:eu-central-1:123456789012:deliverystream/x"})
EMPTY = (200, {})
ROLE = "<R><CreateRoleResult><Role></Role></CreateRoleResult></R>"
ACCOUNT = ("<GetCallerIdentityResponse><GetCallerIdentityResult><Account>123456789012</Account>"
           "</GetCallerIdentityResult></GetCallerIdentityResponse>")


def state(name, **more):
    return 200, {"DeliveryStreamDescription": {
        "DeliveryStreamName": "Orders", "DeliveryStreamStatus": name, "VersionId": "1",
        "Destinations": [], **more}}


BASE = {"DescribeDeliveryStream": [NOT_FOUND, state("ACTIVE")], "CreateLogGroup": [EMPTY],
        "CreateLogStream": [EMPTY], "GetCallerIdentity": [(200, ACCOUNT)],
        "CreateRole": [(200, ROLE)], "PutRolePolicy": [(200, "<R/>")],
        "CreateDeliveryStream": [MADE], "DeleteDeliveryStream": [EMPTY]}
CREATE = ("create", "Orders", "--bucket", "events")
PAGES = [(200, {"DeliveryStreamNames": ["a", "b"], "HasMoreDeliveryStreams": True}),
         (200, {"DeliveryStreamNames": ["c"], "HasMoreDeliveryStreams": False})]

# Name, arguments, answers beside BASE, exit code, parts of what is printed, and calls.
CASES = [
    ("throttled", CREATE, {"CreateDeliveryStream": [THROTTLED, THROTTLED, MADE]}, 0,
     ["Orders: ACTIVE"], {"CreateDeliveryStream": 3}),
    ("denied", CREATE, {"CreateDeliveryStream": [DENIED]}, 1,
     ["firehose:CreateDeliveryStream on arn:aws:firehose:eu-central-1:123456789012:deliverystream/"
      "Orders is denied to arn:aws:iam::123456789012:user/me"], {"CreateDeliveryStream": 1}),
    ("a role that Firehose does not know yet", (*CREATE, "--create-role", "--yes"),
     {"CreateDeliveryStream": [NO_ROLE, MADE]}, 0,
     ["waiting until Firehose knows the new role", "Orders: ACTIVE"], {"CreateDeliveryStream": 2}),
    ("a role that was there, and is not to be assumed", CREATE,
     {"CreateDeliveryStream": [NO_ROLE]}, 1, ["unable to assume role"],
     {"CreateDeliveryStream": 1}),
    ("a stream that fails", CREATE,
     {"DescribeDeliveryStream": [NOT_FOUND, state("CREATING"),
                                 state("CREATING_FAILED", FailureDescription={
                                     "Type": "KMS_KEY_NOT_FOUND", "Details": "no such key"})]}, 1,
     ["delivery stream Orders is CREATING_FAILED: KMS_KEY_NOT_FOUND: no such key"], {}),
    ("a stream that has failed", CREATE,
     {"DescribeDeliveryStream": [state("CREATING_FAILED", FailureDescription={
         "Type": "UNKNOWN_ERROR", "Details": "?"})]}, 1,
     ["UNKNOWN_ERROR: ?", "fiat stream delete Orders"], {"CreateDeliveryStream": 0}),
    ("a stream that takes too long", (*CREATE, "--timeout", "1"),
     {"DescribeDeliveryStream": [NOT_FOUND, state("CREATING")]}, 1,
     ["still CREATING after 1 s", "--timeout"], {}),
    ("not waited for", (*CREATE, "--no-wait"), {}, 0, ["being created"],
     {"DescribeDeliveryStream": 1}),
    ("a log group that is denied", CREATE, {"CreateLogGroup": [DENIED]}, 0,
     ["log group /aws/kinesisfirehose/Orders is not made", "Orders: ACTIVE"], {}),
    ("a stream to elsewhere", CREATE, {"DescribeDeliveryStream": [state("ACTIVE")]}, 1,
     ["does not deliver to S3"], {"CreateDeliveryStream": 0}),
    ("a stream that is being changed", ("update", "Orders", "--bucket", "events"),
     {"DescribeDeliveryStream": [state("CREATING")]}, 1, ["only an ACTIVE one can be changed"], {}),
    ("pages", ("list",), {"ListDeliveryStreams": PAGES}, 0, ["a\nb\nc\n"],
     {"ListDeliveryStreams": 2}),
    ("pages that never end", ("list",),
     {"ListDeliveryStreams": [(200, {"DeliveryStreamNames": [], "HasMoreDeliveryStreams": True})]},
     1, ["an empty page, and more to come"], {"ListDeliveryStreams": 1}),
    ("deleted in the end", ("delete", "Orders", "--yes"),
     {"DescribeDeliveryStream": [state("ACTIVE"), state("DELETING"), NOT_FOUND]}, 0,
     ["Orders: deleted"], {"DeleteDeliveryStream": 1}),
    ("a delete that fails", ("delete", "Orders", "--yes"),
     {"DescribeDeliveryStream": [state("ACTIVE"), state("DELETING_FAILED", FailureDescription={
         "Type": "RETIRE_KMS_GRANT_FAILED", "Details": "denied"})]}, 1,
     ["is DELETING_FAILED: RETIRE_KMS_GRANT_FAILED: denied"], {}),
    ("nothing called", (*CREATE, "--dry-run", "--create-role"), {}, 0, ["CreateRole"],
     {"DescribeDeliveryStream": 0, "CreateRole": 0, "GetCallerIdentity": 0}),
]


def run(server, folder, args):
    return subprocess.run([FIAT, "stream", *args], cwd=folder, capture_output=True, text=True,
                          timeout=60, stdin=subprocess.DEVNULL, env=server.environment(folder))


def main():
    server = scripted_aws.start()
    with tempfile.TemporaryDirectory() as folder:
        stream = pathlib.Path(folder, "schemas/Orders")
        stream.mkdir(parents=True)
        (stream / "json_schema.json").write_text('{"properties": {"a": {"type": "string"}}}')
        for name, args, answers, code, parts, calls in CASES:
            server.script = {key: list(value) for key, value in {**BASE, **answers}.items()}
            server.calls.clear()
            done = run(server, folder, args)
            said = done.stdout + done.stderr
            assert done.returncode == code, (name, done.returncode, said)
            for part in parts:
                assert part in said, (name, part, said)
            for operation, count in calls.items():
                seen = [body for called, body in server.calls if called == operation]
                assert len(seen) == count, (name, operation, seen)
            if name == "pages":
                assert '"ExclusiveStartDeliveryStreamName":"b"' in server.calls[1][1], server.calls
            print(name)
    server.shutdown()
    print(f"PASS: {len(CASES)} cases")


main()
