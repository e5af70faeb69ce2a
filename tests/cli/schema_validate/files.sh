# Files that are not there, are folders, are empty, cannot be read or are no JSON.
echo '{"type": "object"}' >schema.json
: >empty.json
: >empty.jsonl
echo '{}' >good.json
fails 2 fiat schema validate --schema schema.json missing.json good.json
fails 2 fiat schema validate --schema schema.json .
fails 2 fiat schema validate --schema schema.json good.json/inside
fails 2 fiat schema validate --schema schema.json --max-errors=0 good.json
fails 1 fiat schema validate --schema schema.json empty.json
fiat schema validate --schema schema.json empty.jsonl
printf '\037\213 damaged' >damaged.jsonl.gz
fails 2 fiat schema validate --schema schema.json damaged.jsonl.gz
printf '"\377"' >latin1.json
fails 1 fiat schema validate --schema schema.json latin1.json
awk 'BEGIN { for (i = 0; i < 129; i++) printf "["; print "" }' >deep.json
fails 1 fiat schema validate --schema schema.json deep.json
echo '{"a": 1, "a": 2}' | fails 1 fiat schema validate --schema schema.json
# A line that is longer than lines may be; the one after it is judged.
{ head -c 70000000 /dev/zero | tr '\0' ' ' && printf '\n{}\n'; } >long.jsonl
fails 1 fiat schema validate --schema schema.json long.jsonl
rm long.jsonl
# Whoever reads the output may stop reading.
awk 'BEGIN { for (i = 0; i < 100000; i++) print 1 }' >wrong.jsonl
fiat schema validate --schema schema.json wrong.jsonl | head -n 1
[ -c /dev/full ]
fails 2 fiat schema validate --schema schema.json wrong.jsonl >/dev/full
fails 2 fiat schema validate --schema schema.json empty.json >/dev/full
