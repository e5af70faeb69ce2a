# A folder that is not there is not made.
fails 1 fiat spool list nowhere
fails 1 fiat spool export nowhere
fails 1 fiat spool replay nowhere --to stdout
[ ! -e nowhere ]
fails 2 fiat spool list
