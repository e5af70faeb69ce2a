# Output that cannot be written is a failure.
[ -c /dev/full ]
fiat --help >/dev/full
