# Which file of settings is read, and AWS's own.
export HOME="$PWD/home"
fiat config path
mkdir -p home/.aws
: >home/.aws/config
echo 'app = x' >fiat.conf
fiat config path
FIAT_CONFIG=other.conf fiat config path
: >other.conf
FIAT_CONFIG=other.conf AWS_CONFIG_FILE=aws.conf fiat config path
FIAT_CONFIG=other.conf fiat config path --json
FIAT_CONFIG=other.conf fiat config path --json | jq -r '.files[] | select(.read).path'
# A fault in a file does not keep it from being shown.
echo nonsense >fiat.conf
fiat config path
fails 2 fiat config path fiat.conf
fiat config path --help
