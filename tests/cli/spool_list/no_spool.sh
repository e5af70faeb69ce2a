# A folder that is no spool is refused, and nothing is left in it; an empty spool is one.
fiat init >made 2>&1
mkdir other
echo 'of another program' >other/lock
for command in list export 'replay --to stdout'; do
    fails 1 fiat spool $command other
done
ls other
cat other/lock
mkdir empty
fails 1 fiat spool list empty
printf '%s\n' '{"customer": "c-1", "action": "order"}' |
    FIAT_SPOOL=async FIAT_SPOOL_DIR=spool fiat log Example --to local:data
fiat spool list spool
fiat spool export spool
fiat spool replay spool --to stdout
# A copy of a spool's segments is one as well.
mkdir copy
: >copy/00000000000000a1.log
fiat spool list copy
