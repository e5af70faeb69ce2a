# Wrong use of what is Athena's; nothing is sent.
fails 2 fiat query
fails 2 fiat query 'SELECT 1' --file x
fails 2 fiat query --local . --workgroup mine 'SELECT 1'
fails 2 fiat query --local . --history
fails 2 fiat query --local . --dry-run 'SELECT 1'
fails 2 fiat query --history many
fails 2 fiat query --history 0
fails 2 fiat query --history --results 1
fails 2 fiat query --results 1 'SELECT 1'
fails 2 fiat query --price much 'SELECT 1'
fails 2 fiat query --price -1 'SELECT 1'
fails 1 fiat query --output-location results/ 'SELECT 1'
fails 1 fiat query --file nosuch.sql
printf 'SELECT \377' | fails 1 fiat query -
