fiat stream list --help
fails 2 fiat stream list Example
