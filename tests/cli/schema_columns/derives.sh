# Columns of a stream, of a file, of stdin; what cannot be a column; what is stamped.
mkdir -p schemas/Orders
cat >schemas/Orders/json_schema.json <<'END'
{
  "$defs": {"node": {"type": "object", "properties": {"v": {"type": "integer"}, "next": {"$ref": "#/$defs/node"}}}},
  "type": "object",
  "properties": {
    "orderId": {"type": "string", "format": "uuid"}, "ORDERID": {}, "x-y": {"type": "string"},
    "day": {"type": ["string", "null"], "format": "date"}, "at": {"type": "string", "format": "date-time"},
    "count": {"type": "integer"}, "few": {"type": "integer", "minimum": 0, "maximum": 9},
    "list": {"$ref": "#/$defs/node"}, "any": true, "mixed": {"type": ["string", "integer"]},
    "tags": {"type": "object", "additionalProperties": {"type": "string"}}
  },
  "allOf": [{"properties": {"extra": {"const": true}}}]
}
END
fiat schema columns Orders
fiat schema columns --timestamps - <schemas/Orders/json_schema.json 2>messages | grep '"at"'
echo '{"stamp": ["id", "time", "tags"]}' >schemas/Orders/stream.json
fiat schema columns --write schemas/Orders/ 2>messages
head -n 5 schemas/Orders/athena.json
fiat schema check Orders
# Nothing is overwritten without --force.
fails 1 fiat schema columns --write Orders 2>messages
tail -n 1 messages
fiat schema columns --write --force schemas/Orders/json_schema.json 2>messages
head -n 5 schemas/Orders/athena.json
