fiat stream status --help
