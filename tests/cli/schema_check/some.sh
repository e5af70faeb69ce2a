# Named streams, the built-in one among them; another folder.
mkdir -p other/S
echo '{}' >other/S/json_schema.json
fiat schema check --schemas other S
fiat schema check Audit
fiat schema check --schemas other S Nosuch ../other/S
