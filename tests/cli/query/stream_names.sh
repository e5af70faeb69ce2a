# Names that SQL must quote, a delivery stream of another name, and two that differ in case.
mkdir -p schemas/my-stream.v2 schemas/select schemas/S schemas/s
for s in my-stream.v2 select S s; do echo '{"n": "int"}' >schemas/$s/athena.json; done
echo '{"delivery_stream": "other-name"}' >schemas/my-stream.v2/stream.json
mkdir -p data/other-name/2026/11/21/12 data/select/2026/11/21/12
echo '{"n": 1}' >data/other-name/2026/11/21/12/a
echo '{"n": 2}' >data/select/2026/11/21/12/a
fiat query --local data 'SELECT a.n, b.n FROM "my-stream.v2" AS a, "select" AS b' -f csv
