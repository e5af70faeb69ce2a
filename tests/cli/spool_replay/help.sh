fiat spool replay --help
