#!/usr/bin/env python3
"""Assume roles at moto's STS, a server that is none of ours, which checks signatures and policies.

    aws_sts_moto.py [PROGRAM]     PROGRAM: tests/support/aws_credentials

Each set-up is looked up with our own chain and with botocore's; both sets of keys must be those of
the same role and session to STS, and expire together. Needs moto; ends with 77, "skipped", without
it.
"""
import datetime
import json
import logging
import os
import pathlib
import subprocess
import sys
import tempfile
import urllib.request

import packages

packages.need("moto")

import boto3
import botocore.config
import botocore.exceptions
import botocore.session
import moto.server

ACCOUNT = "123456789012"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/writer"
SECOND = f"arn:aws:iam::{ACCOUNT}:role/team/second"
ALLOW = json.dumps({"Version": "2012-10-17",
                    "Statement": [{"Effect": "Allow", "Action": "sts:*", "Resource": "*"}]})
TRUST = json.dumps({"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}]})


def client(url, service, keys=("setup", "setup", None), **more):
    names = ("aws_access_key_id", "aws_secret_access_key", "aws_session_token")
    config = botocore.config.Config(retries={"total_max_attempts": 1})
    return boto3.client(service, endpoint_url=url, region_name="eu-central-1", config=config,
                        **dict(zip(names, keys)), **more)


def key_of_new_user(url, name, policy):
    iam = client(url, "iam")
    iam.create_user(UserName=name)
    if policy:
        iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=policy)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return key["AccessKeyId"], key["SecretAccessKey"]


def require_signatures(url, needed):
    """moto's own switch. It knows no request that need not be signed, as that of a web identity."""
    request = urllib.request.Request(f"{url}/moto-api/reset-auth", method="POST",
                                     data=b"0" if needed else b"inf",
                                     headers={"Content-Type": "text/plain"})
    urllib.request.urlopen(request).read()


def set_up(url):
    """Two users and two roles."""
    iam = client(url, "iam")
    for path, name in (("/", "writer"), ("/team/", "second")):
        iam.create_role(RoleName=name, Path=path, AssumeRolePolicyDocument=TRUST)
        iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=ALLOW)
    users = {"allowed": key_of_new_user(url, "allowed", ALLOW),
             "denied": key_of_new_user(url, "denied", None)}
    return users


def keys_section(name, key):
    return f"[profile {name}]\naws_access_key_id = {key[0]}\naws_secret_access_key = {key[1]}\n"


def cases(users, folder):
    """Name, config file, part of the error, or None."""
    base = keys_section("base", users["allowed"])
    role = f"[default]\nrole_arn = {ROLE}\nrole_session_name = one\nsource_profile = base\n"
    token = folder / "token"
    token.write_text("a.web.token")
    web = f"[default]\nrole_arn = {ROLE}\nweb_identity_token_file = {token}\n"
    chain = (f"[default]\nrole_arn = {SECOND}\nrole_session_name = two\nsource_profile = first\n"
             f"[profile first]\nrole_arn = {ROLE}\nrole_session_name = one\n"
             "source_profile = base\n")
    wrong = keys_section("base", (users["allowed"][0], "wrong"))
    stranger = keys_section("base", ("AKIASTRANGER00000000", "s"))
    return [
        ("a role", role + base, None),
        ("a role for half an hour", role + "duration_seconds = 1800\n" + base, None),
        ("a role with an external id", role + "external_id = a+b/c:d=e,f@g\n" + base, None),
        ("a session that must be encoded",
         role.replace("= one", "= a=b,c.d@e-f_g+h") + base, None),
        ("a role of a role", chain + base, None),
        ("a web identity", web + "role_session_name = web\n", None),
        ("a wrong secret", role + wrong, "SignatureDoesNotMatch"),
        ("an unknown key", role + stranger, "InvalidClientTokenId"),
        ("no permission", role + keys_section("base", users["denied"]), "AccessDenied"),
    ]


def ours(program, environment):
    line = subprocess.run([program], env=environment, capture_output=True, text=True, timeout=60,
                          check=True).stdout
    return json.loads(line)


def theirs(environment):
    """In this process: botocore looks at its environment."""
    before = dict(os.environ)
    os.environ.clear()
    os.environ.update(environment)
    try:
        session = botocore.session.Session()
        found = session.get_credentials()
        return found.get_frozen_credentials(), found._expiry_time  # the only way to it
    finally:
        os.environ.clear()
        os.environ.update(before)


def compare(url, program, environment):
    found = ours(program, environment)
    assert "error" not in found, found["error"]
    keys = (found["access_key_id"], found["secret_access_key"], found["session_token"])
    expected, expiry = theirs(environment)
    who = client(url, "sts", keys).get_caller_identity()["Arn"]
    wanted = client(url, "sts", expected).get_caller_identity()["Arn"]
    assert who == wanted and ":assumed-role/" in who, (who, wanted)
    expires = datetime.datetime.fromtimestamp(found["expires_ms"] / 1000, datetime.timezone.utc)
    assert abs((expires - expiry).total_seconds()) < 30, (expires, expiry)
    return who


def main():
    program = sys.argv[1] if len(sys.argv) > 1 else "tests/support/aws_credentials"
    logging.getLogger("werkzeug").setLevel(logging.CRITICAL)
    server = moto.server.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    url = "http://{}:{}".format(*server.get_host_and_port())
    count = 0
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        config = folder / "config"
        environment = {"HOME": name, "PATH": os.environ["PATH"], "AWS_CONFIG_FILE": str(config),
                       "AWS_REGION": "eu-central-1", "AWS_DEFAULT_REGION": "eu-central-1",
                       "AWS_ENDPOINT_URL_STS": url, "AWS_EC2_METADATA_DISABLED": "true"}
        for what, text, part in cases(set_up(url), folder):
            config.write_text(text)
            require_signatures(url, "web_identity" not in text)
            if part:
                error = ours(program, environment).get("error", "")
                assert part in error, (what, part, error)
            else:
                print(f"{what}: {compare(url, program, environment)}")
            count += 1
    server.stop()
    print(f"PASS: {count} set-ups at the STS of moto {moto.__version__}")


main()
