# Tables, seen by others.
table_others = %D%/table_moto.py %D%/table_sqlglot.py
dist_check_SCRIPTS += $(table_others)
TESTS += $(table_others)
