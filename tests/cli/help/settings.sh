# Every setting, for people and as a man page.
fiat help fiat.conf >text
head -n 3 text
grep -A 3 '^  linger.ms' text
[ "$(grep -cE '.{81}' text)" = 0 ] || grep -E '.{81}' text
[ "$(grep -c '^  [a-z].* =' text)" = "$(fiat config list --all | wc -l)" ]
fiat help --roff fiat.conf | grep -A 4 'linger\.ms'
fails 2 fiat help fiat.comf
