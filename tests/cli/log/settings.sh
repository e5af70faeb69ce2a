# fiat.conf, the environment, and what is wrong with them.
fiat init >made 2>&1
echo 'host = from-the-file' >>fiat.conf
echo '{"customer": "c-1", "action": "order"}' | fiat log Example --to stdout -q
FIAT_LOCAL_PREFIX='x/!{stream}/' fiat log Example --to local:data -q <<'END'
{"customer": "c-1", "action": "order"}
END
find data -type f
sed -i '1i hots = typo' fiat.conf # first, whatever the settings are that follow
fiat log Example --to local:data </dev/null
