#!/usr/bin/env python3
"""Find credentials in a table of set-ups, with our own chain and with botocore's, and compare.

    aws_credentials_botocore.py [PROGRAM]     PROGRAM: tests/support/aws_credentials

One server on loopback plays STS, IAM Identity Center, the instance metadata service and a
container's agent: the keys that it lends tell what it was asked, so that the same keys mean the same
questions. Needs botocore; ends with 77, "skipped", without it.
"""
import concurrent.futures
import hashlib
import http.server
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import threading
import urllib.parse

import packages

packages.need("botocore")

import botocore
import botocore.exceptions
import botocore.session

LATER = "2099-01-02T03:04:05Z"
TOKEN = "tok"


class Service(http.server.BaseHTTPRequestHandler):
    """Replies depend on the question alone."""

    def log_message(self, *args):
        pass

    def reply(self, status, body, kind="application/json"):
        body = body.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def keys(self, *question):
        mark = hashlib.sha256("|".join(question).encode()).hexdigest()[:16].upper()
        return f"AKIA{mark}", f"secret{mark}", f"token{mark}"

    def do_PUT(self):
        if self.path == "/latest/api/token":
            return self.reply(200, TOKEN, "text/plain")
        self.reply(404, "")

    def do_GET(self):
        path, _, query = self.path.partition("?")
        if path == "/latest/meta-data/iam/security-credentials/":
            return self.reply(200, "role", "text/plain")
        if path == "/latest/meta-data/iam/security-credentials/role":
            return self.lend(("imds", self.headers.get("x-aws-ec2-metadata-token", "")))
        if path == "/container":
            return self.lend(("container", query, self.headers.get("Authorization", "")))
        if path == "/federation/credentials":
            asked = urllib.parse.parse_qs(query)
            key, secret, token = self.keys("sso", *asked["role_name"], *asked["account_id"],
                                           self.headers["x-amz-sso_bearer_token"])
            return self.reply(200, json.dumps({"roleCredentials": {
                "accessKeyId": key, "secretAccessKey": secret, "sessionToken": token,
                "expiration": 4071006245000}}))
        self.reply(404, "{}")

    def lend(self, question):
        key, secret, token = self.keys(*question)
        self.reply(200, json.dumps({"Code": "Success", "AccessKeyId": key, "Token": token,
                                    "SecretAccessKey": secret, "Expiration": LATER}))

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        if self.path == "/token":
            return self.renew(json.loads(body))
        asked = {name: value[0] for name, value in urllib.parse.parse_qs(body).items()}
        signer = self.headers.get("Authorization", "").partition("Credential=")[2]
        signer = "/".join(part for i, part in enumerate(signer.split(", ")[0].split("/")) if i != 1)
        key, secret, token = self.keys(*(f"{name}={asked[name]}" for name in sorted(asked)),
                                       signer, self.headers.get("x-amz-security-token", ""))
        action = asked["Action"]
        self.reply(200, f"""<{action}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
            <{action}Result><Credentials><AccessKeyId>{key}</AccessKeyId>
            <SecretAccessKey>{secret}</SecretAccessKey><SessionToken>{token}</SessionToken>
            <Expiration>{LATER}</Expiration></Credentials></{action}Result>
            <ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></{action}Response>""",
                   "text/xml")

    def renew(self, asked):
        if asked["refreshToken"] != "good":
            return self.reply(400, '{"error":"invalid_grant"}')
        self.reply(200, json.dumps({"accessToken": "renewed-" + asked["clientId"],
                                    "expiresIn": 3600, "refreshToken": "next"}))


ENV_KEYS = {"AWS_ACCESS_KEY_ID": "ENVID", "AWS_SECRET_ACCESS_KEY": "envsecret"}
WEB = {"AWS_WEB_IDENTITY_TOKEN_FILE": "$HOME/web", "AWS_ROLE_ARN": "arn:aws:iam::1:role/env",
       "AWS_ROLE_SESSION_NAME": "me"}
CONTAINER = {"AWS_CONTAINER_CREDENTIALS_FULL_URI": "$URL/container?a=b"}
IMDS = {"AWS_EC2_METADATA_DISABLED": "false"}
KEYS = "aws_access_key_id=FILEID\naws_secret_access_key=filesecret\n"
ROLE = "role_arn=arn:aws:iam::1:role/file\nrole_session_name=me\n"
SSO = ("sso_session=s\nsso_account_id=1\nsso_role_name=r\n"
       "[sso-session s]\nsso_region=eu-west-1\nsso_start_url=https://s\n")
OLD_SSO = "sso_account_id=1\nsso_role_name=r\nsso_region=eu-west-1\nsso_start_url=s\n"
PROCESS = "credential_process=cat $HOME/process\n"


def token(expires="2099-01-01T00:00:00Z", **more):
    return {"accessToken": "cached", "expiresAt": expires, **more}


def renewable(refresh):
    return token("2001-01-01T00:00:00Z", refreshToken=refresh, clientId="c", clientSecret="x",
                 registrationExpiresAt="2099-01-01T00:00:00Z")


