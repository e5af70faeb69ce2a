fiat schema --help
fiat help schema
