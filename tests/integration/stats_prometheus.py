#!/usr/bin/env python3
"""Read the statistics with Prometheus's own parser, and compare them with the JSON.

    stats_prometheus.py [PROGRAM]     tests/integration/stats_print of the build

Needs prometheus-client, of this Python or of scripts/setup-clients; ends with 77, "skipped",
without it.
"""
import json
import math
import subprocess
import sys
import tempfile

import packages

packages.need("prometheus_client")

from prometheus_client.parser import text_string_to_metric_families

# JSON below "delivery_streams", and the metric that has the same.
SAME = {
    "accepted": "fiat_accepted_events",
    "delivered": "fiat_delivered_events",
    "maybe": "fiat_maybe_delivered_events",
    "not_delivered": "fiat_undelivered_events",
    "queued": "fiat_queued_events",
    "records": "fiat_acknowledged_records",
    "requests": "fiat_requests",
    "bytes": "fiat_acknowledged_bytes",
    "billed_bytes": "fiat_billed_bytes",
}
SUMMARIES = {"call_ns": ("fiat_call", 1e9), "queue_us": ("fiat_queue", 1e6),
             "round_trip_us": ("fiat_round_trip", 1e6)}
QUANTILES = {"0.5": "p50", "0.9": "p90", "0.99": "p99", "0.999": "p99_9"}


def check(what, got, want):
    if got != want:
        sys.exit(f"{what}: {got}, not {want}")


def read(text):
    """Families by name; each sample of a family once, and of a type that it may have."""
    families = {}
    for family in text_string_to_metric_families(text):
        check(f"{family.name} twice", family.name in families, False)
        if family.type not in ("counter", "gauge", "summary"):
            sys.exit(f"{family.name} is of type {family.type}")
        if not family.documentation.endswith("."):
            sys.exit(f"{family.name} has no help")
        seen = {(s.name, tuple(sorted(s.labels.items()))) for s in family.samples}
        check(f"samples of {family.name}", len(family.samples), len(seen))
        families[family.name] = family
    return families


def total(family):
    return sum(sample.value for sample in family.samples)


def compare(families, stats):
    for member, name in SAME.items():
        check(name, total(families[name]), stats["total"][member])
        by_stream = {s.labels["delivery_stream"]: s.value for s in families[name].samples}
        for stream, numbers in stats["delivery_streams"].items():
            check(f"{name} of {stream}", by_stream[stream], numbers[member])
    refused = total(families["fiat_refused_events"])
    unknown = total(families["fiat_unknown_stream_events"])
    check("refused", refused + unknown, stats["total"]["refused"])
    for member, (name, unit) in SUMMARIES.items():
        samples = {(s.name, s.labels.get("quantile")): s.value
                   for s in families[f"{name}_seconds"].samples}
        check(name, samples[f"{name}_seconds_count", None], stats[member]["count"])
        for quantile, part in QUANTILES.items():
            value = samples[f"{name}_seconds", quantile]
            if not math.isclose(value, stats[member][part] / unit, abs_tol=1e-12):
                sys.exit(f"{name} {quantile}: {value}, not {stats[member][part]} / {unit}")
        longest = families[f"{name}_max_seconds"].samples[0].value
        check(f"longest {name}", math.isclose(longest, stats[member]["max"] / unit), True)


def main():
    program = sys.argv[1] if len(sys.argv) > 1 else "tests/integration/stats_print"
    with tempfile.TemporaryDirectory() as folder:
        out = subprocess.run([program, f"local:{folder}"], check=True, text=True, timeout=60,
                             stdout=subprocess.PIPE).stdout
    first, text = out.split("\n", 1)
    stats = json.loads(first)
    check("accepted", stats["total"]["accepted"], 200)
    check("refused", stats["total"]["refused"], 4)
    check("by keyword", stats["streams"]["Audit"]["by_keyword"], {"required": 1, "type": 1})
    families = read(text)
    compare(families, stats)
    print(f"PASS: {len(families)} metrics")


main()
