# Each setting with its value and where that is from; the file wins over the environment.
fiat config list
fails 2 fiat config list app
fiat config list --help
printf 'linger.ms = 1\n# a comment\n  linger.ms=50\nlocal.gzip = false\n' >fiat.conf
export FIAT_LINGER_MS=7 FIAT_EMAIL=ops@example.com
fiat config list
fiat config list --json | tee list | jq -c '.settings[] | [.name, .value, .default, .source, .file, .line]'
fiat config list --all --json | jq -r '.settings[] | .name' >names
[ "$(wc -l <names)" = "$(fiat config list --all | wc -l)" ] # each has one line
grep -cx -e linger.ms -e stats.interval.ms names
# FIAT_CONFIG names the file in place of fiat.conf.
echo 'app = shop' >other.conf
FIAT_CONFIG=other.conf fiat config list
# Text that a terminal would obey, or that is not UTF-8.
printf 'schemas.dir = \033[31m\377\n' >fiat.conf
fiat config list | cat -v
fiat config list --json | jq -r '.settings[1].value' | cat -v
# What is wrong in it is told with its place.
echo 'linger.ms = soon' >fiat.conf
fails 1 fiat config list
rm fiat.conf
FIAT_LINGER_MS=soon fails 1 fiat config list
