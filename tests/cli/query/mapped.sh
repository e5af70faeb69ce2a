# Columns whose properties have names that SQL's do not take, as Athena's table maps them.
mkdir -p schemas/S
echo '{"properties": {"user.agent": {"type": "string"}, "Order-Id": {"type": "integer"},
  "place": {"type": "object"}}}' >schemas/S/json_schema.json
echo '{"user_agent": "string", "order_id": "bigint", "place": "string"}' >schemas/S/athena.json
fiat schema check S
echo '{"user.agent": "curl", "Order-Id": 7, "place": {"x-y": "here"}}' | fiat log S --to local:data -q
fiat query --local data 'SELECT user_agent, order_id, place FROM S' --json
