# References to other documents: found by their $id, by the path beside the schema, by a URI given.
mkdir -p defs/deep 'a folder'
echo '{"$id": "https://example.com/money", "type": "object", "required": ["amount"]}' >defs/money.json
echo '{"type": "string", "minLength": 2}' >defs/deep/name.json
echo '{"type": "integer"}' >'a folder/int=1.json'
cat >schema.json <<'END'
{"properties": {"price": {"$ref": "https://example.com/money"}, "name": {"$ref": "defs/deep/name.json"},
                "n": {"$ref": "urn:x?a=int"}}}
END
echo '{"price": {}, "name": "x", "n": 1.5}' >event.json
integer='urn:x?a=int=a folder/int=1.json'
fails 1 fiat schema validate -s schema.json -a --ref defs --ref "$integer" event.json
# The schema itself is in the folder, too.
fails 1 fiat schema validate -s schema.json -a --ref . --ref "$integer" event.json
fails 1 fiat schema validate -s schema.json -a -r "$integer" -r defs/money.json -r defs/deep/name.json event.json >three
wc -l <three
# Nothing is fetched, and what is named must be there and be right.
fails 2 fiat schema validate -s schema.json event.json
fails 2 fiat schema validate -s schema.json --ref missing.json event.json
fails 2 fiat schema validate -s schema.json --ref defs/money.json --ref defs/money.json event.json
echo '{"type": "strin"}' >defs/deep/name.json
fails 2 fiat schema validate -s schema.json --ref defs --ref "$integer" event.json
echo '{' >defs/deep/name.json
fails 2 fiat schema validate -s schema.json --ref defs --ref "$integer" event.json
echo '{"$schema": "https://example.com/dialect"}' >dialect.json
fails 2 fiat schema validate -s dialect.json event.json
