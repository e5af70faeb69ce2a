#!/usr/bin/env python3
"""One schema at three points: the producer's call, the Lambda transform, the check of what was
delivered. fiat-lambda runs under AWS's own Runtime Interface Emulator.

    lambda_rie.py [FIAT [FIAT-LAMBDA]]

Ends with 77, "skipped", without the emulator: scripts/setup-clients rie.
"""
import base64
import gzip
import http.client
import json
import os
import pathlib
import socket
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve()
BUILD = pathlib.Path(os.environ.get("top_builddir", "build"))
FIAT = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else BUILD / "fiat").resolve()
LAMBDA = pathlib.Path(sys.argv[2] if len(sys.argv) > 2 else BUILD / "fiat-lambda").resolve()
RIE = HERE.parents[2] / ".deps-local/clients/rie/aws-lambda-rie"

SCHEMA = {
    "type": "object",
    "properties": {
        "id": {"type": "string"},
        "time": {"type": "string", "format": "date-time"},
        "n": {"type": "integer", "maximum": 9},
        "tags": {"type": "array", "items": {"enum": ["a", "b"]}},
        "day": {"type": "string", "format": "date"},
    },
    "required": ["id", "time", "n"],
    "additionalProperties": False,
}
GOOD = ['{"n":1}', '{"n":2,"tags":["a","b"]}', '{"n":3,"day":"2026-02-28"}']
BAD = ['{"n":10}', '{"n":"classified"}', '{}', '{"n":1,"tags":["a","classified"]}',
       '{"n":1,"day":"2026-02-30"}', '{"n":1,"extra":"classified"}', '{"n":1,"n":2}']
STAMPS = '"id":"1","time":"2026-11-21T12:00:00Z"'
SAME = ("status", "instance_path", "keyword", "schema_path")


def check(what, got, want):
    if got != want:
        sys.exit(f"FAIL: {what}: {got}, not {want}")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Function:
    """fiat-lambda in the emulator."""

    def __init__(self, work):
        self.port = free_port()
        self.output = open(work / "rie.log", "w+")
        environment = {"PATH": os.environ["PATH"], "LAMBDA_TASK_ROOT": str(work)}
        self.process = subprocess.Popen(
            [RIE, "--runtime-interface-emulator-address", f"127.0.0.1:{self.port}",
             "--runtime-api-address", f"127.0.0.1:{free_port()}", LAMBDA, "log"],
            stdin=subprocess.DEVNULL, stdout=self.output, stderr=subprocess.STDOUT, cwd=work,
            env=environment)

    def call(self, event):
        for _ in range(100):
            try:
                connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
                connection.request("POST", "/2015-03-31/functions/function/invocations",
                                   json.dumps(event))
                return json.loads(connection.getresponse().read())
            except ConnectionRefusedError:
                time.sleep(0.05)
        sys.exit("FAIL: the emulator does not listen")

    def transform(self, records, stream="Orders"):
        arn = f"arn:aws:firehose:us-east-1:123456789012:deliverystream/{stream}"
        return self.call({
            "invocationId": "i", "deliveryStreamArn": arn, "region": "us-east-1",
            "records": [{"recordId": str(i), "approximateArrivalTimestamp": 1,
                         "data": base64.b64encode(data).decode()}
                        for i, data in enumerate(records)]})

    def said(self):
        self.output.flush()
        return pathlib.Path(self.output.name).read_text()

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def run(*command, text=""):
    return subprocess.run([str(word) for word in command], input=text, capture_output=True,
                          text=True, timeout=60, check=False)


def produce(work):
    """The first point. Returns the object that was delivered, and the refusals."""
    done = run(FIAT, "log", "--to", f"local:{work}/data", "--schemas", work / "schemas", "--reject",
               work / "rejected", "--quiet", "Orders", text="\n".join(GOOD + BAD) + "\n")
    check("fiat log's exit code", done.returncode, 3)
    objects = list((work / "data").rglob("*.gz"))
    check("objects", len(objects), 1)
    refused = [json.loads(line) for line in (work / "rejected").read_text().splitlines()]
    check("refused events", [row["event"] for row in refused], BAD)
    return objects[0], refused


def stamped(event):
    """What another producer, one that does not check, would have sent."""
    return "{" + STAMPS + ("," if event != "{}" else "") + event[1:] + "\n"


def judge_offline(path, work):
    done = run(FIAT, "schema", "validate", "--schema", work / "schemas/Orders", "--lines",
               "--assert-formats", "--json", path)
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()]


def results(reply):
    return [(record["recordId"], record["result"]) for record in reply["records"]]


def good_events(function, delivered, work):
    check("the check of the object", judge_offline(delivered, work), (0, []))
    packed = delivered.read_bytes()
    lines = gzip.decompress(packed)
    reply = function.transform([lines, lines[:-1], packed, b""])
    check("results", results(reply), [("0", "Ok"), ("1", "Ok"), ("2", "Ok"), ("3", "Dropped")])
    data = [base64.b64decode(record.get("data", "")) for record in reply["records"]]
    check("data", data, [lines, lines, packed, b""])


def bad_events(function, refused, work):
    bad = [stamped(event) for event in BAD]
    (work / "bad.jsonl").write_text("".join(bad))
    code, offline = judge_offline(work / "bad.jsonl", work)
    check("the check's exit code", code, 1)
    # Each in a record of its own, behind a good one.
    reply = function.transform([(stamped(GOOD[0]) + line).encode() for line in bad])
    check("results", results(reply), [(str(i), "ProcessingFailed") for i in range(len(bad))])
    said = [json.loads(line) for line in function.said().splitlines() if '"recordId"' in line]
    check("log lines", [line["recordId"] for line in said], [str(i) for i in range(len(bad))])
    for event, producer, transform, checked in zip(BAD, refused, said, offline):
        want = [producer[name] for name in SAME]
        check(f"{event}: transform", [transform.get(name, "") for name in SAME], want)
        check(f"{event}: check", [checked[name] for name in SAME], want)
        check(f"{event}: stream and place", (transform["stream"], transform["event"]),
              ("Orders", 2))
    if "classified" in function.said():
        sys.exit("FAIL: the log holds what was in an event")


def whole_batches(function):
    check("an unknown stream", function.transform([], "Elsewhere")["errorType"],
          "FIAT_E_STREAM_UNKNOWN")
    check("another event", function.call({"Records": []})["errorType"], "FIAT_E_ARG")
    # Large enough to come in chunks, and near the limit of the answer.
    record = (stamped('{"n":1}') * 12000).encode()
    reply = function.transform([record] * 6)
    check("large records", [result for _, result in results(reply)], ["Ok"] * 6)


def main():
    if not RIE.exists():
        print("SKIP: the emulator is not installed: scripts/setup-clients rie")
        sys.exit(77)
    with tempfile.TemporaryDirectory() as folder:
        work = pathlib.Path(folder)
        (work / "schemas/Orders").mkdir(parents=True)
        (work / "schemas/Orders/json_schema.json").write_text(json.dumps(SCHEMA))
        (work / "schemas/Orders/stream.json").write_text('{"stamp": ["id", "time"]}')
        delivered, refused = produce(work)
        function = Function(work)
        try:
            good_events(function, delivered, work)
            bad_events(function, refused, work)
            whole_batches(function)
        except BaseException:
            print(function.said())
            raise
        finally:
            function.stop()
    print(f"PASS: {len(GOOD)} events are good and {len(BAD)} bad at three points")


main()
