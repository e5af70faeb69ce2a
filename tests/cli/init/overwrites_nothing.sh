# One file in the way is enough for nothing to be written.
mkdir -p a/schemas/Example
echo mine >a/schemas/Example/athena.json
code=0
fiat init a || code=$?
find a -type f
cat a/schemas/Example/athena.json
exit $code
