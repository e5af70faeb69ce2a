# Options that there are not, or that are used in a wrong way.
fails 2 fiat log --too local:x Example
fails 2 fiat log --to
fails 2 fiat log --json=yes Example
fails 2 fiat log --timeout=0 Example
fails 2 fiat log --timeout=1x Example
fails 2 fiat log -z Example
fails 2 fiat init a b
fiat log
