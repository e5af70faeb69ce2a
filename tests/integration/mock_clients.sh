#!/bin/sh
# boto3 against `fiat mock`; scripts/setup-clients installs it.
# usage: mock_clients.sh     FIAT=path of the command
set -eu
src=${top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
clients=${FIAT_CLIENTS:-$src/.deps-local/clients}
. "$src/tests/integration/local_lib.sh"

[ -x "$clients/venv/bin/python" ] || skip "not installed: boto3 (scripts/setup-clients)"
timeout 120 "$clients/venv/bin/python" -B "$src/tests/integration/clients/client_mock.py" "$fiat" ||
    die "boto3"
