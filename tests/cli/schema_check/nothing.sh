fails 1 fiat schema check
mkdir schemas
fails 1 fiat schema check
fiat schema check --schemas nosuch
