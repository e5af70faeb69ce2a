"""Put records to `fiat local` over one connection until it breaks; print every acknowledged one.
For local_kill.sh, which kills the engine meanwhile. Standard library alone; the engine runs with
--no-verify.

usage: local_kill.py create PORT
       local_kill.py put PORT FIRST ACKED TRIED   rows FIRST, FIRST+1, ...; prints the next one
       local_kill.py check DATA ACKED TRIED    every row of ACKED is in the objects once, none twice,
                                               none that was never TRIED
"""
import base64
import collections
import gzip
import http.client
import json
import pathlib
import sys

STREAM = "kill"


def call(connection, operation, body):
    connection.request("POST", "/", json.dumps(body), {
        "X-Amz-Target": "Firehose_20150804." + operation,
        "Content-Type": "application/x-amz-json-1.1"})
    reply = connection.getresponse()
    text = reply.read()
    if reply.status != 200:
        sys.exit(f"{operation}: {reply.status} {text!r}")
    return json.loads(text)


def put(port, first):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    row = first
    acked, tried = open(sys.argv[4], "a"), open(sys.argv[5], "a")
    try:
        while True:
            rows = list(range(row, row + 1 + row % 7))
            row = rows[-1] + 1
            print(*rows, sep="\n", file=tried, flush=True)
            records = [{"Data": base64.b64encode(b'{"row":%d,"pad":"%s"}\n' %
                                                 (each, b"x" * (each % 3000))).decode()}
                       for each in rows]
            if len(records) == 1:
                call(connection, "PutRecord", {"DeliveryStreamName": STREAM, "Record": records[0]})
            else:
                done = call(connection, "PutRecordBatch",
                            {"DeliveryStreamName": STREAM, "Records": records})
                assert done["FailedPutCount"] == 0
            print(*rows, sep="\n", file=acked, flush=True)
    except (OSError, http.client.HTTPException):
        pass  # killed
    print(row)


def create(port):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    call(connection, "CreateDeliveryStream", {
        "DeliveryStreamName": STREAM,
        "ExtendedS3DestinationConfiguration": {
            "RoleARN": "arn:aws:iam::123456789012:role/x", "BucketARN": "arn:aws:s3:::kill-bucket",
            "BufferingHints": {"SizeInMBs": 1, "IntervalInSeconds": 0},
            "CompressionFormat": "GZIP"}})


def check(data, acked_path, tried_path):
    def rows_of(path):
        return {int(line) for line in open(path)}

    acked, tried = rows_of(acked_path), rows_of(tried_path)
    found = collections.Counter()
    objects = [p for p in pathlib.Path(data, "kill-bucket").rglob("*.gz") if p.name[0] != "."]
    for path in objects:
        for line in gzip.decompress(path.read_bytes()).splitlines():
            found[json.loads(line)["row"]] += 1
    lost = acked - found.keys()
    twice = [row for row, count in found.items() if count > 1]
    strange = found.keys() - tried
    if lost or twice or strange or not acked:
        sys.exit(f"acknowledged {len(acked)}, lost {sorted(lost)[:10]}, twice {twice[:10]}, "
                 f"never put {sorted(strange)[:10]}")
    print(f"{len(acked)} acknowledged rows, each once in {len(objects)} objects; "
          f"{len(found) - len(acked)} more were written but not acknowledged in time")


if sys.argv[1] == "put":
    put(int(sys.argv[2]), int(sys.argv[3]))
elif sys.argv[1] == "create":
    create(int(sys.argv[2]))
else:
    check(*sys.argv[2:5])
