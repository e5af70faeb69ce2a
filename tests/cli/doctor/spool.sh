# A spool that cannot be used, one in which events wait, one that is full, one with a quarantine.
export FIAT_SPOOL=async FIAT_SPOOL_MAX_BYTES=1048576 FIAT_SPOOL_SEGMENT_BYTES=65536 AWS_REGION=eu-central-1
fails 1 fiat doctor --offline
: >file
FIAT_SPOOL_DIR=file fails 1 fiat doctor --offline
FIAT_SPOOL_DIR=file/spool fails 1 fiat doctor --offline
FIAT_SPOOL_DIR=new/spool fiat doctor --offline
# The largest spool that there may be has no room, but on a disk of that size.
room='may grow by 1048576.0 MiB; make room'
FIAT_SPOOL_DIR=spool FIAT_SPOOL_MAX_BYTES=1099511627776 fiat doctor --offline | grep "$room" >/dev/null ||
    [ "$(df -Pk . | awk 'END { print $4 }')" -gt 1073741824 ]
# Events that wait; a segment set apart, and one that cannot be read; a spool in use; a full one.
fiat init . >made 2>&1
export FIAT_SPOOL_DIR=spool
mkdir data spool
echo 'in the way' >data/Example
printf '%s\n' '{"customer": "c-1", "action": "order"}' '{"customer": "c-2", "action": "order"}' |
    fails 1 fiat log Example --to local:data --timeout=1 2>messages
fiat doctor --offline
mkdir spool/quarantine spool/0000000000000000.log
cp spool/0000000000000001.log spool/quarantine/old.log
fails 1 fiat doctor --offline
rm -r spool/quarantine spool/0000000000000000.log
mkfifo lines
fiat log Example --to local:data --timeout=1 <lines 2>messages &
exec 3>lines
until fiat spool list spool | grep -q 'in use'; do sleep 0.05; done
fiat doctor --offline | sed 's/process [0-9]*/process N/'
exec 3>&-
wait || true
rm -r spool
mkdir spool
: >spool/lock
fiat doctor --offline
: >spool/0000000000000001.log
fiat doctor --offline
head -c 900000 /dev/zero >spool/0000000000000002.log
fiat doctor --offline
head -c 1048576 /dev/zero >spool/0000000000000002.log
fails 1 fiat doctor --offline
