# The command at a terminal.
dist_check_SCRIPTS += %D%/completion.py %D%/terminal.py
TESTS += %D%/completion.py %D%/terminal.py
