mkdir -p schemas/S data/S/2026/11/21/12
echo '{"n": "bigint", "text": "string", "price": "decimal(8,2)", "list": "array<int>", "o": "string"}' >schemas/S/athena.json
cat >data/S/2026/11/21/12/S-1 <<'END'
{"n": 1, "text": "plain", "price": 9.5, "list": [1, null], "o": {"k": "v"}}
{"n": 200, "text": "quote \", comma, é\nnewline", "price": 1234.567}
{"n": -3, "text": "", "o": null}
END
for format in table csv json jsonl; do
    fiat query --local data --format $format 'SELECT n, text, price, list, o, n FROM S ORDER BY n'
done
fiat query --local data --json 'SELECT n FROM S WHERE n > 500'
fiat query --local data 'SELECT n FROM S WHERE n > 500'
fiat query --local data "SELECT 'esc ' || chr(27) || '[31m' AS evil"
