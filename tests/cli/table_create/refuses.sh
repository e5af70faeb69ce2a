# Bad input of each kind, with its exit code.
mkdir -p schemas/S
schema() {
    echo "$1" >schemas/S/json_schema.json
}
columns() {
    echo "$1" >schemas/S/athena.json
}
create() {
    code=0
    fiat table create S --dry-run --bucket events-bucket --from 2026 "$@" >/dev/null || code=$?
    echo "exit $code"
}
create # no athena.json
columns '{"a": "string"}'
create # no json_schema.json
schema '{"properties": {"a": {}, "b": {}}'
create # no JSON
schema '{"properties": {"a": {}, "b": {"type": "string"}}}'
columns '{"a": "string", "b": "int", "c": "string"}'
create # a column without a property, and one of a wrong type
columns '{"a": "strin"}'
create
columns '{"a": "string", "a.b": "string"}'
create
columns '{"a": "string"}'
create --format orc
create --database My-DB
create --name ''
create --from May
create --output-location here
create --bucket 'Not A Bucket'
create --prefix '!{firehose:random-string}/'
create --prefix 'logs/!{timestamp:yyyy/MM/dd/HH}'
echo '{"stamp": ["idd"]}' >schemas/S/stream.json
create
echo '{"table": {"databas": "x"}}' >schemas/S/stream.json
create
echo '{"table": {"database": 1}}' >schemas/S/stream.json
create
echo '{"delivery": {"prefixx": "x"}}' >schemas/S/stream.json
create
rm schemas/S/stream.json
echo '{"tabel": {}}' >schemas/stream.json
create
rm schemas/stream.json
schema '{"properties": {"datehour": {"type": "string"}}}'
columns '{"datehour": "string"}'
create
schema '{"properties": {"a-b": {}, "c": {"type": "object", "properties": {"a b": {}}}}}'
columns '{"a_b": "string", "c": "struct<a_b:string>"}'
create
fails 1 fiat table create Nosuch --dry-run --bucket events-bucket
fails 1 fiat table create S --dry-run
fails 2 fiat table create
fails 2 fiat table create S T
