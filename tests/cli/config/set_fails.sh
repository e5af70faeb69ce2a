# A file that cannot be written stays whole, and nothing is left beside it.
hide_name() { sed 's/\.[0-9a-f]*\.tmp/.NAME.tmp/'; }
printf 'app = x\nhost = y\n' >fiat.conf
# A disk without room: no file may grow by a byte.
(
    trap '' XFSZ
    ulimit -f 0
    fails 1 fiat config set linger.ms 5 2>&1
    fails 1 fiat config set --unset app 2>&1
    fails 1 fiat config set --file new.conf linger.ms 5 2>&1
) | hide_name
cat fiat.conf
ls -A
# A folder that cannot be written to, not even by root.
fails 1 fiat config set --file /proc/self/fiat.conf linger.ms 5 2>&1 | hide_name
# One that is read only, for those who are not root.
mkdir folder
printf 'app = x\n' >folder/fiat.conf
chmod 555 folder
if [ "$(id -u)" != 0 ]; then
    fails 1 fiat config set --file folder/fiat.conf linger.ms 5 2>&1 | hide_name | grep -q 'Permission denied'
fi
cat folder/fiat.conf
chmod 755 folder
# Readers see the old file or the new one, never a part.
i=0
while [ $i -lt 50 ]; do
    fiat config set linger.ms $i 2>/dev/null
    i=$((i + 1))
done &
writer=$!
while kill -0 $writer 2>/dev/null; do
    fiat config list >list 2>&1 || cat list
done
wait $writer
cat fiat.conf
