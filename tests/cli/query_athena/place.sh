# Where a query runs: built in, the project's file, flags.
fiat query --dry-run 'SELECT 1'
mkdir schemas
cat >schemas/stream.json <<'END'
{"table": {"database": "shop", "workgroup": "mine", "output": "s3://results/", "catalog": "Other"}}
END
fiat query --dry-run 'SELECT 1'
echo "SELECT 'ä \"quoted\"'" >sql
fiat query --dry-run --file sql --database d --workgroup w --catalog c --output-location s3://o/
fiat query --dry-run - <sql
echo '{"table": {"datbase": "shop"}}' >schemas/stream.json
fails 1 fiat query --dry-run 'SELECT 1'
echo '{"table": {"output": "results"}}' >schemas/stream.json
fails 1 fiat query --dry-run 'SELECT 1'
