# Athena's API as `fiat local` has it; the time that a query takes differs.
fiat local --data data --port 0 --port-file port >/dev/null &
for _ in $(seq 400); do
    [ -s port ] && break
    sleep 0.05
done
trap 'kill $!; wait $!' EXIT
export AWS_ENDPOINT_URL="http://127.0.0.1:$(cat port)" AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local
export AWS_REGION=us-east-1 AWS_EC2_METADATA_DISABLED=true
ask() {
    fiat query "$@" 2>&1 | sed 's/, [0-9.]* s, /, SECONDS, /'
}
ask "SELECT 1 AS a, 'x' AS b, CAST(NULL AS double) AS c, true AS d, CAST(0.10 AS decimal(3,2)) AS e" --json
ask 'SELECT range AS n FROM range(2500)' -f csv | tr -d '\r' | sed -n '1,2p;1000,1003p;2500,$p'
ask 'CREATE DATABASE shop'
ask 'SHOW DATABASES' -f csv | tr -d '\r'
ask 'SELECT nosuch'
ask 'SELECT 1' --workgroup nosuch | sed 's/ (request.*//'
ask --results nosuch | sed 's/ (request.*//'
ask --history 2 -f csv | tr -d '\r' | cut -d, -f2,6
printf "SELECT 'stdin' AS s\n" | ask - --output rows.csv -f csv
cat rows.csv
