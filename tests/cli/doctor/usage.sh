# Wrong use.
fails 2 fiat doctor --timeout 0
fails 2 fiat doctor --nosuch
