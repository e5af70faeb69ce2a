# A flag, the stream's file, the project's file, the default: in this order.
mkdir -p schemas/S
echo '{"properties": {"a": {"type": "string"}}}' >schemas/S/json_schema.json
echo '{"a": "string"}' >schemas/S/athena.json
first() {
    fiat table create S -n --from 2026 "$@" | grep -e 'EXTERNAL TABLE' -e "LOCATION '" -e template
}
echo '{"description": "of all", "delivery": {"bucket": "all-events", "prefix": "all/"}, "table": {"database": "events"}}' >schemas/stream.json
first
echo '{"delivery_stream": "S-main", "delivery": {"prefix": null}, "table": {"database": "mine", "name": "s1"}}' >schemas/S/stream.json
first
FIAT_STREAM_PREFIX=dev- first
first --database flagged --name s2 --bucket flagged-events --prefix f/
# Times that are not UTC may be ahead of it; Parquet is what Firehose converts to.
echo '{"delivery": {"time_zone": "Asia/Tokyo", "parquet": {"enabled": true}}}' >schemas/S/stream.json
fiat table create S -n | grep -e NOW -e classification
