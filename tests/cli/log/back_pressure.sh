# Ten times more than the queue may hold.
fiat init >made 2>&1
pad=$(head -c 1000 /dev/zero | tr '\0' x)
for i in $(seq 10000); do
    echo "{\"customer\": \"$i\", \"action\": \"order\", \"details\": {\"x\": \"$pad\"}}"
done >events
FIAT_QUEUE_MAX_BYTES=1048576 fiat log Example events --to local:data
zcat data/Example/*/*/*/*/*.gz | wc -l
