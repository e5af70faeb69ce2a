fiat init >made 2>&1
printf '%s\n' '{"customer": "c-1", "action": "order"}' '{}' >events
fails 3 fiat log Example events --to local:data --json 2>messages
printf '%s\n' '{"customer": "c-1", "action": "order"}' | fiat log Example --to local:data --json
