# Against an answer of Glue's in a file; nothing is called.
mkdir -p schemas/S
echo '{"properties": {"a": {"type": "integer", "minimum": 0, "maximum": 9}, "b": {"type": "string"}, "s": {"properties": {"x": {"type": "string"}}, "type": "object"}}}' >schemas/S/json_schema.json
echo '{"a": "int", "b": "string", "s": "struct<x:string>"}' >schemas/S/athena.json
echo '{"delivery": {"bucket": "events-bucket"}, "table": {"projection_from": "2026"}}' >schemas/S/stream.json
fiat table create S --dry-run --glue | sed 's/^/{"Table": /; s/$/}/' >live.json
fiat table check S --live live.json
fiat table check S --live live.json --json
# Only what update does: a new column, a wider type, a longer struct, an earlier start.
echo '{"properties": {"a": {"type": "integer"}, "b": {"type": "string"}, "newOne": {"type": "string"}, "s": {"properties": {"x": {"type": "string"}, "y": {"type": "string"}}, "type": "object"}}}' >schemas/S/json_schema.json
echo '{"a": "bigint", "b": "string", "newone": "string", "s": "struct<x:string,y:string>"}' >schemas/S/athena.json
fails 1 fiat table check S --live live.json --from 2025
# What would break readers.
echo '{"a": "string", "s": "string"}' >schemas/S/athena.json
fails 1 fiat table check S --live live.json --prefix other/ --format parquet
fails 1 fiat table check S --live live.json --json
# No verdict.
fails 2 fiat table check S --live nosuch.json
echo '{"Table": {}}' >bad.json
fails 2 fiat table check S --live bad.json
fails 2 fiat table check Nosuch --live live.json
