#!/bin/sh
# The AWS CLI against `fiat local`: AWS_ENDPOINT_URL and keys from the environment.
# usage: client_awscli.sh AWS DATA
set -eu
aws=$1 data=$2
name=awscli-stream
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

die() {
    echo "awscli: $*" >&2
    exit 1
}

firehose() {
    AWS_RETRY_MODE=standard AWS_MAX_ATTEMPTS=1 "$aws" --region eu-west-1 --output text firehose "$@"
}

# refused CODE COMMAND...: the command must fail with this error code.
refused() {
    code=$1
    shift
    if firehose "$@" >"$work/out" 2>&1; then die "want $code, but it succeeded: $*"; fi
    grep -q "($code)" "$work/out" || die "want $code, got: $(cat "$work/out")"
}

# The blob parameters of version 1 take raw text, those of version 2 base64 unless told otherwise.
export AWS_CLI_BINARY_FORMAT=raw-in-base64-out

cat >"$work/config.json" <<'END'
{"RoleARN": "arn:aws:iam::123456789012:role/x",
 "BucketARN": "arn:aws:s3:::awscli-bucket",
 "Prefix": "awscli/year=!{timestamp:yyyy}/month=!{timestamp:MM}/",
 "ErrorOutputPrefix": "errors/!{firehose:error-output-type}/",
 "BufferingHints": {"SizeInMBs": 5, "IntervalInSeconds": 900},
 "CompressionFormat": "GZIP"}
END
firehose create-delivery-stream --delivery-stream-name $name \
    --extended-s3-destination-configuration "file://$work/config.json" --tags Key=team,Value=logs >"$work/arn"
grep -q "^arn:aws:firehose:eu-west-1:.*:deliverystream/$name$" "$work/arn" ||
    die "odd ARN: $(cat "$work/arn")"
refused ResourceInUseException create-delivery-stream --delivery-stream-name $name \
    --extended-s3-destination-configuration "file://$work/config.json"

status=$(firehose describe-delivery-stream --delivery-stream-name $name --query \
    'DeliveryStreamDescription.[DeliveryStreamStatus,Destinations[0].ExtendedS3DestinationDescription.CompressionFormat]')
[ "$status" = "$(printf 'ACTIVE\tGZIP')" ] || die "odd description: $status"
firehose list-delivery-streams --query DeliveryStreamNames | tr '\t' '\n' | grep -qx $name ||
    die "$name is not listed"

firehose tag-delivery-stream --delivery-stream-name $name --tags Key=stage,Value=test
firehose untag-delivery-stream --delivery-stream-name $name --tag-keys team
tags=$(firehose list-tags-for-delivery-stream --delivery-stream-name $name --query 'Tags[].[Key,Value]')
[ "$tags" = "$(printf 'stage\ttest')" ] || die "odd tags: $tags"

printf '{"row":1}\n{"row":2}\n{"row":3}\n' >"$work/want"
id=$(firehose put-record --delivery-stream-name $name --query RecordId \
    --record '{"Data":"{\"row\":1}\n"}')
[ ${#id} -gt 10 ] || die "odd RecordId: $id"
failed=$(firehose put-record-batch --delivery-stream-name $name --query FailedPutCount \
    --records '[{"Data":"{\"row\":2}\n"},{"Data":"{\"row\":3}\n"}]')
[ "$failed" = 0 ] || die "FailedPutCount is $failed"

refused ResourceNotFoundException put-record --delivery-stream-name nobody --record Data=x
refused ValidationException put-record --delivery-stream-name 'a b' --record Data=x
AWS_SECRET_ACCESS_KEY=wrong refused InvalidSignatureException list-delivery-streams

firehose delete-delivery-stream --delivery-stream-name $name
tries=0
while firehose describe-delivery-stream --delivery-stream-name $name >"$work/out" 2>&1; do
    tries=$((tries + 1))
    [ $tries -lt 20 ] || die "$name is still there"
    sleep 0.2
done
grep -q '(ResourceNotFoundException)' "$work/out" || die "odd end: $(cat "$work/out")"
find "$data/awscli-bucket" -name "$name-1-*.gz" -path '*/awscli/year=20*/month=*' \
    -exec gzip -dc {} + >"$work/got"
cmp "$work/want" "$work/got" || die "the rows read back are not those put"
echo "$("$aws" --version 2>&1 | cut -d' ' -f1): 3 rows read back equal"
