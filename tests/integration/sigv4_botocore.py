#!/usr/bin/env python3
"""Compare our Signature Version 4 with botocore's.

    sigv4_botocore.py [PROGRAM]     sign a few hundred requests with both (tests/support/sigv4_sign)
    sigv4_botocore.py --write DIR   write the named cases below as DIR/CASE/*, which the unit test
                                    reads; those with a published signature must yield it

Needs botocore, of this Python or of scripts/setup-clients; ends with 77, "skipped", without it.
"""
import json
import pathlib
import random
import subprocess
import sys
from urllib.parse import quote

import packages

packages.need("botocore")

import botocore.auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

KEY = {"access_key_id": "AKIDEXAMPLE",
       "secret_access_key": "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"}
S3_KEY = {"access_key_id": "AKIAIOSFODNN7EXAMPLE",
          "secret_access_key": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"}
EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def request(method="GET", path="/", query="", headers=(), body="", **more):
    time = more.pop("time", "20150830T123600Z")
    base = {"method": method, "path": path, "query": query, "body": body, "region": "us-east-1",
            "service": "service", "time": time, "normalize_path": True, **KEY, **more}
    headers = list(headers) or [["Host", "example.amazonaws.com"]]
    if not any(name.lower() in ("x-amz-date", "date") for name, _ in headers):
        headers.append(["X-Amz-Date", time])
    return {**base, "headers": headers}


def s3(method, path, query, headers, content_hash, body=""):
    return request(method, path, query,
                   [["Host", "examplebucket.s3.amazonaws.com"], *headers,
                    ["x-amz-content-sha256", content_hash], ["x-amz-date", "20130524T000000Z"]],
                   body, service="s3", time="20130524T000000Z", normalize_path=False, **S3_KEY)


FORM = ["Content-Type", "application/x-www-form-urlencoded; charset=utf-8"]
HOST = ["Host", "example.amazonaws.com"]

# Name: (request, signature published by AWS or None).
CASES = {
    # https://docs.aws.amazon.com/general/latest/gr/sigv4-signed-request-examples.html
    "iam-list-users": (
        request(query="Action=ListUsers&Version=2010-05-08", service="iam",
                headers=[FORM, ["Host", "iam.amazonaws.com"]]),
        "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7"),
    # https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
    "s3-get-object": (
        s3("GET", "/test.txt", "", [["Range", "bytes=0-9"]], EMPTY),
        "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"),
    "s3-put-object": (
        s3("PUT", "/test%24file.text", "",
           [["Date", "Fri, 24 May 2013 00:00:00 GMT"],
            ["x-amz-storage-class", "REDUCED_REDUNDANCY"]],
           "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072",
           "Welcome to Amazon S3."),
        "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"),
    "s3-get-lifecycle": (
        s3("GET", "/", "lifecycle=", [], EMPTY),
        "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"),
    "s3-list-objects": (
        s3("GET", "/", "max-keys=2&prefix=J", [], EMPTY),
        "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"),
    # Our own.
    "plain-get": (request(), None),
    "post-form": (request("POST", headers=[FORM, HOST], body="Param1=value1"), None),
    "firehose-put-record-batch": (
        request("POST", service="firehose", region="eu-central-1", headers=[
            ["Host", "firehose.eu-central-1.amazonaws.com"],
            ["Content-Type", "application/x-amz-json-1.1"],
            ["X-Amz-Target", "Firehose_20150804.PutRecordBatch"]],
            body='{"DeliveryStreamName":"audit","Records":[{"Data":"e30K"}]}'), None),
    "session-token": (
        request("POST", service="firehose", headers=[
            HOST, ["X-Amz-Security-Token", "AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22w=="]],
            body="{}"), None),
    "header-spaces": (request(headers=[HOST, ["My-Header1", "   a   b   c  "],
                                       ["My-Header2", "\t \"a   b\tc\"\t"]]), None),
    "header-folded": (request(headers=[HOST, ["My-Header1", "value1\r\n  value2\r\n\tvalue3"]]),
                      None),
    "header-empty": (request(headers=[HOST, ["My-Header1", ""]]), None),
    "header-repeated": (request(headers=[HOST, ["My-Header1", "value4"], ["my-header1", "value1"],
                                         ["MY-HEADER1", "value3"]]), None),
    "header-order": (request(headers=[["Zoo", "z"], ["Host", "h"], ["a-b", "1"], ["Ab", "2"],
                                      ["A_b", "3"], ["a", "4"]]), None),
    "header-utf8": (request(headers=[HOST, ["My-Header1", "gr\u00fc\u00df \u4f60"]]), None),
    "query-order": (request(query="Param2=b&Param1=z&Param1=a&Param10=&param1=x"), None),
    "query-encoded": (request(query=quote("\u1234=", safe="") + "=" + quote("a b+/&=~", safe="-_.~")
                              + "&-._~09azAZ=%25"), None),
    "query-empty-value": (request(query="b=&a="), None),
    "path-dots": (request(path="/example1/example2/../.././a/./b//c/"), None),
    "path-above-root": (request(path="/../../x"), None),
    "path-back-to-root": (request(path="/example/.."), None),
    "path-slashes": (request(path="//example//"), None),
    "path-encoded": (request(path="/" + quote("example space \u1234") + "/a%2Fb"), None),
    "path-reserved": (request(path="/-._~09/azAZ/!$'()*,;:@&=+"), None),
    "path-s3-as-it-is": (
        request(path="/my-object//example//a%20photo.user/../x", normalize_path=False,
                headers=[HOST, ["x-amz-content-sha256", EMPTY]]), None),
    "body-utf8": (request("PUT", body="\u4f60\u597d \U0001f600\n"), None),
    "unsigned-payload": (
        request("PUT", "/o", body="whatever", service="s3", normalize_path=False,
                headers=[HOST, ["x-amz-content-sha256", "UNSIGNED-PAYLOAD"]]), None),
}


class Signer(botocore.auth.SigV4Auth):
    """botocore's, but it signs every header, and the path as it is where the case says so."""

    def __init__(self, case):
        super().__init__(Credentials(case["access_key_id"], case["secret_access_key"]),
                         case["service"], case["region"])
        self.as_it_is = not case["normalize_path"]

    def headers_to_sign(self, req):
        lowered = botocore.auth.HTTPHeaders()
        for name, value in req.headers.items():
            lowered.add_header(name.lower(), value)
        return lowered

    def _normalize_url_path(self, path):
        return path if self.as_it_is else super()._normalize_url_path(path)


def sign(case):
    """Canonical request, string to sign, Authorization."""
    url = "https://example.amazonaws.com" + case["path"]
    if case["query"]:
        url += "?" + case["query"]
    req = AWSRequest(method=case["method"], url=url, data=case["body"].encode())
    for name, value in case["headers"]:
        req.headers.add_header(name, value)
    req.context["timestamp"] = case["time"]
    signer = Signer(case)
    canonical = signer.canonical_request(req)
    to_sign = signer.string_to_sign(req, canonical)
    authorization = "AWS4-HMAC-SHA256 Credential=%s, SignedHeaders=%s, Signature=%s" % (
        signer.scope(req), signer.signed_headers(signer.headers_to_sign(req)),
        signer.signature(to_sign, req))
    return canonical, to_sign, authorization


def write(folder):
    for name, (case, published) in CASES.items():
        canonical, to_sign, authorization = sign(case)
        if published and not authorization.endswith("Signature=" + published):
            sys.exit(f"{name}: not the published signature: {authorization}")
        place = pathlib.Path(folder) / name
        place.mkdir(parents=True, exist_ok=True)
        (place / "request.json").write_text(json.dumps(case, indent=1) + "\n")
        (place / "canonical-request").write_bytes(canonical.encode())
        (place / "string-to-sign").write_bytes(to_sign.encode())
        (place / "authorization").write_bytes(authorization.encode())


def random_case(rng):
    def text(alphabet, most, least=0):
        return "".join(rng.choice(alphabet) for _ in range(rng.randint(least, most)))

    wide = "aB9 -._~/%+&=?#!$'()*,;:@\"<>[]\\^`{|}\u00fc\u4f60\U0001f600"
    segments = [rng.choice([".", "..", "", quote(text(wide, 6), safe="")])
                for _ in range(rng.randint(0, 6))]
    pairs = [quote(text(wide, 5, 1), safe="-_.~") + "=" + quote(text(wide, 5), safe="-_.~")
             for _ in range(rng.randint(0, 8))]
    names = ["Content-Type", "X-Amz-Target", "X-Amz-Security-Token", "A", "a-b", "A_b", "Zz", "x9"]
    headers = [HOST] + [[rng.choice(names), text("ab \t,;=\"'\u00fc", 12)]
                        for _ in range(rng.randint(0, 8))]
    rng.shuffle(headers)
    body = text(wide + "\n", 200)
    return request(rng.choice(["GET", "POST", "PUT", "DELETE"]), "/" + "/".join(segments),
                   "&".join(pairs), headers, body,
                   service=rng.choice(["firehose", "athena", "sts"]),
                   region=rng.choice(["eu-central-1", "us-gov-west-1", "cn-north-1"]),
                   time="20%02d%02d%02dT%02d%02d%02dZ" % (
                       rng.randint(10, 99), rng.randint(1, 12), rng.randint(1, 28),
                       rng.randint(0, 23), rng.randint(0, 59), rng.randint(0, 59)),
                   secret_access_key=text("abcXYZ019/+", 100, 1))


def compare(program, count):
    rng = random.Random(20150830)
    cases = [case for case, _ in CASES.values()] + [random_case(rng) for _ in range(count)]
    lines = "".join(json.dumps(case) + "\n" for case in cases)
    done = subprocess.run([program], input=lines, capture_output=True, text=True, timeout=60)
    ours = done.stdout.splitlines()
    if done.returncode or len(ours) != len(cases):
        sys.exit(f"{program} ended with {done.returncode} after {len(ours)} of {len(cases)} cases: "
                 + done.stderr)
    for case, got in zip(cases, ours):
        canonical, _, want = sign(case)
        if got != want:
            sys.exit(f"differs\n{json.dumps(case)}\nours     {got}\nbotocore {want}\n{canonical}")
    print(f"{len(cases)} requests signed like botocore {botocore.__version__}")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--write"]:
        write(sys.argv[2])
    else:
        compare(sys.argv[1] if len(sys.argv) > 1 else "tests/support/sigv4_sign", 500)
