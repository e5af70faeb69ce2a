# From stdin to objects in a folder.
fiat init >made 2>&1
for i in 1 2 3; do echo "{\"customer\": \"c-$i\", \"action\": \"order\"}"; done |
    fiat log Example --to local:data
find data -type f | sort
zcat data/Example/*/*/*/*/*.gz
[ ! -e Example.rejected.jsonl ]
