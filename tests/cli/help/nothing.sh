# Without a command the overview goes to stderr.
fiat
