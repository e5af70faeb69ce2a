#!/bin/sh
# AWS's own clients against `fiat mock`: boto3, which conducts mocks of its own, the AWS CLI and the
# AWS SDK for JavaScript; scripts/setup-clients installs them.
# usage: mock_clients.sh     FIAT=path of the command
set -eu
src=${top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
here=$src/tests/integration/clients
clients=${FIAT_CLIENTS:-$src/.deps-local/clients}
. "$src/tests/integration/local_lib.sh"

for tool in venv/bin/python venv/bin/aws js/node_modules/@aws-sdk/client-firehose; do
    [ -e "$clients/$tool" ] || skip "not installed: $tool (scripts/setup-clients)"
done
export HOME="$work" AWS_ACCESS_KEY_ID=mock AWS_SECRET_ACCESS_KEY=mock
timeout 120 "$clients/venv/bin/python" -B "$here/client_mock.py" "$fiat" || die "boto3"

"$fiat" mock --streams one >"$work/ready" 2>"$work/engine.err" &
engine_pid=$!
tries=0
while ! grep -q ready "$work/ready"; do
    tries=$((tries + 1))
    [ $tries -lt 200 ] || die "the mock is not ready after 10 s"
    sleep 0.05
done
AWS_ENDPOINT_URL=$(sed 's/.*AWS_ENDPOINT_URL=\([^ ]*\).*/\1/' "$work/ready")
AWS_ENDPOINT_URL_STS=$(sed 's/.*credentials at //' "$work/ready")
export AWS_ENDPOINT_URL AWS_ENDPOINT_URL_STS
timeout 120 sh "$here/client_mock_awscli.sh" "$clients/venv/bin/python" || die "awscli"
NODE_NO_WARNINGS=1 timeout 120 node "$here/client_mock.mjs" "$clients/js" || die "js"
echo "PASS: 3 clients"
