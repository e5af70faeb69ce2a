# An event at the limit passes, one over it and a line of 5 MB do not; what follows is taken.
fiat init >made 2>&1
event() { # event BYTES
    printf '{"customer": "c", "action": "order", "details": {"x": "'
    head -c "$1" /dev/zero | tr '\0' x
    printf '"}}\n'
}
{
    event 1000000
    event 1023990
    event 5000000
    event 10
} >events
code=0
fiat log Example events --to local:data || code=$?
wc -l <Example.rejected.jsonl
zcat data/Example/*/*/*/*/*.gz | wc -l
exit $code
