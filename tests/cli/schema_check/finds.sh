# Faults and notes of every kind.
mkdir -p schemas/Bad schemas/Empty schemas/Good schemas/Broken
cat >schemas/Bad/json_schema.json <<'END'
{"type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "integer"}, "host": {"type": "integer"}, "extra": {}},
 "additionalProperties": false}
END
echo '{"a": "int", "b": "int", "c": "string"}' >schemas/Bad/athena.json
echo '{"stamp": ["id", "host", "hots"], "delivry": {}}' >schemas/Bad/stream.json
echo '{"type": "strin"}' >schemas/Broken/json_schema.json
echo '{"a": "integer"}' >schemas/Broken/athena.json
echo '[]' >schemas/Broken/stream.json
echo '{"properties": {"a": {"type": "string"}}}' >schemas/Good/json_schema.json
echo '{"a": "string", "id": "string"}' >schemas/Good/athena.json
echo '{"stamp": ["id"]}' >schemas/Good/stream.json
fiat schema check
