fiat init >made 2>&1
fiat log Example --to local:data </dev/null
fiat log Example --to local:data --quiet </dev/null
