# Errors name the place.
mkdir -p data schemas/Broken schemas/S
echo '{"a": "string"}' >schemas/S/athena.json
fails 1 fiat query --local data 'SELEC 1'
fails 1 fiat query --local data 'SELECT 1,
  nocol
FROM S'
fails 1 fiat query --local data "SELECT CAST('x' AS INT) FROM range(1)"
fails 1 fiat query --local data 'SELECT * FROM Nosuch'
fails 1 fiat query --local data 'SELECT 1; SELECT 2'
fails 1 fiat query --local data ''
fails 1 fiat query --local data "COPY (SELECT 1) TO 'out.csv'"
fails 1 fiat query --local data "SELECT * FROM read_text('/etc/hostname')"
fails 1 fiat query --local data 'SELECT ?'
echo '{"a": "integer"}' >schemas/Broken/athena.json
fiat query --local data 'SELECT count(*) FROM S'
