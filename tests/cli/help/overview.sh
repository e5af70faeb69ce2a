# What there is.
fiat --help
