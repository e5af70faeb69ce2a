# The life of a table at the local engine, which speaks Athena and no Glue.
mkdir -p schemas/Orders
files() {
    echo "{\"properties\": {\"orderId\": {\"type\": \"string\"}, \"n\": {\"type\": \"integer\"}$1}}" >schemas/Orders/json_schema.json
    echo "{\"orderid\": \"string\", \"n\": \"$2\"$3}" >schemas/Orders/athena.json
}
files '' bigint ''
echo '{"delivery": {"bucket": "events-bucket"}, "table": {"projection_from": "2026-11"}}' >schemas/Orders/stream.json
export AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local AWS_REGION=eu-west-1
fiat local --data data --port 0 --port-file port >engine.log 2>&1 &
engine=$!
trap 'kill $engine 2>/dev/null || true' EXIT
for try in $(seq 100); do
    [ ! -s port ] || break
    sleep 0.1
done
export AWS_ENDPOINT_URL="http://127.0.0.1:$(cat port)"
fails 1 fiat table check Orders
fiat table create Orders
fiat table create Orders
fiat table show Orders | grep -e TABLE -e mapping -e range
files ', "coupon": {"type": "string"}' bigint ', "coupon": "string"'
fails 1 fiat table check Orders
fiat table update Orders
fiat table check Orders
# What takes the Glue catalogue is not done here; nor is what would break readers.
files ', "coupon": {"type": "string"}, "newOne": {"type": "string"}' bigint ', "coupon": "string", "newone": "string"'
fails 1 fiat table update Orders
files '' bigint ''
fails 1 fiat table update Orders
fails 2 fiat table drop Orders
fiat table drop Orders --yes
fiat table drop Orders --yes
kill $engine
wait $engine || cat engine.log
