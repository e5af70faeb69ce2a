# Wrong use; what a service is needed for is in tests/integration.
mkdir -p schemas/S
echo '{"properties": {"a": {"type": "string"}}}' >schemas/S/json_schema.json
echo '{"a": "string"}' >schemas/S/athena.json
fails 2 fiat table drop
fails 1 fiat table drop Nosuch
AWS_EC2_METADATA_DISABLED=true AWS_CONFIG_FILE=none AWS_SHARED_CREDENTIALS_FILE=none \
    fails 1 fiat table drop S --region eu-central-1 --endpoint-url http://127.0.0.1:9
