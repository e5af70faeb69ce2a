mkdir -p schemas/S
echo '{"properties": {"a": {"type": "string"}}}' >schemas/S/json_schema.json
echo '{"a": "int"}' >schemas/S/athena.json
fiat schema check --json
