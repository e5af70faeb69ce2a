fiat init >made 2>&1
fiat log Example --to s3:bucket </dev/null
