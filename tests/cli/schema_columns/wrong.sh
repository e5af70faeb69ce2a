# No schema, or none that makes columns.
echo '{}' | fails 1 fiat schema columns
echo '{"type": "string"}' | fails 1 fiat schema columns
echo '{' | fails 1 fiat schema columns
echo '{"properties": {"a": {"type": "strin"}}}' | fails 1 fiat schema columns
echo '{"properties": {"a": {}}}' | fails 2 fiat schema columns --write
fails 1 fiat schema columns missing.json
fails 1 fiat schema columns Missing
fails 1 fiat schema columns missing/
fails 2 fiat schema columns --write Audit
fails 2 fiat schema columns a b
