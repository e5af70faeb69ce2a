# A server that is not all of AWS: what it does not offer is no fault of the project.
fiat init >/dev/null 2>&1
fiat local --data data --port 0 --port-file port --auto-create >/dev/null &
for _ in $(seq 400); do
    [ -s port ] && break
    sleep 0.05
done
trap 'kill $!; wait $!' EXIT
export AWS_ENDPOINT_URL="http://127.0.0.1:$(cat port)" AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local
export AWS_REGION=us-east-1 AWS_EC2_METADATA_DISABLED=true
echo '{"customer": "c-1", "action": "order"}' | fiat log Example 2>/dev/null
fiat doctor Example | sed "s/:$(cat port)/:PORT/" | grep -v '^ok *\(settings\|spool\)'
