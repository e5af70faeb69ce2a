# A project in order, without network; the same as JSON.
fiat init . >init.out 2>&1
export AWS_REGION=eu-central-1
echo "spool = async" >>fiat.conf
echo "spool.dir = spool" >>fiat.conf
echo "spool.max.bytes = 1048576" >>fiat.conf
echo "spool.segment.bytes = 65536" >>fiat.conf
fiat doctor --offline
mkdir spool
fiat doctor --offline --json Example
