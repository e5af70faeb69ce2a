# Blank lines, CR LF, a BOM, a last line without an end, gzip, several files, stdin among them.
fiat init >made 2>&1
printf '\357\273\277{"customer": "bom", "action": "order"}\r\n\r\n  \n{"customer": "crlf", "action": "order"}\r\n' >a
printf '{"customer": "zip", "action": "order"}\n{"customer": "end", "action": "order"}' | gzip >b.gz
printf '{"customer": "stdin", "action": "order"}' | fiat log Example a - b.gz --to local:data
zcat data/Example/*/*/*/*/*.gz | sed 's/.*"customer": "\([a-z]*\)".*/\1/'
