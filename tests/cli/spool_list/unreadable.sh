# A file that cannot be read is shown, left where it is, and in nobody's way.
fiat init >made 2>&1
mkdir data
echo 'in the way' >data/Example
printf '%s\n' '{"customer": "c-1", "action": "order"}' '{"customer": "c-2", "action": "order"}' |
    FIAT_SPOOL=async FIAT_SPOOL_DIR=spool fails 1 fiat log Example --to local:data --timeout=1 2>messages
mkdir spool/0000000000000000.log
: >spool/fork-1-no-folder
fiat spool list spool | sed 's/[0-9]* bytes/N bytes/g; s/  */ /g'
fiat spool list --json spool | sed 's/"bytes":[0-9]*/"bytes":N/g'
fails 3 fiat spool export spool
rm data/Example
fails 1 fiat spool replay spool --to local:data
fiat spool list spool | sed 's/[0-9]* bytes/N bytes/g; s/  */ /g'
rmdir spool/0000000000000000.log
rm spool/fork-1-no-folder
fiat spool replay spool --to local:data
