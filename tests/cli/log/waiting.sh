# What cannot be delivered for now is said after about two seconds, once, and not every time.
fiat init >made 2>&1
mkdir data
echo 'in the way' >data/Example
echo '{"customer": "c-1", "action": "order"}' >event
fails 1 fiat log Example event --to local:data --timeout=4
# --quiet keeps quiet.
fails 1 fiat log Example event --to local:data --timeout=3 --quiet
# A signal ends the waiting; what was read goes to the reject file.
rm Example.rejected.jsonl
touch messages
fiat log Example event --to local:data 2>messages &
pid=$!
while ! grep -q waiting messages; do sleep 0.1; done
kill -INT $pid
wait $pid || echo "exit code $?"
cat messages >&2
wc -l <Example.rejected.jsonl
