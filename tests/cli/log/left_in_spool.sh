# With a spool, what is not delivered is not lost, and the summary says so.
fiat init >made 2>&1
mkdir data
echo 'in the way' >data/Example
export FIAT_SPOOL=async FIAT_SPOOL_DIR=spool
printf '%s\n' '{"customer": "c-1", "action": "order"}' >event
fails 1 fiat log Example --to local:data --timeout=1 event 2>messages
tail -1 messages
fails 1 fiat log Example --to local:data --timeout=1 --json event 2>messages
