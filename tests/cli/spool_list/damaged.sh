# A damaged segment is shown as such, and one that was set apart.
fiat init >made 2>&1
mkdir data
echo 'in the way' >data/Example
printf '%s\n' '{"customer": "c-1", "action": "order"}' '{"customer": "c-2", "action": "order"}' |
    FIAT_SPOOL=async FIAT_SPOOL_DIR=spool fails 1 fiat log Example --to local:data --timeout=1 2>messages
printf x | dd of=spool/0000000000000001.log bs=1 seek=60 conv=notrunc 2>dd
mkdir spool/quarantine
cp spool/0000000000000001.log spool/quarantine/old.log
printf torn >>spool/quarantine/old.log
fiat spool list spool | sed 's/[0-9]* bytes/N bytes/g; s/  */ /g'
fiat spool export spool 2>said | sed 's/"id":"[^"]*"/"id":"..."/'
sed 's/[0-9]* bytes/N bytes/' said >&2
