mkdir data
fails 1 fiat query --local nosuch 'SELECT 1'
fails 2 fiat query --local data
fails 2 fiat query --local data 'SELECT 1' --file x
fails 2 fiat query --local data --format xml 'SELECT 1'
fails 1 fiat query --local data --file nosuch.sql
fails 1 fiat query --local data 'SELECT 1' --output data
FIAT_DUCKDB=/nonexistent fails 1 fiat query --local data 'SELECT 1' 2>messages
grep -o 'scripts/fetch-duckdb' messages
