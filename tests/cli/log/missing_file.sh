fiat init >made 2>&1
fiat log Example nosuch.jsonl --to local:data
