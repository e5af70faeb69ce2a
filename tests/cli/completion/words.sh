# What may stand in the place of the last word, and what that means.
complete() {
    echo "fiat $*|"
    fiat completion words -- "$@"
}
mkdir -p schemas/Order schemas/.hidden elsewhere/Other
complete lo
complete -
complete spool ''
complete config s
complete help spool r
complete help spool list ''
complete nothing ''
complete spool nothing ''
# Options, and their values in each form.
complete schema columns -
complete query --f
complete query --format ''
complete query --format=json
complete query -f ''
complete query --local data --format c
complete query --json=
complete query --nothing=
complete log --to ''
complete log --to=l
complete log --to=local:
complete log --reject=
complete log -qr ''
complete log -qrfile O
complete schema validate --ref ''
complete stream create --compression=
complete stream update --newline ''
complete stream create --prefix=
complete schema diff --mode F
complete schema diff old older new
# Operands.
complete log ''
complete log Order ''
complete log Order file ''
complete log -q --to stdout O
complete log -- -
complete log --schemas elsewhere O
complete log --schemas=elsewhere O
complete schema columns O
complete query ''
complete init ''
complete init dir ''
complete config get proxy.
complete config get app ''
complete config set spool ''
complete config set local.gzip ''
complete config set linger.ms ''
complete config set nothing ''
complete config set --file f spool s
[ "$(complete | grep -c '^log')" = 1 ]
# A project that cannot be read has no streams, and says nothing of it here.
echo nonsense >fiat.conf
complete log ''
