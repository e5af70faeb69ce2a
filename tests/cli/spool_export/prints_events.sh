# Events as they would be sent, of all delivery streams or of one; they stay.
fiat init >made 2>&1
mkdir data
echo 'in the way' >data/Example
printf '%s\n' '{"customer": "c-1", "action": "order"}' '{"customer": "c-2", "action": "order"}' |
    FIAT_SPOOL=async FIAT_SPOOL_DIR=spool fails 1 fiat log Example --to local:data --timeout=1 2>messages
fiat spool export spool
fiat spool export --stream Example spool | wc -l
fiat spool export --stream Other spool
