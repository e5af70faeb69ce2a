# For the steps; read with `. "$(dirname "$0")/lib.sh"`. POSIX sh.
root=$(cd "$(dirname "$0")/../.." && pwd)
. "$root/scripts/lib.sh"
: "${FIAT_WORK:=$root/build-test}"
# Python tests find botocore where scripts/setup-clients has put it.
PATH=$root/.deps-local/clients/venv/bin:$PATH

# With address space randomisation as strong as recent kernels have it, clang 14's sanitizers now
# and then find the place of their shadow memory taken. Run the step again with it turned off, where
# that is allowed: without_randomisation "$0".
without_randomisation() {
    [ -z "${FIAT_CALM:-}" ] || return 0
    export FIAT_CALM=yes
    setarch "$(uname -m)" -R true 2>/dev/null || return 0
    exec setarch "$(uname -m)" -R "$1"
}

# The sanitizers look up __cxa_throw() when the program starts, and stop it when a library that is
# loaded later (DuckDB's) throws an exception while that is missing. So libstdc++ is linked.
with_exceptions=LDFLAGS=-Wl,--no-as-needed,-lstdc++,--as-needed

# configure_in NAME OPTION...: configure FIAT_WORK/NAME unless that is done with the same options.
configure_in() {
    dir=$FIAT_WORK/$1
    shift
    if [ -f "$dir/config.status" ] && [ "$(cat "$dir/options" 2>/dev/null)" = "$*" ]; then
        return 0 # make sees to a configure that has changed
    fi
    rm -rf "$dir"
    mkdir -p "$dir"
    (cd "$dir" && "$root/configure" "$@")
    printf '%s\n' "$*" >"$dir/options"
}

# Results of the last `make check` in FIAT_WORK/NAME: single checks where a program says how many
# it made (Check and schema_suite do), else programs. Prints what was skipped, and why, and the
# counts.
count_results() {
    dir=$FIAT_WORK/$1
    find "$dir/tests" -name '*.trs' | sort | while read -r trs; do
        log=${trs%.trs}.log
        name=${log#"$dir/"}
        verdict=$(sed -n 's/^:test-result: *\([A-Z]*\).*/\1/p' "$trs" | sort -u | tr '\n' ' ')
        checks=$(grep -E '^[0-9]+%: Checks: ' "$log" | tail -n 1)
        vectors=$(sed -n 's/.*: \([0-9]*\) of [0-9]* passed.*/\1/p' "$log" |
            awk '{ sum += $1 } END { if (sum) print "Checks: " sum }')
        case $verdict in
        *SKIP*)
            reason=$(grep -v '(exit status: ' "$log" | tail -n 1 | sed 's/^SKIP: *//')
            say "skipped: ${name%.log}: ${reason:-without a reason}"
            ;;
        esac
        printf 'result: %s| %s\n' "$verdict" "${checks:-$vectors}"
    done | awk '
        !/^result: / { print; next }
        {
            checks = failures = 0
            if (match($0, /Checks: [0-9]+/)) checks = substr($0, RSTART + 8, RLENGTH - 8) + 0
            if (match($0, /Failures: [0-9]+/)) failures = substr($0, RSTART + 10, RLENGTH - 10) + 0
            if (match($0, /Errors: [0-9]+/)) failures += substr($0, RSTART + 8, RLENGTH - 8)
            sub(/\|.*/, "")
            bad = /FAIL|ERROR|XPASS/
            if (/SKIP/) skipped++
            else if (bad) { failed += failures ? failures : 1; passed += checks - failures }
            else passed += checks ? checks : 1
        }
        END { printf "%d passed, %d failed, %d skipped\n", passed, failed, skipped }'
}

# check_in NAME [MAKE-ARGUMENT...]: build and run the tests, show what failed, count.
check_in() {
    name=$1
    shift
    dir=$FIAT_WORK/$name
    code=0
    [ ! -d "$dir/tests" ] || find "$dir/tests" -name '*.trs' -exec rm -f {} +
    make -C "$dir" check "$@" || code=$?
    if [ $code -ne 0 ]; then
        find "$dir/tests" -name '*.trs' -exec grep -lE '^:test-result: *(FAIL|ERROR)' {} + |
            while read -r trs; do
                say "--- ${trs%.trs}.log"
                tail -n 60 "${trs%.trs}.log"
            done
    fi
    count_results "$name"
    return $code
}
