# The statements of a stream whose names need mapping and quoting; nothing is called.
mkdir -p schemas/Orders
cat >schemas/Orders/json_schema.json <<'END'
{"type": "object", "properties": {
  "orderId": {"type": "string"}, "user.agent": {"type": "string"}, "order": {"type": "integer", "minimum": 0, "maximum": 9},
  "lines": {"type": "array", "items": {"type": "object", "properties": {"sku": {"type": "string"}, "end": {"type": "string"}}}},
  "labels": {"type": "object", "additionalProperties": {"type": "string"}}, "free": {"type": "object"}}}
END
cat >schemas/Orders/athena.json <<'END'
[{"name": "id", "type": "string"}, {"name": "orderid", "type": "string", "comment": "the shop's"},
 {"name": "user_agent", "type": "string"}, {"name": "order", "type": "int"},
 {"name": "lines", "type": "array<struct<sku:string,end:string>>"}, {"name": "labels", "type": "map<string,string>"},
 {"name": "free", "type": "string", "comment": "JSON text"}]
END
echo '{"stamp": ["id"], "delivery": {"bucket": "shop-events"}, "table": {"projection_from": "2026"}}' >schemas/Orders/stream.json
fiat schema check Orders
fiat table create Orders --dry-run
fiat table create Orders -n --format parquet --database shop --name o2 --from 2026-11-21 --bucket other \
    --prefix 'x/dt=!{timestamp:yyyy-MM-dd}/hour=!{timestamp:HH}/'
fiat table create Orders -n --glue
