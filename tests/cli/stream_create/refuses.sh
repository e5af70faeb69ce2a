# Bad input of each kind is refused before anything is called: nothing listens at this address.
AWS_REGION=eu-central-1 AWS_ENDPOINT_URL=http://127.0.0.1:9
export AWS_REGION AWS_ENDPOINT_URL
fiat init >/dev/null 2>&1
fails 2 fiat stream create
fails 2 fiat stream create Example --bucket
fails 2 fiat stream create Example --json
fails 1 fiat stream create Exampel --bucket b-1
fails 1 fiat stream create Example
fails 2 fiat stream create Example --bucket arn:aws:s3:::b
fails 2 fiat stream create Example --bucket b-1 --newline yes
fails 2 fiat stream create Example --bucket b-1 --tag team
fails 1 fiat stream create Example --bucket b-1 --prefix '!{partitionKeyFromQuery:c}/'
fails 1 fiat stream create Example --bucket b-1 --parquet-enabled true --compression GZIP \
    --buffer-mb 1
fails 1 fiat stream create Example --bucket b-1 --encryption KMS \
    --source-kinesis arn:aws:kinesis:eu-central-1:123456789012:stream/in
settings() {
    echo "$1" >schemas/Example/stream.json
    fails 1 fiat stream create Example --bucket b-1 --dry-run
}
settings '{"delivery": {"bucket": "b-1"'
settings '{"delivery": {"bufer_mb": 1}}'
settings '{"delivery": {"buffer_mb": "1", "transform": {"lamda": ""}}}'
settings '{"delivery": []}'
rm schemas/Example/stream.json
echo '{"deliverey": {}}' >schemas/stream.json
fails 1 fiat stream create Example --bucket b-1 --dry-run
rm schemas/stream.json
mv schemas/Example "schemas/not a name"
fails 1 fiat stream create 'not a name' --bucket b-1 --dry-run
