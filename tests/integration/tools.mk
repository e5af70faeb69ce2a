# The command at a terminal.
dist_check_SCRIPTS += %D%/completion.py %D%/terminal.py
TESTS += %D%/completion.py %D%/terminal.py

# Delivery streams: against moto and the service models of botocore, and against scripted answers.
dist_check_SCRIPTS += %D%/stream_moto.py %D%/stream_faults.py
TESTS += %D%/stream_moto.py %D%/stream_faults.py
