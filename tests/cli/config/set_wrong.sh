# What is refused leaves the file as it is.
printf 'app = x\n' >fiat.conf
fails 2 fiat config set linger.ms soon
fails 2 fiat config set linger.ms 900001
fails 2 fiat config set local.gzip yes
fails 2 fiat config set spool sometimes
fails 2 fiat config set app "$(printf '\377')"
fails 2 fiat config set linger.sm 5
fails 2 fiat config set linger.ms
fails 2 fiat config set linger.ms 5 6
fails 2 fiat config set --unset linger.ms 5
fails 2 fiat config set --unset linger.sm
fails 2 fiat config set
fails 1 fiat config set app ' x'
fails 1 fiat config set app "$(printf 'a\nlinger.ms = 1')"
fails 1 fiat config set --file no/such/folder.conf app x 2>&1 | sed 's/\.[0-9a-f]*\.tmp/.NAME.tmp/'
mkdir folder
fails 1 fiat config set --file folder app x
fails 1 fiat config set --file /dev/null app x
[ -c /dev/null ]
ln -s nowhere dangling
fails 1 fiat config set --file dangling app x
cat fiat.conf
ls -A
