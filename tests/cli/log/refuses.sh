# What is refused goes to a file, with the reason; the rest is delivered; exit code 3.
fiat init >made 2>&1
cat >events <<'END'
{"customer": "c-1", "action": "order"}
{"customer": "c-2", "action": "steal"}
{"customer": "c-3"
["no object"]
{"customer": "c-4", "action": "order", "customer": "twice"}
{"customer": "c-5", "action": "order", "id": "mine"}
{"customer": "c-6", "action": "order", "amount": -1}
{"customer": "c-7", "action": "order"}
END
code=0
fiat log Example events --to local:data --reject bad.jsonl || code=$?
cat bad.jsonl
zcat data/Example/*/*/*/*/*.gz
exit $code
