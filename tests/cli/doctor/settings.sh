# Every line that is wrong is told; the other checks go on without the file.
cat >fiat.conf <<'END'
linger.ms = soon
lingre.ms = 5
aws.region = eu-central-1
no setting
END
fails 1 fiat doctor --offline
FIAT_CONFIG=nosuch fails 1 fiat doctor --offline
# The environment leaves nothing to go by.
rm fiat.conf
export FIAT_LINGER_MS=soon
fiat doctor --offline
