# Real events: a package log, as the logger delivers it. What is inferred takes every one of them,
# and so does the logger.
cp "$top_srcdir/tests/data/dpkg/dpkg.log" .
FIAT_SCHEMAS_DIR=$top_srcdir/examples/schemas "$top_builddir/examples/package_log" \
    --sink local:data --copy events.jsonl dpkg.log >summary
[ "$(wc -l <events.jsonl)" = 12 ]
fiat schema infer --enum-samples=10 --output schemas/Log events.jsonl 2>notes
cat schemas/Log/athena.json
fiat schema validate --schema schemas/Log --assert-formats events.jsonl
fiat schema check Log
fiat log Log events.jsonl --to local:again -q
