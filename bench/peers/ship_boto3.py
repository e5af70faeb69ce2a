"""boto3 as a sender: the same records, already joined, over and over.
usage: ship_boto3.py MEGABYTES < RECORD      AWS_ENDPOINT_URL and keys from the environment"""
import json
import sys
import time

import boto3

RECORDS = 27  # of 150,000 bytes: what fits into 4 MiB
record = sys.stdin.buffer.read()
count = max(1, int(sys.argv[1]) * 1000000 // (RECORDS * len(record)))
client = boto3.client("firehose")


def send(times):
    for _ in range(times):
        reply = client.put_record_batch(DeliveryStreamName="Audit",
                                        Records=[{"Data": record}] * RECORDS)
        assert reply["FailedPutCount"] == 0


send(1)
cpu, wall = time.process_time(), time.monotonic()
send(count)
cpu, wall = time.process_time() - cpu, time.monotonic() - wall
print(json.dumps({"events": count * RECORDS * record.count(b"\n"),
                  "warm_up_events": RECORDS * record.count(b"\n"), "cpu_s": cpu, "wall_s": wall}))
