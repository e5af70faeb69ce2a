# needs: sql
# From a schema to columns, to events in a folder, to a query that reads every column.
mkdir -p schemas/Sale
cat >schemas/Sale/json_schema.json <<'END'
{
  "$defs": {"money": {"type": "object", "properties": {"Amount": {"type": "number"}, "currency": {"type": "string"}}}},
  "type": "object",
  "properties": {
    "saleId": {"type": "string"}, "paid": {"type": "boolean"}, "n": {"type": "integer"},
    "few": {"type": "integer", "minimum": 0, "maximum": 9},
    "big": {"type": "integer", "minimum": 0, "maximum": 99999999999999999999},
    "ratio": {"type": ["number", "null"]}, "day": {"type": "string", "format": "date"},
    "at": {"type": "string", "format": "date-time"}, "price": {"$ref": "#/$defs/money"},
    "lines": {"type": "array", "items": {"type": "object", "properties": {"sku": {"type": "string"}, "qty": {"type": "integer"}}}},
    "tags": {"type": "object", "additionalProperties": {"type": "string"}},
    "free": {"type": "object"}, "any": {}
  },
  "required": ["saleId"], "additionalProperties": false
}
END
fiat schema columns Sale --write
cat schemas/Sale/athena.json
fiat schema check Sale
cat >events.jsonl <<'END'
{"saleId": "a", "paid": true, "n": -5, "few": 7, "big": 98765432109876543210, "ratio": 0.5, "day": "2026-11-21", "at": "2026-11-21T12:00:00+01:00", "price": {"Amount": 9.25, "currency": "EUR"}, "lines": [{"sku": "x", "qty": 2}, {"sku": "y", "qty": 1}], "tags": {"team": "shop"}, "free": {"deep": [1, {"a": null}]}, "any": [1, "two"]}
{"saleId": "b", "ratio": null, "lines": []}
END
fiat schema validate --schema schemas/Sale --assert-formats events.jsonl
fiat log Sale events.jsonl --to local:data -q
fiat query --local data -f jsonl 'SELECT saleid, paid, n, few, big, ratio, day, price.amount AS amount,
  lines[1].sku AS sku, len(lines) AS lines, tags, free, "any" FROM Sale ORDER BY saleid'
fiat query --local data -f csv "SELECT \"at\" LIKE '%T12:00:00%' AS at_is_text, price FROM Sale WHERE paid"
