# What would be sent: the defaults, then settings of both files and of options.
fiat init >/dev/null 2>&1
AWS_REGION=eu-central-1
export AWS_REGION
fiat stream create Example --bucket my-events --dry-run
cat >schemas/stream.json <<'END'
{"delivery": {"bucket": "project-events", "buffer_seconds": 300, "tags": {"team": "NTA"}}}
END
cat >schemas/Example/stream.json <<'END'
{"delivery_stream": "orders-v2", "delivery": {"buffer_seconds": 120, "newline": true,
  "transform": {"lambda": "arn:aws:lambda:eu-central-1:123456789012:function:judge"}}}
END
echo 'stream.prefix = dev-' >fiat.conf
fiat stream create Example --dry-run --json --create-bucket --create-role --buffer-mb 2 \
    --role arn:aws:iam::123456789012:role/writer --tag owner=me | jq -c '.[] | .operation, .input'
# A Parquet table is delivered to as Parquet.
echo '{"table": {"format": "parquet", "database": "events"}}' >schemas/Example/stream.json
fiat stream create Example --dry-run --json --role arn:aws:iam::123456789012:role/writer |
    jq -c '.[-1].input.ExtendedS3DestinationConfiguration
        | [.BufferingHints, .CompressionFormat, .DataFormatConversionConfiguration]'
