#!/bin/sh
# `fiat local` is killed (SIGKILL) at random moments while records are put to it. Every record that
# was acknowledged is in the objects afterwards, exactly once.
# usage: local_kill.sh [ROUNDS]     FIAT=path of the command
set -eu
src=${top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
here=$src/tests/integration
. "$here/local_lib.sh"
command -v python3 >/dev/null 2>&1 || skip "python3 is missing"

rounds=${1:-24} round=0 row=0

# Until a record of this round is acknowledged.
wait_for_ack() {
    before=$(wc -c <"$work/acked") tries=0
    while [ "$(wc -c <"$work/acked")" -eq "$before" ]; do
        tries=$((tries + 1))
        [ $tries -lt 500 ] || die "no record was acknowledged within 10 s"
        sleep 0.02
    done
}

: >"$work/acked"
: >"$work/tried"
while [ $round -lt "$rounds" ]; do
    # Interval and size change, so that the kill hits appending, delivering and recovering.
    start_engine --no-verify --interval $((round % 3)) --size 1
    port=$(cat "$work/port")
    [ $round -gt 0 ] || python3 -B "$here/local_kill.py" create "$port"
    python3 -B "$here/local_kill.py" put "$port" "$row" "$work/acked" "$work/tried" \
        >"$work/next" &
    putting=$!
    # Every fourth time while it starts and recovers; else some time after the first record.
    [ $((round % 4)) -eq 3 ] || wait_for_ack
    sleep "0.$(printf %03d $(($(od -An -N2 -tu2 /dev/urandom) % 350)))"
    kill -9 "$engine_pid"
    wait "$engine_pid" 2>/dev/null || :
    engine_pid=
    wait "$putting" || die "the putting side failed"
    row=$(cat "$work/next")
    round=$((round + 1))
done
start_engine --no-verify
stop_engine
python3 -B "$here/local_kill.py" check "$work/data" "$work/acked" "$work/tried" || die "see above"
left=$(find "$work/data/.fiat/buffer" -type f)
[ -z "$left" ] || die "left in the buffer: $left"
left=$(find "$work/data/kill-bucket" -name '.*')
[ -z "$left" ] || die "left among the objects: $left"
echo "PASS: killed $rounds times"
