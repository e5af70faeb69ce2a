# Each sort of change, with its path and a value that shows it; as JSON too.
cat >v1.json <<'END'
{"type": "object",
 "properties": {
  "id": {"type": "string"},
  "state": {"enum": ["new", "done"]},
  "count": {"type": "integer", "maximum": 10},
  "lines": {"type": "array", "items": {"type": "object", "properties": {"sku": {"type": "string"}}}},
  "code": {"type": "string", "pattern": "^[a-z]+$"},
  "gone": {"type": "string"}},
 "required": ["id", "state"],
 "additionalProperties": false}
END
cat >v2.json <<'END'
{"type": "object",
 "properties": {
  "id": {"type": "string", "maxLength": 20},
  "state": {"enum": ["new", "failed"]},
  "count": {"type": ["number", "null"], "maximum": 10},
  "lines": {"type": "array", "items": {"type": "object", "properties": {"sku": {"type": "integer"}}}},
  "code": {"type": "string", "pattern": "^[a-z]*$"},
  "mail": {"type": "string", "format": "email"}},
 "required": ["id", "count"],
 "additionalProperties": false}
END
fails 1 fiat schema diff v1.json v2.json
fails 1 fiat schema diff --json v1.json v2.json
fails 1 fiat schema diff --mode FORWARD v1.json v2.json
fails 1 fiat schema diff --quiet v1.json v2.json
fiat schema diff --mode NONE v1.json v2.json
# The same thing said in another way is no difference.
echo '{"type": ["string", "null"], "maxLength": 3}' >union.json
echo '{"anyOf": [{"type": "null"}, {"$ref": "#/$defs/s"}], "$defs": {"s": {"type": "string", "maxLength": 3.0}}}' >any.json
fiat schema diff --mode FULL union.json any.json
