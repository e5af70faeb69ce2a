# A setting of the logger that does not go with a spool is not in the way.
fiat init >made 2>&1
printf '%s\n' '{"customer": "c-1", "action": "order"}' >event
FIAT_SPOOL=async FIAT_SPOOL_DIR=spool fiat log Example --to local:data event
FIAT_SPOOL=async FIAT_SPOOL_DIR=spool FIAT_QUEUE_FULL=evict fails 1 fiat log Example --to local:data event
FIAT_QUEUE_FULL=evict fiat spool replay spool --to stdout
