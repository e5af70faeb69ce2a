# A document a line: numbers of lines, a byte order mark, CRLF, blank lines, gzip, a name inside a
# document that would move the cursor.
echo '{"type": "object", "required": ["a"], "properties": {"a": {"type": "integer"}}}' >schema.json
printf '\357\273\277{"a": 1}\r\n\r\n{"a": "x"}\r\n  \n{"b\\u001b\\n": [1,}\n{"a": 2}' >lines.ndjson
fails 1 fiat schema validate --schema schema.json lines.ndjson
gzip -c lines.ndjson >lines.jsonl.gz
fails 1 fiat schema validate --schema schema.json lines.jsonl.gz
cp lines.ndjson lines.txt
fails 1 fiat schema validate --schema schema.json --lines lines.txt -q
fails 1 fiat schema validate --schema schema.json --lines --fail-fast <lines.txt
# Without --lines it is one document, which ends with its first line.
fails 1 fiat schema validate --schema schema.json lines.txt
# Several files: one summary.
echo '{"a": 1}' >one.json
fails 1 fiat schema validate --schema schema.json one.json lines.ndjson one.json
fiat schema validate --schema schema.json one.json one.json
# 20,000 lines, and no more failures than asked for.
awk 'BEGIN { for (i = 0; i < 20000; i++) print i % 3 ? "{\"a\": 1}" : "{\"a\": 1.5}" }' >many.jsonl
fails 1 fiat schema validate --schema schema.json --max-errors=2 many.jsonl
fails 1 fiat schema validate --schema schema.json many.jsonl >all
wc -l <all
fails 1 fiat schema validate --schema schema.json --json many.jsonl | sed -n '6667p'
