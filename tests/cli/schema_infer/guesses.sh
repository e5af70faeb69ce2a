# What is guessed from samples, and the notes on it; then the samples are valid.
awk 'BEGIN {
    for (i = 0; i < 300; i++) {
        day = sprintf("2026-11-%02d", i % 28 + 1)
        printf "{\"orderId\": \"0190c42e-7b1f-7d3a-9c5e-%012x\", \"at\": \"%sT12:00:00Z\", ", i, day
        printf "\"status\": \"%s\", \"total\": %s, ", i % 3 ? "paid" : "open", i % 2 ? i : i ".5"
        printf "\"labels\": {\"l%d\": \"v\", \"m%d\": \"w\"}, ", i % 40, i % 37
        printf "\"lines\": [%s], ", i % 4 ? "{\"sku\": \"s" i "\", \"qty\": 1}" : ""
        printf "\"customer\": {\"email\": \"c%d@example.com\", \"age\": %s}", i, i % 5 ? i : "null"
        if (i % 10 == 0) printf ", \"ref\": %s", i % 20 ? "\"r\"" : i
        if (i == 7) printf ", \"big\": 12345678901234567890123, \"none\": null"
        print "}"
    }
}' >orders.jsonl
fiat schema infer orders.jsonl >schema.json
cat schema.json
fiat schema validate --schema schema.json --assert-formats orders.jsonl
fiat schema infer --closed --no-formats --enum-max=0 -q <orders.jsonl | grep -c -e format -e enum -e 'additionalProperties": false'
# As a stream's folder, and the columns alone.
fiat schema infer -q --output schemas/Order orders.jsonl
cmp schema.json schemas/Order/json_schema.json
fiat schema check Order
fiat schema infer -q --columns --timestamps orders.jsonl
gzip orders.jsonl
fiat schema infer -q orders.jsonl.gz | cmp - schema.json
