# Samples that are no JSON, no objects, or not there; what is not overwritten.
printf '{"a": 1}\n{"a": 1,}\n\n{"a": null}\r\n' >some.jsonl
fails 3 fiat schema infer some.jsonl
fails 1 fiat schema infer </dev/null
fails 1 fiat schema infer missing.jsonl
fails 1 fiat schema infer .
awk 'BEGIN { for (i = 0; i < 9; i++) print "{" }' >none.jsonl
fails 1 fiat schema infer none.jsonl
# One document in a .json file; --lines makes it a sample a line.
printf '{\n  "a": [1]\n}\n' >one.json
fiat schema infer one.json
fails 1 fiat schema infer --lines one.json 2>messages
# Samples that are no events.
printf '1\n"x"\n' >values.jsonl
fiat schema infer --output schemas/Value values.jsonl
ls schemas/Value
fails 1 fiat schema infer --columns values.jsonl
echo '[1]' | fiat schema infer >array.json
# Nothing is overwritten without --force, and then nothing at all is written.
fiat schema infer --output schemas/One one.json
rm schemas/One/json_schema.json
fails 1 fiat schema infer --output schemas/One one.json
ls schemas/One
fiat schema infer --force --output schemas/One one.json
fails 2 fiat schema infer --columns --output schemas/One one.json
fails 2 fiat schema infer --map-names=0 one.json
: >file
fails 1 fiat schema infer --output file/x one.json
[ -c /dev/full ]
fails 1 fiat schema infer -q one.json >/dev/full
