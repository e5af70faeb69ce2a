# Every command of the overview has a help that says how to call it, and a man page.
fiat --help | sed -n 's/^  \([a-z][a-z ]*[a-z]\)   *[A-Z].*/\1/p' >commands
[ "$(wc -l <commands)" -ge 6 ]
while read -r words; do
    fiat $words --help >by_option
    fiat help $words >by_command
    cmp by_option by_command
    head -n 1 by_option | grep "^Usage: fiat $words"
    # No line is longer than a terminal is wide.
    [ "$(grep -cE '.{81}' by_option)" = 0 ]
    page=$(echo "fiat $words" | tr ' ' '-')
    fiat help --roff $words | grep -q "^\.SH NAME"
    [ -e "$top_builddir/docs/man/$page.1" ] || echo "docs/man/$page.1 is not made: see docs/local.mk"
done <commands
fiat help --roff | head -n 2
# A command that has exit codes of its own tells them in both.
fiat schema validate --help | sed -n '/^Exit codes/,$p'
fiat help --roff schema validate | sed -n '/^\.SH EXIT/,/^\.SH SEE/p'
