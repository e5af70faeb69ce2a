# Starting and stopping `fiat local` in a test; read with `. local_lib.sh`. POSIX sh.
# Sets: fiat, work (a folder of the test's own), engine_pid, AWS_ENDPOINT_URL and the key.

fiat=${FIAT:-${top_builddir:-build}/fiat}
work=$(mktemp -d "${TMPDIR:-/tmp}/fiat-local-XXXXXX")
engine_pid=
export AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local AWS_DEFAULT_REGION=us-east-1
export AWS_EC2_METADATA_DISABLED=true AWS_CONFIG_FILE=/dev/null AWS_SHARED_CREDENTIALS_FILE=/dev/null
unset AWS_PROFILE AWS_SESSION_TOKEN AWS_ENDPOINT_URL_FIREHOSE

clean_up() {
    [ -z "$engine_pid" ] || kill -9 "$engine_pid" 2>/dev/null || :
    rm -rf "$work"
}
trap clean_up EXIT

die() {
    echo "FAIL: $*"
    [ ! -s "$work/engine.err" ] || sed 's/^/engine: /' "$work/engine.err"
    exit 1
}

skip() {
    echo "SKIP: $*"
    exit 77
}

[ -x "$fiat" ] || skip "no $fiat: build it, or set FIAT"

# start_engine OPTION...: serve $work/data on a free port; returns when it is ready.
start_engine() {
    rm -f "$work/port"
    "$fiat" local --data "$work/data" --port 0 --port-file "$work/port" "$@" \
        >"$work/engine.out" 2>>"$work/engine.err" &
    engine_pid=$!
    tries=0
    while [ ! -s "$work/port" ]; do
        kill -0 "$engine_pid" 2>/dev/null || die "the engine did not start"
        tries=$((tries + 1))
        [ $tries -lt 200 ] || die "the engine is not ready after 10 s"
        sleep 0.05
    done
    AWS_ENDPOINT_URL=http://127.0.0.1:$(cat "$work/port")
    export AWS_ENDPOINT_URL
}

# stop_engine: in order, which delivers what is buffered.
stop_engine() {
    kill -TERM "$engine_pid"
    wait "$engine_pid" || die "the engine ended with $?"
    engine_pid=
}
