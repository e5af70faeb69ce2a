# SQL as an argument, from a file and from stdin.
mkdir data
fiat query --local data -f csv "SELECT 1 AS a; -- done"
echo 'SELECT 2 AS a' >q.sql
fiat query --local data -f csv --file q.sql
echo 'SELECT 3 AS a' | fiat query --local data -f csv -
echo 'SELECT 4 AS a' | fiat query --local data -f csv --file -
