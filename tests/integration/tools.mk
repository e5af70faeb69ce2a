# The command at a terminal.
dist_check_SCRIPTS += %D%/completion.py
TESTS += %D%/completion.py
