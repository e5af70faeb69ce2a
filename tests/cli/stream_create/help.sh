# Every setting is an option.
fiat stream create --help
