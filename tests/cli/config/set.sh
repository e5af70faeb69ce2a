# One line of the file changes; comments and order stay.
fiat init >made 2>&1
cp fiat.conf before
fiat config set linger.ms 50
fiat config set app 'my shop'
diff before fiat.conf || true
fiat config set linger.ms 60
fiat config get linger.ms
diff before fiat.conf || true
fiat config set --unset linger.ms
fiat config set app --unset
cmp before fiat.conf
fiat config set app --unset
# Another file; one that is not there is made.
fiat config set --file other.conf host web-1
fiat config set -f other.conf app -- -x
cat other.conf
FIAT_CONFIG=other.conf fiat config set host web-2
cat other.conf
# A faulty line can be mended, though nothing else can read the file.
echo 'linger.ms = soon' >fiat.conf
fails 1 fiat config list
fiat config set linger.ms 5
cat fiat.conf
# Mode and link stay.
mkdir real
mv fiat.conf real/settings
chmod 640 real/settings
ln -s real/settings fiat.conf
fiat config set linger.ms 6
[ -L fiat.conf ]
cat real/settings
stat -c %a real/settings
ls -A real
fiat config set --help
