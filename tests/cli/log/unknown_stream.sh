fiat init >made 2>&1
echo '{}' | fiat log Exampel --to local:data
