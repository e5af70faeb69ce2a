# The value alone.
fiat config get linger.ms
FIAT_LINGER_MS=7 fiat config get linger.ms
echo 'linger.ms = 50' >fiat.conf
FIAT_LINGER_MS=7 fiat config get linger.ms
fiat config get app | od -c
fails 2 fiat config get linger
fails 2 fiat config get linger.sm
fails 2 fiat config get something-else
fails 2 fiat config get
fails 2 fiat config get app host
fails 2 fiat config gett app
fails 2 fiat config
echo 'linger.ms = soon' >fiat.conf
fails 1 fiat config get app
fiat config get --help
