fiat --version
fiat -V