# Name: (environment, config file, credentials file[, cached token of Identity Center]).
CASES = {
    "nothing": ({}, "", ""),
    "environment": (ENV_KEYS, "", ""),
    "environment with token": ({**ENV_KEYS, "AWS_SESSION_TOKEN": "t"}, "", ""),
    "environment before all": ({**ENV_KEYS, **WEB, **CONTAINER, **IMDS}, f"[default]\n{PROCESS}",
                               f"[default]\n{KEYS}"),
    "environment, half": ({"AWS_ACCESS_KEY_ID": "x"}, "", f"[default]\n{KEYS}"),
    "credentials file": ({}, "", f"[default]\n{KEYS}aws_session_token=t\n"),
    "config file": ({}, f"[default]\n{KEYS}", ""),
    "credentials before config": ({}, f"[default]\n{KEYS.replace('FILE', 'OTHER')}",
                                  f"[default]\n{KEYS}"),
    "named profile": ({"AWS_PROFILE": "p"}, f"[profile p]\n{KEYS}", "[default]\n"),
    "named profile in credentials": ({"AWS_PROFILE": "p"}, "", f"[p]\n{KEYS}"),
    "quoted profile": ({"AWS_PROFILE": "a b"}, f"[profile \"a b\"]\n{KEYS}", ""),
    "missing profile": ({"AWS_PROFILE": "p"}, f"[profile q]\n{KEYS}", f"[default]\n{KEYS}"),
    "half a key": ({}, "", "[default]\naws_access_key_id=A\n"),
    "role with source": ({}, f"[default]\n{ROLE}source_profile=b\n[profile b]\n{KEYS}", ""),
    "role with source in credentials": ({}, f"[default]\n{ROLE}source_profile=b\n",
                                        f"[b]\n{KEYS}aws_session_token=t\n"),
    "role with itself": ({}, f"[default]\n{ROLE}source_profile=default\n{KEYS}", ""),
    "role, duration, external id": ({}, f"[default]\n{ROLE}duration_seconds=1800\nexternal_id=a&b\n"
                                    f"source_profile=b\n[profile b]\n{KEYS}", ""),
    "roles in a chain": ({}, f"[default]\n{ROLE}source_profile=b\n[profile b]\nrole_arn=arn:aws:iam"
                         f"::1:role/b\nrole_session_name=bb\nsource_profile=c\n[profile c]\n{KEYS}",
                         ""),
    "source with role and keys": ({}, f"[default]\n{ROLE}source_profile=b\n[profile b]\n{ROLE}{KEYS}"
                                  "source_profile=c\n", ""),
    "roles in a circle": ({}, f"[default]\n{ROLE}source_profile=b\n[profile b]\n{ROLE}"
                          "source_profile=default\n", ""),
    "role without source": ({}, f"[default]\n{ROLE}", ""),
    "role with both sources": ({}, f"[default]\n{ROLE}source_profile=b\n"
                               f"credential_source=Environment\n[profile b]\n{KEYS}", ""),
    "role with a source that is missing": ({}, f"[default]\n{ROLE}source_profile=b\n", ""),
    "role from environment": ({}, f"[default]\n{ROLE}credential_source=Environment\n", ""),
    "role from container": (CONTAINER, f"[default]\n{ROLE}credential_source=EcsContainer\n", ""),
    "role from instance": (IMDS, f"[default]\n{ROLE}credential_source=Ec2InstanceMetadata\n", ""),
    "role from an unknown source": ({}, f"[default]\n{ROLE}credential_source=Elsewhere\n", ""),
    "role from process": ({}, f"[default]\n{ROLE}source_profile=b\n[profile b]\n{PROCESS}", ""),
    "role from Identity Center": ({}, f"[default]\n{ROLE}source_profile=b\n[profile b]\n{SSO}", "",
                                  token()),
    "role from web identity": ({}, f"[default]\n{ROLE}source_profile=b\n[profile b]\nrole_arn=arn:aws"
                               ":iam::1:role/b\nweb_identity_token_file=$HOME/web\n"
                               "role_session_name=bb\n", ""),
    "role before web identity": (WEB, f"[default]\n{ROLE}source_profile=b\n[profile b]\n{KEYS}", ""),
    "web identity": (WEB, "", ""),
    "web identity before keys": (WEB, "", f"[default]\n{KEYS}"),
    "web identity in profile": ({}, f"[default]\n{ROLE}web_identity_token_file=$HOME/web\n", ""),
    "web identity of both": ({"AWS_ROLE_ARN": "arn:aws:iam::1:role/env"},
                             f"[default]\n{ROLE}web_identity_token_file=$HOME/web\n", ""),
    "web identity without role": ({"AWS_WEB_IDENTITY_TOKEN_FILE": "$HOME/web"}, "", ""),
    "web identity without file": ({**WEB, "AWS_WEB_IDENTITY_TOKEN_FILE": "$HOME/none"}, "", ""),
    "Identity Center": ({}, f"[default]\n{SSO}", "", token()),
    "Identity Center, old": ({}, f"[default]\n{OLD_SSO}", "", token("2099-01-01T00:00:00UTC")),
    "Identity Center before keys": ({}, f"[default]\n{SSO}", f"[default]\n{KEYS}", token()),
    "Identity Center, expired": ({}, f"[default]\n{OLD_SSO}", "", token("2001-01-01T00:00:00Z")),
    "Identity Center, renewed": ({}, f"[default]\n{SSO}", "", renewable("good")),
    "Identity Center, not logged in": ({}, f"[default]\n{SSO}", ""),
    "Identity Center, half": ({}, "[default]\nsso_role_name=r\n", f"[default]\n{KEYS}"),
    "session without role": ({}, "[default]\nsso_session=s\n", f"[default]\n{KEYS}"),
    "process": ({}, f"[default]\n{PROCESS}", ""),
    "process before config": ({}, f"[default]\n{PROCESS}{KEYS}", ""),
    "process after credentials": ({}, f"[default]\n{PROCESS}", f"[default]\n{KEYS}"),
    "process, quoted": ({}, "[default]\ncredential_process=sh -c 'cat \"$1\"' x \"$HOME/process\"\n",
                        ""),
    "process that fails": ({}, f"[default]\ncredential_process=false\n{KEYS}", ""),
    "process, version 2": ({}, "[default]\ncredential_process=echo '{\"Version\": 2}'\n", ""),
    "container": (CONTAINER, "", ""),
    "container with token": ({**CONTAINER, "AWS_CONTAINER_AUTHORIZATION_TOKEN": "Basic x"}, "", ""),
    "container with token file": ({**CONTAINER, "AWS_CONTAINER_AUTHORIZATION_TOKEN": "Basic x",
                                   "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": "$HOME/web"}, "", ""),
    "container, foreign host": ({"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://192.0.2.1/"}, "", ""),
    "container after profile": (CONTAINER, "", f"[default]\n{KEYS}"),
    "container before instance": ({**CONTAINER, **IMDS}, "", ""),
    "instance": (IMDS, "", ""),
    "instance, with a profile that says nothing": ({**IMDS, "AWS_PROFILE": "p"},
                                                   "[profile p]\nregion=eu-west-1\n", ""),
}


