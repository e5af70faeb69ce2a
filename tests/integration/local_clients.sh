#!/bin/sh
# AWS's own clients against `fiat local`: boto3, the AWS CLI and the AWS SDK for JavaScript, each
# with a stream of its own. scripts/setup-clients installs them.
# usage: local_clients.sh [boto3|awscli|js]...     FIAT=path of the command
set -eu
src=${top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
here=$src/tests/integration
clients=${FIAT_CLIENTS:-$src/.deps-local/clients}
. "$here/local_lib.sh"

ran=0 missing=
start_engine

run_client() { # NAME TOOL COMMAND...
    name=$1 tool=$2
    shift 2
    if [ ! -e "$tool" ]; then
        missing="$missing $name"
        return
    fi
    timeout 120 "$@" || die "$name"
    ran=$((ran + 1))
}

[ $# -gt 0 ] || set -- boto3 awscli js
for each in "$@"; do
    case $each in
    boto3)
        run_client boto3 "$clients/venv/bin/python" "$clients/venv/bin/python" -B \
            "$here/clients/client_boto3.py" "$work/data"
        ;;
    awscli)
        run_client awscli "$clients/venv/bin/aws" sh "$here/clients/client_awscli.sh" \
            "$clients/venv/bin/aws" "$work/data"
        ;;
    js)
        run_client js "$clients/js/node_modules/@aws-sdk/client-firehose" env NODE_NO_WARNINGS=1 node \
            "$here/clients/client_js.mjs" "$clients/js" "$work/data"
        ;;
    *) die "unknown client $each" ;;
    esac
done
stop_engine
[ ! -s "$work/engine.err" ] || die "the engine complained"
left=$(find "$work/data/.fiat/streams" "$work/data/.fiat/buffer" -type f)
[ -z "$left" ] || die "left behind: $left"
if [ -n "$missing" ]; then
    [ $ran -gt 0 ] && echo "passed: $ran"
    skip "not installed:$missing (scripts/setup-clients)"
fi
echo "PASS: $ran clients"
