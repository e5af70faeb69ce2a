# Where the region is from; none, and one that is none.
fails 1 fiat doctor --offline
AWS_DEFAULT_REGION=eu-west-1 fiat doctor --offline
AWS_REGION=eu-west-2 fiat doctor --offline
echo 'aws.region = eu-west-3' >fiat.conf
fiat doctor --offline
fiat doctor --offline --region eu-north-1
fiat doctor --offline --region Frankfurt
