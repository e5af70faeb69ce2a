# Audit, whose columns are built in, and a stream of the project, from one folder.
fiat init >made 2>&1
echo '{"task": "_add", "task_args": {"x": 1}}' | FIAT_TAGS=team=NTA fiat log Audit --to local:data -q
echo '{"customer": "c-1", "action": "order", "amount": 0.285}' | fiat log Example --to local:data -q
fiat query --local data 'SELECT a.id <> e.id AS differ, task, task_args, tags, customer, amount, e.datehour
  FROM Audit AS a, Example AS e'
fiat query --local data 'SHOW TABLES' -f csv
