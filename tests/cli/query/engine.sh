# The whole way on one machine: fiat log, Firehose's protocol, the local engine, SQL on its folder.
fiat init >made 2>&1
export AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local AWS_REGION=eu-west-1
fiat local --data data --port 0 --port-file port --auto-create --interval 0 >engine.log 2>&1 &
engine=$!
trap 'kill $engine 2>/dev/null || true' EXIT
for try in $(seq 100); do
    [ ! -s port ] || break
    sleep 0.1
done
export AWS_ENDPOINT_URL="http://127.0.0.1:$(cat port)"
printf '%s\n' '{"customer": "c-1", "action": "order", "amount": 1.5}' \
    '{"customer": "c-2", "action": "order", "amount": 2.5}' | fiat log Example
kill $engine
wait $engine || cat engine.log
find data -name '.*' -prune -o -type f -print
fiat query --local data "SELECT count(*) AS events, sum(amount) AS amount, count(DISTINCT id) AS ids,
  min(datehour) = max(datehour) AS one_hour FROM Example"
