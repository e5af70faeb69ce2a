# The standard output formats, a line for each document; what is not JSON has a verdict, too.
cat >schema.json <<'END'
{"$id": "https://example.com/point", "title": "Point", "type": "object", "required": ["x", "y"],
 "properties": {"x": {"$ref": "#/$defs/number"}, "y": {"$ref": "#/$defs/number"}}, "$defs": {"number": {"type": "number"}}}
END
printf '%s\n' '{"x": 1, "y": 2}' '{"x": "1"}' '{"x": 1,' >points.jsonl
for format in flag basic detailed list hierarchical; do
    fails 1 fiat schema validate --schema schema.json --output "$format" points.jsonl >"$format"
    sed "s/^/$format: /" "$format" | cut -c1-32
done
echo '{"x": 1, "y": 2}' | fiat schema validate --schema schema.json -o flag
# The same failure with --json, and wrong use.
fails 1 fiat schema validate --schema schema.json --json -a points.jsonl
fails 1 fiat schema validate --schema schema.json --output flag --quiet points.jsonl
fails 1 fiat schema validate --schema schema.json --output flag --max-errors=1 points.jsonl
fails 2 fiat schema validate --schema schema.json --output verbose points.jsonl
fails 2 fiat schema validate --schema schema.json --output flag --json points.jsonl
[ -c /dev/full ]
fails 2 fiat schema validate --schema schema.json --output basic points.jsonl >/dev/full
