#!/usr/bin/env python3
"""Call services of AWS as the commands do, at moto, which checks signatures; boto3 looks at what
came of it.

    aws_service_moto.py [PROGRAM]     PROGRAM: tests/support/aws_service

Needs moto; ends with 77, "skipped", without it.
"""
import json
import subprocess
import sys
import urllib.parse
import urllib.request

import moto_server

KEY = "a b/c+d/ä~'()*!/%41/;=?#"  # every way a byte may be written in a path
ALLOW = json.dumps({"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Action": "*", "Resource": "*"},
    {"Effect": "Deny", "Action": "glue:*", "Resource": "*"}]})


def check_signatures_from_now_on(aws):
    """moto's own switch; boto3 needs the keys, too. moto makes signatures with botocore."""
    iam = aws.client("iam")
    iam.create_user(UserName="u")
    iam.put_user_policy(UserName="u", PolicyName="p", PolicyDocument=ALLOW)
    key = iam.create_access_key(UserName="u")["AccessKey"]
    keys = {"aws_access_key_id": key["AccessKeyId"],
            "aws_secret_access_key": key["SecretAccessKey"]}
    request = urllib.request.Request(f"{aws.url}/moto-api/reset-auth", method="POST", data=b"0",
                                     headers={"Content-Type": "text/plain"})
    urllib.request.urlopen(request).read()
    return keys


def main():
    program = sys.argv[1] if len(sys.argv) > 1 else "tests/support/aws_service"
    with moto_server.start() as aws:
        keys = check_signatures_from_now_on(aws)
        environment = aws.environment | {name.upper(): value for name, value in keys.items()}

        def run(*arguments, want=0, secret=None):
            changed = {"AWS_SECRET_ACCESS_KEY": secret} if secret else {}
            done = subprocess.run([program, *arguments], env=environment | changed,
                                  capture_output=True, text=True, timeout=60)
            assert done.returncode == want, (arguments, done.returncode, done.stderr)
            return done.stderr if want else done.stdout

        s3 = aws.client("s3", **keys)
        s3.create_bucket(Bucket="bucket",
                         CreateBucketConfiguration={"LocationConstraint": moto_server.REGION})
        path = "/" + urllib.parse.quote(KEY, safe="/~")
        run("s3", "PUT", "bucket", path, "", "content")
        assert [o["Key"] for o in s3.list_objects_v2(Bucket="bucket")["Contents"]] == [KEY]
        assert s3.get_object(Bucket="bucket", Key=KEY)["Body"].read() == b"content"
        assert run("s3", "GET", "bucket", path, "", "") == "200 content\n"
        listed = run("s3", "GET", "bucket", "/", "prefix=a%20b%2Fc%2Bd&list-type=2&max-keys=7", "")
        assert "<KeyCount>1</KeyCount>" in listed, listed
        assert run("s3", "HEAD", "bucket", path, "", "") == "200 \n"
        assert "no such thing: bucket/none" in run("s3", "HEAD", "bucket", "/none", "", "", want=1)
        assert "NoSuchBucket" in run("s3", "GET", "nosuch", "/", "", "", want=1)
        assert run("s3", "DELETE", "bucket", path, "", "") == "204 \n"
        assert "Contents" not in s3.list_objects_v2(Bucket="bucket")

        said = run("query", "iam", "CreateRole", "RoleName", "r", "Description", "a b&c+ä=",
                   "AssumeRolePolicyDocument", ALLOW)
        assert "<RoleName>r</RoleName>" in said, said
        role = aws.client("iam", **keys).get_role(RoleName="r")["Role"]
        assert role["Description"] == "a b&c+ä=", role
        assert "NoSuchEntity" in run("query", "iam", "GetRole", "RoleName", "none", want=1)
        assert "Arn>arn:aws:iam::" in run("query", "sts", "GetCallerIdentity")

        logs = aws.client("logs", **keys)
        for i in range(7):
            run("json", "logs", "Logs_20140328.CreateLogGroup",
                json.dumps({"logGroupName": f"group{i}"}))
        assert len(logs.describe_log_groups()["logGroups"]) == 7
        pages = run("json", "logs", "Logs_20140328.DescribeLogGroups", '{"limit":3}', "nextToken")
        names = [[g["logGroupName"] for g in json.loads(line)["logGroups"]]
                 for line in pages.splitlines()]
        assert [len(page) for page in names] == [3, 3, 1], names
        assert sum(names, []) == [f"group{i}" for i in range(7)], names
        again = run("json", "logs", "Logs_20140328.CreateLogGroup", '{"logGroupName":"group0"}',
                    want=1)
        assert "logs CreateLogGroup: ResourceAlreadyExistsException" in again, again

        denied = run("json", "glue", "AWSGlue.GetDatabases", "{}", want=1)
        assert "glue:GetDatabases" in denied and ":user/u" in denied and "denied" in denied, denied
        wrong = run("query", "sts", "GetCallerIdentity", want=1, secret="wrong")
        assert "SignatureDoesNotMatch" in wrong, wrong
        wrong = run("s3", "GET", "bucket", "/", "list-type=2", "", want=1, secret="wrong")
        assert "SignatureDoesNotMatch" in wrong, wrong
    print("PASS: S3, IAM, STS, Glue and CloudWatch Logs at moto")


main()
