# The modes and their exit codes: 0 compatible, 1 not, 3 undecided.
echo '{"type": "integer"}' >narrow.json
echo '{"type": "number"}' >wide.json
echo '{"type": "string"}' >other.json
echo '{"type": "string", "pattern": "^(a|b)$"}' >pattern.json
echo '{"type": "string", "pattern": "^[ab]$"}' >pattern2.json
fiat schema diff narrow.json wide.json
fails 1 fiat schema diff --mode forward narrow.json wide.json
fails 1 fiat schema diff --mode FULL narrow.json wide.json
fails 3 fiat schema diff pattern.json pattern2.json
# Against every earlier version.
fiat schema diff --mode BACKWARD_ALL narrow.json wide.json wide.json
fails 1 fiat schema diff other.json narrow.json wide.json
fails 1 fiat schema diff --mode full_transitive --json narrow.json wide.json wide.json
# A format counts, as it does in the logger, unless it shall not.
echo '{"type": "string", "format": "date"}' >date.json
fails 1 fiat schema diff other.json date.json
fiat schema diff --ignore-formats other.json date.json
# A stream's folder and name, and stdin.
fiat init >made 2>&1
fiat schema diff schemas/Example Example
fiat schema diff - schemas/Example <schemas/Example/json_schema.json
