#!/bin/sh
# examples/event_loop: each event is logged and reported in the loop; a signal ends it in order.
# usage: event_loop.sh
set -eu
program=${top_builddir:-.}/examples/event_loop
work=$(mktemp -d "${TMPDIR:-/tmp}/fiat-event-loop.XXXXXX")
trap 'rm -rf "$work"' EXIT
for name in $(env | sed -n 's/^\(FIAT_[A-Z_]*\)=.*/\1/p'); do unset "$name"; done

die() {
    echo "FAIL: $*"
    cat "$work"/*.err
    exit 1
}

# All of them: 25 events in objects, and a report for each.
"$program" "local:$work/data" 25 2>"$work/all.err" || die "exit status $?"
[ "$(grep -c ': delivered$' "$work/all.err")" -eq 25 ] || die 'a report is missing'
grep -q '^25 requests, 25 reports, 0 of them of failures$' "$work/all.err" || die 'the sums are wrong'
lines=$(find "$work/data" -name '*.gz' -exec gzip -dc {} + | wc -l)
[ "$lines" -eq 25 ] || die "$lines events arrived"

# A signal: what was logged until then is delivered and reported, no more is logged.
"$program" "local:$work/cut" 1000000 2>"$work/cut.err" &
pid=$!
until grep -q ': delivered$' "$work/cut.err" 2>/dev/null; do sleep 0.05; done
kill -TERM $pid
wait $pid || die "exit status $? after SIGTERM"
lines=$(find "$work/cut" -name '*.gz' -exec gzip -dc {} + | wc -l)
grep -q "^$lines requests, $lines reports, 0 of them of failures$" "$work/cut.err" ||
    die "$lines events arrived"

# Nobody reads them: failures are reported in the loop as well.
{
    while [ ! -e "$work/gone" ]; do sleep 0.05; done
    "$program" stdout 5 2>"$work/closed.err" || : >"$work/told"
} | : >"$work/gone"
[ -e "$work/told" ] || die 'failures were not told'
grep -q '^5 requests, 5 reports, 5 of them of failures$' "$work/closed.err" || die 'failures are missing'
echo 'all of them, a signal, failures: as they should be'
