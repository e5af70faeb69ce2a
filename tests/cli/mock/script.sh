# An event meets two faults, arrives in the end, and the books say so.
fiat init >/dev/null 2>&1
echo 'throttle
reset-taken' >faults
fiat mock --script faults --url-file url --output taken >out &
pid=$!
while [ ! -s url ]; do sleep 0.05; done
AWS_ENDPOINT_URL=$(cat url)
export AWS_ENDPOINT_URL AWS_REGION=us-east-1 AWS_ACCESS_KEY_ID=mock AWS_SECRET_ACCESS_KEY=mock
echo '{"customer": "c-1", "action": "order"}' | fiat log Example
kill $pid
wait $pid
sed -n 's/http.*:[0-9]* AWS_REGION/URL AWS_REGION/; s/http.*/URL/; 1p' out
sed -n 2p out | jq -c "[.records, .faults]"
jq -r .action taken
