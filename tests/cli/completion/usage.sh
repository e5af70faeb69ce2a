# The scripts, and wrong use.
fails 2 fiat completion
fails 2 fiat completion tcsh
fails 2 fiat completion bash zsh
fails 2 fiat completion --shell bash
fiat completion bash | bash -n
fiat completion bash | grep '^complete'
fiat completion zsh | head -n 1
fiat completion --help
