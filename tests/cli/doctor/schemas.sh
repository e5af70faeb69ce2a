# Files that disagree, a stream that is not there, a folder that is not there, one without streams.
export FIAT_AWS_REGION=eu-central-1
mkdir -p schemas/Bad schemas/Noted
echo '{"properties": {"a": {"type": "string"}}}' >schemas/Bad/json_schema.json
echo '{"a": "int"}' >schemas/Bad/athena.json
echo '{"stamp": ["id"], "delivry": {}}' >schemas/Bad/stream.json
echo '{"properties": {"a": {"type": "string"}}}' >schemas/Noted/json_schema.json
fails 1 fiat doctor --offline
fails 1 fiat doctor --offline Noted Nosuch
mkdir empty
fiat doctor --offline --schemas empty
fiat doctor --offline --schemas nosuch
