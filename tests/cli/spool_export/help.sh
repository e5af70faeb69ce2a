fiat spool export --help
