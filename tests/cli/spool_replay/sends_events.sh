# Once the way is free, what was left is delivered, once.
fiat init >made 2>&1
mkdir data
echo 'in the way' >data/Example
printf '%s\n' '{"customer": "c-1", "action": "order"}' '{"customer": "c-2", "action": "order"}' |
    FIAT_SPOOL=async FIAT_SPOOL_DIR=spool fails 1 fiat log Example --to local:data --timeout=1 2>messages
rm data/Example
fiat spool replay spool --to local:data
cat data/Example/*/*/*/*/*.gz | gzip -dc
fiat spool list spool
fiat spool replay spool --to local:data
[ -e spool.refused.jsonl ] || echo 'nothing was refused, and no file says so'
