# One document: the first failure, all of them, as JSON, and quietly; a folder as the schema.
fiat init >made 2>&1
cat >order.json <<'END'
{
  "id": "x",
  "time": "2026-11-21T12:00:00Z",
  "customer": "ü",  "action": "ordre",
  "amount": -3
}
END
echo '{"id": "x", "time": "t", "customer": "c", "action": "order"}' >good.json
fiat schema validate --schema schemas/Example good.json
fails 1 fiat schema validate --schema schemas/Example/json_schema.json order.json
fails 1 fiat schema validate -s schemas/Example -a --assert-formats order.json
fails 1 fiat schema validate -s schemas/Example -a --assert-formats --json order.json
fails 1 fiat schema validate -s schemas/Example -q order.json
fails 1 fiat schema validate -s schemas/Example -a --max-errors=1 order.json
# The same by way of stdin, twice.
fails 1 fiat schema validate -s schemas/Example <order.json
fiat schema validate -s schemas/Example - <good.json
