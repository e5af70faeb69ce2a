# The sink stdout shows events as they would be stored.
fiat init >made 2>&1
echo '{"customer": "c-1", "action": "order"}' | fiat log Example --to stdout --quiet
fails 2 fiat log Example --to stdout --json
