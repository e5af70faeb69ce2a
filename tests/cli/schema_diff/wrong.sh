# No verdict: exit code 2, and what to do about it.
echo '{"type": "integer"}' >good.json
echo '{"type": "intteger"}' >bad.json
echo '{"type": ' >broken.json
fails 2 fiat schema diff good.json
fails 2 fiat schema diff good.json none.json
fails 2 fiat schema diff bad.json good.json
fails 2 fiat schema diff good.json broken.json
fails 2 fiat schema diff --mode SIDEWAYS good.json good.json
fails 2 fiat schema diff --mode FULL good.json good.json good.json
fails 2 fiat schema diff - -
