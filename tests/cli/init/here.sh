# A project that passes its own check and takes events at once.
fiat init
fiat schema check
echo '{"customer": "c-1", "action": "order", "amount": 9.99}' | fiat log Example --to local:data
grep -c '^#[a-z.]* =' fiat.conf | awk '$1 > 15 { print "settings are there" }'
sed -i 's/^#//; s/^ .*//' fiat.conf
sed -n 's/^\(linger.ms = .*\)/\1/p' fiat.conf
