# What the bootstrap says outside of Lambda.
lambda=$top_builddir/fiat-lambda
$lambda --help
$lambda --version | sed 's/ [0-9].*/ VERSION/'
fails 2 $lambda
fails 2 $lambda log
fails 2 $lambda --nonsense
AWS_LAMBDA_RUNTIME_API=127.0.0.1:1 fails 1 $lambda nothing 2>&1 | head -n 1
