# What could be read is delivered, and the command fails.
fiat init >made 2>&1
for i in $(seq 1000); do echo "{\"customer\": \"$i\", \"action\": \"order\"}"; done | gzip -1 >whole.gz
head -c "$(($(wc -c <whole.gz) / 2))" whole.gz >part.gz
fails 1 fiat log Example part.gz --to local:data --json >summary
grep -c '"refused":0,"maybe":0,"not_delivered":0' summary
sed 's/.*"delivered":\([0-9]*\),.*/\1/' summary | awk '{ print ($1 > 100 && $1 < 1000) ? "part of it" : $0 }'
