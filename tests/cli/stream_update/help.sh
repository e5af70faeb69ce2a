fiat stream update --help | sed -n '1,9p; /^Exit/,$p'
