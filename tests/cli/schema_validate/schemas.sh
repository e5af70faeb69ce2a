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
# In draft 4 minimum goes with a boolean exclusiveMinimum, in 2020-12 that is refused.
echo '{"minimum": 1, "exclusiveMinimum": true}' >draft4.json
echo 1 >one.json
fails 1 fiat schema validate --schema draft4.json --draft 4 one.json
fails 2 fiat schema validate --schema draft4.json --draft=2020-12 one.json
fiat schema validate --schema - any.json <any.json
# A stream's name: of a folder, or built in.
mkdir -p schemas/Small
echo '{"type": "integer"}' >schemas/Small/json_schema.json
fails 1 fiat schema validate --schema Small any.json
fails 1 fiat schema validate --schema Audit any.json
