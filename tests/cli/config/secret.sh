# A password is not shown, in whatever form the URL is.
set_and_show() {
    fiat config set proxy.url "$1"
    grep -cxF "proxy.url = $1" fiat.conf # in the file it is whole
    fiat config get proxy.url
    fiat config list
    fiat config list --json
}
set_and_show 'http://user:secret@proxy.example:3128' 2>&1
[ "$(stat -c %a fiat.conf)" = 600 ] # the file is new, and its owner's alone
set_and_show 'user:secret@proxy.example:3128' 2>&1
set_and_show 'http://user:sec@ret/secret@proxy.example:3128' 2>&1
set_and_show 'http://secret@proxy.example:3128' 2>&1
fiat config set proxy.url http://proxy.example:3128 2>&1
fiat config set email a:b@example.com 2>&1 # no URL
fiat config set aws.endpoint.url http://user:secret@127.0.0.1:1 2>&1 # which is of no use, but holds one
fiat config list --json
fails 1 grep -r secret . --exclude fiat.conf
