# What cannot be delivered stays.
fiat init >made 2>&1
mkdir data
echo 'in the way' >data/Example
printf '%s\n' '{"customer": "c-1", "action": "order"}' '{"customer": "c-2", "action": "order"}' |
    FIAT_SPOOL=async FIAT_SPOOL_DIR=spool fails 1 fiat log Example --to local:data --timeout=1 2>messages
fails 1 fiat spool replay spool --to local:data --timeout=1 2>again
sed 's/^fiat spool replay: .*/fiat spool replay: REASON/' again | tail -1
fiat spool list spool | tail -1 | sed 's/[0-9]* bytes/N bytes/'
[ -e Example.rejected.jsonl ] || echo 'nothing in the reject file'
