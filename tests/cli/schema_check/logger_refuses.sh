# What would keep the logger from opening is a fault, though each file is right by itself.
stream() {
    mkdir -p "schemas/$1"
    echo "$2" >"schemas/$1/json_schema.json"
    echo "$3" >"schemas/$1/stream.json"
    echo '{"id": "string"}' >"schemas/$1/athena.json"
}
stream Array '{"type": "array", "items": {"properties": {"id": {}}}, "properties": {"id": {}}}' '{"stamp": ["id"]}'
stream Closed '{"properties": {"id": {}}, "propertyNames": {"maxLength": 1}}' '{"stamp": ["id"]}'
stream Few '{"properties": {"id": {}, "time": {}}, "maxProperties": 1}' '{"stamp": ["id", "time"]}'
stream Name '{"properties": {"id": {}}}' '{"stamp": ["id"], "delivery_stream": "a b"}'
stream Short '{"properties": {"id": {"maxLength": 3}}}' '{"stamp": ["id"]}'
stream Unset '{"properties": {"id": {}, "app": {}}, "required": ["app"]}' '{"stamp": ["id", "app"]}'
fiat schema check
