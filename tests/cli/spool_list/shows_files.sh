# What a logger left, as text and as JSON; nothing changes.
fiat init >made 2>&1
mkdir data
echo 'in the way' >data/Example
printf '%s\n' '{"customer": "c-1", "action": "order"}' '{"customer": "c-2", "action": "order"}' |
    FIAT_SPOOL=async FIAT_SPOOL_DIR=spool fails 1 fiat log Example --to local:data --timeout=1 2>messages
bytes='s/[0-9]* bytes/N bytes/; s/  */ /g'
fiat spool list spool | sed "$bytes"
fiat spool list --json spool | sed 's/"bytes":[0-9]*/"bytes":N/g'
