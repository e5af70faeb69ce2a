# What was delivered, judged afterwards by the schema that judged it at the call: objects as Firehose
# writes them, several events each, with the stamps. Then one whose producer had no schema.
fiat init >made 2>&1
for action in search order return; do
    echo "{\"customer\": \"c-1\", \"action\": \"$action\"}"
done | FIAT_HOST=h fiat log Example --to local:data --quiet
zcat data/Example/*/*/*/*/*.gz >lines
fiat schema validate --schema Example --assert-formats --lines data/Example/*/*/*/*/*.gz
sed 's/"order"/"ordre"/' lines | gzip >object.gz
fails 1 fiat schema validate --schema Example --lines object.gz
fails 1 fiat schema validate --schema Example --lines --json object.gz 2>again
# By its name alone it is one document; the hint says how to read lines.
fails 1 fiat schema validate --schema Example object.gz