def prepare(home, url, case):
    env, config, credentials, cached = (*case, None)[:4]

    def fill(text):
        return text.replace("$HOME", home).replace("$URL", url)

    folder = pathlib.Path(home)
    (folder / ".aws/sso/cache").mkdir(parents=True)
    (folder / ".aws/config").write_text(fill(config))
    (folder / ".aws/credentials").write_text(fill(credentials))
    (folder / "web").write_text("header.claims.signature")
    (folder / "process").write_text(json.dumps({
        "Version": 1, "AccessKeyId": "PROCESSID", "SecretAccessKey": "p", "SessionToken": "pt",
        "Expiration": LATER}))
    if cached:
        name = hashlib.sha1(b"s").hexdigest() + ".json"
        (folder / ".aws/sso/cache" / name).write_text(json.dumps(cached))
    base = {"HOME": home, "PATH": os.environ["PATH"], "AWS_REGION": "eu-west-1",
            "AWS_DEFAULT_REGION": "eu-west-1",  # the name that botocore knows
            "AWS_EC2_METADATA_DISABLED": "true", "AWS_ENDPOINT_URL": url,
            "AWS_EC2_METADATA_SERVICE_ENDPOINT": url}
    return {**base, **{name: fill(value) for name, value in env.items()}}


def theirs():
    """In a process of its own, since botocore looks at HOME when it is imported."""
    try:
        found = botocore.session.get_session().get_credentials()
        if found is None:
            return {"error": "none"}
        keys = found.get_frozen_credentials()
    except Exception as error:  # each provider has its own, down to KeyError
        return {"error": f"{type(error).__name__}: {error}"}
    return {"access_key_id": keys.access_key, "secret_access_key": keys.secret_key,
            **({"session_token": keys.token} if keys.token else {})}


def ask(command, env):
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=60, check=True)
    return json.loads(done.stdout)


def compare(program):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Service)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}"
    commands = [program], [sys.executable, __file__, "--theirs"]

    def answer(case, command):
        with tempfile.TemporaryDirectory() as home:
            env = prepare(home, url, case)
            found = ask(command, env)
            found.pop("expires_ms", None)
            return {key: value.replace(home, "$HOME") for key, value in found.items()}

    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        jobs = {name: [pool.submit(answer, case, command) for command in commands]
                for name, case in CASES.items()}
    bad = found = 0
    for name, (ours, other) in jobs.items():
        ours, other = ours.result(), other.result()
        ours.pop("provider", None)
        if ours != other and not ("error" in ours and "error" in other):
            print(f"{name} differs\n  ours     {ours}\n  botocore {other}")
            bad += 1
        found += "error" not in ours
    print(f"{len(CASES)} set-ups, {found} of them with credentials, compared with botocore "
          f"{botocore.__version__}: {bad} differ")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    if sys.argv[1:] == ["--theirs"]:
        print(json.dumps(theirs()))
    else:
        compare(sys.argv[1] if len(sys.argv) > 1 else "tests/support/aws_credentials")
