# A sink that takes nothing: exit code 1, and the events are kept for another try.
fiat init >made 2>&1
mkdir data
echo 'in the way' >data/Example
code=0
printf '%s\n' '{"customer": "c-1", "action": "order"}' '{"customer": "c-2", "action": "order"}' |
    fiat log Example --to local:data --timeout=1 2>messages || code=$?
sed 's/^fiat log: not delivered: .*/fiat log: not delivered: REASON/' messages >&2
# The kept events are as they were read, and can be sent again.
sed 's/"message":"[^"]*"/"message":"..."/' Example.rejected.jsonl
exit $code
