# Schemas that are wrong, or not there.
echo '{}' >any.json
fails 2 fiat schema validate any.json
fails 2 fiat schema validate --schema missing.json any.json
printf '{\n  "type": "strin"\n}' >type.json
fails 2 fiat schema validate --schema type.json any.json
printf '{\n  "type": "string' >cut.json
fails 2 fiat schema validate --schema cut.json any.json
echo '{"$ref": "#/$defs/nothing"}' >ref.json
fails 2 fiat schema validate --schema ref.json any.json
mkdir folder
fails 2 fiat schema validate --schema folder any.json
fails 2 fiat schema validate --schema cut.json --draft 5 any.json
fiat schema validate --schema - any.json <any.json
