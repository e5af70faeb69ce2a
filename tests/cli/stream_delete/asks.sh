# Without a terminal to ask on, and without --yes, nothing is deleted.
fiat local --data data --port 0 --port-file port --auto-create >log 2>&1 &
pid=$!
while [ ! -s port ]; do sleep 0.05; done
AWS_ENDPOINT_URL=http://127.0.0.1:$(cat port)
export AWS_ENDPOINT_URL AWS_REGION=us-east-1 AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local
fiat init >/dev/null 2>&1
fiat stream create Example --bucket my-events
fails 2 fiat stream delete Example </dev/null
fiat stream list
kill $pid
wait $pid
fiat stream delete --help
