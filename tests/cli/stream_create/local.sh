# Against the local engine: made, there, changed, written to, shown, deleted; data stays.
fiat init >/dev/null 2>&1
fiat local --data data --port 0 --port-file port >log 2>&1 &
pid=$!
while [ ! -s port ]; do sleep 0.05; done
AWS_ENDPOINT_URL=http://127.0.0.1:$(cat port)
export AWS_ENDPOINT_URL AWS_REGION=us-east-1 AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local
fiat stream create Example --bucket my-events
fiat stream create Example --bucket my-events
fails 1 fiat stream create Example --bucket my-events --buffer-seconds 120 --tag team=NTA
fails 1 fiat stream create Example --bucket my-events --compression ZIP 2>&1
fiat stream update Example --bucket my-events --buffer-seconds 120 --tag team=NTA
fiat stream update Example --bucket my-events --buffer-seconds 120 --tag team=NTA
fails 3 fiat stream update Example --bucket my-events --buffer-seconds 120 --encryption NONE
fiat stream status Example
fiat stream status Example --json | jq -c '.description | .VersionId, .Destinations[0].DestinationId'
fiat stream list
echo '{"customer": "c-1", "action": "order"}' | fiat log Example >/dev/null 2>&1
fiat stream delete Example --yes
fiat stream list --json
fails 1 fiat stream status Example 2>&1 | sed 's/ (request .*//'
fails 1 fiat stream update Example --bucket my-events
kill $pid
wait $pid
find data/my-events -name '*.gz' | sed 's|/Example-.*|/OBJECT|'
