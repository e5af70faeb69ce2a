# A damaged file in an hour that is not asked for is not touched.
mkdir -p schemas/S data/S/2026/11/21/12 data/S/2026/11/21/13
echo '{"n": "int"}' >schemas/S/athena.json
echo '{"n": 1}' | gzip >data/S/2026/11/21/12/a.gz
echo '{"n": ' | gzip >data/S/2026/11/21/13/b.gz
fiat query --local data -f csv "SELECT n FROM S WHERE datehour < '2026/11/21/13'"
fiat query --local data -f csv "SELECT n FROM S"
