# What would be done to a table as Glue has it.
mkdir -p schemas/S
echo '{"properties": {"a": {"type": "integer", "minimum": 0, "maximum": 9}, "b": {"type": "string"}}}' >schemas/S/json_schema.json
echo '{"a": "int", "b": "string"}' >schemas/S/athena.json
echo '{"delivery": {"bucket": "events-bucket"}, "table": {"projection_from": "2026"}}' >schemas/S/stream.json
fiat table create S --dry-run --glue | sed 's/^/{"Table": /; s/$/}/' >live.json
fiat table update S --dry-run --live live.json
# By statements.
echo '{"properties": {"a": {"type": "integer", "minimum": 0, "maximum": 9}, "b": {"type": "string"}, "c": {"type": "string"}, "date": {"type": "string"}}}' >schemas/S/json_schema.json
echo '{"date": "string", "a": "int", "b": "string", "c": "string"}' >schemas/S/athena.json
fiat table update S --dry-run --live live.json --from 2025-06
fiat table update S --dry-run --live live.json --glue
# A column of the type date, a wider type: Athena has no statement for them.
echo '{"a": "bigint", "b": "string"}' >schemas/S/athena.json
fiat table update S -n --live live.json
# Refused.
echo '{"a": "int", "c": "string"}' >schemas/S/athena.json
fails 1 fiat table update S -n --live live.json
fails 2 fiat table update S --live live.json
fails 1 fiat table update S -n --live nosuch.json
