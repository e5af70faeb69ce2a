#!/bin/sh
# The AWS CLI against `fiat mock`: AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_STS and keys from the
# environment.
# usage: client_mock_awscli.sh PYTHON     which has the package awscli
set -eu
python=$1
export AWS_RETRY_MODE=standard AWS_MAX_ATTEMPTS=1 AWS_DEFAULT_OUTPUT=text
export AWS_CLI_BINARY_FORMAT=raw-in-base64-out AWS_DEFAULT_REGION=eu-west-1

die() {
    echo "awscli: $*" >&2
    exit 1
}

aws() {
    "$python" -m awscli "$@"
}

failed=$(aws firehose put-record-batch --delivery-stream-name one --query FailedPutCount \
    --records '[{"Data":"a"},{"Data":"b"}]')
[ "$failed" = 0 ] || die "FailedPutCount is $failed"
status=$(aws firehose describe-delivery-stream --delivery-stream-name one \
    --query DeliveryStreamDescription.DeliveryStreamStatus)
[ "$status" = ACTIVE ] || die "odd description: $status"
names=$(aws firehose list-delivery-streams --query DeliveryStreamNames)
[ "$names" = one ] || die "odd list: $names"
if aws firehose describe-delivery-stream --delivery-stream-name other 2>"$HOME/err"; then
    die "there is no stream other"
fi
grep -q '(ResourceNotFoundException)' "$HOME/err" || die "odd error: $(cat "$HOME/err")"
key=$(aws sts assume-role --role-arn arn:aws:iam::123456789012:role/writer \
    --role-session-name test --query Credentials.AccessKeyId)
case $key in ASIAMOCK*) ;; *) die "odd key of a role: $key" ;; esac
echo "$(aws --version 2>&1 | cut -d' ' -f1) and the mock: records, streams, a role"
