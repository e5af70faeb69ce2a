# The built-in stream needs no folder.
echo '{"task": "_add", "task_args": {"x": 1, "y": 2}, "ticket_id": "nta-1000"}' |
    FIAT_APP=audit FIAT_TAGS=environment=non-prod,team=NTA fiat log Audit --to stdout -q
