# Standard streams that are closed: nothing else takes their place and gets what is printed.
fiat init >made 2>&1
echo '{"customer": "c-1", "action": "order"}' >event
fails 1 fiat log Example event --to local:data --json >&-
cat event
fails 1 fiat log Example event --to stdout --timeout=5 >&-
fails 1 fiat log Example --to local:data --quiet <&-
fiat log Example event --to local:data --reject rejects 2>&-
test ! -s rejects
# A program that reads no further.
yes "$(cat event)" | head -n 20000 | fiat log Example --to stdout --quiet --reject left 2>messages | head -n 1 >first
wc -l <first
sed 's/.*standard output: /standard output: /' messages
