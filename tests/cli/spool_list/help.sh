fiat spool list --help
