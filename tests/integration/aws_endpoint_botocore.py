#!/usr/bin/env python3
"""Compare our endpoints with those of botocore's rules.

    aws_endpoint_botocore.py [PROGRAM]     every region that botocore knows, with and without FIPS
                                           and dual-stack (tests/support/aws_endpoint)
    aws_endpoint_botocore.py --write FILE  write a part of the same as lines, which the unit test
                                           reads

Needs botocore, of this Python or of scripts/setup-clients; ends with 77, "skipped", without it.
"""
import itertools
import os
import subprocess
import sys

import packages

packages.need("botocore")

import botocore
import botocore.exceptions
from botocore.endpoint_provider import EndpointProvider
from botocore.loaders import create_loader

SERVICES = ["firehose", "sts", "athena", "glue", "iam", "kinesis", "kms", "lambda", "logs", "s3"]
# Not known yet, but by their beginnings of a partition.
NEW = ["us-new-7", "cn-new-1", "us-gov-new-1", "us-iso-new-1", "us-isob-new-1", "eu-isoe-new-1",
       "us-isof-new-1", "eusc-de-new-1", "xx-new-1"]
PUBLIC = ("aws", "aws-cn")
OTHER = ("cn-", "us-iso", "eu-isoe-", "eusc-")
OWN = "https://endpoint.example:8443/"


def regions(partitions):
    """All but "aws-global" and its like, which are no places."""
    return [region for partition in partitions for region in partition["regions"]
            if not region.endswith("-global")]


def cases(of_regions):
    return list(itertools.product(SERVICES, of_regions, (0, 1), (0, 1), ("", OWN)))


def without_fips(endpoints):
    """Regions of Firehose that AWS lists, and lists no FIPS endpoint for. The rules know partitions
    alone, and would make one up. Of the closed partitions the list knows too little."""
    return {region for partition in endpoints["partitions"] if partition["partition"] in PUBLIC
            for region, endpoint in partition["services"]["firehose"]["endpoints"].items()
            if not any("fips" in variant["tags"] for variant in endpoint.get("variants", []))}


def ask(providers, case, refused):
    service, region, fips, dualstack, url = case
    if service == "firehose" and fips and not url and region in refused:
        return "error"
    arguments = {"Region": region, "UseFIPS": bool(fips), "UseDualStack": bool(dualstack)}
    if url:
        arguments["Endpoint"] = url
    elif service == "iam" and (fips or dualstack) and region.startswith(OTHER):
        return "error"  # where nobody can have tried, and no two partitions are alike
    if service == "sts":
        arguments["UseGlobalEndpoint"] = False
    try:
        return providers[service].resolve_endpoint(**arguments).url.rstrip("/") + "/"
    except botocore.exceptions.EndpointProviderError:
        return "error"


def main():
    loader = create_loader()
    data = loader.load_data("partitions")
    providers = {service: EndpointProvider(loader.load_service_model(service, "endpoint-rule-set-1"),
                                           data) for service in SERVICES}
    refused = without_fips(loader.load_data("endpoints"))
    if sys.argv[1:2] == ["--write"]:
        some = [regions([partition])[-1] for partition in data["partitions"]] + NEW
        with open(sys.argv[2], "w", encoding="ascii") as out:
            for case in cases(some):
                if not case[4]:
                    print(*case[:4], ask(providers, case, refused), file=out)
        return
    program = sys.argv[1] if len(sys.argv) > 1 else "tests/support/aws_endpoint"
    asked = cases(regions(data["partitions"]) + NEW)
    lines = "".join(" ".join(map(str, case)).rstrip() + "\n" for case in asked)
    clean = {k: v for k, v in os.environ.items() if not k.startswith("AWS_")}
    clean.update(AWS_CONFIG_FILE="/dev/null", AWS_SHARED_CREDENTIALS_FILE="/dev/null")
    done = subprocess.run([program], input=lines, env=clean, capture_output=True, text=True,
                          timeout=60)
    ours = done.stdout.splitlines()
    if done.returncode or len(ours) != len(asked):
        sys.exit(f"{program} ended with {done.returncode} after {len(ours)} of {len(asked)} cases: "
                 + done.stderr)
    for case, got in zip(asked, ours):
        want = ask(providers, case, refused)
        if got != want:
            sys.exit(f"{case}: ours {got}, by botocore's data {want}")
    print(f"{len(asked)} endpoints like those of botocore {botocore.__version__}")


if __name__ == "__main__":
    main()
